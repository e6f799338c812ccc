"""What is asked of a noun's list, and the SELECT that answers it: each relation joined once."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import aliased

from app import permissions
from app.errors import BadRequest
from app.query import grammar, search
from app.query.paths import LABEL, Path, path, paths
from app.transaction import Principal

MOST_SORTED = 3
LONGEST_KEY = 200
OFFSET = bindparam("row_offset", None, BigInteger)


@dataclass(frozen=True)
class Selection:
    """What is asked of a noun's list.

    ``where`` is what the client asks and is held to ``filter_columns``; ``given`` is what the
    caller asks of itself. ``extra`` conditions are SQL of the caller's own.
    """

    resource: str
    columns: tuple[str, ...]
    where: grammar.Group = grammar.EVERYTHING
    search: str = ""
    search_columns: tuple[str, ...] = ()
    filter_columns: tuple[str, ...] | None = None
    sort: str = ""
    extra: tuple[ColumnElement[bool], ...] = ()
    given: grammar.Group = grammar.EVERYTHING

    @property
    def words(self) -> list[str]:
        """The words that are searched for. Raises BadRequest for what no text can hold."""
        if "\x00" in self.search:
            raise BadRequest(grammar.BAD_VALUE, field="search")
        return search.words(self.search)

    @property
    def shape(self) -> "Selection":
        """The selection without its values: what one compiled statement serves."""
        if self.where is self.given is grammar.EVERYTHING and not self.search:
            return self
        return replace(
            self,
            where=grammar.shape(self.where),
            given=grammar.shape(self.given),
            search=" ".join("w" for _ in self.words),
        )


@dataclass(frozen=True)
class Key:
    """A part of the order: an expression, its direction, and what type a cursor gives it."""

    expression: ColumnElement[Any]
    down: bool


class Query:
    """A SELECT under construction, for one principal's columns. Raises BadRequest."""

    def __init__(self, wanted: Selection, principal: Principal) -> None:
        self.wanted = wanted
        self.principal = principal
        self.model = permissions.RESOURCES[wanted.resource]
        self.aliases: dict[tuple[str, ...], Any] = {(): self.model}
        self.joins: list[tuple[Any, Any]] = []
        self.paths = paths(self.model, wanted.columns, principal)
        # The places of encrypted columns.
        self.sealed = tuple(n for n, p in enumerate(self.paths) if p.sealed)
        self.readers: dict[str, list[grammar.Reader]] = {}

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
        """The SQL of a declared column."""
        return column.expression(self.entity(column.relations))

    def field(self, name: str, parameter: str) -> Path:
        """A field that may be filtered, sorted or grouped by. Raises BadRequest."""
        allowed = self.wanted.filter_columns
        if allowed is None:
            allowed = self.wanted.columns
        try:
            found = path(self.model, name)
        except KeyError:
            found = None
        known = found is not None and (name in allowed or name == "id")
        if found is None or not known or not found.readable_by(self.principal) or found.sealed:
            raise BadRequest(grammar.UNKNOWN_FIELD, field=parameter)
        return found

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a row has to fulfil, values as parameters ``v0`` (asked), ``g0`` and ``w0``."""
        found = list(self.wanted.extra)
        asked, self.readers["v"] = grammar.compile_group(
            self.wanted.where, lambda c: self.sql(self.field(c.field, c.parameter)), "v"
        )
        given, self.readers["g"] = grammar.compile_group(
            self.wanted.given, lambda c: self.sql(path(self.model, c.field)), "g"
        )
        found += [one for one in (asked, given) if one is not None]
        searched = paths(self.model, self.wanted.search_columns, self.principal)
        for number, _ in enumerate(self.wanted.words):
            word = bindparam(f"w{number}", None, Text())
            found.append(search.matches(self.model, searched, word))
        return found

    def order(self) -> list[Key]:
        """Sort keys, the id last: every order is total."""
        found: list[Key] = []
        parts = [p for p in self.wanted.sort.split(",") if p]
        if len(parts) > MOST_SORTED:
            raise BadRequest(grammar.BAD_VALUE, field="sort")
        for part in parts:
            column = self.field(part.removeprefix("-"), "sort")
            if not column.ordered:
                raise BadRequest(grammar.UNKNOWN_FIELD, field="sort")
            if column.name == "id":
                return [*found, Key(self.model.id, part.startswith("-"))]
            found += self._keys(column, part.startswith("-"))
        return [*found, Key(self.model.id, bool(found) and found[-1].down)]

    def _keys(self, column: Path, down: bool) -> list[Key]:
        expression = self.sql(column)
        if isinstance(column.type, Text):
            # A long text's beginning: cursors hold it, and they stand in addresses.
            expression = func.left(expression, LONGEST_KEY, type_=Text())
        # What may be missing has its place in the order too; what never is, keeps its index.
        if column.relations or column.column == LABEL or self._nullable(column):
            return [Key(expression.is_(None), down), Key(expression, down)]
        return [Key(expression, down)]

    def _nullable(self, column: Path) -> bool:
        return bool(inspect_(self.model).columns[column.column].nullable)

    def joined(self, statement: Select[Any]) -> Select[Any]:
        """The statement with the relations that were asked for so far."""
        for alias, on in self.joins:
            statement = statement.outerjoin(alias, on)
        return statement

    def page(
        self, after: tuple[bool, ...] = (), *, plain: bool = False, version: bool = False
    ) -> Select[Any]:
        """A page of rows: columns, sort keys; ``after`` says which keys of a cursor are given.

        ``plain`` writes numbers with decimals as text, as JSON has them; ``version`` adds the
        row's version, last.
        """
        columns = [self.sql(p) for p in self.paths]
        if plain:
            columns = [sql_cast(c, Text) if isinstance(c.type, Numeric) else c for c in columns]
        conditions, order = self.conditions(), self.order()
        if after:
            conditions.append(_behind(order, after))
        selected = [
            *(c.label(f"c{n}") for n, c in enumerate(columns)),
            *(k.expression.label(f"k{n}") for n, k in enumerate(order)),
        ]
        if version:
            selected.append(self.model.version.label("v"))
        return (
            self.joined(select(*selected).select_from(self.model))
            .where(*conditions)
            .order_by(*(k.expression.desc() if k.down else k.expression.asc() for k in order))
        )

    def count(self) -> Select[Any]:
        """How many rows there are."""
        conditions = self.conditions()
        statement = self.joined(select(func.count(self.model.id)).select_from(self.model))
        return statement.where(*conditions)

    def values(self, wanted: Selection) -> dict[str, Any]:
        """The parameters of a selection of this shape. Raises BadRequest naming the field."""
        found = grammar.read_values(wanted.where, self.readers["v"], "v")
        found |= grammar.read_values(wanted.given, self.readers["g"], "g")
        found |= {f"w{n}": word for n, word in enumerate(wanted.words)}
        return found


def _behind(order: list[Key], after: tuple[bool, ...]) -> ColumnElement[bool]:
    """The rows behind a cursor's keys, ``a0`` and on; a key that is missing says nothing."""
    given = [
        (key, bindparam(f"a{n}", None, key.expression.type))
        for n, (key, there) in enumerate(zip(order, after, strict=True))
        if there
    ]
    if len({key.down for key, _ in given}) == 1 and all(after):
        # One comparison of rows, which an index can answer.
        left = tuple_(*(key.expression for key, _ in given))
        right = tuple_(*(value for _, value in given))
        return left < right if given[0][0].down else left > right
    options: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key, value in given:
        further = key.expression < value if key.down else key.expression > value
        options.append(and_(*equal, further))
        equal.append(key.expression == value)
    return or_(*options)
