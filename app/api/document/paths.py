"""The operations of one noun, from what it declares and who is granted what."""

import builtins
from typing import Any

from flask_babel import gettext

from app import nouns, permissions
from app.api.base import ResourceApi
from app.api.document import answers, bodies, bulks, columns, parameters
from app.api.exchange import MERGE_PATCH
from app.errors import N_
from app.models import SEAT_KINDS
from app.nouns import titles
from app.query.export import MEDIA_TYPES
from app.query.verbs import Verb

SIGNED_IN: list[dict[str, list[str]]] = [{"token": []}, {"key": []}]
LISTED = N_("A page of the rows that the seat sees, in one query; filtered, sorted and cut.")
SHOWN = N_("One row, with all the columns that the seat may read.")
INFO = N_("What the seat may do here, and with which fields.")
CREATED = N_("A new row, by the noun's rule. What the seat may not write is refused.")
CHANGED = N_("Change the fields that are named; the others stay as they are (RFC 7396).")
PUT = N_("The same as PATCH: fields that are not named stay as they are.")
DELETED = N_("Delete a row that nothing refers to.")
DONE = N_("Ask for what the rule «%(verb)s» does: it checks the state and writes it down.")


def operation(
    *, id: str, tag: str, summary: str, description: str, kinds: list[str], **parts: Any
) -> dict[str, Any]:
    """An operation with its words and who may ask for it."""
    seats = ", ".join(gettext(SEAT_KINDS[kind]) for kind in SEAT_KINDS if kind in kinds)
    public = "public" in kinds
    who = gettext("Seats: %(seats)s.", seats=seats) if seats else ""
    if public:
        who = gettext("Everybody, without signing in.")
    return {
        "operationId": id,
        "tags": [tag],
        "summary": summary,
        "description": f"{description} {who}".strip(),
        "security": [{}, *SIGNED_IN] if public else SIGNED_IN,
        **parts,
    }


def granted(resource: str, verb: str) -> list[str]:
    """The seat kinds that hold a verb, and the public."""
    return [k for k in permissions.GRANTS if verb in permissions.grant(k, resource).verbs]


