"""What is not shown answers no question either: filters, order, fields, search, choices."""

from collections.abc import Callable
from itertools import cycle

import pytest
from sqlalchemy import inspect as inspect_

from app import permissions
from app.views.base import VIEWS
from tests.walk import granted, http, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World

Visit = Callable[[str], Visitor]
ORACLES = (
    "{0}__null=true",
    "sort={0}",
    "fields={0}",
    'filter={{"_or":[{{"{0}":{{"_null":true}}}}]}}',
    "sort=-{0}&count=exact",
    "{0}__in=1,2",
    "group={0}&aggregate=count",
    "aggregate=count,max({0})",
    "format=csv&fields={0}",
    "format=ndjson&sort=-{0}",
    "q=(order_column:'{0}',order_direction:asc)",
    "q=(filters:!((col:'{0}',opr:eq,value:x)))",
    "q=(columns:!('{0}'))",
    "format=xlsx&{0}=1",
    "group=id&aggregate=count&{0}__neq=1",
    "count=exact&{0}__nin=1&limit=1",
)


def hidden_columns(kind: str, noun: str) -> tuple[list[str], list[str]]:
    """The columns of a noun that the seat may not read, and those a relation away."""
    mapper = inspect_(permissions.RESOURCES[noun])
    own = [
        name
        for name, column in mapper.columns.items()
        if column.info.get("group", "none") not in granted.NOUNS[noun].reads_of(kind)
    ]
    related = []
    for relation in mapper.relationships:
        target = http.noun_of(str(relation.mapper.local_table.name))
        readable = granted.NOUNS[target].reads_of(kind) if target else frozenset()
        if not relation.uselist:
            related += [
                f"{relation.key}.{name}"
                for name, column in relation.mapper.columns.items()
                if column.info.get("group", "none") not in readable
            ]
    return own, related


def told(visitor: Visitor, some: int | None) -> list[str]:
    """The questions about hidden columns that were not refused."""
    found = []
    for name, noun in granted.NOUNS.items():
        if "list" not in noun.verbs_of(visitor.kind):
            continue
        questions = cycle(ORACLES)
        for columns in hidden_columns(visitor.kind, name):
            for column in columns[:some]:
                path = f"/api/v1/{name}/?{next(questions).format(column)}"
                # Companies are told no figures, of whatever column.
                refusal = 403 if "aggregate=" in path and visitor.kind == "company" else 400
                if visitor.get(path).status_code != refusal:
                    found.append(path)
    return found


@by_some
def test_a_column_that_is_not_shown_answers_no_question(visit: Visit, kind: str) -> None:
    assert told(visit(kind), 2) == []


@pytest.mark.matrix
@by_kind
def test_no_column_that_is_not_shown_answers_its_question(visit: Visit, kind: str) -> None:
    assert told(visit(kind), None) == []


@by_some
def test_a_search_finds_nothing_by_what_is_not_shown(world: World, visit: Visit, kind: str) -> None:
    """One row's every hidden marker is searched for, on screen and by program."""
    visitor = visit(kind)
    wrong, seen = [], set()
    for code, origin in world.markers.origins.items():
        noun = http.noun_of(origin.table)
        if not noun or "list" not in granted.NOUNS[noun].verbs_of(kind):
            continue
        hidden = origin.group not in granted.NOUNS[noun].reads_of(kind)
        mine = origin.label in rows.named(world, origin.table, kind)
        if not (hidden and mine) or (origin.table, origin.column) in seen:
            continue
        seen.add((origin.table, origin.column))
        if visitor.get(f"/api/v1/{noun}/?search={code}").json["result"]:
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
        for field, target in rows.foreign_keys(permissions.RESOURCES[name]).items():
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
