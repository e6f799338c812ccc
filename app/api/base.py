"""``ResourceApi``: a noun's endpoints from a dozen declared lines, on Flask-AppBuilder's base."""

import functools
import hashlib
from collections.abc import Callable
from typing import Any, cast

import orjson
from flask import Response, g, request
from flask_appbuilder import ModelRestApi
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from marshmallow import Schema
from sqlalchemy import inspect as inspect_

from app import nouns, permissions, security
from app.errors import (
    N_,
    BadRequest,
    ChangedMeanwhile,
    NotFound,
    TooLarge,
    Unauthorized,
    UnknownContent,
)
from app.models import Alliance
from app.operations import idempotency
from app.operations import rows as row_operations
from app.query import grammar, rison, rows
from app.query.paths import path
from app.query.schemas import write_schema
from app.query.verbs import verb_schema
from app.transaction import web

NOT_JSON = N_("The body is not a JSON object.")
LONG_KEY = N_("An idempotency key has between 1 and 200 printable characters.")
BAD_ETAG = N_("If-Match takes one entity tag, as ETag gave it.")
TOO_LARGE = N_("At most %(most)s are taken at once.")
WANTS_JSON = N_("Send JSON, with Content-Type: application/json.")
MOST_JSON = 1_000_000
JSON_TYPES = ("application/json", "application/merge-patch+json")


