"""How the municipality that runs the demo's days is paid, and what the login's family owes it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, models
from app.demo.families import Families
from app.operations import payees, payments

DAYS = 10
SEGREGATION_CODE = 1


def ask(db: Session, known: Families, now: datetime) -> None:
    """Ask the first family for what its places cost beyond its credit."""
    if not known.families or known.families[0].account is None:
        return
    mine = models.Enrollment.application.has(user_id=known.families[0].account.id)
    rows = select(models.Enrollment).where(mine, models.Enrollment.status == "placed")
    for enrollment in db.scalars(rows.order_by(models.Enrollment.id).limit(1)):
        body = enrollment.slot.organization
        payee = payees.set_payee(db, body, kind="pagopa", segregation_code=SEGREGATION_CODE)
        due_on = clock.local_date(now) + timedelta(days=DAYS)
        payments.issue(db, enrollment.application, payee, due_on=due_on, now=now)
