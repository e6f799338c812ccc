"""Related rows and figures from every seat: what is not listed is neither included nor counted."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy import inspect as inspect_

from app import api, permissions, policy
from app.api.base import ResourceApi
from app.api.related import relations
from app.query import road
from app.query.includes import MOST_RELATIONS, Relation
from app.query.paths import foreign_key
from tests.walk import granted, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World
from tests.walk.test_http import COUNTLESS, forget, model_of, overexposed, regranted, table_of
from tests.walk.test_http import widened as wider
from tests.walk.test_mutants import let_through
from tests.walk.test_oracles import hidden_columns

Visit = Callable[[str], Visitor]
APIS: dict[str, Any] = {one.resource: one for one in api.classes() if issubclass(one, ResourceApi)}


def group_of(noun: str, column: str) -> str:
    return str(inspect_(model_of(noun)).columns[column].info.get("group", "none"))


def listed(kind: str) -> list[str]:
    """The nouns that the kind lists."""
    return [name for name, noun in granted.NOUNS.items() if "list" in noun.verbs_of(kind)]


def tied(kind: str, noun: str, relation: Relation) -> bool:
    """Whether the paper lets the kind read the column that ties the two nouns."""
    if relation.key:
        owner, column = relation.resource, relation.key
    else:
        owner, column = noun, foreign_key(model_of(noun), relation.name)
    return group_of(owner, column) in granted.NOUNS[owner].reads_of(kind)


def opens(kind: str, noun: str, relation: Relation) -> bool:
    """Whether the kind may list the related noun besides."""
    return relation.resource in listed(kind) and tied(kind, noun, relation)


def children(line: Connection, relation: Relation, parent: int) -> set[int]:
    """The numbers of all the rows that hang on a row."""
    table = model_of(relation.resource).__table__
    return set(line.scalars(select(table.c.id).where(table.c[relation.key] == parent)))


def wrong_rows(
    world: World, line: Connection, kind: str, noun: str, relation: Relation, row: dict[str, Any]
) -> bool:
    """Whether a row came with others of the relation, or more of them, than the paper says."""
    table, found = table_of(relation.resource), row[relation.name]
    seen = rows.named(world, table, kind)
    if not relation.key:
        other = found.get("id")
        known = table in COUNTLESS or world.labels(table, [other]) <= seen
        return not known or bool(overexposed(kind, noun, [row]))
    numbers = {child["id"] for child in found["result"]}
    expected = world.labels(table, children(line, relation, row["id"])) & seen
    extra = overexposed(kind, relation.resource, found["result"])
    return world.labels(table, numbers) != expected or bool(extra) or found["next"] is not None


def wrong_answers(
    world: World, visitor: Visitor, some: int | None = None
) -> list[tuple[str, str, int]]:
    """The relations that opened and should not, stayed closed, or showed what they should not."""
    kind, wrong = visitor.kind, []
    for noun in listed(visitor.kind):
        for name, relation in list(relations(APIS[noun]).items())[:some]:
            answer = visitor.get(f"/api/v1/{noun}/?limit=100&include={name}")
            expected = 200 if opens(kind, noun, relation) else 400
            shown = answer.json["result"] if answer.status_code == 200 else []
            if answer.status_code != expected or any(
                wrong_rows(world, visitor.line, kind, noun, relation, row) for row in shown
            ):
                wrong.append((noun, name, answer.status_code))
    return wrong


@by_some
def test_a_relation_gives_the_rows_and_columns_of_the_seat(
    world: World, visit: Visit, kind: str
) -> None:
    assert wrong_answers(world, visit(kind)) == []


@by_some
def test_a_row_comes_with_what_its_seat_sees(world: World, visit: Visit, kind: str) -> None:
    visitor, wrong = visit(kind), []
    for noun in listed(kind):
        known = relations(APIS[noun])
        open_ = [name for name in known if opens(kind, noun, known[name])]
        for label in sorted(rows.named(world, table_of(noun), kind))[:1]:
            path = f"/api/v1/{noun}/{world.id(table_of(noun), label)}?include="
            for first in range(0, len(open_), MOST_RELATIONS):
                names = open_[first : first + MOST_RELATIONS]
                row = visitor.get(path + ",".join(names)).json["result"]
                wrong += [
                    (noun, name)
                    for name in names
                    if wrong_rows(world, visitor.line, kind, noun, known[name], row)
                ]
            for name in sorted(set(known) - set(open_)):
                if visitor.get(path + name).status_code != 400:
                    wrong.append((noun, name))
    assert not wrong


@by_some
def test_groups_and_counts_are_of_the_rows_that_the_seat_sees(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    for noun in listed(kind):
        answer = visitor.get(f"/api/v1/{noun}/?group=id")
        if kind == "company":
            assert answer.status_code == 403, noun
            continue
        assert answer.status_code == 200, (noun, answer.text)
        table, found = table_of(noun), answer.json["result"]
        if table in COUNTLESS:
            continue
        assert world.labels(table, (r["id"] for r in found)) == rows.named(world, table, kind)
        [whole] = visitor.get(f"/api/v1/{noun}/?aggregate=count").json["result"]
        small = APIS[noun].small_cells > len(found) > 0
        assert whole == ({"count": None, "suppressed": True} if small else {"count": len(found)})


@by_some
def test_what_a_seat_does_not_list_it_does_not_count(visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    for noun in set(granted.NOUNS) - set(listed(kind)):
        for asked in ("aggregate=count", "group=id", "include=alliance"):
            assert visitor.get(f"/api/v1/{noun}/?{asked}").status_code in CLOSED, noun


def told(visitor: Visitor, some: int | None) -> list[str]:
    """The groups and figures of hidden columns that were not refused."""
    found = []
    # Companies are told no figures at all.
    refusal = 403 if visitor.kind == "company" else 400
    for noun in listed(visitor.kind):
        for columns in hidden_columns(visitor.kind, noun):
            for column in columns[:some]:
                for asked in (f"group={column}", f"aggregate=max({column})"):
                    path = f"/api/v1/{noun}/?{asked}"
                    if visitor.get(path).status_code != refusal:
                        found.append(path)
    return found


@by_some
def test_a_column_that_is_not_shown_makes_no_figures(visit: Visit, kind: str) -> None:
    assert told(visit(kind), 2) == []


@pytest.mark.matrix
@by_kind
def test_no_column_that_is_not_shown_makes_figures(visit: Visit, kind: str) -> None:
    assert told(visit(kind), None) == []


# ---------------------------------------------------------------- a check that is not there


@by_some
def test_a_noun_granted_too_many_is_noticed(
    world: World, visit: Visit, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who may list one noun more includes it: the walk sees that it opens."""
    visitor, unnoticed, tried = visit(kind), [], 0
    for noun in listed(kind):
        for name, relation in relations(APIS[noun]).items():
            other = relation.resource
            ours = relation.key or not tied(kind, noun, relation)
            if ours or other in listed(kind) or tried > 5:
                continue
            tried += 1
            with regranted(
                monkeypatch, kind, other, wider(kind, other, verb="list", group="public")
            ):
                try:
                    answer = visitor.get(f"/api/v1/{noun}/?include={name}")
                except AssertionError:  # a marker that is not for this seat
                    continue
                if answer.status_code == 400:
                    unnoticed.append((noun, name))
    assert not unnoticed
    assert tried or kind in ("public", "staff", "citizen", "admin"), "nothing was tried"