def endpoint(verb: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Permission, cross-site check, transaction and idempotence around a handler."""

    def wrap(handler: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(handler)
        def run(self: "ResourceApi", *args: Any, **kwargs: Any) -> Response:
            security.require_csrf()
            security.require(kwargs.get("verb", verb), self.resource)
            if request.method == "POST" and "Idempotency-Key" in request.headers:
                answer = _once(lambda: handler(self, *args, **kwargs))
            else:
                answer = handler(self, *args, **kwargs)
            web.commit()
            return answer

        run._permission_name = verb  # type: ignore[attr-defined]
        return run

    return wrap


def _once(work: Callable[[], Response]) -> Response:
    """The stored answer of a request that was done before, or the work's own, stored with it."""
    key = request.headers["Idempotency-Key"]
    if not 1 <= len(key) <= 200 or not key.isprintable():
        raise BadRequest(LONG_KEY, field="Idempotency-Key")
    if g.principal.user_id is None:
        raise Unauthorized()
    said = request.method, request.full_path, str(g.principal.seat_id)
    digest = hashlib.sha256("\n".join(said).encode() + b"\n" + request.get_data()).hexdigest()
    db, now = web(), security.moment()
    user_id = g.principal.user_id
    stored = idempotency.remember(db, user_id=user_id, key=key, digest=digest, now=now)
    if stored is not None:
        status, text = stored
        answer = json_answer(None, status)
        answer.set_data(text)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer
    answer = work()
    if 200 <= answer.status_code < 300:
        idempotency.store(
            db, user_id=user_id, key=key, digest=digest,
            status=answer.status_code, answer=answer.get_data(as_text=True), now=now,
        )  # fmt: skip
    return answer


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON: money as text, instants with their zone."""
    data = b"" if body is None else orjson.dumps(body, default=_plain)
    answer = Response(data, status, content_type="application/json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.update(headers or {})
    return answer


def _plain(value: Any) -> Any:
    return str(value)


def nested(row: dict[str, Any]) -> dict[str, Any]:
    """``{"slot.title": x}`` as ``{"slot": {"title": x}}``."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        *parents, last = name.split(".")
        place = found
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = value
    return found


def body() -> dict[str, Any]:
    """The request's JSON object. Raises TooLarge, UnknownContent, BadRequest."""
    if (request.content_length or 0) > MOST_JSON or len(request.get_data()) > MOST_JSON:
        raise TooLarge(TOO_LARGE, most=f"{MOST_JSON // 1000} kB")
    if request.get_data() and request.mimetype not in JSON_TYPES:
        raise UnknownContent(WANTS_JSON)
    try:
        found = orjson.loads(request.get_data() or b"{}")
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest(NOT_JSON) from None
    if not isinstance(found, dict):
        raise BadRequest(NOT_JSON)
    return found


def expected_version() -> int | None:
    """The version that ``If-Match`` names. Raises BadRequest for another form."""
    given = request.headers.get("If-Match")
    if given is None or given == "*":
        return None
    tag = given.removeprefix("W/").strip('"')
    if not tag.isdecimal() or len(tag) > 18:
        raise BadRequest(BAD_ETAG, field="If-Match")
    return int(tag)


class ResourceApi(ModelRestApi):
    """List, get, create, change, delete and declared verbs of one noun.

    ``list_columns``, ``show_columns``, ``add_columns``, ``edit_columns``, ``search_columns``
    and ``filter_columns`` are declared; what is not declared is not exposed.
    """

    resource = ""
    list_columns: list[str] = []
    show_columns: list[str] = []
    add_columns: list[str] = []
    edit_columns: list[str] = []
    search_columns: list[str] = []
    # Filtered and sorted by, besides what the list shows.
    filter_columns: list[str] = []
    sort = ""
    allow_browser_login = True
    include_route_methods = {"info", "get_list", "get", "post", "put", "patch", "delete", "act",
                             "act_on_all"}  # fmt: skip

    def __init__(self) -> None:
        self.model = permissions.RESOURCES[self.resource]
        self.datamodel = SQLAInterface(self.model)
        self.resource_name = self.resource
        self.class_permission_name = self.resource
        self.openapi_spec_tag = self.resource
        self.show_columns = self.show_columns or self.list_columns
        BaseApi.__init__(self)
        for name in {*self.list_columns, *self.show_columns, *self.filter_columns}:
            path(self.model, name)  # A declared name that leads nowhere stops the start.

    def create_blueprint(self, appbuilder: Any, *args: Any, **kwargs: Any) -> Any:
        """The routes alone: Flask-AppBuilder's schemas and related fields are not made."""
        self.appbuilder = appbuilder
        return BaseApi.create_blueprint(self, appbuilder, *args, **kwargs)

    # -------------------------------------------------------------- reading

    @expose("/", methods=["GET"])
    @endpoint("list")
    def get_list(self) -> Response:
        """A page of rows."""
        asked = rison.parameters(request.args) or list(request.args.items(multi=True))
        given = dict(asked)
        wanted = rows.Selection(
            self.resource,
            self._fields(given.get("fields")),
            grammar.from_parameters(asked),
            given.get("search", ""),
            tuple(self.search_columns),
            (*self.list_columns, *self.show_columns, *self.filter_columns),
            given.get("sort", "") or self.sort,
            self._in_alliance(given.get("alliance")),
        )
        found, following = rows.page(
            web(), wanted, now=security.moment(),
            limit=_number(given.get("limit"), "limit", rows.PAGE),
            cursor=given.get("cursor", ""),
            offset=_number(given.get("page"), "page", 0) * _number(given.get("limit"), "limit", 20),
        )  # fmt: skip
        answer: dict[str, Any] = {"result": [nested(row) for row in found], "next": following}
        if given.get("count") == "exact":
            answer["count"] = rows.count(web(), wanted)
        return json_answer(answer)

    def _fields(self, asked: str | None) -> tuple[str, ...]:
        if not asked:
            return ("id", *(c for c in self.list_columns if c != "id"))
        names = tuple(dict.fromkeys(asked.split(",")))
        declared = {"id", *self.list_columns, *self.show_columns}
        for name in names:
            known = name in declared
            if not known or not path(self.model, name).readable_by(web().principal):
                raise BadRequest(grammar.UNKNOWN_FIELD, field="fields")
        return names

    def _in_alliance(self, slug: str | None) -> tuple[Any, ...]:
        if not slug or "alliance_id" not in inspect_(self.model).columns:
            return ()
        if "\x00" in slug:
            raise BadRequest(grammar.BAD_VALUE, field="alliance")
        return (cast(Any, self.model).alliance.has(Alliance.slug == slug),)

    @expose("/<int:pk>", methods=["GET"])
    @endpoint("get")
    def get(self, pk: int) -> Response:
        """One row."""
        return self._row(pk)

    def _row(self, pk: int, status: int = 200) -> Response:
        columns = tuple(dict.fromkeys(("id", *self.show_columns)))
        wanted = rows.Selection(self.resource, columns, extra=(cast(Any, self.model).id == pk,))
        if not 0 < pk < 2**63:
            raise NotFound()
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
        if not found:
            raise NotFound()
        headers = {}
        if "version" in inspect_(self.model).columns:
            headers["ETag"] = f'"{row_operations.version_of(web(), self.model, pk)}"'
        if status == 201:
            headers["Location"] = f"{self.route_base}/{pk}"
        return json_answer({"id": pk, "result": nested(found[0])}, status, headers)

    @expose("/_info", methods=["GET"])
    @endpoint("list")
    def info(self) -> Response:
        """What this seat may do here, and with which fields."""
        granted = permissions.grant(web().principal.kind, self.resource)
        verbs = {v for v in granted.verbs if (f"can_{v}", self.resource) in g.permissions}
        shown = [path(self.model, c) for c in self.show_columns]
        return json_answer(
            {
                "permissions": sorted(verbs),
                "columns": [self._about(p.name) for p in shown if p.readable_by(web().principal)],
                "add_columns": [self._about(c) for c in self._writable(self.add_columns)],
                "edit_columns": [self._about(c) for c in self._writable(self.edit_columns)],
                "operators": list(grammar.OPERATORS),
            }
        )

    def _about(self, name: str) -> dict[str, Any]:
        column = path(self.model, name)
        info = column.info
        label, description = info["label"], info["help"]
        about = {
            "name": name,
            "label": gettext(label) if label else "",
            "description": gettext(description) if description else "",
            "type": type(column.type).__name__.lower(),
        }
        if info.get("values"):
            about["values"] = {k: gettext(v) for k, v in info["values"].items()}
        return about

    # -------------------------------------------------------------- writing

    def _writable(self, columns: list[str]) -> list[str]:
        groups = permissions.grant(web().principal.kind, self.resource).write
        return [c for c in columns if path(self.model, c).info["group"] in groups]

    def create_schema(self) -> Schema:
        """What a new row takes: declared columns, and what the noun asks besides."""
        asked = nouns.noun(self.resource).create_fields
        return write_schema(self.model, self._writable(self.add_columns), more=asked)

    def change_schema(self) -> Schema:
        """What a change takes."""
        asked = nouns.noun(self.resource).update_fields
        columns = self._writable(self.edit_columns)
        return write_schema(self.model, columns, partial=True, more=asked)

    @expose("/", methods=["POST"])
    @endpoint("create")
    def post(self) -> Response:
        """A new row, by the noun's rule."""
        given = self.create_schema().load(body())
        row = nouns.create(web(), self.resource, cast(Any, given), now=security.moment())
        return self._row(row.id, 201)

    @expose("/<int:pk>", methods=["PATCH"])
    @endpoint("update")
    def patch(self, pk: int) -> Response:
        """Change the fields that are named."""
        return self._change(pk)

    @expose("/<int:pk>", methods=["PUT"])
    @endpoint("update")
    def put(self, pk: int) -> Response:
        """The same, as Flask-AppBuilder's PUT has it."""
        return self._change(pk)

    def _change(self, pk: int) -> Response:
        row = row_operations.get(web(), self.model, pk, expected_version())
        values = cast(Any, self.change_schema().load(body()))
        nouns.update(web(), self.resource, row, values, now=security.moment())
        return self._row(pk)

    @expose("/<int:pk>", methods=["DELETE"])
    @endpoint("delete")
    def delete(self, pk: int) -> Response:
        """Delete a row that nothing refers to."""
        row = row_operations.get(web(), self.model, pk, expected_version())
        nouns.delete(web(), self.resource, row, now=security.moment())
        return Response(status=204)

    @expose("/<int:pk>/<verb>", methods=["POST"])
    @endpoint("")
    def act(self, pk: int, verb: str) -> Response:
        """A declared verb on one row."""
        known = self._verb(verb, collection=False)
        row = row_operations.get(web(), self.model, pk, expected_version())
        given = cast(Any, verb_schema(known).load(body()))
        said = known.run(web(), row, now=security.moment(), **given)
        if known.says is not None:
            return json_answer({"result": known.says(said)})
        return self._row(pk)

    @expose("/<verb>", methods=["POST"])
    @endpoint("")
    def act_on_all(self, verb: str) -> Response:
        """A declared verb of the noun itself."""
        known = self._verb(verb, collection=True)
        given = cast(Any, verb_schema(known).load(body()))
        found = known.run(web(), now=security.moment(), **given)
        return json_answer({"result": [row.id for row in found or ()]})

    def _verb(self, name: str, collection: bool) -> nouns.Verb:
        known = nouns.noun(self.resource).verbs.get(name)
        if known is None or known.collection != collection:
            raise NotFound()
        return known


def _number(text: str | None, name: str, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 6:
        raise BadRequest(grammar.BAD_VALUE, field=name)
    return int(text)


__all__ = ["ChangedMeanwhile", "ResourceApi", "endpoint", "json_answer", "nested"]
