"""A new row by one INSERT that was compiled once: checked like a flushed one, without its unit of
work."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, func
from sqlalchemy import column as column_
from sqlalchemy import insert as insert_
from sqlalchemy import inspect as inspect_
from sqlalchemy import table as table_
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from app import policy, scope
from app.statements import Batch, Reading, prepared, raw
from app.transaction import ScopedSession

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
    parameters = statement.parameters(values)
    row = Entered(**values, __tablename__=model.__tablename__)
    reading: Reading | None = session.info.get("reading")
    if reading is not None and reading.table == model.__tablename__ and not reading.taken:
        _read_along(session, statement, parameters, reading)
        if "id" not in values:
            row.id = reading.found[0]
    elif "id" in values:
        raw(session, statement.sql, parameters, answers=False)
    else:
        ((row.id,),) = raw(session, f"{statement.sql} RETURNING id", parameters)
    scope.require_made(session, model, row.id, values)
    return row


def _read_along(
    session: ScopedSession, statement: "_Insert", parameters: dict[str, Any], reading: Reading
) -> None:
    """Enter the row, and read it as it was asked for beforehand, in one statement."""
    begun = session.info.get("together")
    batch = Batch() if begun is None else begun
    batch.add(f"{statement.sql} RETURNING *", parameters, reading.table)
    batch.reading, reading.taken = reading, True
    if begun is None:
        prepared(session)
        batch.run(session)


def reading_of(model: type[Any], sql: str, parameters: Mapping[str, Any]) -> Reading | None:
    """How to read the row that is entered next; None where the statement that enters it cannot.

    In that statement the table holds the new row alone: no other is found in it.
    """
    table = str(model.__tablename__)
    mentioned = re.findall(rf"\b(?:FROM|JOIN)\s+{table}\b", sql)
    return Reading(table, sql, parameters) if len(mentioned) == 1 else None


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
    # What the database fills in by itself is left to it.
    defaults = {
        column.key: _default(column.default)
        for column in table.columns
        if column.key not in given and column.default is not None and not column.server_default
    }
    bare = table_(table.name, *(column_(c.key, c.type) for c in table.columns))
    made = insert_(bare).compile(dialect=policy.DIALECT, column_keys=[*given, *defaults])
    return _Insert(str(made), defaults, dict(made._bind_processors))


def _default(default: Any) -> Callable[[], Any]:
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg
