"""What each seat is given of each table, by whatever statement it asks."""

from collections.abc import Callable

import pytest

from app.transaction import ScopedSession
from tests.walk import roads, rows
from tests.walk.kinds import by_kind
from tests.walk.names import World

QUICK = (roads.by_number, roads.alias_entities, roads.union_of_entities)
Sit = Callable[..., ScopedSession]


@by_kind
@pytest.mark.parametrize(
    "road",
    [r if r in QUICK else pytest.param(r, marks=pytest.mark.matrix) for r in roads.ROADS],
    ids=lambda road: road.__name__,
)
def test_a_seat_is_given_its_rows_and_no_other(
    world: World, sit: Sit, kind: str, road: roads.Road
) -> None:
    wrong = []
    for table, model in roads.classes().items():
        with sit(kind) as db:
            given = world.labels(table, road(db, model, world.ids[table].values()))
        wanted = rows.named(world, table, kind)
        if given != wanted:
            wrong.append((table, f"too much: {given - wanted}, missing: {wanted - given}"))
    assert not wrong
