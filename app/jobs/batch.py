"""Many rows, each in a transaction of its own: a bad one never stops the others."""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy.orm import Session

log = logging.getLogger("intreccio.jobs")

T = TypeVar("T")

# Set when the process is asked to end: the row in hand is finished, the rest is left.
stopping = threading.Event()


class Stopped(Exception):
    """The process ends before all rows were done; those that were are committed."""


class RowsFailed(Exception):
    """Some rows failed; ``done`` others did not."""

    def __init__(self, done: int, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.done = done


def each(db: Session, rows: Iterable[T], act: Callable[[T], object]) -> int:
    """Do it to each row and commit; return to how many it made a difference.

    ``act`` says False when there was nothing to do. Raises RowsFailed after the last row,
    Stopped between two.
    """
    done = 0
    errors: list[str] = []
    for row in rows:
        if stopping.is_set():
            raise Stopped
        try:
            changed = act(row)
            db.commit()
        except Exception as error:
            db.rollback()
            log.exception("row %s failed", row)
            # The log has the words: they may hold another alliance's data.
            errors.append(f"{row}: {type(error).__name__}"[:500])
        else:
            done += changed is not False
    if errors:
        raise RowsFailed(done, errors)
    return done
