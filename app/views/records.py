"""What the platform keeps of itself: files, mails, jobs, states and the trail of changes."""

from flask import send_file
from flask_appbuilder import expose

from app.errors import N_, NotFound
from app.models import File
from app.operations import files
from app.transaction import web
from app.views.base import Answer, ResourceView, screen
from app.views.forms import folder


class FileView(ResourceView):
    resource = "files"
    list_columns = ["name", "media_type", "size", "organization_id", "person_id", "created_at"]
    show_columns = [
        (N_("File"), ["name", "media_type", "size", "organization_id", "person_id", "user_id",
                      "created_at"])
    ]  # fmt: skip
    search_columns = ["name"]
    filter_columns = ["organization_id", "person_id"]
    order = "-id"
    include_route_methods = {"list", "csv", "show", "select", "content"}

    @expose("/content/<int:pk>", methods=["GET"])
    @screen("get")
    def content(self, pk: int) -> Answer:
        """The file itself, to whoever sees its row; never shown inside a page."""
        row = web().get(File, pk) if 0 < pk < 2**63 else None
        if row is None:
            raise NotFound()
        stored = files.path(row, folder())
        if not stored.is_file():
            raise NotFound()
        answer = send_file(
            stored, mimetype=row.media_type, as_attachment=True, download_name=row.name
        )  # fmt: skip
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Security-Policy"] = "sandbox"
        return answer


class StateChangeView(ResourceView):
    resource = "state-changes"
    list_columns = ["at", "noun", "row_id", "from_status", "to_status", "reason", "user_id"]
    show_columns = [
        (N_("Change of state"), ["at", "noun", "row_id", "from_status", "to_status", "reason",
                                 "user_id"])
    ]  # fmt: skip
    search_columns = ["reason"]
    filter_columns = ["noun", "row_id"]
    order = "-id"


class MessageView(ResourceView):
    resource = "messages"
    list_columns = ["kind", "recipient", "status", "attempts", "next_at", "sent_at"]
    show_columns = [
        (N_("Message"), ["kind", "about", "recipient", "locale", "status"]),
        (N_("Sending"), ["attempts", "next_at", "sent_at", "error"]),
    ]
    search_columns = ["recipient", "kind", "about"]
    filter_columns = ["status"]
    order = "-id"


class JobRunView(ResourceView):
    resource = "job-runs"
    list_columns = ["job", "status", "due_at", "started_at", "finished_at", "rows", "error"]
    show_columns = [
        (N_("Run of a job"), ["job", "status", "due_at", "started_at", "finished_at", "rows"]),
        ("", ["error"]),
    ]
    search_columns = ["job"]
    filter_columns = ["status"]
    order = "-due_at"


class AuditEventView(ResourceView):
    resource = "audit-events"
    list_columns = ["at", "table_name", "row_id", "action", "columns", "actor", "on_behalf_of"]
    show_columns = [
        (N_("Recorded change"), ["at", "table_name", "row_id", "action", "columns"]),
        (N_("Who"), ["actor", "user_id", "seat_id", "on_behalf_of"]),
    ]
    search_columns = ["actor", "table_name"]
    filter_columns = ["action", "table_name", "row_id"]
    order = "-id"


class SensitiveReadView(ResourceView):
    resource = "sensitive-reads"
    list_columns = ["at", "table_name", "row_ids", "columns", "user_id", "seat_id"]
    show_columns = [
        (N_("Reading of health notes"), ["at", "table_name", "row_ids", "columns", "user_id",
                                         "seat_id"])
    ]  # fmt: skip
    search_columns = ["table_name"]
    order = "-id"
