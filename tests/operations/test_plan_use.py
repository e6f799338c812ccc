"""A company learns what its plan is used for, and never what one employee used."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.models import WelfarePlan
from app.operations import grants, ledger, plan_use
from tests import factories as f
from tests.operations.plans import funded_plan

D = Decimal


@pytest.fixture
def plan(db, now):
    company = f.OrganizationFactory(kind="company")
    return funded_plan(db, company, now, days=900, letters="f-bis")


@pytest.fixture
def given(db, plan, now):
    """Six employees' credits of a hundred euro."""
    people = [f.PersonFactory(alliance=plan.alliance) for _ in range(6)]
    return [
        grants.grant(
            db, plan_id=plan.id, amount="100.00", fiscal_code=one.fiscal_code,
            expires_on=clock.local_date(now) + timedelta(days=800), now=now,
        )
        for one in people
    ]  # fmt: skip


def month(now, away):
    """Noon of the fifteenth of a month so many months from now."""
    first = clock.local_date(now).replace(day=15)
    number = first.month - 1 + away
    day = first.replace(year=first.year + number // 12, month=number % 12 + 1)
    return now + timedelta(days=(day - clock.local_date(now)).days)


def spend(db, grant, amount, at):
    """The wallet pays for a place, which begins at once. Returns the place."""
    row = f.EnrollmentFactory(alliance=grant.alliance, status="draft", fee=amount)
    keys = {"alliance_id": grant.alliance_id}
    family = ledger.account(db, kind="family", person_id=row.person_id, **keys)
    provider = ledger.account(
        db, kind="provider", organization_id=row.slot.organization_id, **keys
    )  # fmt: skip
    letters = frozenset({"f-bis"})
    payer = ledger.split.Payer(grants.wallet(db, grant), "wallet", D(amount), letters)
    ledger.hold(db, row, D(amount), [payer], letters=letters, family=family, now=at)
    ledger.capture(db, row, provider=provider, now=at)
    return row


def told(db, plan, at):
    return [(one.employees, one.amount) for one in plan_use.monthly(db, plan, now=at)]


def test_a_month_of_five_is_told_and_one_of_four_is_not(db, plan, given, now):
    for grant in given[:5]:
        spend(db, grant, "10.00", month(now, 1))
    for grant in given[:4]:
        spend(db, grant, "20.00", month(now, 2))
    assert told(db, plan, month(now, 3)) == [(None, None), (5, D("50.00"))]


def test_one_employee_who_spends_five_times_is_one(db, plan, given, now):
    for _ in range(5):
        spend(db, given[0], "10.00", month(now, 1))
    assert told(db, plan, month(now, 2)) == [(None, None)]


def test_the_running_month_is_not_told_and_a_past_one_never_changes(db, plan, given, now):
    places = [spend(db, grant, "10.00", month(now, 1)) for grant in given]
    assert told(db, plan, month(now, 1)) == []
    known = told(db, plan, month(now, 2))
    assert known == [(6, D("60.00"))]
    ledger.refund(db, places[0], amount="10.00", now=month(now, 2))
    # The one who had it back would be known by the difference.
    assert told(db, plan, month(now, 2)) == known
    assert told(db, plan, month(now, 3)) == [(None, None), *known]


def test_another_plan_counts_its_own(db, plan, given, now):
    for grant in given:
        spend(db, grant, "10.00", month(now, 1))
    other = f.WelfarePlanFactory(alliance=plan.alliance, organization=plan.organization)
    assert isinstance(other, WelfarePlan)
    assert told(db, other, month(now, 2)) == []
