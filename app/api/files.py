"""Files: sent as a form's part, served under the policy of their row."""

from io import BytesIO
from typing import Any

from flask import Response, current_app, request, send_file
from flask_appbuilder.api import expose

from app import security
from app.api import asking
from app.api.base import ResourceApi
from app.api.exchange import endpoint
from app.errors import N_, BadRequest
from app.models import File
from app.operations import files, rows
from app.query.schemas import UNKNOWN
from app.transaction import web

NO_FILE = N_("The request holds no part called file.")
PARTS = {"file", "organization_id", "person_id"}


class FileApi(ResourceApi):
    resource = "files"
    one_by_one = True
    list_columns = ["name", "media_type", "size", "organization.name", "person.id", "created_at"]
    search_columns = ["name"]
    sort = "-id"
    include_route_methods = ResourceApi.include_route_methods | {"content"}

    @expose("/", methods=["POST"])
    @endpoint("create")
    def post(self) -> Response:
        """Keep a file: multipart, part ``file``, with ``organization_id`` or ``person_id``."""
        for name in (*request.form, *request.files):
            if name not in PARTS:
                raise BadRequest(UNKNOWN, field=name or "body")
        part = request.files.get("file")
        if part is None:
            raise BadRequest(NO_FILE, field="file")
        content = part.read(files.LARGEST + 1)
        part.close()
        row = files.keep(
            web(),
            content=content,
            name=part.filename or "",
            organization_id=_id("organization_id"),
            person_id=_id("person_id"),
            # A database takes a trial back, a disk does not.
            folder=None if asking.flag("dry_run") else folder(),
            now=security.moment(),
        )
        return self._row(row.id, 201)

    @expose("/<int:pk>/content", methods=["GET"])
    @endpoint("get")
    def content(self, pk: int) -> Response:
        """The file itself, always as a download."""
        row: File = rows.get(web(), File, pk)
        answer: Any = send_file(
            BytesIO(files.read(row, folder())),
            mimetype=row.media_type,
            as_attachment=True,
            download_name=row.name,
        )
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        return answer


def folder() -> Any:
    """Where this installation keeps its files."""
    return current_app.extensions["settings"].var / "files"


def _id(name: str) -> int | None:
    said = request.form.get(name, "")
    if said and (not said.isdecimal() or len(said) > 18):
        raise BadRequest(N_("The value cannot be read for this field."), field=name)
    return int(said) if said else None
