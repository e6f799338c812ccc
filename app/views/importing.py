"""Imports and their undoing, done: at once where they are short, else by the jobs process."""

import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import orjson
from flask import current_app
from flask_babel import gettext
from sqlalchemy import delete, select

from app import security
from app.errors import NotFound
from app.imports import headings, sheets
from app.imports.headings import Headings
from app.imports.plans import Counts, Line
from app.imports.run import LOT, attempt
from app.imports.undo import take_back
from app.models import Work, WorkLine
from app.operations import imports, works
from app.operations import rows as row_operations
from app.operations.imports import Mark
from app.problems import translated
from app.query.export import csv_file
from app.query.xlsx import xlsx_file
from app.transaction import ScopedSession, web
from app.views import matching, words
from app.views.screens import VIEWS
from app.views.writing import WriteScreens
from app.works import Task, kind

# So many rows are done while somebody waits for the answer.
AT_ONCE = 500
SPOOLED = 1 << 20

Progress = Callable[[int, int], None]


def folder() -> Path:
    """Where the files of long work lie."""
    var: Path = current_app.extensions["settings"].var
    return var / "works"


def view_of(resource: str) -> WriteScreens:
    """The screens of a noun. Raises NotFound."""
    found = current_app.extensions["appbuilder"].baseviews
    wanted = VIEWS.get(resource)
    view = next((v for v in found if type(v) is wanted), None)
    if not isinstance(view, WriteScreens):
        raise NotFound()
    return view


def said_headings(payload: Mapping[str, Any]) -> Headings:
    """Where the headings of the sheet stand."""
    return Headings(payload["line"], payload["depth"], tuple(payload["titles"]))


def below(payload: Mapping[str, Any], path: Path) -> Iterator[sheets.Row]:
    """The rows of the sheet below its headings."""
    found = said_headings(payload)
    rows = sheets.kept_rows(path, payload["sheet"])
    return (row for row in rows if headings.after(row[0], found))


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


def lines_of(db: ScopedSession, work_id: int) -> Iterator[WorkLine]:
    """What became of the rows of a work, in their order."""
    after = 0
    while True:
        asked = select(WorkLine).where(WorkLine.work_id == work_id, WorkLine.line > after)
        found = db.scalars(asked.order_by(WorkLine.line).limit(LOT)).all()
        yield from found
        if len(found) < LOT:
            return
        after = found[-1].line
        db.expunge_all()


# ---------------------------------------------------------------- the report


def label(view: WriteScreens, name: str) -> str:
    """What a field of the noun is called."""
    return gettext(matching.NUMBER) if name == "id" else view.label(name) or name


def report(
    view: WriteScreens, pk: int, payload: Mapping[str, Any], path: Path, form: str, *, wrong: bool
) -> tuple[list[str], Generator[list[Any], None, None]]:
    """The headings and the rows of a sheet with what became of each, and why; or the rows alone
    that were refused."""
    width = payload["sheets"][payload["sheet"]]["columns"]
    names = [*payload["titles"], *([""] * width)][: max(width, len(payload["titles"]))]
    as_cell = sheets.as_value if form == "xlsx" else sheets.as_text
    db = web()  # While it is sent, the request has another.

    def found() -> Generator[list[Any], None, None]:
        said = lines_of(db, pk)
        line = next(said, None)
        for number, row in below(payload, path):
            while line is not None and line.line < number:
                line = next(said, None)
            mine = line if line is not None and line.line == number else None
            if wrong and (mine is None or mine.outcome != "refused"):
                continue
            cells = [as_cell(cell) for cell in row]
            outcome = words.said(WorkLine.OUTCOMES[mine.outcome]) if mine is not None else ""
            rest = [""] * (len(names) - len(cells))
            yield [*cells, *rest, outcome, _reason(view, mine)]

    return [*names, gettext("Outcome"), gettext("Reason")], found()


def _reason(view: WriteScreens, line: WorkLine | None) -> str:
    said = (line.errors if line is not None else None) or ()
    told = ((name, translated(message, params)) for name, message, params in said)
    return "; ".join(f"{label(view, name)}: {text}" if name else text for name, text in told)


def sheet_of(
    form: str, heads: list[str], read: Iterable[list[Any]], title: str
) -> Generator[bytes, None, None]:
    """The report as a file."""
    if form == "xlsx":
        return xlsx_file(heads, read, title)
    return csv_file(heads, read, for_people=True)


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
