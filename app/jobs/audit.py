"""Seals the audit's events into their chain."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.batch import Stopped, stopping
from app.operations import seals

log = logging.getLogger("intreccio.jobs")


def seal(db: Session, now: datetime) -> int:
    """Seal what has been committed since the last time; return how many events."""
    done = 0
    while found := seals.seal_next(db):
        db.commit()
        done += found
        if stopping.is_set():
            raise Stopped
    db.commit()  # lets go of the lock
    if done:
        # In a log that leaves the machine, a chain cut short at its end shows as well.
        log.info("the audit's chain: %s events, head %s", *seals.head(db))
    return done
