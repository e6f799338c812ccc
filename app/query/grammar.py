"""How rows are asked for: one grammar for the API, the screens and the exports.

``field=value``, ``field__gte=value``, ``search=``, ``sort=-field``, and
``filter={"_or": [{"field": {"_eq": 1}}, ...]}``.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, ColumnElement, String, Text, and_, cast, or_
from sqlalchemy import Enum as EnumType

from app.errors import N_, BadRequest
from app.query import values

UNKNOWN_FIELD = N_("This list has no such field.")
UNKNOWN_OPERATOR = N_("There is no such operator for this field.")
BAD_VALUE = N_("The value cannot be read for this field.")
BAD_FILTER = N_("The filter is not in the form that the documentation gives.")
DEEPEST = 5
LONGEST = 10_000
MOST = 200

RESERVED = frozenset(
    ("search", "sort", "fields", "limit", "cursor", "count", "filter", "q", "alliance", "_l_",
     "page", "format", "next")
)  # fmt: skip

Expression = ColumnElement[Any]
Comparison = Callable[[Expression, Any], ColumnElement[bool]]
COMPARISONS: dict[str, Comparison] = {
    "eq": lambda c, v: c == v,
    "neq": lambda c, v: c.is_distinct_from(v),
    "lt": lambda c, v: c < v,
    "lte": lambda c, v: c <= v,
    "gt": lambda c, v: c > v,
    "gte": lambda c, v: c >= v,
}
OPERATORS = (*COMPARISONS, "in", "nin", "contains", "null")


@dataclass(frozen=True)
class Condition:
    """One comparison of a named field, as it was asked for."""

    field: str
    operator: str
    value: Any
    parameter: str


@dataclass(frozen=True)
class Group:
    """Conditions of which all, or any, hold."""

    every: bool
    parts: tuple["Condition | Group", ...]


EVERYTHING = Group(True, ())


def from_parameters(parameters: Iterable[tuple[str, str]]) -> Group:
    """The conditions in an address's parameters. Raises BadRequest naming the parameter."""
    parts: list[Condition | Group] = []
    for name, value in parameters:
        if name == "filter":
            parts.append(from_json(value))
        elif name not in RESERVED:
            field, _, operator = name.partition("__")
            parts.append(_condition(field, operator or "eq", value, name))
    return Group(True, tuple(parts))


def from_json(text: str) -> Group:
    """The conditions of a ``filter=`` parameter. Raises BadRequest."""
    if len(text) > LONGEST:
        raise BadRequest(BAD_FILTER, field="filter")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadRequest(BAD_FILTER, field="filter") from None
    count = [0]
    return _group(found, DEEPEST, count)


def _group(found: Any, depth: int, count: list[int], every: bool = True) -> Group:
    if not isinstance(found, dict) or depth == 0:
        raise BadRequest(BAD_FILTER, field="filter")
    parts: list[Condition | Group] = []
    for key, value in found.items():
        count[0] += 1
        if count[0] > MOST:
            raise BadRequest(BAD_FILTER, field="filter")
        if key in ("_and", "_or"):
            if not isinstance(value, list):
                raise BadRequest(BAD_FILTER, field="filter")
            inner = tuple(_group(part, depth - 1, count) for part in value)
            parts.append(Group(key == "_and", inner))
        elif isinstance(value, Mapping) and value:
            for operator, operand in value.items():
                if not str(operator).startswith("_"):
                    raise BadRequest(UNKNOWN_OPERATOR, field="filter")
                parts.append(_condition(key, operator[1:], operand, "filter"))
        else:
            raise BadRequest(BAD_FILTER, field="filter")
    return Group(every, tuple(parts))


def _condition(field: str, operator: str, value: Any, parameter: str) -> Condition:
    if operator not in OPERATORS:
        raise BadRequest(UNKNOWN_OPERATOR, field=parameter)
    return Condition(field, operator, value, parameter)


def fields(group: Group) -> list[Condition]:
    """Every comparison in a group, however deep."""
    found: list[Condition] = []
    for part in group.parts:
        found.extend([part] if isinstance(part, Condition) else fields(part))
    return found


def compile_group(
    group: Group, expression: Callable[[Condition], Expression]
) -> ColumnElement[bool] | None:
    """A group as SQL; ``expression`` gives a field's column or refuses it."""
    parts = []
    for part in group.parts:
        if isinstance(part, Group):
            inner = compile_group(part, expression)
            if inner is not None:
                parts.append(inner)
        else:
            parts.append(compile_condition(expression(part), part))
    if not parts:
        return None
    return and_(*parts) if group.every else or_(*parts)


def compile_condition(column: Expression, condition: Condition) -> ColumnElement[bool]:
    """One comparison as SQL. Raises BadRequest naming the parameter."""
    operator, value = condition.operator, condition.value
    try:
        if operator == "null":
            empty = values.parse(Boolean(), value)
            return column.is_(None) if empty else column.is_not(None)
        if operator in ("in", "nin"):
            given = value if isinstance(value, list) else str(value).split(",")
            if len(given) > MOST:
                raise ValueError("too many")
            found = [values.parse(column.type, v) for v in given]
            return column.in_(found) if operator == "in" else column.not_in(found)
        if operator == "contains":
            if not isinstance(column.type, (String, Text)) or isinstance(column.type, EnumType):
                raise BadRequest(UNKNOWN_OPERATOR, field=condition.parameter)
            return cast(column, String).icontains(values.parse(String(), value), autoescape=True)
        return COMPARISONS[operator](column, values.parse(column.type, value))
    except (ValueError, OverflowError):
        raise BadRequest(BAD_VALUE, field=condition.parameter) from None
