"""Families are reminded of what is to be paid; notices that nobody paid end, and their places go
to whoever is next.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import notice_letters, payments


def remind(db: Session, now: datetime) -> int:
    """Tell of the days that come and of those that passed; a letter a transaction."""
    due = payments.to_remind(db, now=now)
    return each(db, due, lambda row: payments.remind(db, *row, now=now))


def expire(db: Session, now: datetime) -> int:
    """End what is unpaid so long past its day; a notice a transaction."""
    late = payments.overdue(db, now=now - notice_letters.KEPT)
    return each(db, late, lambda number: payments.expire(db, number, now=now))
