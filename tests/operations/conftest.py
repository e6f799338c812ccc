"""The families of the tests of applications and quotes; their ``alliance`` is each file's own."""

import pytest

from tests import factories as f


@pytest.fixture
def parent(alliance):
    return f.AccountFactory()


@pytest.fixture
def children(alliance, parent):
    made = [f.PersonFactory(alliance=alliance) for _ in range(2)]
    for child in made:
        f.RelationFactory(person=child, user=parent)
    return made


@pytest.fixture
def family(as_seat, parent, alliance, children):
    """The parent's session."""
    return as_seat("citizen", user_id=parent.id, alliance_id=alliance.id)
