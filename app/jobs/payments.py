"""Notices that nobody paid end, and their places go to whoever is next."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import payments

# A transfer of the last day comes a working day later, and its receipt is taken in by hand: who
# paid in time loses no place over a weekend.
TOLD_WITHIN = timedelta(days=5)


def expire(db: Session, now: datetime) -> int:
    """End what is unpaid so long past its day; a notice a transaction."""
    late = payments.overdue(db, now=now - TOLD_WITHIN)
    return each(db, late, lambda number: payments.expire(db, number, now=now))
