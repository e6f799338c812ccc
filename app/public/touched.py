"""What an answer rests on, read off the statements that made it."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import psycopg
from flask_appbuilder import Model
from psycopg.sql import Composable
from sqlalchemy import Engine, event

# Places move with every enrolment, and no notification says so.
PLACES = re.compile(
    r"\b(places|places_taken|waiting_count|last_queue_no|slot\w*\.(version|changed_at))\b"
)
# What the clock or today's date decides changes without any commit.
CLOCK = re.compile(r"\b(now\(|clock_timestamp|statement_timestamp|current_|localtime)")
TODAY = re.compile(r"\bpolicy_today\b")

_statements: ContextVar[list[str] | None] = ContextVar("statements", default=None)


@dataclass(frozen=True)
class Rest:
    """The tables that an answer was read from; whether it shows places, or follows the clock.

    ``day``: it is another one tomorrow.
    """

    tables: frozenset[str]
    places: bool = False
    clock: bool = False
    day: bool = False


class _Noting:
    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        noted = _statements.get()
        if noted is not None:
            noted.append(_text(query))
        return super().execute(query, *args, **kwargs)  # type: ignore[misc]


class Cursor(_Noting, psycopg.Cursor[Any]):
    """A cursor that tells what it was asked, where somebody listens."""


class ServerCursor(_Noting, psycopg.ServerCursor[Any]):
    """The same for what is read in parts."""


def watch(engine: Engine) -> None:
    """Let every connection that the engine makes from now on tell its statements."""
    # At the driver, so that a statement past SQLAlchemy's own roads is told like any other.
    event.listen(engine, "connect", _told)


def _told(connection: Any, _: Any) -> None:
    connection.cursor_factory = Cursor
    connection.server_cursor_factory = ServerCursor


@contextmanager
def noted() -> Iterator[list[str]]:
    """The statements that run inside, in this thread."""
    found: list[str] = []
    token = _statements.set(found)
    try:
        yield found
    finally:
        _statements.reset(token)


def rest_of(statements: Collection[str]) -> Rest:
    """What an answer made by these statements rests on."""
    rests = [_rest(statement) for statement in statements]
    return Rest(
        frozenset().union(*(rest.tables for rest in rests)),
        any(rest.places for rest in rests),
        any(rest.clock for rest in rests),
        any(rest.day for rest in rests),
    )


def _text(query: Any) -> str:
    if isinstance(query, bytes):
        return query.decode()
    return query.as_string() if isinstance(query, Composable) else str(query)


@lru_cache(maxsize=512)
def _rest(statement: str) -> Rest:
    tables = frozenset(_names().findall(statement))
    places = "slot" in tables and PLACES.search(statement) is not None
    clock = CLOCK.search(statement.lower()) is not None
    return Rest(tables, places, clock, TODAY.search(statement) is not None)


@lru_cache(maxsize=1)
def _names() -> re.Pattern[str]:
    # A column or word of the same name makes an answer rest on too much, never on too little.
    return re.compile(rf"\b({'|'.join(map(re.escape, sorted(Model.metadata.tables)))})\b")
