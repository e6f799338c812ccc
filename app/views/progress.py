"""How far a long work is, what became of its rows, and its report to take along."""

from collections.abc import Iterable
from typing import Any

from flask import Response, request
from flask_babel import gettext

from app import security
from app.models import Work, WorkLine
from app.nouns import titles
from app.operations import rows as row_operations
from app.operations import works
from app.query import export, grammar, rows
from app.query.paths import path
from app.streams import download
from app.transaction import web
from app.views import words
from app.views.outcomes import OUTCOMES, Shown, folder, reasons
from app.views.registry import view_of

# The lines of which the page shows so many, those that were refused first.
SHOWN = rows.MOST_ROWS
COLUMNS = ("id", "line", "row_id", "outcome", "errors")


def seen(pk: int) -> Work:
    """The work, noted as seen by whoever asked for it where it is over."""
    work: Work = row_operations.get(web(), Work, pk)
    works.seen(web(), work, now=security.moment())
    return work


def of_work(pk: int) -> dict[str, Any]:
    """What the page of a work says besides its values."""
    work = seen(pk)
    refused = _page(pk, "eq")
    others = _page(pk, "neq")[: SHOWN - len(refused)] if len(refused) < SHOWN else []
    lines = [*refused, *others]
    return {
        "id": pk,
        "status": work.status,
        "over": work.status in works.OVER,
        "done": work.done,
        "failed": work.failed,
        "total": work.total,
        "file": work.file_name if _kept(work) else "",
        "lines": shown(work.resource, lines),
        "more": len(lines) >= SHOWN,
        "list": _list_of(work.resource),
    }


def _kept(work: Work) -> bool:
    return bool(work.file_digest) and (folder() / str(work.file_digest)).is_file()


def _selection(pk: int, operator: str = "") -> rows.Selection:
    given: list[tuple[str, str]] = [("work_id", str(pk))]
    if operator:
        given.append((f"outcome__{operator}", "refused"))
    return rows.Selection(
        "work-lines", COLUMNS, grammar.from_parameters(given),
        filter_columns=("work_id", "outcome", "line"), sort="line",
    )  # fmt: skip


def _page(pk: int, operator: str) -> list[dict[str, Any]]:
    if ("can_list", "work-lines") not in security.seat_permissions():
        return []
    found, _ = rows.page(web(), _selection(pk, operator), now=security.moment(), limit=SHOWN)
    return found


def _list_of(resource: str) -> tuple[str, str]:
    """The address of the list that a work was about, and what it is called; blank without one."""
    view = view_of(resource)
    return (view.to("list"), titles.many(resource)) if view and view.may("list") else ("", "")


def shown(resource: str, lines: Iterable[dict[str, Any]]) -> list[Shown]:
    """Lines in the reader's words, with the rows that they are about."""
    lines = list(lines)
    view = view_of(resource)
    ids = [line["row_id"] for line in lines if line["row_id"]]
    called = view.names(ids) if view is not None and ids and view.may("list") else {}
    outcome = path(WorkLine, "outcome")
    return [
        Shown(
            line["line"],
            called.get(line["row_id"]) or gettext("Line %(number)s", number=line["line"]),
            view.href(resource, line["row_id"]) if line["row_id"] in called else "",
            line["outcome"],
            OUTCOMES.get(line["outcome"], "good"),
            reasons(line["errors"], view.label if view is not None else lambda _: "")
            if line["outcome"] == "refused"
            else words.shown(outcome, line["outcome"]),
        )
        for line in lines
    ]


def report(pk: int) -> Response:
    """Every line of a work as CSV, in the reader's words, each with its row's address."""
    work = seen(pk)
    found = list(rows.stream(web(), _selection(pk), now=security.moment()))
    headings = [gettext("No."), gettext("Which row"), gettext("Outcome"), gettext("Reasons"),
                gettext("Address")]  # fmt: skip
    outcome = path(WorkLine, "outcome")
    table = (
        [
            line.number,
            line.name,
            words.shown(outcome, line.outcome),
            line.text if line.outcome == "refused" else "",
            f"{request.host_url.rstrip('/')}{line.href}" if line.href else "",
        ]
        for line in shown(work.resource, found)
    )
    made = b"".join(export.csv_file(headings, table, for_people=True))
    return download("csv", f"report-{pk}", made)
