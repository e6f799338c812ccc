"""Opening encrypted columns, and the log of who did."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models import SensitiveRead
from app.sealed import Sealed
from app.transaction import ScopedSession, elevated

# Where a session whose work will be taken back notes what it opened meanwhile.
TRIED = "opened by a trial"


def trial(db: Session) -> None:
    """From here on the session's work is for trial: what it opens is opened all the same."""
    db.info[TRIED] = []


def log_trial(db: Session, *, now: datetime) -> None:
    """Write down what a trial opened, after its work was taken back."""
    for table_name, row_ids, columns in db.info.pop(TRIED, ()):
        log(db, table_name, row_ids, columns, now=now)


def log(
    db: Session, table_name: str, row_ids: Iterable[int], columns: Iterable[str], *, now: datetime
) -> None:
    """Write down that the caller opened these columns of these rows."""
    if not isinstance(db, ScopedSession) or db.principal.alliance_id is None:
        return  # Jobs and the command line open nothing for anybody.
    row_ids, columns = sorted(set(row_ids)), sorted(set(columns))
    if TRIED in db.info:
        db.info[TRIED].append((table_name, row_ids, columns))
    with elevated(db, "log the reading of encrypted columns") as system:
        system.add(
            SensitiveRead(
                alliance_id=db.principal.alliance_id,
                at=now,
                table_name=table_name,
                row_ids=row_ids,
                columns=columns,
                user_id=db.principal.user_id,
                seat_id=db.principal.seat_id,
            )
        )


def reveal(
    db: Session, rows: Sequence[Any], columns: Sequence[str], *, now: datetime
) -> dict[int, dict[str, str]]:
    """The text of encrypted columns by row, and one line in the log of reads."""
    if not rows:
        return {}
    log(db, rows[0].__tablename__, [row.id for row in rows], columns, now=now)
    found: dict[int, dict[str, str]] = {}
    for row in rows:
        values = {name: getattr(row, name) for name in columns}
        found[row.id] = {
            name: value.reveal() if isinstance(value, Sealed) else str(value or "")
            for name, value in values.items()
        }
    return found
