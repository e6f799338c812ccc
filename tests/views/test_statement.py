"""A quarrel about money is answered from one page: what came, what went, for what, what is left."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app.models import Enrollment, LedgerAccount
from app.operations import enrollments, statement
from tests import factories as f
from tests.operations.conftest import children, parent
from tests.operations.test_paying import employee, enrol, give, plan, slot
from tests.views.conftest import texts

__all__ = ["children", "employee", "parent", "plan", "slot"]


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def place(db, slot, children, employee, plan, now):
    give(db, plan, employee, "25.00", now)
    return enrol(db, slot, children[0], now)


@pytest.fixture
def wallet(db, place):
    return db.scalars(select(LedgerAccount.id).where(LedgerAccount.kind == "wallet")).one()


def test_each_line_has_the_balance_after_it(db, place, wallet, now):
    enrollments.refuse(db, db.get_one(Enrollment, place.id), reason="Turno annullato", now=now)
    found = [(line.kind, line.amount, line.balance) for line in statement.lines(db, wallet, most=9)]
    assert found == [
        ("release", Decimal("25.00"), Decimal("25.00")),
        ("hold", Decimal("-25.00"), Decimal("0.00")),
        ("grant", Decimal("25.00"), Decimal("25.00")),
    ]
    assert len(statement.lines(db, wallet, most=1)) == 1


def test_the_page_leads_to_the_place_and_the_transfer(browse, place, wallet):
    staff = browse(f.SeatFactory(kind="staff", alliance=place.alliance))
    page = staff.get(f"/office/ledger-accounts/show/{wallet}").text
    assert f'href="/office/enrollments/show/{place.id}"' in page
    assert "/office/transfers/show/" in page
    said = texts(page)
    assert place.slot.workshop.title in said
    assert "-25,00 €" in said.replace("\xa0", " ").replace("−", "-")


def test_an_account_without_movements_has_no_statement(db, browse, alliance):
    person = f.PersonFactory(alliance=alliance)
    row = LedgerAccount(alliance_id=alliance.id, kind="family", person_id=person.id)
    db.add(row)
    db.flush()
    staff = browse(f.SeatFactory(kind="staff", alliance=alliance))
    assert 'id="statement"' not in staff.get(f"/office/ledger-accounts/show/{row.id}").text
