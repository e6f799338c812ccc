"""What schemathesis asks: what the document allows, what it forbids, of rows that there are."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.parameters import ParameterLocation
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks
from sqlalchemy import Connection, inspect

from app import permissions
from tests.api.drawing import World

# No fault of ours, no answer that the document does not describe, nothing taken that it forbids.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
SEATS = ("staff", "citizen")
Operation = APIOperation[Any, Any, Any, Any]


@dataclass
class Asked:
    """What was asked and answered, and what was wrong with it."""

    calls: int = 0
    answers: dict[int, int] = field(default_factory=dict)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)


def operations(document: Any, app: Flask) -> list[Operation]:
    """Every operation of the document, in its order."""
    # What is forbidden may be refused for the row's version as well.
    refused = [400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 428, 429]
    rules = {"negative_data_rejection": {"expected-statuses": refused}}
    config = schemathesis.Config.from_dict({"checks": rules})
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = app
    return [found.ok() for found in schema.get_all_operations()]


def may_ask(operation: Operation, seat: str) -> bool:
    """Whether a seat of this kind gets past the permissions: if not, once is enough."""
    resource, verb = operation.tags[0], verb_of(operation)
    if resource not in permissions.RESOURCES:
        return True
    return verb in permissions.grant(seat, resource).verbs


def verb_of(operation: Operation) -> str:
    """The permission that an operation of a noun asks for."""
    last = operation.path.rstrip("/").rpartition("/")[2]
    if operation.method == "post":
        if last == "bulk":
            return "list"
        plain = last in (operation.tags[0], "quote")
        return "create" if plain else last
    by_method = {"patch": "update", "put": "update", "delete": "delete"}
    return by_method.get(operation.method, "get" if "{id}" in operation.path else "list")


def ask(
    operation: Operation,
    world: World,
    connection: Connection,
    examples: int,
    asked: Asked,
) -> None:
    """So many examples of the operation, half of them forbidden, from each seat."""
    allowed = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    both = allowed | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    who = [seat for seat in SEATS if may_ask(operation, seat)]
    refused = [seat for seat in ("public", *SEATS) if seat not in who]

    # What takes nothing has one example, and so has what neither of them may ask.
    takes = operation.definition.raw.keys() & {"parameters", "requestBody"}
    many = examples if takes and who else 1

    @settings(max_examples=many, deadline=None, derandomize=True, database=None,
              phases=[Phase.generate], suppress_health_check=[*HealthCheck])  # fmt: skip
    @given(both, st.integers(0, 9))
    def run(case: Case, chance: int) -> None:
        if chance:  # Now and then the numbers that were drawn: rows that are not there.
            fill_in(case, operation, world)
        for seat in (*who, *refused):
            one(case, seat, world, connection, asked)
        refused.clear()

    run()


def one(case: Case, seat: str, world: World, connection: Connection, asked: Asked) -> None:
    """Ask once, hold the answer to the document, and take back what was written."""
    token = world.clients[seat].token
    headers = {"Authorization": f"Bearer {token}" if token else ""}
    if token is None:
        case.headers.pop("Authorization", None)
        headers = {}
    with connection.begin_nested() as point:
        answer = case.call(headers=headers)
        point.rollback()
    asked.calls += 1
    asked.answers[answer.status_code] = asked.answers.get(answer.status_code, 0) + 1
    try:
        case.validate_response(answer, checks=CHECKS)
    except BaseExceptionGroup as wrong:
        for fault in wrong.exceptions:
            key = case.operation.label, type(fault).__name__
            sent = f"{case.query} {case.headers} {str(case.body)[:600]}"
            asked.faults.setdefault(
                key, f"{seat}: {fault}\n{sent}\n-> {answer.status_code} {answer.text[:600]}"
            )


def fill_in(case: Case, operation: Operation, world: World) -> None:
    """Numbers of rows that there are, where the drawn ones would be numbers of none."""
    parts = case.meta.components if case.meta else {}
    resource = operation.tags[0]

    def drawn(where: ParameterLocation) -> bool:
        return where in parts and parts[where].mode == GenerationMode.POSITIVE

    if "id" in (case.path_parameters or {}) and drawn(ParameterLocation.PATH):
        table = inspect(permissions.RESOURCES[resource]).local_table.name
        case.path_parameters["id"] = (world.ids[table] or [1])[0]
    if isinstance(case.body, dict) and drawn(ParameterLocation.BODY):
        for body, name, number in _numbers(case.body, resource, world):
            body[name] = number


def _numbers(body: dict[str, Any], resource: str, world: World) -> Iterator[tuple[Any, str, int]]:
    model = permissions.RESOURCES.get(resource)
    columns = inspect(model).columns if model is not None else {}
    for name, value in body.items():
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _numbers(inner, resource, world)
        if isinstance(value, int) and name.endswith("_id"):
            table = name.removesuffix("_id")
            if name in columns:
                table = next((k.column.table.name for k in columns[name].foreign_keys), table)
            if world.ids.get(table):
                yield body, name, world.ids[table][0]
