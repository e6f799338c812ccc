"""Lists of declared columns, by one SELECT: for screens, API, exports and lists of choices."""

import base64
import binascii
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, false, func, literal, or_, select
from sqlalchemy import cast as sql_cast
from sqlalchemy.orm import aliased

from app import permissions
from app.errors import N_, BadRequest
from app.operations import care
from app.query import grammar, values
from app.query.paths import LABEL, Path, label_columns, label_of, path, paths
from app.transaction import ScopedSession

BAD_CURSOR = N_("The cursor does not belong to this list.")
BAD_LIMIT = N_("Between 1 and 100 rows can be asked for at once.")
MOST_ROWS = 100
PAGE = 20


@dataclass(frozen=True)
class Selection:
    """What is asked of a noun's list."""

    resource: str
    columns: tuple[str, ...]
    where: grammar.Group = grammar.EVERYTHING
    search: str = ""
    search_columns: tuple[str, ...] = ()
    filter_columns: tuple[str, ...] | None = None
    sort: str = ""
    extra: tuple[ColumnElement[bool], ...] = ()


class _Query:
    """A SELECT under construction: each relation is joined once."""

    def __init__(self, db: ScopedSession, wanted: Selection) -> None:
        self.db = db
        self.wanted = wanted
        self.model = permissions.RESOURCES[wanted.resource]
        self.aliases: dict[tuple[str, ...], Any] = {(): self.model}
        self.joins: list[tuple[Any, Any]] = []
        self.paths = paths(self.model, wanted.columns, db.principal)

    def entity(self, relations: tuple[str, ...]) -> Any:
        """The alias that a chain of relations ends at."""
        if relations not in self.aliases:
            parent = self.entity(relations[:-1])
            relation = getattr(parent, relations[-1])
            alias = aliased(relation.property.mapper.class_)
            self.joins.append((alias, relation.of_type(alias)))
            self.aliases[relations] = alias
        return self.aliases[relations]

    def sql(self, column: Path) -> ColumnElement[Any]:
        return column.expression(self.entity(column.relations))

    def field(self, name: str, parameter: str) -> Path:
        """A field that may be filtered or sorted by. Raises BadRequest naming the parameter."""
        allowed = self.wanted.filter_columns
        if allowed is None:
            allowed = self.wanted.columns
        try:
            found = path(self.model, name)
        except KeyError:
            found = None
        known = found is not None and (name in allowed or name == "id")
        if found is None or not known or not found.readable_by(self.db.principal) or found.sealed:
            raise BadRequest(grammar.UNKNOWN_FIELD, field=parameter)
        return found

    def conditions(self) -> list[ColumnElement[bool]]:
        found = list(self.wanted.extra)
        where = grammar.compile_group(
            self.wanted.where, lambda c: self.sql(self.field(c.field, c.parameter))
        )
        if where is not None:
            found.append(where)
        words = self.wanted.search.split()[:8]
        if "\x00" in self.wanted.search:
            raise BadRequest(grammar.BAD_VALUE, field="search")
        searched = paths(self.model, self.wanted.search_columns, self.db.principal)
        for word in words:
            found.append(
                or_(
                    false(),  # where nothing is searched, nothing is found
                    *(
                        sql_cast(self.sql(p), String).icontains(word, autoescape=True)
                        for p in searched
                    ),
                )
            )
        return found

    def order(self) -> list[tuple[ColumnElement[Any], bool]]:
        """Sort expressions with their direction, the id last: every order is total."""
        found: list[tuple[ColumnElement[Any], bool]] = []
        for part in [p for p in self.wanted.sort.split(",") if p][:3]:
            down = part.startswith("-")
            column = self.field(part.lstrip("-"), "sort")
            expression = self.sql(column)
            found += [(expression.is_(None), down), (expression, down)]
        down = bool(found) and found[-1][1]
        return [*found, (self.model.id, down)]

    def statement(self) -> Select[Any]:
        columns = [self.sql(p).label(f"c{n}") for n, p in enumerate(self.paths)]
        conditions = self.conditions()
        order = self.order()
        keys = [e.label(f"k{n}") for n, (e, _) in enumerate(order)]
        statement = select(*columns, *keys).select_from(self.model)
        for alias, on in self.joins:
            statement = statement.outerjoin(alias, on)
        return statement.where(*conditions).order_by(
            *(e.desc() if down else e.asc() for e, down in order)
        )


