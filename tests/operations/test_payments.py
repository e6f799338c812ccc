"""What families are asked to pay, what they paid, and what becomes of a place that is not paid."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.errors import Conflict, Invalid, NotFound, WrongState
from app.models import Enrollment, PaymentNotice, PaymentNoticeLine, PaymentReceipt
from app.operations import (
    checks,
    enrollments,
    notice_paper,
    payees,
    payment_codes,
    payment_receipts,
    payments,
)
from app.operations.payment_receipts import Received
from tests import factories as f


@pytest.fixture
def body(db):
    return f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")


@pytest.fixture
def slots(body):
    workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
    return [f.SlotFactory(workshop=workshop, places=1) for _ in range(2)]


@pytest.fixture
def payee(db, body):
    return payees.set_payee(db, body, kind="pagopa", segregation_code=1)


def enrolled(db, slots, now):
    application = f.ApplicationFactory(alliance=slots[0].alliance)
    person = f.PersonFactory(alliance=slots[0].alliance)
    for slot in slots:
        enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
    return application


@pytest.fixture
def application(db, slots, now):
    return enrolled(db, slots, now)


@pytest.fixture
def due_on(now):
    return clock.local_date(now) + timedelta(days=10)


@pytest.fixture
def notice(db, application, payee, due_on, now):
    made = payments.issue(db, application, payee, due_on=due_on, now=now)
    return db.get(PaymentNotice, made)


def paid(notice, iur="IUR1", **other):
    given = {"notice_number": notice.number, "amount": notice.amount, "paid_on": notice.due_on}
    return Received(iur=iur, **{**given, **other})


def receive(db, notice, *rows, now):
    came = payment_receipts.receive(
        db, notice.payee_id, rows, alliance_id=notice.alliance_id, now=now
    )
    return dict(Counter(one.outcome for one in came))


def statuses(db, application):
    rows = select(Enrollment.status).where(Enrollment.application_id == application.id)
    return set(db.scalars(rows))


def test_a_family_is_asked_once_for_all_its_places_at_a_body(db, notice, application, now):
    assert (notice.amount, notice.status) == (Decimal("120.00"), "open")
    assert payment_codes.parse(notice.number) == payment_codes.Notice(1, 1)
    assert notice.debtor_name == f"{application.user.first_name} {application.user.last_name}"
    with pytest.raises(Conflict):
        payments.issue(db, application, notice.payee_id, due_on=notice.due_on, now=now)


def test_the_paper_of_a_notice_names_each_place_and_adds_up(notice, body):
    paper = notice_paper.of(notice)
    assert (paper.issuer, paper.number) == (body.name, notice.number)
    assert sum(part for _, part in paper.lines) == paper.amount == Decimal("120.00")
    assert notice_paper.pdf(paper).startswith(b"%PDF")


def test_two_notices_of_a_body_never_share_a_number(db, payee, due_on, now, body):
    numbers = set()
    for _ in range(3):
        workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("9.50"))
        application = enrolled(db, [f.SlotFactory(workshop=workshop)], now)
        made = payments.issue(db, application, payee, due_on=due_on, now=now)
        numbers.add(db.get(PaymentNotice, made).number)
    assert len(numbers) == 3


def test_a_free_place_asks_for_nothing(db, payee, body, due_on, now):
    free = f.WorkshopFactory(organization=body, price_kind="free", price=None)
    application = enrolled(db, [f.SlotFactory(workshop=free)], now)
    with pytest.raises(Conflict):
        payments.issue(db, application, payee, due_on=due_on, now=now)


def test_a_date_that_has_passed_gives_nobody_the_time_to_pay(db, application, payee, now):
    with pytest.raises(Invalid) as refused:
        payments.issue(
            db, application, payee, due_on=clock.local_date(now) - timedelta(days=1), now=now
        )
    assert refused.value.field == "due_on"


@pytest.mark.parametrize(("said", "days"), [((), 30), ((20,), 20), ((20, 7), 7), ((None, 40), 30)])
def test_a_family_has_the_days_of_the_workshop_that_gives_the_fewest(
    db, body, payee, now, said, days
):
    price = {"organization": body, "price_kind": "fixed", "price": Decimal("60.00")}
    camps = [f.WorkshopFactory(pay_within_days=one, **price) for one in said or (None,)]
    weeks = [
        f.SlotFactory(workshop=camp, starts_on=camp.starts_on + n * timedelta(days=7))
        for n, camp in enumerate(camps)
    ]
    made = payments.issue(db, enrolled(db, weeks, now), payee, now=now)
    assert db.get(PaymentNotice, made).due_on == clock.local_date(now) + timedelta(days=days)


def test_the_payee_of_another_alliance_is_unknown_here(db, application, due_on, now):
    other = f.PayeeFactory()
    with pytest.raises(NotFound):
        payments.issue(db, application, other.id, due_on=due_on, now=now)
    with pytest.raises(NotFound):
        payment_receipts.receive(db, other.id, [], alliance_id=application.alliance_id, now=now)


def test_a_payment_is_matched_by_its_number(db, notice, now):
    assert receive(db, notice, paid(notice), now=now) == {"matched": 1}
    assert (notice.status, notice.paid_on, notice.paid_amount) == (
        "paid",
        notice.due_on,
        Decimal("120.00"),
    )


def test_the_same_file_twice_changes_nothing(db, notice, now):
    rows = [paid(notice), paid(notice, "IUR2", notice_number="301002611000000160")]
    assert receive(db, notice, *rows, now=now) == {"matched": 1, "unmatched": 1}
    assert receive(db, notice, *rows, *rows, now=now) == {"known": 4}
    assert db.scalar(select(func.count(PaymentReceipt.id))) == 2


def test_who_pays_twice_is_shown_and_not_lost(db, notice, now):
    came = receive(db, notice, paid(notice), paid(notice, "IUR2"), now=now)
    assert came == {"matched": 1, "double": 1}


def test_another_amount_leaves_the_notice_open(db, notice, now):
    assert receive(db, notice, paid(notice, amount=Decimal("12.00")), now=now) == {
        "amount_differs": 1
    }
    assert notice.status == "open"


def test_a_receipt_that_changed_its_story_is_refused_with_all_its_file(db, notice, now):
    receive(db, notice, paid(notice, amount=Decimal("12.00")), now=now)
    with pytest.raises(Invalid) as refused:
        receive(db, notice, paid(notice, "IUR2"), paid(notice), now=now)
    assert refused.value.field == "rows[1].iur"
    db.refresh(notice)
    assert notice.status == "open"


def test_a_file_is_tried_out_row_by_row_and_nothing_of_it_stays(db, notice, application, now):
    receive(db, notice, paid(notice, "OLD", notice_number="301002611000000160"), now=now)
    rows = [
        paid(notice), paid(notice, "IUR2"), paid(notice, "IUR3", notice_number="X"),
        paid(notice, "OLD", notice_number="301002611000000160"), paid(notice, "OLD"),
        paid(notice, "IUR1"),
    ]  # fmt: skip
    tried = payment_receipts.try_out(
        db, notice.payee_id, rows, alliance_id=notice.alliance_id, now=now
    )  # fmt: skip
    assert [one.outcome for one in tried] == [
        "matched", "double", "unmatched", "known", "other_data", "known",
    ]  # fmt: skip
    db.expire_all()
    assert notice.status == "open"
    assert db.scalar(select(func.count(PaymentReceipt.id))) == 1
    assert statuses(db, application) == {"placed"}


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.001"])
def test_an_amount_that_nobody_pays_is_refused_by_its_row(db, notice, now, amount):
    with pytest.raises(Invalid) as refused:
        receive(db, notice, paid(notice, amount=Decimal(amount)), now=now)
    assert refused.value.field == "rows[0].amount"


def test_an_unpaid_place_goes_to_whoever_is_next(db, notice, application, slots, now):
    next_ = enrolled(db, slots[:1], now)
    assert statuses(db, next_) == {"waiting"}
    later = now + timedelta(days=12)
    assert payments.overdue(db, now=now) == []
    assert payments.overdue(db, now=later) == [notice.id]
    assert payments.expire(db, notice.id, now=later)
    db.expire_all()
    assert notice.status == "expired"
    assert statuses(db, application) == {"refused"}
    assert statuses(db, next_) == {"offered"}
    assert not payments.expire(db, notice.id, now=later)


def test_a_paid_place_is_never_taken_away(db, notice, application, now):
    receive(db, notice, paid(notice), now=now)
    assert not payments.expire(db, notice.id, now=now + timedelta(days=12))
    assert statuses(db, application) == {"placed"}


def test_a_place_that_is_given_up_is_asked_for_no_longer_and_the_rest_is(
    db, notice, application, now
):
    first, second = [line.enrollment for line in notice.lines]
    enrollments.cancel(db, first, now=now)
    db.expire_all()
    assert notice.status == "cancelled"
    again = db.scalars(select(PaymentNotice).where(PaymentNotice.status == "open")).one()
    assert (again.amount, again.due_on) == (Decimal("60.00"), notice.due_on)
    assert [line.enrollment_id for line in again.lines] == [second.id]
    enrollments.cancel(db, second, now=now)
    db.expire_all()
    assert again.status == "cancelled"
    assert db.scalar(select(func.count(PaymentNotice.id))) == 2
    assert receive(db, notice, paid(notice), now=now) == {"late": 1}


def test_a_place_that_was_paid_and_is_given_up_leaves_its_notice_paid(db, notice, now):
    receive(db, notice, paid(notice), now=now)
    enrollments.cancel(db, notice.lines[0].enrollment, now=now)
    db.expire_all()
    assert notice.status == "paid"


def test_money_for_a_notice_that_had_ended_is_shown(db, notice, now):
    payments.expire(db, notice.id, now=now + timedelta(days=12))
    assert receive(db, notice, paid(notice), now=now) == {"late": 1}


def test_a_cancelled_notice_lets_its_places_be_asked_for_anew(db, notice, application, now):
    payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=now)
    again = payments.issue(db, application, notice.payee_id, due_on=notice.due_on, now=now)
    assert db.get(PaymentNotice, again).number != notice.number
    open_lines = select(func.count()).select_from(PaymentNoticeLine).where(~PaymentNoticeLine.ended)
    assert db.scalar(open_lines) == 2
    with pytest.raises(WrongState):
        payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=now)


def test_a_public_body_is_paid_by_pagopa_alone(db, body):
    with pytest.raises(Invalid) as refused:
        payees.set_payee(db, body, kind="transfer", iban="IT60X0542811101000000123456")
    assert refused.value.field == "kind"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"iban": "IT60X0542811101000000123457", "account_holder": "Ente"}, "iban"),
        ({"iban": "IT60X0542811101000000123456", "account_holder": " "}, "account_holder"),
    ],
)
def test_money_is_sent_to_no_account_that_does_not_exist(db, given, field):
    with pytest.raises(Invalid) as refused:
        payees.set_payee(db, f.OrganizationFactory(), kind="transfer", **given)
    assert refused.value.field == field


def test_a_body_without_codice_fiscale_issues_no_pagopa_notice(db):
    body = f.OrganizationFactory(kind="municipality", fiscal_code=None)
    with pytest.raises(Invalid) as refused:
        payees.set_payee(db, body, kind="pagopa", segregation_code=1)
    assert refused.value.field == "fiscal_code"


BREAKAGES = [
    ("a notice asks for the sum of its lines", update(PaymentNoticeLine).values(amount=1)),
    ("a notice is paid by a receipt of its own", update(PaymentReceipt).values(amount=1)),
    ("the lines of a notice end with it", update(PaymentNoticeLine).values(ended=True)),
]


@pytest.mark.parametrize(("rule", "breakage"), BREAKAGES, ids=[name for name, _ in BREAKAGES])
def test_the_nightly_check_finds_money_that_does_not_add_up(db, notice, now, rule, breakage):
    receive(db, notice, paid(notice), now=now)
    db.flush()
    sound = {broken.check for broken in checks.run(db, now=now)}
    assert rule not in sound
    db.execute(breakage, execution_options={"synchronize_session": False})
    assert rule in {broken.check for broken in checks.run(db, now=now)}


def test_a_payee_keeps_its_account_while_families_hold_notices_to_it(db, notice, body, now):
    with pytest.raises(Conflict) as refused:
        payees.set_payee(db, body, kind="pagopa", segregation_code=2)
    assert refused.value.field == "kind"
    payees.set_payee(db, body, kind="pagopa", segregation_code=1)
    payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=now)
    payees.set_payee(db, body, kind="pagopa", segregation_code=2)
