"""Money in the ledger: held, spent, given back; never below zero, never changed."""

from decimal import Decimal

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.errors import Conflict, Invalid, NotEnoughCredit
from app.models import LedgerAccount, Transfer
from app.operations import checks, grants, ledger
from app.operations.split import Payer
from tests import factories as f

CHILDREN = frozenset({"f-bis"})


@pytest.fixture
def enrollment(db):
    return f.EnrollmentFactory(application__status="draft")


@pytest.fixture
def plan(db, enrollment, now):
    company = f.OrganizationFactory(alliance=enrollment.alliance, kind="company")
    today = clock.local_date(now)
    plan = grants.make_plan(
        db, organization_id=company.id, title="Piano", year=today.year, letters="f-bis f-ter",
        starts_on=today, ends_on=today.replace(year=today.year + 1), now=now,
    )  # fmt: skip
    return grants.fund(db, plan, amount="500.00", now=now)


@pytest.fixture
def wallet(db, plan, now):
    row = f.CreditGrantFactory(plan=plan, amount=Decimal("60.00"))
    wallet = grants.wallet(db, row)
    source = grants.plan_account(db, plan)
    ledger.move(
        db, "grant", alliance_id=plan.alliance_id, debit=source, credit=wallet,
        amount=Decimal("60.00"), now=now, grant_id=row.id,
    )  # fmt: skip
    return wallet


@pytest.fixture
def family(db, enrollment):
    return ledger.account(
        db, alliance_id=enrollment.alliance_id, kind="family", person_id=enrollment.person_id
    )


@pytest.fixture
def provider(db, enrollment):
    return ledger.account(
        db, alliance_id=enrollment.alliance_id, kind="provider",
        organization_id=enrollment.slot.organization_id,
    )  # fmt: skip


@pytest.fixture
def held(db, enrollment, wallet, family, now):
    return ledger.hold(
        db, enrollment, Decimal("100.00"), [Payer(wallet, "wallet", Decimal("60.00"), CHILDREN)],
        letters=CHILDREN, family=family, now=now,
    )  # fmt: skip


def balance(db, account_id):
    rows = select(LedgerAccount.balance).where(LedgerAccount.id == account_id)
    return str(db.scalar(rows))


def test_what_is_held_can_be_spent_by_nobody_else(db, held, wallet, family):
    assert [(share.kind, str(share.amount)) for share in held] == [
        ("wallet", "60.00"), ("family", "40.00"),
    ]  # fmt: skip
    assert (balance(db, wallet), balance(db, family)) == ("0.00", "-40.00")
    kinds = select(LedgerAccount.balance).where(LedgerAccount.kind == "held")
    assert sorted(map(str, db.scalars(kinds))) == ["40.00", "60.00"]


def test_one_enrolment_is_held_once(db, held, enrollment, wallet, family, now):
    with pytest.raises(Conflict):
        ledger.hold(db, enrollment, Decimal(1), [], letters=CHILDREN, family=family, now=now)


def test_a_confirmed_place_pays_the_provider(db, held, enrollment, provider, now):
    ledger.capture(db, enrollment, provider=provider, now=now)
    assert balance(db, provider) == "100.00"
    with pytest.raises(Conflict):
        ledger.capture(db, enrollment, provider=provider, now=now)
    with pytest.raises(Conflict):
        ledger.release(db, enrollment, now=now)
    assert checks.run(db, now=now) == []


def test_a_place_that_is_given_up_gives_everybody_their_own_back(
    db, held, enrollment, wallet, family, now
):
    released = ledger.release(db, enrollment, now=now)
    assert [str(row.amount) for row in released] == ["40.00", "60.00"]
    assert (balance(db, wallet), balance(db, family)) == ("60.00", "0.00")
    assert checks.run(db, now=now) == []


def test_a_refund_goes_to_the_family_first(
    db, held, enrollment, wallet, family, provider, now
):  # fmt: skip
    ledger.capture(db, enrollment, provider=provider, now=now)
    ledger.refund(db, enrollment, amount="30.00", now=now)
    assert (balance(db, wallet), balance(db, family)) == ("0.00", "-10.00")
    ledger.refund(db, enrollment, amount="30.00", now=now)
    assert (balance(db, wallet), balance(db, family)) == ("20.00", "0.00")
    with pytest.raises(Conflict) as refused:
        ledger.refund(db, enrollment, amount="40.01", now=now)
    assert (refused.value.field, str(refused.value.params["left"])) == ("amount", "40.00")
    ledger.refund(db, enrollment, amount="40.00", now=now)
    assert (balance(db, wallet), balance(db, provider)) == ("60.00", "0.00")
    assert checks.run(db, now=now) == []


