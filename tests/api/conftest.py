"""What the tests of the API may ask for."""

from collections.abc import Callable

import pytest

from app.transaction import ScopedSession
from tests.api.families import Family
from tests.sessions import Client


@pytest.fixture
def family(db: ScopedSession, client: Callable[..., Client]) -> Family:
    """A parent with a child of eight, a slot with one place, and a client signed in."""
    return Family(db, client)
