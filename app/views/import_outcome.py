"""What came of an import: its page, and its report."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import select

from app import security
from app.errors import NotFound
from app.imports import sheets
from app.imports.run import LOT
from app.models import Work, WorkLine
from app.operations import rows as row_operations
from app.operations import works
from app.problems import translated
from app.query import grammar, rows
from app.query.export import csv_file
from app.query.xlsx import xlsx_file
from app.transaction import ScopedSession, web
from app.views import matching, words
from app.views.matching import below, in_words
from app.views.outcomes import folder, reasons
from app.views.writing import WriteScreens

FIRST_ROWS = 5
WRONG_ROWS = 25
# How a work ends that wrote nothing.
NOT_DONE = ("failed", "cancelled")


def outcome(view: WriteScreens, work: Work) -> str:
    """The page of what an import came to, or would; whoever asked has seen it now."""
    payload = work.payload
    path = _kept(work)
    shown = [
        (int(number), name, label(view, name))
        for number, name in sorted(payload.get("columns", {}).items(), key=lambda c: int(c[0]))
    ]
    wrong, following = _wrong(work)
    cells = _cells(payload, path, {line["line"] for line in wrong}) if path else {}
    first = list(islice(below(payload, path), FIRST_ROWS)) if path and shown else []
    web().expunge_all()
    work = row_operations.get(web(), Work, work.id)
    if work.kind == "import" and work.seen_at is None:
        works.seen(web(), work, now=security.moment())
    return view.page(
        "import_outcome",
        title=work.title,
        work=work,
        state=words.said(Work.STATES[work.status]),
        counts=payload.get("counts", {}),
        said={k: words.number(v) for k, v in payload.get("counts", {}).items()},
        shown=shown,
        wrong=[_wrong_row(view, line, cells.get(line["line"], []), shown) for line in wrong],
        following=following,
        first=[(line, _texts(row, shown)) for line, row in first],
        left=_left_out(payload, {number for number, _, _ in shown}),
        applied=bool(payload.get("applied")),
        undone=payload.get("undone"),
        nothing=work.status in NOT_DONE,
    )


def _kept(work: Work) -> Path | None:
    """The sheet, as long as it is kept."""
    try:
        return works.stored(work.source_digest, folder())
    except NotFound:
        return None


def _left_out(payload: dict[str, Any], taken: set[int]) -> list[str]:
    """The headings of the columns that are no field."""
    return [t for n, t in enumerate(payload.get("titles", ())) if t and n not in taken]


def _texts(row: list[Any], shown: list[tuple[int, str, str]]) -> list[str]:
    return [in_words(row[n]) if n < len(row) else "" for n, _, _ in shown]


def _wrong(work: Work) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the rows that were refused."""
    of = (("work_id", str(work.id)), ("outcome", "refused"))
    wanted = rows.Selection(
        "work-lines", ("id", "line", "row_id", "errors"), sort="line",
        given=grammar.Group(True, tuple(grammar.Condition(n, "eq", v, n) for n, v in of)),
        filter_columns=("work_id", "outcome", "line"),
    )  # fmt: skip
    cursor = request.args.get("cursor", "")
    return rows.page(web(), wanted, now=security.moment(), limit=WRONG_ROWS, cursor=cursor)


def _cells(payload: dict[str, Any], path: Path, wanted: set[int]) -> dict[int, list[Any]]:
    if not wanted:
        return {}
    last = max(wanted)
    found = {}
    for line, row in sheets.kept_rows(path, payload["sheet"]):
        if line in wanted:
            found[line] = row
        if line >= last:
            break
    return found


def _wrong_row(
    view: WriteScreens, line: dict[str, Any], row: list[Any], shown: list[tuple[int, str, str]]
) -> dict[str, Any]:
    """A refused row: its cells, each with what is wrong in it, and what is wrong besides."""
    said: dict[str, list[str]] = {}
    for name, message, params in line["errors"] or ():
        said.setdefault(name or "", []).append(translated(message, params))
    names = {name for _, name, _ in shown}
    besides = [
        f"{label(view, name)}: {text}" if name else text
        for name, texts in said.items() if name not in names for text in texts
    ]  # fmt: skip
    texts = _texts(row, shown)
    return {
        "line": line["line"],
        "besides": besides,
        "cells": [
            (number, label, text, said.get(name, []))
            for (number, name, label), text in zip(shown, texts, strict=True)
        ],
    }


# ---------------------------------------------------------------- the report


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
            why = reasons(mine.errors if mine else None, partial(label, view), "; ")
            yield [*cells, *rest, outcome, why]

    return [*names, gettext("Outcome"), gettext("Reason")], found()


def sheet_of(
    form: str, heads: list[str], read: Iterable[list[Any]], title: str
) -> Generator[bytes, None, None]:
    """The report as a file."""
    if form == "xlsx":
        return xlsx_file(heads, read, title)
    return csv_file(heads, read, for_people=True)
