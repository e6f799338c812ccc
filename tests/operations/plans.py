"""Welfare plans of the tests, with money in them."""

from datetime import timedelta

from app import clock
from app.operations import grants


def funded_plan(db, company, now, *, amount="1000.00", days=300, letters="f f-bis"):
    """A plan of the company's that runs for so many days, with so much to give."""
    today = clock.local_date(now)
    made = grants.make_plan(
        db, organization_id=company.id, title="Piano", year=today.year, letters=letters,
        starts_on=today, ends_on=today + timedelta(days=days), now=now,
    )  # fmt: skip
    return grants.fund(db, made, amount=amount, now=now)
