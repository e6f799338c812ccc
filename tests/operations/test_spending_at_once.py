"""Many who spend one wallet at once, on real connections: it never falls below zero."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.errors import NotEnoughCredit
from app.models import Enrollment, LedgerAccount, Transfer
from app.operations import applications, checks, grants, ledger
from app.operations.split import Payer
from tests import factories as f
from tests.operations.test_crowds import at_once, crowd, filled

__all__ = ["crowd"]
LETTERS = frozenset({"f-bis"})


@pytest.fixture
def wallet(crowd, now):
    """An employee's wallet with a hundred euro."""
    with filled(crowd) as db:
        plan = f.WelfarePlanFactory()
        source = grants.plan_account(db, plan)
        ledger.fund(db, source, amount="100.00", now=now)
        row = f.CreditGrantFactory(plan=plan, amount=Decimal("100.00"))
        found = grants.wallet(db, row)
        ledger.move(
            db, "grant", alliance_id=plan.alliance_id, debit=source, credit=found,
            amount=Decimal("100.00"), now=now, grant_id=row.id,
        )  # fmt: skip
        return found


def enrolled(crowd, wallet, count, fee, now):
    """The numbers of as many places of the wallet's alliance, with each family's account."""
    with filled(crowd) as db:
        alliance = db.get_one(LedgerAccount, wallet).alliance
        workshop = f.WorkshopFactory(alliance=alliance, price_kind="fixed", price=fee)
        slot = f.SlotFactory(workshop=workshop, places=count)
        persons = [f.PersonFactory(alliance=alliance) for _ in range(count)]
        db.flush()
        for person in persons:
            wish = {"person_id": person.id, "slot_id": slot.id}
            applications.apply_for(db, alliance_id=alliance.id, wishes=[wish], now=now)
        rows = db.scalars(select(Enrollment).order_by(Enrollment.id)).all()
        return [
            (
                row.id,
                ledger.account(db, alliance_id=alliance.id, kind="family", person_id=row.person_id),
            )
            for row in rows
        ]


def holding(crowd, wallet, enrollment_id, family, fee, now):
    def task():
        with crowd() as db, db.begin():
            row = db.get_one(Enrollment, enrollment_id)
            payer = Payer(wallet, "wallet", Decimal(100), LETTERS)
            return ledger.hold(
                db, row, fee, [payer], letters=LETTERS, family=family, now=now
            )  # fmt: skip

    return task


@pytest.mark.parametrize("count", [2, 16])
def test_a_wallet_pays_no_more_than_it_holds_however_many_spend_it_at_once(
    crowd, wallet, now, count
):
    fee = Decimal("60.00") if count == 2 else Decimal("10.00")
    made = enrolled(crowd, wallet, count, fee, now)
    outcome = at_once([holding(crowd, wallet, *row, fee, now) for row in made])
    assert all(isinstance(shares, list) for shares in outcome), outcome
    with crowd() as db:
        rows = select(func.sum(Transfer.amount)).where(
            Transfer.kind == "hold", Transfer.debit_id == wallet
        )
        assert db.scalar(rows) == Decimal("100.00")
        assert db.get_one(LedgerAccount, wallet).balance == 0
        assert checks.run(db, now=now) == []


def test_of_sixteen_who_take_the_last_money_at_once_one_gets_it(crowd, wallet, now):
    with crowd() as db:
        outside = db.scalars(select(LedgerAccount.id).where(LedgerAccount.kind == "outside")).one()

    def task():
        with crowd() as db, db.begin():
            alliance_id = db.get_one(LedgerAccount, wallet).alliance_id
            return ledger.move(
                db, "expire", alliance_id=alliance_id, debit=wallet, credit=outside,
                amount=Decimal("100.00"), now=now,
            ).id  # fmt: skip

    outcome = at_once([task] * 16)
    assert sum(isinstance(one, int) for one in outcome) == 1
    assert sum(isinstance(one, NotEnoughCredit) for one in outcome) == 15
    with crowd() as db:
        assert checks.run(db, now=now) == []


def test_a_place_that_is_confirmed_and_given_up_at_once_is_one_of_the_two(crowd, wallet, now):
    ((enrollment_id, family),) = enrolled(crowd, wallet, 1, Decimal("30.00"), now)
    holding(crowd, wallet, enrollment_id, family, Decimal("30.00"), now)()
    with filled(crowd) as db:
        row = db.get_one(Enrollment, enrollment_id)
        provider = ledger.account(
            db, alliance_id=row.alliance_id, kind="provider",
            organization_id=row.slot.organization_id,
        )  # fmt: skip

    def capture():
        with crowd() as db, db.begin():
            row = db.get_one(Enrollment, enrollment_id)
            return ledger.capture(db, row, provider=provider, now=now)

    def release():
        with crowd() as db, db.begin():
            return ledger.release(db, db.get_one(Enrollment, enrollment_id), now=now)

    outcome = at_once([capture, release] * 4)
    assert sum(isinstance(one, list) for one in outcome) == 1, outcome
    with crowd() as db:
        assert checks.run(db, now=now) == []
