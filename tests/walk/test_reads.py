"""What each seat is given of each table, by whatever statement it asks."""

from collections.abc import Callable

import pytest

from app.transaction import ScopedSession
from tests.walk import expected, roads
from tests.walk.world import World

Sit = Callable[..., ScopedSession]


def visible(world: World, table: str, kind: str) -> frozenset[str]:
    """The names of the rows that the kind may see."""
    every = frozenset(world.ids.get(table, ()))
    named = expected.labels(expected.ROWS[table].sees.get(kind, ""), kind, every)
    assert named <= every, (table, kind, named - every)
    return named


@pytest.mark.parametrize("kind", expected.KINDS)
@pytest.mark.parametrize("road", roads.ROADS, ids=lambda road: road.__name__)
def test_a_seat_is_given_its_rows_and_no_other(
    world: World, sit: Sit, kind: str, road: roads.Road
) -> None:
    wrong = []
    for table, model in roads.classes().items():
        with sit(kind) as db:
            given = world.labels(table, road(db, model, world.ids[table].values()))
        wanted = visible(world, table, kind)
        if given != wanted:
            wrong.append((table, f"too much: {given - wanted}, missing: {wanted - given}"))
    assert not wrong
