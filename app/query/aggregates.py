"""Figures of a list: counted, summed and averaged by groups, in one SELECT under the policy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    Time,
    func,
    select,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import inspect as inspect_

from app import permissions
from app.errors import N_, BadRequest, Forbidden
from app.query import grammar, road, suppression, values
from app.query.paths import LABEL, Path
from app.query.road import Asked
from app.query.selection import Query, Selection
from app.transaction import ScopedSession

UNKNOWN_FIGURE = N_("The figures are count, sum(field), min(field), max(field) and avg(field).")
DOES_NOT_FIT = N_("This cannot be computed of this field.")
TOO_MANY = N_("At most %(most)s can be asked for at once.")
TOO_MANY_GROUPS = N_("These are more than %(most)s groups: ask for less with a filter.")
NOT_FOR_COMPANIES = N_("Companies are given fixed tables, not figures of their own choice.")
MOST_DIMENSIONS = 3
MOST_FIGURES = 10
MOST_GROUPS = 1000
# An average's decimals.
DECIMALS = 4
FORM = re.compile(r"(\w+)\(([\w.]+)\)")
NUMBERS = (Integer, Numeric)
FITTING = {
    "sum": NUMBERS,
    "avg": NUMBERS,
    "min": (*NUMBERS, Date, DateTime, Time),
    "max": (*NUMBERS, Date, DateTime, Time),
}


@dataclass(frozen=True)
class Figure:
    """A function and the field that it is of: ``count`` has none."""

    function: str
    field: str = ""

    @property
    def name(self) -> str:
        """The figure as it is asked for and answered."""
        return f"{self.function}({self.field})" if self.field else self.function


@dataclass(frozen=True)
class Table(Asked):
    """Groups and figures: what is wanted of a selection instead of its rows."""

    group: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    def of(self, query: Query) -> Select[Any]:
        """The groups' values, how many rows the least of a group's figures is of, the figures."""
        groups = [query.sql(_group(query, name)) for name in self.group]
        fields = [None if not f.field else query.sql(_field(query, f)) for f in self.figures]
        rows = func.count(query.model.id)
        some = [func.nullif(func.count(field), 0) for field in fields if field is not None]
        size: ColumnElement[Any] = func.least(rows, *some) if some else rows
        computed = [
            rows if field is None else _computed(figure.function, field)
            for figure, field in zip(self.figures, fields, strict=True)
        ]
        selected = [*map(_plain, groups), size, *computed]
        conditions = query.conditions()
        named = (one.label(f"c{n}") for n, one in enumerate(selected))
        return (
            query.joined(select(*named).select_from(query.model))
            .where(*conditions)
            .group_by(*groups)
            .order_by(*(one.asc() for one in groups))
        )


def read(group: Sequence[str], aggregate: Sequence[str]) -> Table:
    """What ``group=`` and ``aggregate=`` ask for; without the second, how many there are.

    Raises BadRequest naming the parameter.
    """
    for names, parameter, most in (
        (group, "group", MOST_DIMENSIONS),
        (aggregate, "aggregate", MOST_FIGURES),
    ):
        if len(names) > most:
            raise BadRequest(TOO_MANY, field=parameter, most=most)
    figures = tuple(_figure(name) for name in aggregate) or (Figure("count"),)
    return Table(limit=MOST_GROUPS + 1, group=tuple(group), figures=figures)


def _figure(text: str) -> Figure:
    if text == "count":
        return Figure("count")
    found = FORM.fullmatch(text)
    if found is None or found[1] not in FITTING:
        raise BadRequest(UNKNOWN_FIGURE, field="aggregate")
    return Figure(found[1], found[2])


def table(
    db: ScopedSession, wanted: Selection, asked: Table, *, least: int = 0
) -> list[dict[str, Any]]:
    """The groups that a seat sees, by their values, with their figures.

    Of groups with fewer rows than ``least``, and of those that would give these away, the
    figures are null and ``suppressed`` is true. Raises Forbidden, and BadRequest naming the
    parameter.
    """
    if db.principal.kind in permissions.FIXED_TABLES_ONLY:
        raise Forbidden(NOT_FOR_COMPANIES)
    found = road.compiled(wanted, db.principal, asked)
    rows = road.fetch(db, found, found.query.values(wanted))
    if len(rows) > MOST_GROUPS:
        raise BadRequest(TOO_MANY_GROUPS, field="group", most=MOST_GROUPS)
    return list(_written(rows, asked, least))


def _written(rows: Sequence[road.Row], asked: Table, least: int) -> Iterable[dict[str, Any]]:
    width = len(asked.group)
    sizes = [row[width] for row in rows]
    hidden = suppression.hidden([tuple(row[:width]) for row in rows], sizes, least)
    names = [figure.name for figure in asked.figures]
    for n, row in enumerate(rows):
        group = dict(zip(asked.group, row, strict=False))
        if n in hidden:
            yield {**group, **dict.fromkeys(names), "suppressed": True}
        else:
            yield {**group, **dict(zip(names, row[width + 1 :], strict=True))}


def _group(query: Query, name: str) -> Path:
    found = query.field(name, "group")
    if not values.comparable(found.type):
        raise BadRequest(grammar.UNKNOWN_FIELD, field="group")
    return found


def _field(query: Query, figure: Figure) -> Path:
    found = query.field(figure.field, "aggregate")
    if _is_key(found) or not isinstance(found.type, FITTING[figure.function]):
        raise BadRequest(DOES_NOT_FIT, field="aggregate")
    return found


def _is_key(column: Path) -> bool:
    if column.column == LABEL:
        return False
    found = inspect_(column.target).columns[column.column]
    return bool(found.primary_key or found.foreign_keys)


def _computed(function: str, field: ColumnElement[Any]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = getattr(func, function)(field)
    if function == "avg":
        return sql_cast(func.round(found, DECIMALS), Text)
    if function == "sum" and isinstance(field.type, Integer):
        return sql_cast(found, BigInteger)
    return _plain(found, field.type)


def _plain(column: ColumnElement[Any], type_: Any = None) -> ColumnElement[Any]:
    """Numbers with decimals as text, as lists have them."""
    return sql_cast(column, Text) if isinstance(type_ or column.type, Numeric) else column
