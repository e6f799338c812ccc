"""A company's welfare plan, and what two of the families have of it."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app import clock
from app.demo.families import Families
from app.demo.network import Network
from app.operations import grants

COMPANY = "gesam"
# Each employee's credit, and the days for which it is still good.
GIVEN = ((Decimal(9), 200), (Decimal(80), 40))


def give(db: Session, network: Network, known: Families, now: datetime) -> None:
    """Open the plan of the year and give the credits out of it."""
    company = network.bodies.get(COMPANY)
    if company is None:
        return
    today = clock.local_date(now)
    opened = now - timedelta(days=90)
    plan = grants.make_plan(
        db, organization_id=company.id, title=f"Piano welfare {today.year}", year=today.year,
        letters="f f-bis f-ter", starts_on=clock.local_date(opened),
        ends_on=today + timedelta(days=300), now=opened,
    )  # fmt: skip
    grants.fund(db, plan, amount=Decimal(5000), note="Versamento dell'anno", now=opened)
    for family, (amount, days) in zip(known.families, GIVEN, strict=False):
        grants.grant(
            db, plan_id=plan.id, amount=amount, expires_on=today + timedelta(days=days),
            fiscal_code=str(family.parent.fiscal_code), now=opened,
        )  # fmt: skip
    db.flush()
