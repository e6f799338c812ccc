"""Who pays for a service: held when it is asked for, spent when it is accepted, else given back."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from app import clock
from app.errors import WrongState
from app.models import LedgerAccount, ServiceRequest
from app.operations import checks, requests
from tests import factories as f
from tests.operations.test_crowds import at_once, crowd, filled
from tests.operations.test_paying import (
    balance,
    employee,
    give,
    moved,
    plan,
    sound,
    voucher,
)

__all__ = ["crowd", "employee", "plan", "sound"]
D = Decimal


@pytest.fixture
def alliance(db):
    return f.AllianceFactory(officer="Ufficio")


@pytest.fixture
def service(alliance):
    return f.ServiceFactory(
        alliance=alliance, price_kind="fixed", price=60, price_unit="month", tuir_letter="f-bis"
    )


def ask(db, service, person, now):
    made = requests.send(db, person_id=person.id, service_id=service.id, now=now)
    return db.get_one(ServiceRequest, made.id)


HELD = [("hold", "wallet", D("25.00")), ("hold", "family", D("35.00"))]


@pytest.mark.usefixtures("sound")
class TestARequest:
    def test_its_fee_is_held_and_spent_when_it_is_accepted(
        self, db, service, children, employee, plan, now
    ):
        give(db, plan, employee, "25.00", now)
        row = ask(db, service, children[0], now)
        assert moved(db, row) == HELD
        requests.accept(db, row, now=now)
        assert [kind for kind, *_ in moved(db, row)] == ["hold", "hold", "capture", "capture"]
        own = select(LedgerAccount.balance).where(LedgerAccount.kind == "provider")
        assert db.scalar(own) == D("60.00")

    @pytest.mark.parametrize("end", ["refuse", "cancel"])
    def test_what_ends_before_it_is_accepted_gives_the_credit_back(
        self, db, service, children, employee, plan, now, end
    ):
        given = give(db, plan, employee, "25.00", now)
        row = ask(db, service, children[0], now)
        getattr(requests, end)(db, row, reason="Non serve più", now=now)
        wallet = select(LedgerAccount.id).where(LedgerAccount.grant_id == given.id)
        assert balance(db, db.scalar(wallet.where(LedgerAccount.kind == "wallet"))) == D("25.00")
        assert [kind for kind, *_ in moved(db, row)][2:] == ["release", "release"]

    def test_what_ends_before_it_begins_goes_back_the_family_first(
        self, db, service, children, employee, plan, now
    ):
        give(db, plan, employee, "25.00", now)
        row = ask(db, service, children[0], now)
        requests.accept(db, row, now=now)
        requests.refuse(db, row, reason="L'operatore manca", now=now)
        back = [(kind, amount) for kind, _, amount in moved(db, row)][4:]
        assert back == [("refund", D("35.00")), ("refund", D("25.00"))]

    def test_what_has_begun_stays_spent(self, db, service, children, employee, plan, now):
        give(db, plan, employee, "25.00", now)
        row = ask(db, service, children[0], now)
        for step in (requests.accept, requests.start, requests.close):
            step(db, row, now=now)
        assert len(moved(db, row)) == 4

    def test_where_nobody_else_pays_no_account_is_touched(self, db, service, children, now):
        row = ask(db, service, children[0], now)
        requests.accept(db, row, now=now)
        assert moved(db, row) == []

    def test_credit_of_another_service_or_letter_pays_nothing(
        self, db, service, children, employee, plan, now
    ):
        other = f.ServiceFactory(alliance=service.alliance, tuir_letter="f")
        give(db, plan, employee, "60.00", now, title_voucher=True, service_id=other.id)
        assert moved(db, ask(db, service, children[0], now)) == []

    def test_public_money_of_another_category_pays_nothing(self, db, service, children, now):
        elsewhere = f.ServiceCategoryFactory(alliance=service.alliance)
        voucher(db, service, now, category_id=elsewhere.id)
        assert moved(db, ask(db, service, children[0], now)) == []
        voucher(db, service, now, category_id=service.category_id)
        row = ask(db, service, children[1], now)
        assert moved(db, row)[0] == ("hold", "voucher_fund", D("40.00"))


def test_who_accepts_while_the_family_withdraws_one_was_first(crowd, now):
    with filled(crowd) as db:
        service = f.ServiceFactory(
            price_kind="fixed", price=60, price_unit="month", tuir_letter="f-bis"
        )
        person = f.PersonFactory(alliance=service.alliance)
        voucher(db, service, now)
        number = ask(db, service, person, now).id

    def step(act):
        def task():
            try:
                with crowd() as db, db.begin():
                    return act(db, db.get_one(ServiceRequest, number), now=now).status
            except StaleDataError as late:  # Answered as a row that changed meanwhile.
                return late

        return task

    came = at_once([step(requests.accept), step(requests.cancel)])
    done = [one for one in came if one in ("accepted", "cancelled")]
    # Who came second found it moved: as it stands now, or as it was read.
    late = [one for one in came if isinstance(one, (WrongState, StaleDataError))]
    assert done
    assert len(done) + len(late) == 2
    with crowd() as db:
        taken = D("60.00") if db.get_one(ServiceRequest, number).status == "accepted" else 0
        held = select(func.sum(LedgerAccount.balance)).where(
            LedgerAccount.kind.in_(("held", "provider"))
        )
        assert db.scalar(held) == taken
        broken = [one.check for one in checks.run(db, now=clock.now())]
        assert not [one for one in broken if "held" in one or "balance" in one]
