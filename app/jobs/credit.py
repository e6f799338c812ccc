"""Credit that was not spent by its last day leaves the wallet; what is held for is spent."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import grants, paying


def expire(db: Session, now: datetime) -> int:
    """Take back what is left of every credit past its last day; a credit a transaction."""
    return each(db, grants.due(db, now=now), lambda number: grants.expire(db, number, now=now))


def spend(db: Session, now: datetime) -> int:
    """Spend what was held for every place that has begun; a place a transaction."""
    return each(db, paying.due(db, now=now), lambda number: paying.capture(db, number, now=now))
