"""A new row by one INSERT that was compiled once: checked like a flushed one, without its unit of
work."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, func
from sqlalchemy import insert as insert_
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app import policy, scope
from app.transaction import ScopedSession, raw

Row = TypeVar("Row")


class Entered(SimpleNamespace):
    """A row that was just entered, as the values it was given: it belongs to no session."""

    id: int


def insert(db: Session, model: type[Any], **values: Any) -> Entered:
    """Enter a row. With its ``id``, taken from ``next_id`` before, nothing is waited for.

    Raises Forbidden for a row that the caller may not write, Invalid for one that names a row
    which the caller does not see, and what a constraint says.
    """
    session = cast(ScopedSession, db)
    statement = _compiled(model, tuple(values))
    told = raw(session, statement.sql, statement.parameters(values), answers="id" not in values)
    row = Entered(**values, __tablename__=model.__tablename__)
    if told:
        row.id = told[0][0]
    scope.require_made(session, model, row.id, values)
    return row


def next_id(model: type[Any]) -> ColumnElement[int]:
    """The number that the next row of a table gets: to be asked for with something else."""
    return func.nextval(func.pg_get_serial_sequence(model.__tablename__, "id"))


def held(db: Session, model: type[Row], key: int) -> Row:
    """A row that is there: what is asked of it is read only then."""
    known = db.identity_map.get(inspect_(model).identity_key_from_primary_key((key,)))
    if known is not None:
        return cast(Row, known)
    row: Row = inspect_(model).class_manager.new_instance()
    set_committed_value(row, "id", key)
    make_transient_to_detached(row)
    db.add(row)
    return row


@dataclass(frozen=True)
class _Insert:
    sql: str
    # Values that the program gives where the caller gives none.
    defaults: Mapping[str, Callable[[], Any]]
    processors: Mapping[str, Callable[[Any], Any]]

    def parameters(self, values: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: make() for name, make in self.defaults.items()} | dict(values)
        for name, process in self.processors.items():
            given[name] = process(given[name])
        return given


@lru_cache(maxsize=512)
def _compiled(model: type[Any], given: tuple[str, ...]) -> _Insert:
    table = inspect_(model).local_table
    defaults = {
        column.key: _default(column.default)
        for column in table.columns
        if column.key not in given and column.default is not None
    }
    statement: Any = insert_(table)
    if "id" not in given:
        statement = statement.returning(table.c.id)
    made = statement.compile(dialect=policy.DIALECT, column_keys=[*given, *defaults])
    return _Insert(str(made), defaults, dict(made._bind_processors))


def _default(default: Any) -> Callable[[], Any]:
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
