"""The compiled road beside the ORM's: for every noun and seat the same rows, values and order."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, String, select, true
from sqlalchemy import inspect as inspect_

from app import api, permissions
from app.query import grammar, road, rows, values
from app.query.paths import LABEL, Path, label_columns, paths
from app.sealed import Sealed
from app.transaction import Principal, ScopedSession, open_session
from tests.walk import expected, granted
from tests.walk.expected import KINDS
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World

Sit = Callable[..., ScopedSession]
Written = list[dict[str, Any]]
APIS: dict[str, Any] = {
    one.resource: one for one in api.classes() if issubclass(one, api.base.ResourceApi)
}
# More than any table of the world holds, but for the trail of the world itself.
ALL = 100
# Of each noun's orders, comparisons and searches, in the long run: there are thousands.
MANY = 5


def listed(kind: str) -> list[str]:
    """The nouns that the kind lists."""
    return [name for name, noun in granted.NOUNS.items() if "list" in noun.verbs_of(kind)]


def whole(noun: str, **asked: Any) -> rows.Selection:
    """Every column that the noun declares, as its list and its page show them."""
    declared = APIS[noun]
    columns = tuple(dict.fromkeys(("id", *declared.list_columns, *declared.show_columns)))
    return rows.Selection(
        noun,
        columns,
        search_columns=tuple(declared.search_columns),
        filter_columns=(*columns, *declared.filter_columns),
        **{"sort": declared.sort, **asked},
    )


def through_the_session(wanted: rows.Selection) -> rows.Selection:
    """The same selection: conditions of the caller's own are not compiled beforehand."""
    return replace(wanted, extra=(true(),))


def page(db: ScopedSession, wanted: rows.Selection, now: datetime, **more: Any) -> Any:
    return rows.page(db, wanted, now=now, **{"limit": ALL, **more})


def readable(db: ScopedSession, noun: str) -> list[Path]:
    """What may be asked about: declared, shown to the seat, of a type that compares."""
    wanted = whole(noun)
    model = permissions.RESOURCES[noun]
    found = paths(model, wanted.filter_columns or (), db.principal)
    return [p for p in dict.fromkeys(found) if not p.sealed and values.comparable(p.type)]


# ---------------------------------------------------------------- what is asked


def operators(column: Path) -> Iterator[str]:
    """Those that a column's type has."""
    for operator in grammar.OPERATORS:
        text = isinstance(column.type, String) and not hasattr(column.type, "enums")
        if operator != "contains" or text:
            yield operator


def operand(operator: str, value: Any) -> str:
    """What is compared with: a value that some row has."""
    if operator == "null":
        return "true"
    if operator == "contains":
        return str(value)[1:4]
    return str(value)