def page(
    db: ScopedSession,
    wanted: Selection,
    *,
    now: datetime,
    limit: int = PAGE,
    cursor: str = "",
    offset: int = 0,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows by declared name, and the cursor of the next page.

    Raises BadRequest naming the parameter.
    """
    if not 1 <= limit <= MOST_ROWS:
        raise BadRequest(BAD_LIMIT, field="limit")
    query = _Query(db, wanted)
    statement = query.statement()
    if cursor:
        statement = statement.where(_after(query, cursor))
    rows = db.execute(statement.limit(limit + 1).offset(offset)).all()
    more, rows = len(rows) > limit, rows[:limit]
    result = _named(db, query, rows, now)
    return result, _cursor(wanted, rows[-1][len(query.paths) :]) if more else None


def stream(db: ScopedSession, wanted: Selection, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Every row of a selection, a thousand in memory at a time."""
    query = _Query(db, wanted)
    statement = query.statement().execution_options(yield_per=1000)
    for part in db.execute(statement).partitions(1000):
        yield from _named(db, query, part, now)


def count(db: ScopedSession, wanted: Selection) -> int:
    """How many rows the selection has."""
    query = _Query(db, wanted)
    conditions = query.conditions()
    statement = select(func.count(query.model.id)).select_from(query.model)
    for alias, on in query.joins:
        statement = statement.outerjoin(alias, on)
    return db.scalar(statement.where(*conditions)) or 0


def choices(
    db: ScopedSession, resource: str, text: str = "", offset: int = 0, extra: Any = ()
) -> tuple[list[tuple[int, str]], bool]:
    """Twenty (id, label) of the rows whose label has every word, and whether there are more."""
    model = permissions.RESOURCES[resource]
    label = label_of(model, model)
    statement = select(model.id, label.label("label")).where(*extra)
    for word in text.replace("\x00", " ").split()[:8]:
        statement = statement.where(label.icontains(word, autoescape=True))
    rows = db.execute(statement.order_by("label", model.id).limit(PAGE + 1).offset(offset)).all()
    return [(row[0], row[1]) for row in rows[:PAGE]], len(rows) > PAGE


def label(db: ScopedSession, resource: str, id_: int) -> str | None:
    """One row's label, if it is seen."""
    model = permissions.RESOURCES[resource]
    return db.scalar(select(label_of(model, model)).where(model.id == id_))


def _named(
    db: ScopedSession, query: _Query, rows: Sequence[Any], now: datetime
) -> list[dict[str, Any]]:
    names = [p.name for p in query.paths]
    found = [dict(zip(names, row, strict=False)) for row in rows]
    sealed = [p.name for p in query.paths if p.sealed]
    if sealed and found:
        ids = [row[-1] for row in rows]
        care.log(db, query.model.__tablename__, ids, sealed, now=now)
        for row in found:
            for name in sealed:
                row[name] = row[name].reveal() if row[name] is not None else None
    return found


# ---------------------------------------------------------------- cursors


def _cursor(wanted: Selection, keys: Iterable[Any]) -> str:
    content = [wanted.resource, wanted.sort, *(_plain(k) for k in keys)]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def _plain(key: Any) -> Any:
    return key if key is None or isinstance(key, (bool, int)) else str(key)


def _after(query: _Query, cursor: str) -> ColumnElement[bool]:
    """The rows behind a cursor. Raises BadRequest for one of another list."""
    order = query.order()
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        resource, sort, *keys = json.loads(base64.urlsafe_b64decode(padded))
        if [resource, sort] != [query.wanted.resource, query.wanted.sort]:
            raise ValueError(cursor)
        expressions = [e for e, _ in order]
        given = [
            key if key is None else values.parse(e.type, key)
            for e, key in zip(expressions, keys, strict=True)
        ]
    except (ValueError, TypeError, binascii.Error, OverflowError, RecursionError):
        raise BadRequest(BAD_CURSOR, field="cursor") from None
    options = []
    equal: list[ColumnElement[bool]] = []
    for (expression, down), key in zip(order, given, strict=True):
        if key is None:  # Its is-null key before it says all.
            continue
        value = literal(key, expression.type)
        options.append(and_(*equal, expression < value if down else expression > value))
        equal.append(expression == value)
    if not options:
        raise BadRequest(BAD_CURSOR, field="cursor")
    return or_(*options)


__all__ = ["LABEL", "Selection", "choices", "count", "label", "label_columns", "page", "stream"]