class Noun:
    """The paths of one noun."""

    def __init__(self, api: ResourceApi, schemas: dict[str, columns.Schema]) -> None:
        self.api = api
        self.schemas = schemas
        self.resource = api.resource
        self.name = bodies.name_of(api.resource)
        self.many = bodies.plural_of(api.resource)
        self.base = f"/api/v1/{api.resource}"

    def paths(self) -> dict[str, dict[str, Any]]:
        """Every path of the noun; an operation that nobody is granted is not there."""
        found: dict[str, dict[str, Any]] = {
            f"{self.base}/": {"get": self.list(), "post": self.create()},
            f"{self.base}/_info": {"get": self.info()},
            f"{self.base}/{{id}}": {
                "get": self.show(),
                "patch": self.change("patch"),
                "put": self.change("put"),
                "delete": self.delete(),
            },
        }
        if self.api.bulk_parts:
            found[f"{self.base}/bulk"] = {"post": self.bulk()}
        for verb, declared in nouns.noun(self.resource).verbs.items():
            base = self.base if declared.collection else f"{self.base}/{{id}}"
            found[f"{base}/{verb}"] = {"post": self.act(verb, declared)}
        return {
            path: kept
            for path, operations in found.items()
            if (kept := {method: one for method, one in operations.items() if one})
        }

    def said(
        self, verb: str, id: str, summary: str, description: str, **parts: Any
    ) -> dict[str, Any]:
        kinds = parts.pop("kinds", granted(self.resource, verb))
        if not kinds:
            return {}
        return operation(
            id=id,
            tag=self.resource,
            summary=f"{titles.many(self.resource)}: {summary}",
            description=description,
            kinds=kinds,
            **parts,
        )

    # -------------------------------------------------------------- reading

    def list(self) -> dict[str, Any]:
        example = {"result": [bodies.example_row(self.api, self.api.list_columns)], "next": None}
        page = answers.answer(_ref(f"{self.name}Page"), gettext("The page."), example)
        for form, kind in MEDIA_TYPES.items():
            if form != "json":
                page["content"][kind] = {"schema": {"type": "string", "format": "binary"}}
        return self.said(
            "list",
            f"list{self.many}",
            gettext("the list"),
            gettext(LISTED),
            parameters=parameters.of_list(self.api),
            responses=self.read({"200": page, **answers.problems(*answers.READING)}),
        )

    def show(self) -> dict[str, Any]:
        return self.said(
            "get",
            f"show{self.name}",
            gettext("one of them"),
            gettext(SHOWN),
            parameters=[parameters.ref("id"), *parameters.included(self.api)],
            responses=self.read(
                {"200": self.row(), **answers.problems(*answers.READING, *answers.A_ROW)}
            ),
        )

    def read(self, found: dict[str, Any]) -> dict[str, Any]:
        published = self.api.resource in permissions.PUBLISHED
        return answers.published(found) if published else found

    def row(self, *names: str, words: str = "") -> dict[str, Any]:
        row = bodies.example_row(self.api, self.api.show_columns)
        example = {"id": 12, "result": row}
        schema = _ref(f"{self.name}Answer")
        if self.api.versioned:
            names = (*names, "ETag")
        return answers.answer(schema, words or gettext("The row."), example, *names)

    def info(self) -> dict[str, Any]:
        example = {"permissions": ["list"], "columns": [], "add_columns": [], "edit_columns": [],
                   "operators": ["eq"]}  # fmt: skip
        found = answers.answer(_ref("NounInfo"), gettext("What may be done."), example)
        return self.said(
            "list",
            f"describe{self.many}",
            gettext("what may be done"),
            gettext(INFO),
            responses=self.read({"200": found, **answers.problems(*answers.READING)}),
        )

    # -------------------------------------------------------------- writing

    def body(self, schema: str, kind: str = answers.JSON, needed: bool = True) -> dict[str, Any]:
        example = bodies.example_of(schema, self.schemas)
        return {
            "required": needed,
            "content": {kind: {"schema": _ref(schema), "example": example}},
        }

    def create(self) -> dict[str, Any]:
        made = self.row("Location", *answers.POSTED, words=gettext("The new row."))
        return self.said(
            "create",
            f"create{self.name}",
            gettext("a new one"),
            gettext(CREATED),
            parameters=[parameters.ref("Idempotency-Key"), parameters.ref("dry_run")],
            requestBody=self.body(f"New{self.name}"),
            responses={"201": made, **answers.problems(*answers.WRITING)},
        )

    def change(self, method: str) -> dict[str, Any]:
        patch = method == "patch"
        return self.said(
            "update",
            f"{'change' if patch else 'update'}{self.name}",
            gettext("change one") if patch else gettext("change one (PUT)"),
            gettext(CHANGED if patch else PUT),
            parameters=self.versioned(),
            requestBody=self.body(f"Changed{self.name}", MERGE_PATCH if patch else answers.JSON),
            responses={
                "200": self.row("Dry-Run"),
                **answers.problems(*answers.CHANGING, *self.demanded()),
            },
        )

    def delete(self) -> dict[str, Any]:
        return self.said(
            "delete",
            f"remove{self.name}",
            gettext("delete one"),
            gettext(DELETED),
            parameters=self.versioned(),
            responses={
                "204": answers.nothing(gettext("It is deleted."), "Dry-Run"),
                **answers.problems(*answers.READING, *answers.A_ROW, 409, 412, *self.demanded()),
            },
        )

    def versioned(self) -> builtins.list[dict[str, Any]]:
        """What a change of a row takes besides its body."""
        version = parameters.version(self.api.demands_version)
        return [parameters.ref("id"), version, parameters.ref("dry_run")]

    def demanded(self) -> tuple[int, ...]:
        """The answer to a change that names no version, where one is demanded."""
        return (428,) if self.api.demands_version else ()

    def bulk(self) -> dict[str, Any]:
        allowed = {kind for verb in bulks.verbs(self.api) for kind in granted(self.resource, verb)}
        return self.said(
            "list",
            f"do{bulks.name_of(self.api)}",
            gettext("many at once"),
            gettext(bulks.MANY),
            kinds=[kind for kind in granted(self.resource, "list") if kind in allowed],
            **bulks.parts(self.api),
        )

    def act(self, verb: str, declared: Verb) -> dict[str, Any]:
        refs = ["Idempotency-Key", "dry_run"]
        if not declared.collection:
            refs = ["id", *refs, "If-Match"]
        parts: dict[str, Any] = {"parameters": [parameters.ref(name) for name in refs]}
        if declared.fields:
            needed = any(field.required for field in declared.fields)
            schema = bodies.body_of(self.resource, verb)
            parts["requestBody"] = self.body(schema, needed=needed)
        statuses = (*answers.WRITING, 404) if declared.collection else answers.CHANGING
        name = self.many if declared.collection else self.name
        return self.said(
            verb,
            f"{verb}{name}",
            gettext(declared.label),
            gettext(DONE, verb=gettext(declared.label)),
            responses={"200": self.done(verb, declared), **answers.problems(*statuses)},
            **parts,
        )

    def done(self, verb: str, declared: Verb) -> dict[str, Any]:
        if declared.says is None and not declared.collection:
            return self.row(*answers.POSTED)
        if declared.says is None:
            schema, example = columns.listed(columns.NUMBER), [12]
        else:
            schema = bodies.SAYS[self.resource, verb]
            example = bodies.example_said(schema)
        whole = {"type": "object", "additionalProperties": False, "required": ["result"],
                 "properties": {"result": schema}}  # fmt: skip
        words, found = gettext("What came of it."), {"result": example}
        return answers.answer(whole, words, found, *answers.POSTED)


def _ref(name: str) -> columns.Schema:
    return {"$ref": f"#/components/schemas/{name}"}
