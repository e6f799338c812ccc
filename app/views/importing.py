"""Imports and their undoing, done: at once where they are short, else by the jobs process."""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson
from sqlalchemy import delete, select

from app import security
from app.imports.plans import Counts, Line
from app.imports.run import LOT, attempt
from app.imports.undo import take_back
from app.models import Work, WorkLine
from app.operations import imports, works
from app.operations import rows as row_operations
from app.operations.imports import Mark
from app.transaction import web
from app.views import matching
from app.views.import_outcome import report, sheet_of
from app.views.matching import below
from app.views.registry import view_of
from app.works import Task, kind

# So many rows are done while somebody waits for the answer.
AT_ONCE = 500
SPOOLED = 1 << 20

Progress = Callable[[int, int], None]


class _Spool:
    """What became of each row, on disk until it is known what became of the whole."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOLED)  # noqa: SIM115

    def __enter__(self) -> "_Spool":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def put(self, line: Line) -> None:
        """Take one more."""
        self._file.write(orjson.dumps(line.noted(), option=orjson.OPT_APPEND_NEWLINE))

    def note(self, work_id: int, *, all_: bool) -> None:
        """Write them down: all, or only those that were refused."""
        self._file.seek(0)
        read = (orjson.loads(text) for text in self._file)
        wanted = (line for line in read if all_ or line["outcome"] == "refused")
        while lot := list(islice(wanted, LOT)):
            if not all_:
                lot = [{**line, "row_id": None} for line in lot]
            works.note(web(), work_id, lot)


def bring_in(
    work_id: int, payload: Mapping[str, Any], path: Path, now: datetime, progress: Progress
) -> tuple[Counts, dict[str, Any]]:
    """Try an import out, or do it: what its rows come to, and what the payload says of it."""
    db = web()
    plan, dry = matching.plan(view_of(payload["resource"]), payload), payload["step"] == "check"
    begun = imports.mark(db)
    with _Spool() as spool:
        counts, done = attempt(
            db, plan, below(payload, path), now=now, put=spool.put, dry=dry, progress=progress
        )
        db.execute(delete(WorkLine).where(WorkLine.work_id == work_id))
        spool.note(work_id, all_=done)
    said: dict[str, Any] = {"counts": asdict(counts), "applied": done}
    if done:
        last = imports.mark(db).after
        said |= {"after": begun.after, "last": last, "at": begun.at.isoformat()}
        said["wrote"] = sorted({t.name for t in plan.columns.values()} & plan.changes)
    return counts, said


def undo(
    work_id: int, undone: Work, now: datetime, progress: Progress
) -> tuple[Counts, dict[str, Any]]:
    """Take an import back: what its rows come to, and what the payload says of it."""
    payload = dict(undone.payload)
    begun = Mark(payload["after"], datetime.fromisoformat(payload["at"]))
    with _Spool() as spool:
        counts = take_back(
            web(), undone.resource, _done_lines(undone.id), frozenset(payload["wrote"]), begun,
            payload["last"], now=now, put=spool.put, progress=progress,
        )  # fmt: skip
        spool.note(work_id, all_=True)
    return counts, {"counts": asdict(counts), "applied": True}


def _done_lines(work_id: int) -> Iterator[tuple[int, int, str]]:
    """The lines of an import that entered or changed a row, the last one first."""
    before = 2**31 - 1
    while True:
        asked = (
            select(WorkLine.line, WorkLine.row_id, WorkLine.outcome)
            .where(
                WorkLine.work_id == work_id,
                WorkLine.outcome.in_(("created", "changed")),
                WorkLine.line < before,
            )
            .order_by(WorkLine.line.desc())
            .limit(LOT)
        )
        found = web().execute(asked).all()
        for line, row_id, outcome in found:
            yield line, row_id or 0, outcome
        if len(found) < LOT:
            return
        before = found[-1][0]


# ---------------------------------------------------------------- by the jobs process


@kind("import")
def _import(task: Task) -> None:
    if row_operations.get(web(), Work, task.id).payload.get("applied"):
        return  # It was committed, and then the process died.
    payload = {**task.payload, "resource": task.resource}
    task.progress(0, 0, payload["rows"])
    counts, said = bring_in(task.id, payload, task.given(), security.moment(), task.progress)
    if said["applied"]:
        heads, found = report(
            view_of(task.resource), task.id, payload, task.given(), "xlsx", wrong=False
        )
        task.make(f"{task.resource}-{task.id}.xlsx", sheet_of("xlsx", heads, found, task.resource))
    _end(task, counts, said)


@kind("undo")
def _undo(task: Task) -> None:
    if row_operations.get(web(), Work, task.id).payload.get("applied"):
        return
    undone = row_operations.get(web(), Work, task.undoes or 0)
    task.progress(0, 0, undone.payload["counts"]["created"] + undone.payload["counts"]["changed"])
    counts, said = undo(task.id, undone, security.moment(), task.progress)
    _end(task, counts, said)


def _end(task: Task, counts: Counts, said: dict[str, Any]) -> None:
    """The last thing: from here on the work's own row is ours until the transaction ends."""
    task.done, task.failed = counts.total - counts.refused, counts.refused
    work = row_operations.get(web(), Work, task.id)
    work.payload = {**work.payload, **said}
    web().flush()
