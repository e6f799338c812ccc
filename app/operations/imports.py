"""What an import changed, as the trail knows it: so that it can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.errors import N_, Conflict
from app.models import AuditEvent, AuditValue, Work, WorkLine
from app.transaction import ScopedSession, elevated

UNDER_WAY = N_("This import is under way or done already.")


@dataclass(frozen=True)
class Mark:
    """Where a transaction's own events stand in the trail: the first number, and its instant."""

    after: int
    at: datetime


@dataclass
class Trace:
    """What the trail has of a row since an import: what it replaced, and whether anybody has
    changed the row again."""

    former: dict[str, Any] = field(default_factory=dict)
    changed: bool = False
    again: bool = False
    erased: bool = False


def mark(db: Session) -> Mark:
    """Where the trail stands now, and what the transaction's own events say when they were."""
    with elevated(db, "where the trail stands") as system:
        after, at = system.execute(select(func.max(AuditEvent.id), func.now())).one()
    return Mark(after or 0, at)


def grown(db: Session, model: type[Any]) -> None:
    """Let the database see how large a table has become within the transaction: plans that were
    made when it was small would read all of it for each row."""
    with elevated(db, "say how far a table has grown") as system:
        system.execute(text(f"ANALYZE {model.__tablename__}"))


def traces(
    db: Session, table: str, keys: Iterable[int], begun: Mark, last: int
) -> dict[int, Trace]:
    """What an import, whose events follow its mark up to the last one, did to these rows."""
    found = {key: Trace() for key in keys}
    seat = cast(ScopedSession, db).principal.seat_id
    asked = (
        select(AuditEvent, AuditValue.before, AuditValue.id)
        .outerjoin(AuditValue, AuditValue.event_id == AuditEvent.id)
        .where(
            AuditEvent.table_name == table,
            AuditEvent.row_id.in_(list(found)),
            AuditEvent.id > begun.after,
        )
        .order_by(AuditEvent.id)
    )
    with elevated(db, "what an import replaced") as system:
        for event, before, value in system.execute(asked):
            trace = found[event.row_id]
            # Its own: in one transaction all events have one instant.
            if event.id > last or event.at != begun.at or event.seat_id != seat:
                trace.again = True
            elif event.action == "update":
                trace.changed = True
                trace.erased = trace.erased or value is None
                # Of a row that was changed twice, what it had at first.
                trace.former = {**(before or {}), **trace.former}
    return found


def anew(db: Session, work: Work, payload: dict[str, Any]) -> None:
    """Begin an import again from its file: what was said of its rows is no more.

    Raises Conflict for one that is under way or was done.
    """
    if work.status in ("queued", "running") or work.payload.get("applied"):
        raise Conflict(UNDER_WAY)
    db.execute(delete(WorkLine).where(WorkLine.work_id == work.id))
    work.payload = {**work.payload, **payload}
    work.status, work.error, work.stop_asked = "prepared", None, False
    work.done = work.failed = 0
    work.started_at = work.finished_at = work.seen_at = None
    db.flush()


def ended(
    db: Session, work: Work, payload: dict[str, Any], *, done: int, failed: int, now: datetime
) -> None:
    """Note how work ended that was done at once; what takes long, the jobs process ends."""
    work.payload = {**work.payload, **payload}
    work.status, work.done, work.failed = "done", done, failed
    work.started_at = work.started_at or now
    work.finished_at = work.seen_at = now
    db.flush()