@pytest.mark.parametrize(
    ("kind", "noun", "name"),
    [
        ("citizen", "applications", "enrollments"),
        ("provider", "slots", "enrollments"),
        ("social_point", "delegations", "person"),
    ],
)
def test_a_rule_that_shows_everything_is_noticed_beside_its_parents(
    world: World, visit: Visit, kind: str, noun: str, name: str
) -> None:
    """Its rows are read by a statement of their own: under the same rule."""
    visitor, relation = visit(kind), relations(APIS[noun])[name]
    table = table_of(relation.resource)

    def shown() -> set[str]:
        found: set[str] = set()
        for row in visitor.get(f"/api/v1/{noun}/?limit=100&include={name}").json["result"]:
            one = row[name]
            near = one["result"] if relation.key else [one]
            found |= world.labels(table, (r["id"] for r in near))
        return found

    forget()
    assert shown() <= rows.named(world, table, kind)
    with let_through(policy._visible, table, kind):
        road._compiled.cache_clear()
        try:
            noticed = not shown() <= rows.named(world, table, kind)
        except AssertionError:  # a marker that is not for this seat
            noticed = True
    forget()
    assert noticed


@by_some
def test_a_rule_that_shows_everything_is_noticed_in_figures(
    world: World, visit: Visit, kind: str
) -> None:
    visitor, unnoticed = visit(kind), []
    for noun in listed(kind):
        table = table_of(noun)
        if table in COUNTLESS or rows.named(world, table, kind) == set(world.ids[table]):
            continue
        with let_through(policy._visible, table, kind):
            road._compiled.cache_clear()
            answer = visitor.get(f"/api/v1/{noun}/?group=id")
        found = world.labels(table, (row["id"] for row in answer.json.get("result", ())))
        if found == rows.named(world, table, kind):
            unnoticed.append(noun)
    forget()
    assert not unnoticed


def test_children_whose_tie_is_hidden_are_not_to_be_had(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To be told which rows are a person's would be to be told whose each of them is."""
    visitor, path = visit("citizen"), "/api/v1/persons/?include=relations"
    assert visitor.get(path).status_code == 200
    given = permissions.grant("citizen", "relations")
    narrow = permissions.Grant(given.verbs, frozenset({"public"}), given.write)
    with regranted(monkeypatch, "citizen", "relations", narrow):
        assert visitor.get(path).status_code == 400
