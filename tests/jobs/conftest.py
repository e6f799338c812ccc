"""A session on this process's own database, and messages to send."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine, create_engine

from app import clock, schema, sealed
from app.jobs.batch import stopping
from app.transaction import ScopedSession, open_session, system
from tests import databases
from tests.databases import ENVIRONMENT
from tests.factories import into


@pytest.fixture(scope="session")
def template(server: str) -> str:
    digest = databases._digest("migrations", "app/models.py")
    return databases._template(server, "template_jobs", digest, schema.upgrade)


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """Keys to seal with, and no stop left over from another test."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    stopping.clear()
    yield
    stopping.clear()


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def db(engine: Engine) -> Iterator[ScopedSession]:
    with engine.connect() as connection:
        outer = connection.begin()
        session = open_session(connection, system("test"), join_transaction_mode="create_savepoint")
        with into(session):
            yield session
        session.close()
        outer.rollback()


@pytest.fixture
def fresh(fresh_url: str) -> Iterator[Engine]:
    """A database that the test may commit to."""
    made = create_engine(fresh_url)
    yield made
    made.dispose()


@pytest.fixture
def committed(fresh: Engine) -> Iterator[Callable[[], ScopedSession]]:
    """Call it for a session on the fresh database, in which the factories write."""
    session = open_session(fresh, system("test"))
    with into(session):
        yield lambda: session
    session.close()