def filters(found: Written, columns: list[Path]) -> Iterator[grammar.Group]:
    """Every operator on every column, with the value of a row in the middle."""
    for column in columns:
        said = [row[column.name] for row in found if row.get(column.name) is not None]
        value = said[len(said) // 2] if said else ""
        for operator in operators(column):
            if said or operator == "null":
                yield grammar.from_parameters(
                    [(f"{column.name}__{operator}", operand(operator, value))]
                )


def sorts(columns: list[Path]) -> Iterator[str]:
    """Every column up and down, and two against each other."""
    for column in columns:
        yield column.name
        yield f"-{column.name}"
    for first, second in pairwise(columns):
        yield f"{first.name},-{second.name}"


def searches(found: Written, noun: str) -> Iterator[str]:
    """The words of the rows' searched columns."""
    for name in APIS[noun].search_columns:
        for row in found:
            if row.get(name):
                yield str(row[name]).split()[0]
                break


def spread(things: list[Any], some: int | None, noun: str) -> list[Any]:
    """Some of them, another noun's others; or all."""
    if some is None or len(things) <= some:
        return things
    start = list(APIS).index(noun) * 7
    return [things[(start + place * len(things) // some) % len(things)] for place in range(some)]


def asked(db: ScopedSession, noun: str, now: datetime, some: int | None) -> Iterator[Any]:
    """Selections of a noun: as it is listed; and ordered, filtered, searched, ``some`` of each."""
    plain = whole(noun)
    found = page(db, plain, now)[0]
    columns = readable(db, noun)
    yield plain
    if some == 0:
        return
    for sort in spread(list(sorts(columns)), some, noun):
        yield whole(noun, sort=sort)
    for where in spread(list(filters(found, columns)), some, noun):
        yield whole(noun, where=where)
    for text in spread(list(searches(found, noun)), some, noun):
        yield whole(noun, search=text)


# ---------------------------------------------------------------- what differs


def differences(db: ScopedSession, noun: str, now: datetime, some: int | None) -> list[Any]:
    """The selections that the two roads answer differently."""
    wrong, wanted = [], whole(noun)
    for wanted in asked(db, noun, now, some):
        if page(db, wanted, now) != page(db, through_the_session(wanted), now):
            wrong.append(("rows", wanted))
    if some and not same_count(db, wanted):
        wrong.append(("count", wanted))
    return wrong


def same_count(db: ScopedSession, wanted: rows.Selection) -> bool:
    return rows.count(db, wanted) == rows.count(db, through_the_session(wanted))


def loaded(db: ScopedSession, noun: str) -> dict[int, dict[str, Any]]:
    """The rows as the ORM loads them: a row at a time, over its relationships."""
    model = permissions.RESOURCES[noun]
    columns = paths(model, whole(noun).columns, db.principal)
    found = db.scalars(select(model)).all()
    return {row.id: {p.name: walked(row, p) for p in columns} for row in found}


def walked(row: Any, column: Path) -> Any:
    """A declared column's value, reached as code reaches it."""
    for relation in column.relations:
        row = getattr(row, relation)
        if row is None:
            return None
    if column.column == LABEL:
        return " ".join(str(getattr(row, part)) for part in label_columns(column.target))
    value = getattr(row, column.column)
    return value.reveal() if isinstance(value, Sealed) else value


@pytest.mark.parametrize("kind", ["staff", "citizen"])
def test_both_roads_give_the_same_rows_in_the_same_order(
    world: World, sit: Sit, now: datetime, kind: str
) -> None:
    wrong = []
    for noun in listed(kind):
        with sit(kind) as db:
            wrong += differences(db, noun, now, 1)
    assert not wrong


@pytest.mark.matrix
@by_kind
def test_both_roads_answer_many_questions_alike(
    world: World, sit: Sit, now: datetime, kind: str
) -> None:
    wrong = []
    for noun in listed(kind):
        with sit(kind) as db:
            wrong += differences(db, noun, now, MANY)
    assert not wrong


@by_some
def test_the_compiled_road_gives_what_the_orm_loads(
    world: World, sit: Sit, now: datetime, kind: str
) -> None:
    wrong = []
    for noun in listed(kind):
        with sit(kind) as db:
            given = {row["id"]: row for row in rows.stream(db, whole(noun), now=now)}
            wanted = loaded(db, noun)
        if given != wanted:
            wrong.append((noun, given.keys() ^ wanted.keys(), _unlike(given, wanted)))
    assert not wrong


def test_health_notes_are_opened_alike_and_only_to_a_seat_that_reads_them(
    world: World, line: Connection, now: datetime
) -> None:
    noun, staff = "persons", world.principals["staff"]
    shown = {}
    for care in (True, False, True):
        principal = replace(staff, care=care)
        with open_session(line, principal, join_transaction_mode="create_savepoint") as db:
            given = {row["id"]: row for row in rows.stream(db, whole(noun), now=now)}
            assert given == loaded(db, noun)
        shown[care] = any(row.get("allergies") for row in given.values())
    assert shown == {True: True, False: False}


def _unlike(given: dict[int, Any], wanted: dict[int, Any]) -> list[Any]:
    return [
        (number, name, given[number][name], wanted[number][name])
        for number in given.keys() & wanted.keys()
        for name in given[number]
        if given[number][name] != wanted[number][name]
    ]


# ---------------------------------------------------------------- what a comparison means

MEANINGS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, told: value == told,
    # Of what is missing it is true that it is another.
    "neq": lambda value, told: value != told,
    "lt": lambda value, told: value is not None and value < told,
    "lte": lambda value, told: value is not None and value <= told,
    "gt": lambda value, told: value is not None and value > told,
    "gte": lambda value, told: value is not None and value >= told,
    "in": lambda value, told: value in told,
    "nin": lambda value, told: value is not None and value not in told,
    "contains": lambda value, told: value is not None and told.lower() in value.lower(),
    "null": lambda value, told: (value is None) == told,
}


def meant(condition: grammar.Condition, column: Path, found: Written) -> set[int]:
    """The rows that a comparison lets through, compared in Python."""
    told: Any = condition.value
    if condition.operator == "null":
        told = told == "true"
    elif condition.operator in ("in", "nin"):
        told = [values.parse(column.type, one) for one in told.split(",")]
    elif condition.operator != "contains":
        told = values.parse(column.type, told)
    holds = MEANINGS[condition.operator]
    return {row["id"] for row in found if holds(row[column.name], told)}


def misread(db: ScopedSession, noun: str, now: datetime, some: int | None) -> list[Any]:
    """The comparisons that give other rows than they mean."""
    columns = {p.name: p for p in readable(db, noun) if p.name in whole(noun).columns}
    found = list(rows.stream(db, whole(noun), now=now))
    wrong = []
    for where in spread(list(filters(found, list(columns.values()))), some, noun):
        [condition] = grammar.conditions(where)
        given = {row["id"] for row in rows.stream(db, whole(noun, where=where), now=now)}
        if given != meant(condition, columns[condition.field], found):
            wrong.append((noun, condition))
    return wrong


@pytest.mark.parametrize("some", [2, pytest.param(None, marks=pytest.mark.matrix)])
def test_a_comparison_means_what_it_says(
    world: World, sit: Sit, now: datetime, some: int | None
) -> None:
    wrong = []
    for noun in listed("staff"):
        with sit("staff") as db:
            wrong += misread(db, noun, now, some)
    assert not wrong


# ---------------------------------------------------------------- pages


def paged(db: ScopedSession, wanted: rows.Selection, now: datetime, limit: int) -> list[int]:
    """The numbers of the rows, over all pages."""
    found: list[int] = []
    cursor = ""
    while True:
        part, following = page(db, wanted, now, limit=limit, cursor=cursor)
        assert 0 < len(part) <= limit or not cursor
        found += [row["id"] for row in part]
        if following is None:
            return found
        cursor = following


def pages(
    world: World, sit: Sit, now: datetime, kind: str, some: int | None
) -> list[tuple[str, str]]:
    """The orders in which the pages of a noun do not add up to its list."""
    wrong = []
    for noun in listed(kind):
        with sit(kind) as db:
            for sort in spread(list(sorts(readable(db, noun))), some, noun):
                wanted = whole(noun, sort=sort)
                every = [row["id"] for row in rows.stream(db, wanted, now=now)]
                limit = max(2, len(every) // 10)
                if paged(db, wanted, now, limit) != every or len({*every}) < len(every):
                    wrong.append((noun, sort))
    return wrong


@pytest.mark.parametrize("kind", ["staff", pytest.param("citizen", marks=pytest.mark.matrix)])
def test_the_pages_add_up_to_the_list(world: World, sit: Sit, now: datetime, kind: str) -> None:
    assert pages(world, sit, now, kind, 1) == []


@pytest.mark.matrix
@by_kind
def test_the_pages_add_up_in_many_orders(world: World, sit: Sit, now: datetime, kind: str) -> None:
    assert pages(world, sit, now, kind, MANY) == []


# ---------------------------------------------------------------- whose statement it is


def test_one_statement_serves_two_families_and_shows_each_its_own(
    world: World, line: Connection, now: datetime
) -> None:
    ours = world.id("alliance", "ours")
    citizens = {
        label: Principal(
            "citizen",
            user_id=world.id("ab_user", label),
            seat_id=world.id("seat", label),
            alliance_id=ours,
        )
        for label in ("citizen", "family")
    }
    seen: dict[str, set[str]] = {}
    for label in ("citizen", "family", "citizen"):
        before = road._compiled.cache_info().misses if seen else None
        with open_session(line, citizens[label], join_transaction_mode="create_savepoint") as db:
            numbers = [row["id"] for row in page(db, whole("relations"), now)[0]]
        found = seen.setdefault(label, world.labels("relation", numbers))
        assert found == world.labels("relation", numbers)
        assert before in (None, road._compiled.cache_info().misses)
    assert seen == {"citizen": {"mine", "ended"}, "family": {"family"}}


# ---------------------------------------------------------------- a road without the policy

by_provider = pytest.mark.parametrize(
    "kind", [k if k == "provider" else pytest.param(k, marks=pytest.mark.matrix) for k in KINDS]
)


@pytest.fixture
def forgotten() -> Iterator[None]:
    """No statement that was compiled before or meanwhile is used on the other side."""
    road._compiled.cache_clear()
    yield
    road._compiled.cache_clear()


@by_provider
@pytest.mark.usefixtures("forgotten")
def test_a_road_compiled_without_the_policy_is_noticed(
    world: World, sit: Sit, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(road, "scope", SimpleNamespace(criteria=lambda kind: ()))
    unnoticed = []
    for noun in listed(kind):
        table = str(inspect_(permissions.RESOURCES[noun]).local_table.name)
        with sit(kind) as db:
            same = not differences(db, noun, now, 0)
        if same and _kept_back(world, table, kind):
            unnoticed.append(noun)
    assert not unnoticed


def _kept_back(world: World, table: str, kind: str) -> bool:
    every = frozenset(world.ids[table])
    seen = expected.labels(expected.ROWS[table].sees.get(kind, ""), kind, every)
    return seen != every


@pytest.mark.parametrize("kind", ["provider", "citizen"])
@pytest.mark.usefixtures("forgotten")
def test_a_road_compiled_under_another_kind_s_policy_is_noticed(
    world: World, sit: Sit, now: datetime, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    right = road.scope.criteria
    monkeypatch.setattr(road, "scope", SimpleNamespace(criteria=lambda _: right("staff")))
    with sit(kind) as db:
        assert differences(db, "persons", now, 0)
        assert differences(db, "enrollments", now, 0)
