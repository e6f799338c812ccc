"""Every endpoint and screen from every seat: what opens, and what it shows."""

from collections.abc import Callable

import pytest
from sqlalchemy import inspect as inspect_

from app import permissions
from app.views.base import VIEWS
from tests.walk import expected, granted, http, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.world import World

Visit = Callable[[str], Visitor]
# The screens of these are walked at every run, the others in the long one.
QUICK = ("organizations", "persons", "enrollments", "services")
by_kind = pytest.mark.parametrize("kind", expected.KINDS)


def table_of(noun: str) -> str:
    return str(permissions.RESOURCES[noun].__table__.name)


@by_kind
def test_a_list_gives_the_rows_of_the_seat(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    for name, noun in granted.NOUNS.items():
        answer = visitor.get(f"/api/v1/{name}/?limit=100&count=exact")
        if "list" not in noun.verbs_of(kind):
            assert answer.status_code in CLOSED, (kind, name)
            assert visitor.get(f"/api/v1/{name}/_info").status_code in CLOSED, (kind, name)
            continue
        assert answer.status_code == 200, (kind, name, answer.text)
        table = table_of(name)
        given = world.labels(table, (row["id"] for row in answer.json["result"]))
        if table not in ("audit_event", "ab_role"):  # many more than have a name
            assert given == rows.named(world, table, kind), (kind, name)
            assert answer.json["count"] == len(answer.json["result"]), (kind, name)
        assert visitor.get(f"/api/v1/{name}/_info").status_code == 200


@by_kind
def test_a_row_opens_to_whom_it_is_for(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    for name, noun in granted.NOUNS.items():
        table = table_of(name)
        seen = rows.named(world, table, kind)
        if "get" not in noun.verbs_of(kind):
            number = next(iter(world.ids[table].values()))
            assert visitor.get(f"/api/v1/{name}/{number}").status_code in CLOSED, (kind, name)
            continue
        for label, number in world.ids[table].items():
            status = visitor.get(f"/api/v1/{name}/{number}").status_code
            assert status == (200 if label in seen else 404), (kind, name, label)


def hidden_columns(kind: str, noun: str) -> list[str]:
    """The columns of a noun that the seat may not read, and those a relation away."""
    model = permissions.RESOURCES[noun]
    found = [
        name
        for name, column in inspect_(model).columns.items()
        if column.info.get("group", "none") not in granted.NOUNS[noun].reads_of(kind)
    ]
    for relation in inspect_(model).relationships:
        target = http.noun_of(relation.mapper.local_table.name)
        if relation.uselist:
            continue
        readable = granted.NOUNS[target].reads_of(kind) if target else frozenset()
        found += [
            f"{relation.key}.{name}"
            for name, column in relation.mapper.columns.items()
            if column.info.get("group", "none") not in readable
        ]
    return found


ORACLES = (
    "{0}__null=true",
    "sort={0}",
    "fields={0}",
    'filter={{"_or":[{{"{0}":{{"_null":true}}}}]}}',
)


@by_kind
@pytest.mark.parametrize(
    "oracle",
    [
        *ORACLES[:1],
        *(pytest.param(o, marks=pytest.mark.matrix) for o in ORACLES[1:]),
    ],
)
def test_a_column_that_is_not_shown_answers_no_question(
    visit: Visit, kind: str, oracle: str
) -> None:
    visitor = visit(kind)
    told = []
    for name, noun in granted.NOUNS.items():
        if "list" not in noun.verbs_of(kind):
            continue
        for column in hidden_columns(kind, name):
            path = f"/api/v1/{name}/?{oracle.format(column)}"
            if visitor.get(path).status_code != 400:
                told.append(path)
    assert not told


@by_kind
def test_a_search_finds_nothing_by_what_is_not_shown(world: World, visit: Visit, kind: str) -> None:
    """One row's every marker is searched for: only a column that is read may find it."""
    visitor = visit(kind)
    wrong = []
    for code, origin in world.markers.origins.items():
        noun = http.noun_of(origin.table)
        if not noun or "list" not in granted.NOUNS[noun].verbs_of(kind):
            continue
        if origin.label not in sorted(rows.named(world, origin.table, kind))[:1]:
            continue
        if origin.group in granted.NOUNS[noun].reads_of(kind):
            continue
        answer = visitor.get(f"/api/v1/{noun}/?search={code}")
        if answer.json["result"]:
            wrong.append(origin)
    assert not wrong


@by_kind
def test_a_searching_select_offers_what_the_seat_sees(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    wrong = []
    for name, view in VIEWS.items():
        fields = {*view.add_columns, *view.edit_columns, *view.filter_columns}
        model = permissions.RESOURCES[name]
        for field, target in rows.foreign_keys(model).items():
            if field not in fields:
                continue
            answer = visitor.get(f"/office/{name}/select/{field}")
            if answer.status_code != 200:
                assert answer.status_code in (*CLOSED, 302, 404), (name, field, answer.status)
                continue
            given = world.labels(target, (int(row["id"]) for row in answer.json["results"]))
            if not given <= rows.named(world, target, kind):
                wrong.append((name, field, given))
    assert not wrong


@by_kind
@pytest.mark.parametrize(
    "noun",
    [
        noun if noun in QUICK else pytest.param(noun, marks=pytest.mark.matrix)
        for noun in granted.NOUNS
    ],
)
def test_a_screen_shows_what_the_seat_may_read(
    world: World, visit: Visit, kind: str, noun: str
) -> None:
    visitor = visit(kind)
    table = table_of(noun)
    verbs = granted.NOUNS[noun].verbs_of(kind)
    for screen in ("list/", "csv"):
        status = visitor.get(f"/office/{noun}/{screen}").status_code
        assert status == 200 if "list" in verbs else status in (*CLOSED, 302)
    for label, number in world.ids[table].items():
        status = visitor.get(f"/office/{noun}/show/{number}").status_code
        if "get" not in verbs:
            assert status in (*CLOSED, 302, 404), (label, status)
            break
        seen = label in rows.named(world, table, kind)
        # A file's page is the file itself, which here has no content.
        assert status == (200 if seen else 404) or noun == "files", (label, status)
