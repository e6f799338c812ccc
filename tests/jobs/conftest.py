"""Databases that the jobs may commit to."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine

from app import sealed
from app.jobs.batch import stopping
from app.transaction import ScopedSession, open_session, system
from tests.databases import ENVIRONMENT
from tests.factories import into


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """Keys to seal with, and no stop left over from another test."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    stopping.clear()
    yield
    stopping.clear()


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
