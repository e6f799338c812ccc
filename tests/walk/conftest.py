"""The walk's own database, filled once a process; each test takes back what it did."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine

from app import sealed, security, transaction
from app.extensions import limiter
from app.transaction import ScopedSession, open_session
from tests import factories
from tests.databases import ENVIRONMENT
from tests.sessions import rolled_back
from tests.walk.http import Visitor, token_of
from tests.walk.names import World
from tests.walk.world import build


@pytest.fixture(scope="session")
def world_and_engine(
    copy_of: Callable[[str], str], template: str
) -> Iterator[tuple[World, Engine]]:
    """The rows, committed into a copy of the empty database."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(copy_of(template))
    db = open_session(engine, transaction.system("walk"))
    with db, db.begin(), factories.into(db):
        made = build(db)
    yield made, engine
    engine.dispose()


@pytest.fixture(scope="session")
def world(world_and_engine: tuple[World, Engine]) -> World:
    return world_and_engine[0]


@pytest.fixture(scope="session")
def walk_engine(world_and_engine: tuple[World, Engine]) -> Engine:
    return world_and_engine[1]


@pytest.fixture
def line(walk_engine: Engine) -> Iterator[Connection]:
    """A connection whose work is taken back."""
    with rolled_back(walk_engine) as made:
        yield made


@pytest.fixture
def sit(world: World, line: Connection) -> Iterator[Callable[..., ScopedSession]]:
    """Call it with a seat's kind: a session of that seat. Without: the system's."""
    opened: list[ScopedSession] = []

    def open_as(kind: str | None = None, **options: Any) -> ScopedSession:
        principal = transaction.system("walk") if kind is None else world.principals[kind]
        session = open_session(line, principal, join_transaction_mode="create_savepoint", **options)
        opened.append(session)
        return session

    yield open_as
    for session in opened:
        session.close()


@pytest.fixture
def visit(
    flask_app: Flask, world: World, line: Connection, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Visitor]]:
    """Call it with a seat's kind: somebody who asks the application under that seat."""
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=line, join_transaction_mode="create_savepoint")
    monkeypatch.setitem(flask_app.config, "WTF_CSRF_ENABLED", False)
    limiter.reset()

    def come(kind: str) -> Visitor:
        token = token_of(flask_app, world, kind)
        return Visitor(kind, world, line, flask_app.test_client(), token)

    yield come
    for registry in (transaction.web, security.accounts):
        registry.remove()
