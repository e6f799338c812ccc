"""``ResourceApi``: a noun's endpoints from a dozen declared lines, on Flask-AppBuilder's base."""

from functools import lru_cache
from typing import Any, cast

from flask import Response
from flask_appbuilder import ModelRestApi
from flask_appbuilder.api import BaseApi, expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext
from marshmallow import Schema
from sqlalchemy import inspect as inspect_

from app import nouns, permissions, security, streams
from app.api import asking, bulk, figures, related
from app.api.exchange import body, endpoint, expected_version, json_answer
from app.errors import BadRequest, NotFound
from app.operations import rows as row_operations
from app.query import grammar, rows
from app.query.includes import Relation, add_children, beside
from app.query.paths import path, paths
from app.query.schemas import write_schema
from app.query.verbs import verb_schema
from app.transaction import web


@lru_cache(maxsize=1024)
def writable(resource: str, kind: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that a seat of this kind may write."""
    model, groups = permissions.RESOURCES[resource], permissions.grant(kind, resource).write
    return tuple(c for c in columns if path(model, c).info["group"] in groups)


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
    # Relations to many by name: the related noun, and its key to this one.
    includes: dict[str, tuple[str, str]] = {}
    # In figures, groups of fewer rows than this are kept back.
    small_cells = 0
    # Whether a change must say which version it changes (428 without).
    demands_version = False
    # Whether new rows are made one at a time only.
    one_by_one = False
    allow_browser_login = True
    include_route_methods = {"info", "get_list", "get", "post", "put", "patch", "delete", "bulk",
                             "act", "act_on_all"}  # fmt: skip

    def __init__(self) -> None:
        self.model = permissions.RESOURCES[self.resource]
        self.datamodel = SQLAInterface(self.model)
        self.resource_name = self.resource
        self.class_permission_name = self.resource
        self.openapi_spec_tag = self.resource
        self.show_columns = self.show_columns or self.list_columns
        self.bulk_parts = bulk.parts_of(self.resource, one_by_one=self.one_by_one)
        if not self.bulk_parts:
            self.include_route_methods = self.include_route_methods - {"bulk"}
        BaseApi.__init__(self)
        self.listed = tuple(dict.fromkeys(("id", *self.list_columns)))
        self.shown = tuple(dict.fromkeys(("id", *self.show_columns)))
        self.allowed = (*self.listed, *self.shown, *self.filter_columns)
        self.searched = tuple(self.search_columns)
        self.versioned = "version" in inspect_(self.model).columns
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
        """A page of rows, or a file of all of them."""
        asked = asking.read()
        if asked.group or asked.aggregate:
            return figures.answer(self, asked)
        relations = related.asked(self, asked.include, flat=asked.form != "json")
        wanted = beside(self.selection(asked), relations)
        if asked.form != "json":
            return self._file(asked, wanted)
        found, following = rows.page(
            web(), wanted, now=security.moment(), limit=asked.limit,
            cursor=asked.cursor, offset=asked.offset, nested=True,
        )  # fmt: skip
        add_children(web(), found, relations, now=security.moment())
        answer: dict[str, Any] = {"result": found, "next": following}
        if asked.count:
            answer["count"] = rows.count(web(), wanted)
        return json_answer(answer)

    def selection(self, asked: asking.Asked) -> rows.Selection:
        """What is asked of this noun's rows. Raises BadRequest."""
        return rows.Selection(
            self.resource,
            self._fields(asked.fields),
            asked.where,
            asked.search,
            self.searched,
            self.allowed,
            asked.sort or self.sort,
            given=self._in_alliance(asked.alliance),
        )

    def _file(self, asked: asking.Asked, wanted: rows.Selection) -> Response:
        names = [p.name for p in paths(self.model, wanted.columns, web().principal)]
        found = rows.stream(web(), wanted, now=security.moment(), nested=asked.form == "ndjson")
        return streams.for_programs(asked.form, self.resource, names, found, asked.most)

    def _fields(self, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            known = name in self.shown or name in self.listed
            if not known or not path(self.model, name).readable_by(web().principal):
                raise BadRequest(grammar.UNKNOWN_FIELD, field="fields")
        return names or self.listed

    def _in_alliance(self, slug: str) -> grammar.Group:
        if not slug or "alliance_id" not in inspect_(self.model).columns:
            return grammar.EVERYTHING
        return grammar.where("alliance.slug", slug, "alliance")

    @expose("/<int:pk>", methods=["GET"])
    @endpoint("get")
    def get(self, pk: int) -> Response:
        """One row."""
        return self._row(pk, relations=related.asked(self, asking.include()))

    def _row(self, pk: int, status: int = 200, relations: tuple[Relation, ...] = ()) -> Response:
        if not row_operations.numbered(self.model, pk):
            raise NotFound()
        wanted = rows.Selection(self.resource, self.shown, given=grammar.where("id", pk))
        wanted = beside(wanted, relations)
        versioned = self.versioned
        found = rows.one(web(), wanted, now=security.moment(), version=versioned)
        if found is None:
            raise NotFound()
        add_children(web(), [found[0]], relations, now=security.moment())
        return self._made(pk, found, status)

    def _made(
        self, pk: int, found: tuple[dict[str, Any], int | None], status: int = 201
    ) -> Response:
        row, version = found
        headers = {"ETag": f'"{version}"'} if self.versioned else {}
        if status == 201:
            headers["Location"] = f"{self.route_base}/{pk}"
        return json_answer({"id": pk, "result": row}, status, headers)

    @expose("/_info", methods=["GET"])
    @endpoint("list")
    def info(self) -> Response:
        """What this seat may do here, and with which fields."""
        granted = permissions.grant(web().principal.kind, self.resource)
        held = security.seat_permissions()
        verbs = {v for v in granted.verbs if (f"can_{v}", self.resource) in held}
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

    def _writable(self, columns: list[str]) -> tuple[str, ...]:
        return writable(self.resource, web().principal.kind, tuple(columns))

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
    @endpoint("create", late=True)
    def post(self) -> Response:
        """A new row, by the noun's rule."""
        given = cast(Any, self.create_schema().load(body()))
        now, wanted = security.moment(), rows.Selection(self.resource, self.shown)
        with rows.answering(web(), wanted, version=self.versioned) as answer:
            row = nouns.create(web(), self.resource, given, now=now)
        found = answer(row.id, now)
        return self._row(row.id, 201) if found is None else self._made(row.id, found)

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
        version = expected_version(self.demands_version)
        row = row_operations.get(web(), self.model, pk, version)
        values = cast(Any, self.change_schema().load(body()))
        nouns.update(web(), self.resource, row, values, now=security.moment())
        return self._row(pk)

    @expose("/<int:pk>", methods=["DELETE"])
    @endpoint("delete")
    def delete(self, pk: int) -> Response:
        """Delete a row that nothing refers to."""
        version = expected_version(self.demands_version)
        row = row_operations.get(web(), self.model, pk, version)
        nouns.delete(web(), self.resource, row, now=security.moment())
        return Response(status=204)

    @expose("/bulk", methods=["POST"])
    @endpoint("list")
    def bulk(self) -> Response:
        """Make, change and delete many rows, all or none."""
        return bulk.run(self)

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
        if known.says is not None:
            return json_answer({"result": known.says(found)})
        return json_answer({"result": [row.id for row in found or ()]})

    def _verb(self, name: str, collection: bool) -> nouns.Verb:
        known = nouns.noun(self.resource).verbs.get(name)
        if known is None or known.collection != collection:
            raise NotFound()
        return known
