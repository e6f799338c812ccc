"""How rows are asked for: one grammar for the API, the screens and the exports.

``field=value``, ``field__gte=value``, ``search=``, ``sort=-field``, and
``filter={"_or": [{"field": {"_eq": 1}}, ...]}``.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    String,
    Text,
    all_,
    and_,
    any_,
    bindparam,
    cast,
    func,
    or_,
)
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
     "page", "format", "next", "include", "group", "aggregate", "dry_run")
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
    "in": lambda c, v: c == any_(v),
    "nin": lambda c, v: c != all_(v),
    "contains": lambda c, v: func.lower(cast(c, String)).contains(func.lower(v), escape="/"),
    "null": lambda c, v: c.is_(None) == v,
}
OPERATORS = tuple(COMPARISONS)


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


def where(field: str, value: Any, parameter: str = "") -> Group:
    """The rows whose field has the value; ``parameter`` is what a refusal names."""
    return Group(True, (Condition(field, "eq", value, parameter or field),))


def from_parameters(parameters: Iterable[tuple[str, str]]) -> Group:
    """The conditions in an address's parameters. Raises BadRequest naming the parameter."""
    parts: list[Condition | Group] = []
    for name, value in parameters:
        if name == "filter":
            parts.append(from_json(value))
        elif name not in RESERVED:
            field, told, operator = name.partition("__")
            parts.append(_condition(field, operator if told else "eq", value, name))
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


def conditions(group: Group) -> Iterator[Condition]:
    """Every comparison in a group, however deep, in the order in which they were asked."""
    for part in group.parts:
        if isinstance(part, Condition):
            yield part
        else:
            yield from conditions(part)


def shape(group: Group) -> Group:
    """The group without its values: what one compiled statement serves."""
    return Group(
        group.every,
        tuple(
            shape(part) if isinstance(part, Group) else replace(part, value=None)
            for part in group.parts
        ),
    )


Reader = Callable[[Any], Any]


def compile_group(
    group: Group, expression: Callable[[Condition], Expression], name: str
) -> tuple[ColumnElement[bool] | None, list[Reader]]:
    """A shape as SQL, and what reads the value of each of its conditions.

    ``expression`` gives a field's column or refuses it; the n-th condition's value is the
    parameter ``<name><n>``.
    """
    readers: list[Reader] = []

    def compiled(part: "Condition | Group") -> ColumnElement[bool] | None:
        if isinstance(part, Condition):
            made, reader = _compile_condition(expression(part), part, f"{name}{len(readers)}")
            readers.append(reader)
            return made
        inner = [found for one in part.parts if (found := compiled(one)) is not None]
        if not inner:
            return None
        return and_(*inner) if part.every else or_(*inner)

    return compiled(group), readers


def _compile_condition(
    column: Expression, condition: Condition, name: str
) -> tuple[ColumnElement[bool], Reader]:
    """One comparison with a parameter. Raises BadRequest for an operator that does not fit."""
    operator, type_ = condition.operator, column.type
    stored: Any = type_
    if isinstance(type_, Integer):
        stored = BigInteger()  # No number is too large to be compared.
    elif isinstance(type_, String):
        stored = Text()

    def read(value: Any) -> Any:
        return values.parse(type_, value)

    if operator != "null" and not values.comparable(type_):
        raise BadRequest(BAD_VALUE, field=condition.parameter)
    if operator == "null":
        stored, read = Boolean(), lambda value: values.parse(Boolean(), value)
    elif operator in ("in", "nin"):
        stored, read = ARRAY(stored), lambda value: _list(type_, value)
    elif operator == "contains":
        if not isinstance(type_, String) or isinstance(type_, EnumType):
            raise BadRequest(UNKNOWN_OPERATOR, field=condition.parameter)
        read = lambda value: escaped(values.parse(String(), value))  # noqa: E731
    return COMPARISONS[operator](column, bindparam(name, None, stored)), read


def _list(type_: Any, value: Any) -> list[Any]:
    given = value if isinstance(value, list) else str(value).split(",")
    if len(given) > MOST:
        raise ValueError("too many")
    return [values.parse(type_, one) for one in given]


def escaped(text: str) -> str:
    """The text for a LIKE whose ESCAPE is a slash."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")


def read_values(group: Group, readers: Iterable[Reader], name: str) -> dict[str, Any]:
    """The parameters of a group's values. Raises BadRequest naming the parameter."""
    found = {}
    for number, (condition, read) in enumerate(zip(conditions(group), readers, strict=True)):
        try:
            found[f"{name}{number}"] = read(condition.value)
        except (ValueError, OverflowError):
            raise BadRequest(BAD_VALUE, field=condition.parameter) from None
    return found
