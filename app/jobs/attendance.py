"""Who is absent without a word on more days than the workshop allows gives later places on."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import each
from app.operations import absences


def mind(db: Session, now: datetime) -> int:
    """Warn families, or give their later places on; a person and workshop a transaction."""
    return each(db, absences.due(db, now=now), lambda one: absences.mind(db, *one, now=now))
