"""Whatever is asked, the answer is one that the document describes."""

import os
import time
from collections.abc import Callable

import pytest

from app.transaction import ScopedSession
from tests.api.drawing import World
from tests.openapi.asking import Asked, Operation, ask
from tests.sessions import Client

PARTS = 8


@pytest.fixture
def world(db: ScopedSession, client: Callable[..., Client]) -> World:
    return World(db, client)


def every_nth(
    part: int, examples: int, known: list[Operation], world: World, db: ScopedSession
) -> None:
    asked = Asked()
    only = os.environ.get("OPERATIONS", "")
    for number, operation in enumerate(known):
        if number % PARTS == part and only in operation.label:
            began = time.monotonic()
            before = asked.calls
            ask(operation, world, db.connection(), examples, asked)
            print(f"{time.monotonic() - began:6.2f} s, {asked.calls - before} calls: "  # noqa: T201
                  f"{operation.label}")  # fmt: skip
    print(asked.answers)  # noqa: T201
    said = [f"{label}: {kind}: {text}" for (label, kind), text in asked.faults.items()]
    assert not said, "\n\n".join([f"{len(said)} faults", *said])


@pytest.mark.parametrize("part", range(PARTS))
def test_no_answer_is_one_that_the_document_does_not_describe(
    part: int, known: list[Operation], world: World, db: ScopedSession
) -> None:
    every_nth(part, 1, known, world, db)


@pytest.mark.matrix
@pytest.mark.parametrize("part", range(PARTS))
def test_nor_is_any_of_hundreds(
    part: int, known: list[Operation], world: World, db: ScopedSession
) -> None:
    every_nth(part, 120, known, world, db)
