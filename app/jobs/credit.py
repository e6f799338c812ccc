"""Credit that was not spent by its last day leaves the wallet."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import grants


def expire(db: Session, now: datetime) -> int:
    """Take back what is left of every credit past its last day; a credit a transaction."""
    return each(db, grants.due(db, now=now), lambda number: grants.expire(db, number, now=now))
