"""Welfare plans, and the credits that a company gives: found by codice fiscale, ended on a day."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app import clock
from app.errors import Duplicate, Invalid, NotEnoughCredit
from app.models import CreditGrant, LedgerAccount
from app.operations import checks, grants, ledger
from app.operations.split import Payer
from tests import factories as f
from tests.operations.plans import funded_plan

CODE = "RSSMRA85T10A562S"


@pytest.fixture
def company(db):
    return f.OrganizationFactory(kind="company")


@pytest.fixture
def employee(db, company):
    return f.PersonFactory(alliance=company.alliance, fiscal_code=CODE, no_fiscal_code=None)


@pytest.fixture
def plan(db, company, now):
    return funded_plan(db, company, now, letters="f, f-bis")


@pytest.fixture
def given(db, plan, employee, now):
    return grants.grant(db, **credit(plan, now), now=now)


def credit(plan, now, **values):
    found = {
        "plan_id": plan.id, "amount": "200.00", "fiscal_code": CODE,
        "expires_on": clock.local_date(now) + timedelta(days=100),
    }  # fmt: skip
    return found | values


def balance(db, kind):
    rows = select(func.sum(LedgerAccount.balance)).where(LedgerAccount.kind == kind)
    return str(db.scalar(rows))


def test_an_employee_is_given_what_leaves_the_plan(db, plan, employee, given, now):
    assert (given.person_id, given.letters) == (employee.id, "f f-bis")
    assert (balance(db, "plan"), balance(db, "wallet")) == ("800.00", "200.00")
    assert checks.run(db, now=now) == []


def test_the_same_line_twice_gives_one_credit(db, plan, given, now):
    with pytest.raises(Duplicate) as refused:
        grants.grant(db, **credit(plan, now), now=now)
    assert refused.value.field == "fiscal_code"


def test_a_plan_gives_no_more_than_it_has(db, plan, employee, now):
    with pytest.raises(NotEnoughCredit) as refused, db.begin_nested():
        grants.grant(db, **credit(plan, now, amount="1000.01"), now=now)
    assert refused.value.field == "amount"
    assert db.scalar(select(func.count(CreditGrant.id))) == 0


REFUSED = [
    ("amount", {"amount": "-5"}),
    ("amount", {"amount": "1e30"}),
    ("amount", {"amount": "NaN"}),
    ("fiscal_code", {"fiscal_code": "RSSMRA85T10A562X"}),
    ("fiscal_code", {"fiscal_code": "VRDLGU80A01F205T"}),
    ("letters", {"letters": "f-ter"}),
    ("letters", {"letters": "zz"}),
    ("plan_id", {"plan_id": 0}),
    ("service_id", {"title_voucher": True}),
    ("service_id", {"title_voucher": True, "service_id": 0}),
]


@pytest.mark.parametrize(("field", "values"), REFUSED, ids=str)
def test_what_is_wrong_with_a_credit_is_said_by_name(db, plan, employee, now, field, values):
    with pytest.raises(Invalid) as refused:
        grants.grant(db, **credit(plan, now, **values), now=now)
    assert refused.value.field == field
    assert balance(db, "plan") == "1000.00"


def test_a_credit_does_not_end_before_it_begins(db, plan, employee, now):
    yesterday = clock.local_date(now) - timedelta(days=2)
    with pytest.raises(Invalid) as refused:
        grants.grant(db, **credit(plan, now, expires_on=yesterday), now=now)
    assert refused.value.field == "expires_on"


def test_only_a_voucher_names_its_service(db, plan, employee, now):
    service = f.ServiceFactory(alliance=plan.alliance)
    with pytest.raises(Invalid) as refused:
        grants.grant(db, **credit(plan, now, service_id=service.id), now=now)
    assert refused.value.field == "service_id"
    made = grants.grant(
        db, **credit(plan, now, service_id=service.id, title_voucher=True), now=now
    )  # fmt: skip
    assert made.service is service


def test_only_a_company_has_a_plan(db, now):
    body = f.OrganizationFactory(kind="third_sector")
    with pytest.raises(Invalid) as refused:
        grants.make_plan(db, organization_id=body.id, title="Piano", now=now)
    assert refused.value.field == "organization_id"


def test_what_is_left_after_the_last_day_leaves_the_wallet_and_does_not_tell_the_company(
    db, plan, given, now
):
    last = now + timedelta(days=100)
    assert grants.due(db, now=last) == []
    after = now + timedelta(days=101)
    assert grants.due(db, now=after) == [given.id]
    assert grants.expire(db, given.id, now=after)
    assert not grants.expire(db, given.id, now=after)
    # The plan's own balance stays: its company could tell from it what was used.
    assert [balance(db, kind) for kind in ("wallet", "plan", "returned")] == [
        "0.00", "800.00", "200.00",
    ]  # fmt: skip
    assert checks.run(db, now=after) == []


def test_what_was_held_in_time_stays_held(db, plan, given, now):
    letters = frozenset({"f-bis"})
    enrollment = f.EnrollmentFactory(alliance=plan.alliance, application__status="draft")
    wallet = grants.wallet(db, given)
    family = ledger.account(
        db, alliance_id=plan.alliance_id, kind="family", person_id=enrollment.person_id
    )
    ledger.hold(
        db, enrollment, Decimal(80), [Payer(wallet, "wallet", Decimal(200), letters)],
        letters=letters, family=family, now=now,
    )  # fmt: skip
    after = now + timedelta(days=101)
    grants.expire(db, given.id, now=after)
    assert (balance(db, "held"), balance(db, "returned")) == ("80.00", "120.00")
