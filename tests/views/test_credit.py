"""Credits from a file: tried out first, a reason a row, and nothing half imported."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app import clock
from app.models import CreditGrant, LedgerAccount
from app.operations import checks, grants
from tests import factories as f
from tests.views.test_imports import counts, done, tried, upload, wrong_cells

GRANTS = "/office/credit-grants"
HEAD = "plan_id;fiscal_code;amount;expires_on\n"
CODES = ("RSSMRA85T10A562S", "VRDLGU80A01F205T")


@pytest.fixture
def company(db):
    return f.SeatFactory(kind="company", organization=f.OrganizationFactory(kind="company"))


@pytest.fixture
def plan(db, company, now):
    company.alliance = company.organization.alliance
    plan = f.WelfarePlanFactory(organization=company.organization)
    return grants.fund(db, plan, amount="300.00", now=now)


@pytest.fixture
def hr(db, company, plan, reader):
    for code in CODES:
        f.PersonFactory(alliance=plan.alliance, fiscal_code=code, no_fiscal_code=None)
    db.flush()
    return reader(company)


def line(plan, code, amount, now, days=90):
    return f"{plan.id};{code};{amount};{clock.local_date(now) + timedelta(days=days)}\n"


def given(db):
    return db.scalar(select(func.count(CreditGrant.id)))


def test_a_company_gives_its_employees_their_credits_from_a_file(db, hr, plan, now):
    content = HEAD + line(plan, CODES[0], "120,50", now) + line(plan, CODES[1], "100", now)
    path = upload(hr, GRANTS, content.encode(), "crediti.csv")
    tried(hr, path)
    assert given(db) == 0
    done(hr, path)
    assert given(db) == 2
    wallets = select(func.sum(LedgerAccount.balance)).where(LedgerAccount.kind == "wallet")
    assert str(db.scalar(wallets)) == "220.50"
    assert checks.run(db, now=now) == []


def test_every_row_that_is_wrong_says_why_and_nothing_is_half_imported(db, hr, plan, now):
    content = HEAD + "".join(
        [
            line(plan, CODES[0], "100", now),
            line(plan, CODES[0], "100", now),
            line(plan, "BNCLRA90A41F205I", "10", now),
            line(plan, CODES[1], "-5", now),
            line(plan, CODES[1], "5", now, days=-9),
            line(plan, CODES[1], "900", now),
        ]
    )
    path = upload(hr, GRANTS, content.encode("cp1252"), "crediti.csv")
    page = tried(hr, path)
    assert {row for row, _ in wrong_cells(page)} == {3, 4, 5, 6, 7}
    assert given(db) == 0
    assert counts(page)