def test_funding_that_was_wrong_is_reversed_with_a_reason(db, plan, now):
    (funded,) = db.scalars(select(Transfer).where(Transfer.kind == "fund"))
    with pytest.raises(Invalid) as refused:
        ledger.reverse(db, funded, reason="  ", now=now)
    assert refused.value.field == "reason"
    ledger.reverse(db, funded, reason="bonifico stornato", now=now)
    assert balance(db, grants.plan_account(db, plan)) == "0.00"
    with pytest.raises(Conflict):
        ledger.reverse(db, funded, reason="ancora", now=now)


def test_money_that_was_given_on_cannot_be_reversed_away(db, plan, wallet, now):
    (funded,) = db.scalars(select(Transfer).where(Transfer.kind == "fund"))
    with pytest.raises(NotEnoughCredit):
        ledger.reverse(db, funded, reason="storno", now=now)


def test_what_was_spent_is_refunded_and_not_reversed(db, held, now):
    hold = db.scalars(select(Transfer).where(Transfer.kind == "hold")).first()
    with pytest.raises(Conflict) as refused:
        ledger.reverse(db, hold, reason="storno", now=now)
    assert refused.value.field == "kind"


AMOUNTS = ["0", "-1", "0.001", "NaN", "Infinity", "1e12", "dieci", "", None, True, 1.5, [], {}]


@pytest.mark.parametrize("amount", AMOUNTS, ids=repr)
def test_an_amount_that_is_none_is_refused_by_name(db, plan, now, amount):
    before = balance(db, grants.plan_account(db, plan))
    with pytest.raises(Invalid) as refused:
        grants.fund(db, plan, amount=amount, now=now)
    assert refused.value.field == "amount"
    assert balance(db, grants.plan_account(db, plan)) == before


@pytest.mark.parametrize(
    "statement",
    [
        update(Transfer).values(amount=1),
        delete(Transfer),
        text("TRUNCATE transfer"),
        update(LedgerAccount).values(balance=1000),
        text("INSERT INTO ledger_account (alliance_id, kind, balance)"
             " SELECT alliance_id, 'outside', 5 FROM welfare_plan"),
    ],
    ids=["change", "delete", "truncate", "balance", "born rich"],
)  # fmt: skip
def test_the_database_itself_keeps_what_was_written(db, plan, statement):
    db.flush()
    with pytest.raises(DBAPIError), db.begin_nested():
        db.connection().execute(statement)


def test_the_database_refuses_a_balance_below_zero(db, plan, family, now):
    source = grants.plan_account(db, plan)
    with pytest.raises(NotEnoughCredit), db.begin_nested():
        ledger.move(
            db, "grant", alliance_id=plan.alliance_id, debit=source, credit=family,
            amount=Decimal("500.01"), now=now,
        )  # fmt: skip
    assert balance(db, source) == "500.00"


def test_no_money_leaves_its_alliance(db, plan, now):
    theirs = f.LedgerAccountFactory()
    with pytest.raises(Invalid), db.begin_nested():
        ledger.move(
            db, "grant", alliance_id=plan.alliance_id, debit=grants.plan_account(db, plan),
            credit=theirs.id, amount=Decimal(5), now=now,
        )  # fmt: skip


def test_what_settles_a_hold_is_of_its_amount_and_accounts(db, held, provider, now):
    hold = db.scalars(select(Transfer).where(Transfer.kind == "hold")).first()
    for kind, amount, credit in (
        ("capture", hold.amount - 1, provider), ("release", hold.amount, provider),
        ("refund", hold.amount, hold.debit_id), ("reverse", hold.amount, hold.debit_id),
    ):  # fmt: skip
        with pytest.raises(Invalid), db.begin_nested():
            ledger.move(
                db, kind, alliance_id=hold.alliance_id, debit=hold.credit_id, credit=credit,
                amount=amount, now=now, settles_id=hold.id,
            )  # fmt: skip


BREAKAGES = [
    ("a balance is the sum of the account's transfers", "provider"),
    ("the balances of an alliance sum to zero", "provider"),
    ("held credit is that of the open holds", "held"),
]


@pytest.mark.parametrize(("name", "kind"), BREAKAGES, ids=[b[0] for b in BREAKAGES])
def test_a_ledger_that_somebody_tampered_with_is_found(db, held, provider, now, name, kind):
    db.execute(text("ALTER TABLE ledger_account DISABLE TRIGGER guard_balance"))
    db.execute(update(LedgerAccount).where(LedgerAccount.kind == kind).values(balance=7))
    assert name in {broken.check for broken in checks.run(db, now=now)}


def test_a_credit_without_its_money_is_found(db, plan, now):
    f.CreditGrantFactory(plan=plan)
    db.flush()
    (broken,) = checks.run(db, now=now)
    assert broken.check == "a credit was given out of its plan"
