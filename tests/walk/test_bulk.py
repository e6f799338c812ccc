"""What a seat may do to one row it may do to many, and nothing else; what is tried stays undone."""

from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from app import permissions
from app.api import classes
from app.api.bulk import parts_of
from tests.walk import granted, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_some
from tests.walk.names import World

Visit = Callable[[str], Visitor]
APIS: dict[str, Any] = {getattr(api, "resource", ""): api for api in classes()}
# A part of a bulk, its permission, and the method that does it to one row.
PARTS = {
    "create": ("create", "POST"),
    "change": ("update", "PATCH"),
    "delete": ("delete", "DELETE"),
}


def parts(noun: str) -> set[str]:
    """The parts that the noun's bulk takes, from anybody."""
    return set(parts_of(noun, one_by_one=APIS[noun].one_by_one))


def table_of(noun: str) -> str:
    return str(permissions.RESOURCES[noun].__table__.name)


def bulk(visitor: Visitor, noun: str, part: str, *given: Any) -> TestResponse:
    return visitor.ask("POST", f"/api/v1/{noun}/bulk", json={part: list(given)})


def version(world: World, visitor: Visitor, noun: str, number: int) -> int:
    """The row's version, whether the seat sees it or not."""
    model = permissions.RESOURCES[noun].__table__
    if "version" not in model.c:
        return 0
    found = visitor.line.exec_driver_sql(
        f"SELECT version FROM {model.name} WHERE id = %s",  # noqa: S608
        (number,),
    ).scalar()
    return int(found or 0)


def touched(visitor: Visitor, noun: str) -> list[Any]:
    """The noun's rows and when and by whom each was last written, as the server keeps it."""
    table = permissions.RESOURCES[noun].__table__.name
    found = visitor.line.exec_driver_sql(f"SELECT id, xmin, ctid FROM {table}")  # noqa: S608
    return sorted(tuple(row) for row in found)


# The public writes nothing; the administrator sees every row of what it writes.
NOTHING_HIDDEN = ("public", "admin")


@by_some
def test_a_part_that_is_not_the_seat_s_is_closed(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    opened = []
    for noun, allowed in granted.NOUNS.items():
        number = next(iter(world.ids[table_of(noun)].values()))
        for part, (verb, _) in PARTS.items():
            if verb in allowed.verbs_of(kind):
                continue
            answer = bulk(visitor, noun, part, {"id": number} if part != "create" else {})
            # What nobody may do to many rows has no part of its own, or no address.
            known = part in parts(noun) and "list" in allowed.verbs_of(kind)
            if answer.status_code not in (CLOSED if known else (*CLOSED, 404, 405, 422)):
                opened.append((noun, part, answer.status_code))
    assert not opened


@by_some
def test_many_rows_are_refused_as_one_is(world: World, visit: Visit, kind: str) -> None:
    """Rows that the seat sees and rows that it does not: a bulk reaches neither further."""
    visitor = visit(kind)
    wrong, reached = [], set()
    for noun, allowed in granted.NOUNS.items():
        table = table_of(noun)
        seen = rows.named(world, table, kind)
        hidden = frozenset(world.ids[table]) - seen
        for part in parts(noun) - {"create"}:
            verb, method = PARTS[part]
            if verb not in allowed.verbs_of(kind):
                continue
            for label in (*rows.sample(hidden, table), *sorted(seen)[:2]):
                number = world.id(table, label)
                held = version(world, visitor, noun, number)
                headers = {"If-Match": f'"{held}"'} if held else {}
                one = visitor.ask(method, f"/api/v1/{noun}/{number}", json={}, headers=headers)
                named = {"id": number, **({"version": held} if held else {})}
                many = bulk(visitor, noun, part, named)
                [line] = many.json["result"]
                reached.add(line["status"])
                if line["status"] != one.status_code or (many.status_code == 200) != (
                    one.status_code < 300
                ):
                    wrong.append((noun, part, label, one.status_code, many.json))
                if label in hidden and line["status"] != 404:
                    wrong.append((noun, part, label, "hidden", many.json))
    assert not wrong
    assert kind in NOTHING_HIDDEN or 404 in reached


@by_some
def test_one_foreign_row_among_many_leaves_all_as_they_were(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    tried = 0
    for noun, allowed in granted.NOUNS.items():
        table = table_of(noun)
        mine = rows.named(world, table, kind, write=True) & rows.named(world, table, kind)
        hidden = rows.sample(frozenset(world.ids[table]) - rows.named(world, table, kind), table)
        if "update" not in allowed.verbs_of(kind) or not (mine and hidden):
            continue
        number, other = (world.id(table, label) for label in (sorted(mine)[0], hidden[0]))
        held = version(world, visitor, noun, number)
        given = [{"id": n, **({"version": held or 1} if held else {})} for n in (number, other)]
        before = touched(visitor, noun)
        point = visitor.line.begin_nested()
        try:
            answer = visitor.http.post(
                f"/api/v1/{noun}/bulk", json={"change": given}, headers=visitor.signed_in()
            )
            assert answer.status_code == 422, (noun, answer.text)
            assert [line["status"] for line in answer.json["result"]][1] == 404, answer.text
            assert touched(visitor, noun) == before
        finally:
            point.rollback()
        tried += 1
    assert tried or kind in NOTHING_HIDDEN
