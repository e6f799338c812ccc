"""What the tests of the API may ask for."""

from collections.abc import Callable

import pytest

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.api.families import Family
from tests.sessions import Client


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    """Of the office, where a test does not say whose."""
    return factories.SeatFactory(kind="staff")


@pytest.fixture
def staff(client: Callable[..., Client], seat: models.Seat) -> Client:
    """A program of the office."""
    return client(seat)


@pytest.fixture
def family(db: ScopedSession, client: Callable[..., Client]) -> Family:
    """A parent with a child of eight, a slot with one place, and a client signed in."""
    return Family(db, client)
