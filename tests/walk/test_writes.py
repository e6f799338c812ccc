"""What each seat may change, add, delete and move, by whatever road."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import make_transient_to_detached

from tests.walk import roads, rows
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World

CLASSES = roads.classes()


@by_kind
def test_a_bulk_update_reaches_what_the_seat_may_write(
    world: World, line: Connection, kind: str
) -> None:
    wrong = []
    for table, model in CLASSES.items():
        if table == "ab_permission_view":  # only its two ends, and no bulk change moves these
            continue
        same = next(
            getattr(model, name)
            for name, column in inspect_(model).local_table.c.items()
            if not column.foreign_keys and not column.primary_key
        )
        statement = (
            update(model).values({same.key: same}).returning(model.id)
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        with rows.session(line, world, kind) as db:
            given = world.labels(table, db.scalars(statement).all())
        wanted = rows.named(world, table, kind, write=True)
        if given != wanted:
            wrong.append((table, f"too much: {given - wanted}, missing: {wanted - given}"))
    assert not wrong


@by_kind
def test_a_bulk_delete_reaches_nothing_else(world: World, line: Connection, kind: str) -> None:
    wrong = []
    for table, model in CLASSES.items():
        kept = set(world.ids[table]) - rows.named(world, table, kind, write=True)
        numbers = [world.id(table, label) for label in kept]
        with rows.session(line, world, kind) as db:
            statement = delete(model).where(model.id.in_(numbers))
            statement = statement.execution_options(synchronize_session=False)
            if db.execute(statement).rowcount:
                wrong.append(table)
    assert not wrong


def _each(
    world: World,
    line: Connection,
    kind: str,
    act: Callable[[Any, Any], Callable[[], Any]],
    pick: Callable[[str], list[str]],
) -> dict[tuple[str, str], str]:
    """How an act on each picked row of each table ends."""
    ends = {}
    for table, model in CLASSES.items():
        for label in pick(table):
            with rows.session(line, world, kind) as db:
                row = _attached(db, model, world.id(table, label))
                ends[table, label] = rows.outcome(db, act(db, row))
    return ends


def _attached(db: Any, model: Any, number: int) -> Any:
    """The row, or what a program holds that knows no more than its number."""
    row = db.get(model, number)
    if row is None:
        row = model(id=number)
        make_transient_to_detached(row)
        db.add(row)
    return row


def _change(db: Any, row: Any) -> Callable[[], Any]:
    return lambda: rows.touch(row)


def _delete(db: Any, row: Any) -> Callable[[], Any]:
    return lambda: db.delete(row)


@by_some
@pytest.mark.parametrize("act", [_change, _delete])
def test_a_row_that_is_not_the_seat_s_to_write_is_neither_changed_nor_deleted(
    world: World, line: Connection, kind: str, act: Any
) -> None:
    def others(table: str) -> list[str]:
        every = frozenset(world.ids[table])
        return rows.sample(every - rows.named(world, table, kind, write=True), table)

    ends = _each(world, line, kind, act, others)
    assert {k: end for k, end in ends.items() if end == "done"} == {}
    assert "refused" in ends.values()


@by_kind
def test_what_the_seat_may_write_it_can_change(world: World, line: Connection, kind: str) -> None:
    def mine(table: str) -> list[str]:
        return sorted(rows.named(world, table, kind, write=True) & rows.named(world, table, kind))[
            :2
        ]

    ends = _each(world, line, kind, _change, mine)
    assert {k: end for k, end in ends.items() if end != "done"} == {}


@by_some
def test_no_row_is_added_that_the_seat_could_not_write(
    world: World, line: Connection, kind: str
) -> None:
    wrong, ends = [], set()
    for table, model in CLASSES.items():
        others = frozenset(world.ids[table]) - rows.named(world, table, kind, write=True)
        for label in rows.sample(others, table):
            number = world.id(table, label)
            with rows.session(line, world, None) as system:
                made = rows.copy(system.get_one(model, number), number)
                rows.make_room(system, model, number)
                system.commit()
                with rows.session(line, world, kind) as db:
                    end = rows.outcome(db, lambda db=db, made=made: db.add(made))
            ends.add(end)
            if end == "done":
                wrong.append((table, label))
    assert not wrong
    assert "refused" in ends


def test_what_the_office_may_write_it_can_add(world: World, line: Connection) -> None:
    kind, wrong = "staff", []
    for table, model in CLASSES.items():
        for label in sorted(rows.named(world, table, kind, write=True))[:1]:
            if table == "alliance":  # its own, and there is no second
                continue
            number = world.id(table, label)
            with rows.session(line, world, None) as system:
                made = rows.copy(system.get_one(model, number), number)
                rows.make_room(system, model, number)
                system.commit()
                with rows.session(line, world, kind) as db:
                    end = rows.outcome(db, lambda db=db, made=made: db.add(made))
            if end != "done":
                wrong.append((table, label, end))
    assert not wrong


@by_some
def test_no_row_moves_to_where_the_seat_may_not_write(
    world: World, line: Connection, kind: str
) -> None:
    wrong = []
    for table, model in CLASSES.items():
        mine = rows.named(world, table, kind, write=True) & rows.named(world, table, kind)
        for label in sorted(mine)[:1]:
            for field, target in rows.foreign_keys(model).items():
                hidden = frozenset(world.ids[target]) - rows.named(world, target, kind)
                for other in rows.sample(hidden, target):
                    with rows.session(line, world, kind) as db:
                        row = db.get_one(model, world.id(table, label))
                        number = world.id(target, other)
                        end = rows.outcome(
                            db, lambda row=row, f=field, n=number: setattr(row, f, n)
                        )
                    # A body names as controller whom it likes of the alliance.
                    free = field == "controller_id" and other == "theirs"
                    if end == "done" and not free:
                        wrong.append((table, label, field, other))
    assert not wrong
