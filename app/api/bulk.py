"""Many rows at once: made, changed and deleted in one transaction, with a report of each."""

from collections.abc import Callable
from typing import Any, cast

from flask import Response
from marshmallow import Schema, ValidationError, fields, validate
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app import nouns, permissions, problems, security
from app.api.exchange import body, json_answer
from app.errors import N_, BadRequest, ChangedMeanwhile, DomainError, Invalid
from app.operations import rows as row_operations
from app.operations.constraints import refusal
from app.query.fields import UNKNOWN
from app.query.schemas import Sent, WriteSchema, errors_of
from app.transaction import web

MOST = 500
NOTHING_DONE = N_("Nothing was done: not every row can be.")
TOO_MANY = N_("At most %(most)s rows are taken at once.")
EMPTY = N_("Name what to create, change or delete.")
# Each part of a bulk, the permission it asks for, and what it answers for a row.
PARTS = {"create": ("create", 201), "change": ("update", 200), "delete": ("delete", 204)}


def parts_of(resource: str, *, one_by_one: bool = False) -> tuple[str, ...]:
    """What any seat may do with many rows of the noun; ``one_by_one`` are made alone."""
    granted = {verb for kind in permissions.GRANTS.values() if resource in kind
               for verb in kind[resource].verbs}  # fmt: skip
    made = ("create",) if one_by_one else ()
    return tuple(part for part, (verb, _) in PARTS.items() if verb in granted and part not in made)


class Named(WriteSchema):
    """Which row, and which version of it."""

    id = fields.Integer(required=True, strict=True, validate=validate.Range(1, 2**63 - 1))
    version = fields.Integer(strict=True, validate=validate.Range(0, 2**31 - 1))


class BulkSchema(WriteSchema):
    """The three parts, each a list of objects."""

    create = fields.List(fields.Dict(), load_default=[])
    change = fields.List(fields.Dict(), load_default=[])
    delete = fields.List(fields.Dict(), load_default=[])


def run(api: Any) -> Response:
    """Do all of a bulk or nothing: 200 with a report, or 422 with what was wrong in each row.

    Raises Forbidden for a part that the seat may not do, BadRequest and Invalid.
    """
    asked = cast(dict[str, Any], BulkSchema().load(body()))
    if not any(asked.values()):
        raise Invalid(EMPTY, field="create")
    if sum(len(part) for part in asked.values()) > MOST:
        raise BadRequest(TOO_MANY, field="create", most=MOST)
    report, errors = [], []
    for part, (verb, status) in PARTS.items():
        if asked[part] and part not in api.bulk_parts:
            raise Invalid(UNKNOWN, field=part)
        if asked[part]:
            security.require_also(verb, api.resource)
        for index, row in enumerate(asked[part]):
            said, wrong = _attempt(lambda p=part, r=row: _do(api, p, r), part, index)
            report.append({"action": part, "index": index, "status": status, **said})
            errors += wrong
    if not errors and all(one["status"] < 300 for one in report):
        return json_answer({"result": report})
    web().rollback()
    said = problems.translated(NOTHING_DONE)
    return problems.problem(422, "bulk-refused", said, errors, besides={"result": report})


def _do(api: Any, part: str, given: dict[str, Any]) -> int:
    db, now = web(), security.moment()
    if part == "create":
        values = cast(Any, api.create_schema().load(Sent(given)))
        return int(nouns.create(db, api.resource, values, now=now).id)
    which = cast(Any, Named().load(Sent({k: given[k] for k in given if k in ("id", "version")})))
    rest = {k: v for k, v in given.items() if k not in which}
    if api.demands_version and "version" not in which:
        raise Invalid(field="version")
    row = row_operations.get(db, api.model, which["id"], which.get("version"))
    if part == "change":
        schema: Schema = api.change_schema()
        nouns.update(db, api.resource, row, cast(Any, schema.load(Sent(rest))), now=now)
    else:
        WriteSchema().load(Sent(rest))  # Nothing besides.
        nouns.delete(db, api.resource, row, now=now)
    return int(which["id"])


def _attempt(
    work: Callable[[], int], part: str, index: int
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A row's line in the report, and what was wrong with it; the others go on."""
    try:
        with web().begin_nested():
            return {"id": work()}, []
    except (DomainError, ValidationError, StaleDataError, IntegrityError, DataError) as error:
        found = _refusal(error).under(f"{part}[{index}]")
    wrong = [
        {"field": field, "message": problems.translated(message, params)}
        for field, message, params in found.errors
    ]
    return {"status": found.status, "code": found.code}, wrong


def _refusal(error: Exception) -> DomainError:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, ValidationError):
        return Invalid.many(errors_of(error))
    return ChangedMeanwhile() if isinstance(error, StaleDataError) else refusal(cast(Any, error))
