"""A session on a real database whose work is taken back after each test."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.orm import Session

import app.scope  # noqa: F401 - the policy's listeners
from app import clock, database, sealed, transaction
from app.models import Model
from app.transaction import Principal, ScopedSession, open_session
from tests.databases import ENVIRONMENT
from tests.factories import into


@pytest.fixture(scope="session")
def engine(server: str) -> Iterator[Engine]:
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    address = make_url(server)
    from app import schema

    schema.drop_database(server, "operations")
    database.ensure_database(address, "operations")
    made = create_engine(address.set(database="operations"), pool_size=60)
    Model.metadata.create_all(made)
    yield made
    made.dispose()


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def db(engine: Engine) -> Iterator[ScopedSession]:
    with engine.connect() as connection:
        outer = connection.begin()
        session = open_session(
            connection, transaction.system("test"), join_transaction_mode="create_savepoint"
        )
        with into(session):
            yield session
        session.close()
        outer.rollback()


@pytest.fixture
def as_seat(db: ScopedSession) -> Iterator[Callable[..., ScopedSession]]:
    """A session of a seat, on the test's own transaction."""
    opened: list[Session] = []

    def open_as(kind: str, **values: object) -> ScopedSession:
        db.flush()
        session = open_session(
            db.connection(), Principal(kind, **values), join_transaction_mode="rollback_only"
        )
        opened.append(session)
        return session

    yield open_as
    for session in opened:
        session.close()
