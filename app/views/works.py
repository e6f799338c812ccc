"""Long work: how far it is, what became of it, and its file."""

from typing import Any

from flask import send_file
from flask_appbuilder import expose

from app.errors import N_
from app.models import Work
from app.nouns import titles
from app.operations import rows as row_operations
from app.operations import works
from app.transaction import web
from app.views import progress
from app.views.base import Answer, ResourceView, Row, screen
from app.views.outcomes import folder, reasons


def about(row: Row) -> str:
    """The list that a work is about, as it is called."""
    resource = str(row.get("resource") or "")
    return titles.many(resource) if resource in titles.TITLES else resource


def why(row: Row) -> str:
    """Why a row was refused, in the reader's language."""
    return reasons(row.get("errors"))


class WorkView(ResourceView):
    resource = "works"
    list_columns = ["title", "kind", "status", "done", "failed", "asked_at", "finished_at"]
    show_columns = [
        (N_("Long work"), ["title", "kind", "resource", "status", "done", "total", "failed"]),
        (N_("Course"), ["asked_at", "started_at", "finished_at", "error"]),
        (N_("Files"), ["source_name", "file_name", "file_size", "undoes_id"]),
    ]
    search_columns = ["title"]
    filter_columns = ["kind", "status", "seen_at"]
    order = "-id"
    said_as = {"resource": about}
    related = {"work-lines": "work_id"}
    include_route_methods = {*ResourceView.include_route_methods, "content", "report"}

    def besides(self, row: Row) -> dict[str, Any]:
        """How far it is, and what became of its rows; whoever opens it has seen its end."""
        return {"work": progress.of_work(row["id"])}

    @expose("/report/<int:pk>", methods=["GET"])
    @screen("get")
    def report(self, pk: int) -> Answer:
        """What became of each row, as CSV."""
        return progress.report(pk)

    @expose("/content/<int:pk>", methods=["GET"])
    @screen("get")
    def content(self, pk: int) -> Answer:
        """What the work made, as it was named. Raises NotFound where its time is over."""
        row: Work = row_operations.get(web(), Work, pk)
        found = works.stored(row.file_digest, folder())
        answer: Any = send_file(found, as_attachment=True, download_name=row.file_name)
        answer.headers["Cache-Control"] = "no-store"
        return answer  # type: ignore[no-any-return]


class WorkLineView(ResourceView):
    resource = "work-lines"
    list_columns = ["line", "outcome", "row_id", "errors"]
    show_columns = [(N_("Line of a long work"), ["work_id", "line", "outcome", "row_id", "errors"])]
    filter_columns = ["work_id", "outcome"]
    order = "line"
    said_as = {"errors": why}
