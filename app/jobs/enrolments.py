"""Offered places that nobody accepted in time go on to the next family."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import enrollments


def expire(db: Session, now: datetime) -> int:
    """End every offer that is past its hour and promote the next; an offer a transaction."""
    due = enrollments.due_offers(db, now=now)
    return each(db, due, lambda number: enrollments.expire(db, number, now=now))
