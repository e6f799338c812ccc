"""Many rows at once: what is sent and answered."""

from typing import Any

from flask_babel import gettext

from app.api import bulk
from app.api.base import ResourceApi
from app.api.document import answers, bodies, columns, parameters
from app.errors import N_

MANY = N_(
    "Make, change and delete rows in one transaction, all of them or none; `result` says of each "
    "what came of it. Each part asks for the permission that its rows alone would ask for."
)


def name_of(api: ResourceApi) -> str:
    """What the body is called among the schemas."""
    return f"Many{bodies.plural_of(api.resource)}"


def many(api: ResourceApi) -> columns.Schema:
    """What a bulk takes: rows to make, to change and to delete."""
    version = {
        **columns.INTEGER,
        "minimum": 0,
        "maximum": 2**31 - 1,
        "example": 7,
        "description": gettext("The version that is changed, as the row's ETag has it."),
    }
    which: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "version"] if api.demands_version else ["id"],
        "properties": {
            "id": {**columns.NUMBER, "minimum": 1, "maximum": 2**63 - 1, "example": 12},
            "version": version,
        },
    }  # fmt: skip
    change = {**which, "properties": {**bodies.changed(api)["properties"], **which["properties"]}}
    parts = {"create": bodies.new(api), "change": change, "delete": which}
    return {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {part: columns.listed(parts[part], bulk.MOST) for part in api.bulk_parts},
    }


def verbs(api: ResourceApi) -> list[str]:
    """The permissions of which a seat needs one at least."""
    return [verb for part, (verb, _) in bulk.PARTS.items() if part in api.bulk_parts]


def parts(api: ResourceApi) -> dict[str, Any]:
    """The operation's parameters, body and answers."""
    line = {"action": api.bulk_parts[0], "index": 0, "status": 200, "id": 12}
    report = {"$ref": "#/components/schemas/BulkReport"}
    part = api.bulk_parts[-1]
    rows = many(api)["properties"][part]["items"]
    first = {name: rows["properties"][name].get("example") for name in rows.get("required", [])}
    body = {
        "schema": {"$ref": f"#/components/schemas/{name_of(api)}"},
        "example": {part: [first]},
    }
    done = answers.answer(
        report, gettext("All of it is done."), {"result": [line]}, *answers.POSTED
    )
    return {
        "parameters": [parameters.ref("Idempotency-Key"), parameters.ref("dry_run")],
        "requestBody": {"required": True, "content": {answers.JSON: body}},
        "responses": {
            "200": done,
            **answers.problems(400, 401, 403, 409, 413, 415),
            "422": answers.bulk_refused(),
        },
    }
