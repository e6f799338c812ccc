"""Who pays for a place: held when it is given, spent when it begins, given back when it is left."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import clock
from app.models import Enrollment, LedgerAccount, Transfer
from app.operations import (
    applications,
    checks,
    enrollments,
    grants,
    ledger,
    payer_funds,
    paying,
    payments,
    quotes,
)
from tests import factories as f
from tests.operations.plans import funded_plan

D = Decimal


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def slot(alliance):
    workshop = f.WorkshopFactory(
        alliance=alliance, price_kind="fixed", price=100, price_unit="week", tuir_letter="f-bis"
    )
    return f.SlotFactory(workshop=workshop, places=1)


@pytest.fixture
def employee(alliance, parent):
    """The parent, as a person who has a codice fiscale and a seat of their own."""
    person = f.PersonFactory(alliance=alliance)
    f.RelationFactory(person=person, user=parent, kind="self")
    return person


@pytest.fixture
def plan(db, alliance, now):
    company = f.OrganizationFactory(alliance=alliance, kind="company")
    return funded_plan(db, company, now, amount="500.00")


def give(db, plan, employee, amount, now, **more):
    days = more.pop("days", 60)
    return grants.grant(
        db, plan_id=plan.id, amount=amount, expires_on=clock.local_date(now) + timedelta(days=days),
        fiscal_code=employee.fiscal_code, now=now, **more,
    )  # fmt: skip


def voucher(db, slot, now, amount="40.00", **more):
    town = f.OrganizationFactory(alliance=slot.alliance, kind="municipality")
    today = clock.local_date(now)
    row = payer_funds.make(
        db, kind="voucher_fund", title="Buoni", organization_id=town.id, per_enrollment=amount,
        starts_on=today, ends_on=today + timedelta(days=200), now=now, **more,
    )  # fmt: skip
    return payer_funds.fund(db, row, amount="1000.00", now=now)


def enrol(db, slot, child, now):
    made = applications.apply_for(
        db, alliance_id=slot.alliance_id, wishes=[{"person_id": child.id, "slot_id": slot.id}],
        now=now,
    )  # fmt: skip
    return db.scalars(select(Enrollment).where(Enrollment.application_id == made.id)).one()


def moved(db, row):
    """What happened for an enrolment or a request: kind, whose account it left, how much."""
    asked = (
        select(Transfer.kind, LedgerAccount.kind, Transfer.amount)
        .join(LedgerAccount, LedgerAccount.id == Transfer.debit_id)
        .where(ledger.of(Transfer, row))
        .order_by(Transfer.id)
    )
    return [tuple(one) for one in db.execute(asked)]


def balance(db, account):
    return db.scalar(select(LedgerAccount.balance).where(LedgerAccount.id == account))


@pytest.fixture
def sound(db):
    """After each test here every rule holds."""
    yield
    db.flush()
    assert checks.run(db) == []


pytestmark = pytest.mark.usefixtures("sound")


def test_public_money_pays_first_then_the_credit_and_the_family_what_is_left(
    db, slot, children, employee, plan, now
):
    voucher(db, slot, now)
    give(db, plan, employee, "25.00", now)
    row = enrol(db, slot, children[0], now)
    assert moved(db, row) == [
        ("hold", "voucher_fund", D(40)), ("hold", "wallet", D(25)), ("hold", "family", D(35)),
    ]  # fmt: skip
    assert payments.due(db, row) == 35


def test_where_nobody_else_pays_nothing_is_held_and_the_family_owes_it_all(
    db, slot, children, now
):  # fmt: skip
    row = enrol(db, slot, children[0], now)
    assert moved(db, row) == []
    assert payments.due(db, row) == 100


def test_the_credit_of_another_family_pays_nothing(db, slot, children, plan, now):
    stranger = f.PersonFactory(alliance=slot.alliance)
    f.RelationFactory(person=stranger, user=f.AccountFactory(), kind="self")
    give(db, plan, stranger, "50.00", now)
    assert moved(db, enrol(db, slot, children[0], now)) == []


@pytest.mark.parametrize("more", [{"letters": "f"}, {"title_voucher": True}])
def test_credit_of_another_letter_or_a_voucher_that_does_not_cover_it_pays_nothing(
    db, slot, children, employee, plan, now, more
):
    if "title_voucher" in more:
        more = {**more, "workshop_id": slot.workshop_id}
    give(db, plan, employee, "50.00", now, **more)
    row = enrol(db, slot, children[0], now)
    assert [line[1] for line in moved(db, row)] in ([], ["family"])


def test_a_fund_for_residents_of_another_town_pays_nothing(db, slot, children, now):
    elsewhere = f.MunicipalityFactory()
    voucher(db, slot, now, residence_id=elsewhere.id)
    assert moved(db, enrol(db, slot, children[0], now)) == []


def test_who_waits_holds_nothing_until_the_place_is_accepted(
    db, slot, children, employee, plan, now
):  # fmt: skip
    given = give(db, plan, employee, "25.00", now)
    first = enrol(db, slot, f.PersonFactory(alliance=slot.alliance), now)
    second = enrol(db, slot, children[0], now)
    assert (second.status, moved(db, second)) == ("waiting", [])
    enrollments.cancel(db, first, now=now)
    db.refresh(second)
    assert (second.status, moved(db, second)) == ("offered", [])
    enrollments.accept(db, second, now=now)
    assert moved(db, second) == [("hold", "wallet", D(25)), ("hold", "family", D(75))]
    assert balance(db, grants.wallet(db, given)) == 0


def test_who_gives_the_place_up_has_the_credit_back(db, slot, children, employee, plan, now):
    given = give(db, plan, employee, "25.00", now)
    row = enrol(db, slot, children[0], now)
    enrollments.cancel(db, row, now=now)
    assert [line[0] for line in moved(db, row)] == ["hold", "hold", "release", "release"]
    assert balance(db, grants.wallet(db, given)) == 25


def test_what_has_begun_is_spent_once_and_given_back_where_the_office_ends_it(
    db, slot, children, employee, plan, now
):
    given = give(db, plan, employee, "25.00", now, days=300)
    row = enrol(db, slot, children[0], now)
    assert paying.due(db, now=now) == []
    begun = now + (slot.starts_on - clock.local_date(now)) + timedelta(days=1)
    assert paying.due(db, now=begun) == [row.id]
    assert paying.capture(db, row.id, now=begun)
    assert not paying.capture(db, row.id, now=begun)
    assert paying.due(db, now=begun) == []
    provider = ledger.account(
        db, alliance_id=row.alliance_id, kind="provider", organization_id=slot.organization_id
    )
    assert balance(db, provider) == 100
    assert payments.due(db, row) == 75
    enrollments.refuse(db, row, reason="Laboratorio annullato", now=begun)
    assert balance(db, provider) == 0
    assert balance(db, grants.wallet(db, given)) == 25


def test_who_leaves_after_the_beginning_has_nothing_back_by_itself(
    db, slot, children, employee, plan, now
):  # fmt: skip
    given = give(db, plan, employee, "25.00", now, days=300)
    row = enrol(db, slot, children[0], now)
    begun = now + (slot.starts_on - clock.local_date(now)) + timedelta(days=1)
    paying.capture(db, row.id, now=begun)
    enrollments.cancel(db, row, now=begun)
    assert balance(db, grants.wallet(db, given)) == 0


def test_a_place_that_no_credit_paid_is_owed_by_the_family_when_it_begins(
    db, slot, children, now
):  # fmt: skip
    row = enrol(db, slot, children[0], now)
    begun = now + (slot.starts_on - clock.local_date(now)) + timedelta(days=1)
    assert paying.capture(db, row.id, now=begun)
    assert [line[:2] for line in moved(db, row)] == [("hold", "family"), ("capture", "held")]
    assert payments.due(db, row) == 100


# ---------------------------------------------------------------- what is told beforehand


def told(session, wishes, now):
    asked = [{"person_id": child.id, "slot_id": slot.id} for child, slot in wishes]
    return quotes.shares(session, quotes.quote(session, wishes=asked, now=now), now=now)


def test_a_family_is_told_beforehand_who_will_pay_and_so_it_is(
    db, family, slot, children, employee, plan, now
):
    voucher(db, slot, now)
    give(db, plan, employee, "25.00", now)
    before = told(family, [(children[0], slot)], now)
    assert before == {"voucher_fund": D("40.00"), "wallet": D("25.00"), "family": D("35.00")}
    assert list(before) == ["voucher_fund", "wallet", "family"]
    row = enrol(db, slot, children[0], now)
    held = {kind: amount for _, kind, amount in moved(db, row)}
    assert held == before


def test_one_credit_is_not_promised_to_two_places(db, family, slot, children, employee, plan, now):
    slot.places = 2
    give(db, plan, employee, "130.00", now)
    both = told(family, [(child, slot) for child in children], now)
    assert both == {"wallet": D("130.00"), "family": D("70.00")}


def test_nothing_is_promised_for_a_place_that_there_is_not(
    db, family, slot, children, employee, plan, now
):
    give(db, plan, employee, "25.00", now)
    enrol(db, slot, f.PersonFactory(alliance=slot.alliance), now)
    assert told(family, [(children[0], slot)], now) == {}


def test_a_desk_is_told_nothing_of_a_familys_credit(
    db, as_seat, alliance, slot, children, employee, plan, parent, now
):
    give(db, plan, employee, "25.00", now)
    staff = as_seat("staff", user_id=f.AccountFactory().id, alliance_id=alliance.id)
    assert told(staff, [(children[0], slot)], now)["wallet"] == D("25.00")
    desk = as_seat("social_point", user_id=f.AccountFactory().id, alliance_id=alliance.id)
    priced = quotes.Priced(children[0].id, slot.id, D(100), [], "place", None)
    assert quotes.shares(desk, [priced], now=now) == {}
