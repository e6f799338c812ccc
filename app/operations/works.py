"""Long work: asked for by a seat, done by the jobs process under it, watched and stopped."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, NotFound
from app.inserts import held
from app.inserts import insert as enter
from app.models import Work, WorkLine
from app.transaction import ScopedSession, elevated

# What was given to long work and what it made lies there so long; the office's copy is elsewhere.
KEPT = timedelta(days=7)
# What was prepared and not begun for so long is begun no more.
FORGOTTEN = timedelta(days=1)
OVER = ("done", "failed", "cancelled")
BUSY = N_("This work is not waiting to begin.")


def ask(
    db: Session,
    *,
    kind: str,
    resource: str,
    title: str,
    payload: Mapping[str, Any],
    total: int | None = None,
    status: str = "queued",
    source: tuple[str, str] | None = None,
    undoes_id: int | None = None,
    now: datetime,
) -> Work:
    """Work that the jobs process begins within a second; ``prepared`` work waits for ``begin``.

    ``source`` is the name and the digest of the file that it reads.
    """
    principal = cast(ScopedSession, db).principal
    name, digest = source or (None, None)
    row = enter(
        db, Work, seat_id=principal.seat_id, alliance_id=principal.alliance_id, kind=kind,
        resource=resource, title=title[:200], payload=dict(payload), total=total, status=status,
        source_name=name, source_digest=digest, undoes_id=undoes_id, asked_at=now,
    )  # fmt: skip
    return held(db, Work, row.id)


def begin(db: Session, work: Work, payload: Mapping[str, Any], *, now: datetime) -> Work:
    """Hand prepared work to the jobs process. Raises Conflict where it is under way or over."""
    if work.status != "prepared":
        raise Conflict(BUSY)
    work.payload, work.status, work.asked_at = {**work.payload, **payload}, "queued", now
    db.flush()
    return work


def take(db: Session, work_id: int, *, now: datetime) -> Work:
    """Prepared work to be done within this transaction, once. Raises NotFound, Conflict."""
    work = db.get(Work, work_id, with_for_update=True, populate_existing=True)
    if work is None:
        raise NotFound()
    if work.status != "prepared":
        raise Conflict(BUSY)
    work.status, work.started_at = "running", now
    db.flush()
    return work


def finish(db: Session, work: Work, *, done: int, failed: int, now: datetime) -> None:
    """Note that work which was taken is done, before the eyes of whoever asked."""
    work.status, work.done, work.failed = "done", done, failed
    work.finished_at = work.seen_at = now
    db.flush()


def let_go(db: Session, kind: str, *, now: datetime) -> None:
    """End the caller's own work of that kind that was prepared long ago and never begun."""
    old = (Work.kind == kind, Work.status == "prepared", Work.asked_at < now - FORGOTTEN)
    for work in db.scalars(select(Work).where(*old)):
        work.status, work.finished_at, work.seen_at = "cancelled", now, now
    db.flush()


def stop(db: Session, work: Work, *, now: datetime) -> Work:
    """Ask work to stop: at once where it waits, else before its next row. Raises Conflict."""
    with elevated(db, "stop one's own long work") as system:
        row = system.get(Work, work.id, with_for_update=True)
        if row is None:
            raise NotFound()
        if row.status in OVER:
            raise Conflict(N_("This work is over."))
        if row.status == "running":
            row.stop_asked = True
        else:
            row.status, row.finished_at, row.seen_at = "cancelled", now, now
    return db.get_one(Work, work.id)


def seen(db: Session, work: Work, *, now: datetime) -> None:
    """Note that whoever asked has seen how it ended."""
    if work.status in OVER and work.seen_at is None:
        work.seen_at = now
        db.flush()


def note(db: Session, work_id: int, lines: Sequence[Mapping[str, Any]]) -> None:
    """Keep what became of some rows: ``line``, ``row_id``, ``outcome`` and ``errors`` of each."""
    if not lines:
        return
    with elevated(db, "note what became of the rows of a long work") as system:
        made = [{"row_id": None, "errors": None, **line, "work_id": work_id} for line in lines]
        system.execute(insert(WorkLine).values(made))


def last_line(db: Session, work_id: int) -> int:
    """The last line that was noted: a work of many transactions goes on after it."""
    return db.scalar(select(func.max(WorkLine.line)).where(WorkLine.work_id == work_id)) or 0


# ---------------------------------------------------------------- files


def store(parts: Iterable[bytes], folder: Path) -> tuple[str, int]:
    """Keep a file that is still being made: (its digest, its size in bytes)."""
    digest, size = hashlib.sha256(), 0
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as unfinished:
        for part in parts:
            digest.update(part)
            size += len(part)
            unfinished.write(part)
        unfinished.flush()
        os.fsync(unfinished.fileno())
    Path(unfinished.name).replace(folder / digest.hexdigest())
    return digest.hexdigest(), size


def stored(digest: str | None, folder: Path) -> Path:
    """Where a kept file lies. Raises NotFound for one whose time is over."""
    found = folder / (digest or "none")
    if not found.is_file():
        raise NotFound()
    return found


def sweep(folder: Path, *, now: datetime) -> int:
    """Take away the files whose time is over; how many."""
    gone = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.stat().st_mtime < (now - KEPT).timestamp():
            file.unlink(missing_ok=True)
            gone += 1
    return gone
