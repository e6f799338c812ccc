"""What the walk does to rows: a change, a copy, a move; and how each attempt ends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Enum, LargeBinary, String, Uuid, delete
from sqlalchemy import inspect as inspect_
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError

from app import clock, transaction
from app.errors import Forbidden, Invalid, NotFound
from app.transaction import ScopedSession, open_session
from tests.walk import expected
from tests.walk.names import World

REFUSALS = (Forbidden, Invalid, NotFound)
# What the database or the ORM itself stops.
STOPS = (IntegrityError, StaleDataError, ObjectDeletedError, InvalidRequestError)


def named(world: World, table: str, kind: str, write: bool = False) -> frozenset[str]:
    """The names of the rows that the kind may see, or write."""
    every = frozenset(world.ids.get(table, ()))
    cell = expected.ROWS[table]
    found = expected.labels((cell.writes if write else cell.sees).get(kind, ""), kind, every)
    assert found <= every, (table, kind, found - every)
    return found


def sample(names: frozenset[str], table: str) -> list[str]:
    """One row of the other alliance's and one of the seats' own."""
    elsewhere = sorted(names & set(expected.ROWS[table].elsewhere.split()))
    here = sorted(names - set(elsewhere))
    return elsewhere[:1] + here[:1]


@contextmanager
def session(line: Connection, world: World, kind: str | None) -> Iterator[ScopedSession]:
    """A session of the kind whose work, committed or not, is taken back."""
    point = line.begin_nested()
    principal = transaction.system("walk") if kind is None else world.principals[kind]
    made = open_session(line, principal, join_transaction_mode="create_savepoint")
    try:
        yield made
    finally:
        made.close()
        point.rollback()


def outcome(db: Session, action: Callable[[], Any]) -> str:
    """``done``, ``refused`` by the policy, or ``stopped`` by the database."""
    try:
        action()
        db.flush()
    except REFUSALS:
        return "refused"
    except STOPS:
        return "stopped"
    return "done"


def touch(row: Any) -> None:
    """Change something of a row that no constraint looks at."""
    columns = inspect_(type(row)).columns
    if "created_at" in columns:
        row.created_at = clock.now() - timedelta(days=3)
        return
    if "active" in columns:
        row.active = False
        return
    plain = {n: c.type for n, c in columns.items() if not (c.foreign_keys or c.primary_key)}
    for name, type_ in plain.items():
        if isinstance(type_, Enum):
            setattr(row, name, type_.enums[-1])
        elif isinstance(type_, String) and (type_.length or 99) >= 40:
            setattr(row, name, "touched")
        elif isinstance(type_, LargeBinary):
            setattr(row, name, b"touched")
        else:
            continue
        return
    row.permission_id = 2  # ab_permission_view is its two ends


def copy(row: Any, number: int) -> Any:
    """Another row with the same belongings, and nothing else that has to be unique."""
    values: dict[str, Any] = {}
    for name, column in inspect_(type(row)).columns.items():
        value = getattr(row, name)
        if column.primary_key or name == "version" or isinstance(column.type, Uuid):
            continue
        free = isinstance(column.type, String) and not isinstance(column.type, Enum)
        if name in ("zone", "school_year", "letters"):
            free = False
        if free and value is not None and (column.type.length or 99) >= 4:
            value = f"{number:04d}"
        if isinstance(value, date) and name in ("starts_on", "extended_to"):
            value -= timedelta(days=1)
        values[name] = value
    return type(row)(**values)


def make_room(db: Session, model: Any, number: int) -> None:
    """Delete a row if nothing refers to it, so that a copy of it is no second one."""
    try:
        with db.begin_nested():
            db.execute(delete(model).where(model.id == number))
    except IntegrityError:
        pass


def foreign_keys(model: Any) -> dict[str, str]:
    """The attributes that name other rows, and the tables of those."""
    found = {}
    for prop in inspect_(model).column_attrs:
        for key in prop.columns[0].foreign_keys:
            if key.column.primary_key:
                found[prop.key] = key.column.table.name
    return found
