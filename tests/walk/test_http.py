"""Every endpoint from every seat: what opens, and what it shows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import inspect as inspect_

from app import nouns, permissions
from app.api import classes
from app.permissions import GRANTS
from app.query import paths, road
from app.security import grants
from tests.walk import granted, http, rows
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_kind, by_some
from tests.walk.names import World

Visit = Callable[[str], Visitor]
# Many more rows than have a name: the trail of the world itself, and the roles of an upgrade.
COUNTLESS = ("audit_event", "ab_role")
METHODS = {"create": "POST", "update": "PATCH", "delete": "DELETE"}


def model_of(noun: str) -> Any:
    return permissions.RESOURCES[noun]


def table_of(noun: str) -> str:
    return str(model_of(noun).__table__.name)


def leaves(row: dict[str, Any], model: Any) -> Iterator[tuple[Any, str]]:
    """The columns that a row of an answer holds, over its relations."""
    mapper = inspect_(model)
    for name, value in row.items():
        if isinstance(value, dict) and name in mapper.relationships:
            yield from leaves(value, mapper.relationships[name].mapper.class_)
        elif name in mapper.columns:
            yield model, name


def overexposed(kind: str, noun: str, found: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """The columns that the kind was shown and may not read."""
    wrong = set()
    for row in found:
        for model, column in leaves(row, model_of(noun)):
            table = str(inspect_(model).local_table.name)
            group = inspect_(model).columns[column].info.get("group", "none")
            if group not in http.groups(kind, table):
                wrong.add((table, column))
    return wrong


@by_kind
def test_a_list_gives_the_rows_and_columns_of_the_seat(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    for name, noun in granted.NOUNS.items():
        answer = visitor.get(f"/api/v1/{name}/?limit=100&count=exact")
        if "list" not in noun.verbs_of(kind):
            assert answer.status_code in CLOSED, name
            assert visitor.get(f"/api/v1/{name}/_info").status_code in CLOSED, name
            continue
        assert answer.status_code == 200, (name, answer.text)
        table, found = table_of(name), answer.json["result"]
        assert overexposed(kind, name, found) == set(), name
        if table not in COUNTLESS:
            assert world.labels(table, (r["id"] for r in found)) == rows.named(world, table, kind)
            assert answer.json["count"] == len(found), name
        about = visitor.get(f"/api/v1/{name}/_info").json
        told = {c["name"]: True for part in ("columns", "add_columns") for c in about[part]}
        told = {c: True for c in told if "." not in c}
        assert overexposed(kind, name, [told]) == set(), name
        assert set(about["permissions"]) == noun.verbs_of(kind), name


@by_some
def test_a_row_opens_to_whom_it_is_for(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    for name, noun in granted.NOUNS.items():
        table = table_of(name)
        seen = rows.named(world, table, kind)
        hidden = frozenset(world.ids[table]) - seen
        if "get" not in noun.verbs_of(kind):
            number = next(iter(world.ids[table].values()))
            assert visitor.get(f"/api/v1/{name}/{number}").status_code in CLOSED, name
            continue
        for label in sorted(seen)[:1]:
            answer = visitor.get(f"/api/v1/{name}/{world.id(table, label)}")
            assert answer.status_code == 200, (name, label)
            assert overexposed(kind, name, [answer.json["result"]]) == set(), (name, label)
        for label in rows.sample(hidden, table):
            answer = visitor.get(f"/api/v1/{name}/{world.id(table, label)}")
            assert answer.status_code == 404, (name, label)


def every_verb(noun: str) -> set[str]:
    return set(METHODS) | set(nouns.noun(noun).verbs)


def attempt(visitor: Visitor, noun: str, verb: str, number: int) -> int:
    """The status that a verb on a row answers with, told nothing else."""
    path = f"/api/v1/{noun}/"
    if verb not in METHODS:
        known = nouns.noun(noun).verbs[verb]
        path += verb if known.collection else f"{number}/{verb}"
    elif verb != "create":
        path += str(number)
    return visitor.ask(METHODS.get(verb, "POST"), path, json={}).status_code


@by_some
def test_a_verb_that_is_not_the_seat_s_is_closed(world: World, visit: Visit, kind: str) -> None:
    visitor = visit(kind)
    opened = []
    for name, noun in granted.NOUNS.items():
        number = next(iter(world.ids[table_of(name)].values()))
        for verb in every_verb(name) - noun.verbs_of(kind):
            # What nobody may do is no method of the noun's, whoever asks.
            closed = (405,) if verb in METHODS and verb not in noun.verbs else CLOSED
            if attempt(visitor, name, verb, number) not in closed:
                opened.append((name, verb))
    assert not opened


@by_some
def test_a_verb_reaches_no_row_that_the_seat_does_not_see(
    world: World, visit: Visit, kind: str
) -> None:
    visitor = visit(kind)
    reached = []
    for name, noun in granted.NOUNS.items():
        table = table_of(name)
        hidden = frozenset(world.ids[table]) - rows.named(world, table, kind)
        for verb in noun.verbs_of(kind) - {"list", "get", "create"}:
            known = nouns.noun(name).verbs.get(verb)
            if verb not in METHODS and (known is None or known.collection):
                continue  # a screen's own, or asked of the whole list
            for label in rows.sample(hidden, table):
                status = attempt(visitor, name, verb, world.id(table, label))
                if status != 404:
                    reached.append((name, verb, label, status))
    assert not reached


@by_kind
def test_a_change_names_nothing_that_the_seat_does_not_see(
    world: World, visit: Visit, kind: str
) -> None:
    """Of each field that names another row: an unseen one's number is refused by its name."""
    visitor = visit(kind)
    wrong = []
    for name, noun in granted.NOUNS.items():
        table = table_of(name)
        if "update" not in noun.verbs_of(kind):
            continue
        mine = rows.named(world, table, kind, write=True) & rows.named(world, table, kind)
        fields = visitor.get(f"/api/v1/{name}/_info").json["edit_columns"]
        keys = rows.foreign_keys(model_of(name))
        for field in {f["name"] for f in fields} & set(keys):
            hidden = frozenset(world.ids[keys[field]]) - rows.named(world, keys[field], kind)
            for label in sorted(mine)[:1]:
                for other in rows.sample(hidden, keys[field]):
                    if field == "controller_id" and other == "theirs":
                        continue  # A body names as controller whom it likes of the alliance.
                    answer = visitor.ask(
                        "PATCH",
                        f"/api/v1/{name}/{world.id(table, label)}",
                        json={field: world.id(keys[field], other)},
                    )
                    if answer.status_code not in (403, 409, 422):
                        wrong.append((name, field, other, answer.status_code))
    assert not wrong


# ---------------------------------------------------------------- a grant made wider


def widened(kind: str, noun: str, *, verb: str = "", group: str = "") -> permissions.Grant:
    given = permissions.grant(kind, noun)
    return permissions.Grant(
        given.verbs | ({verb} if verb else set()),
        given.read | ({group} if group else set()),
        given.write,
    )


@contextmanager
def regranted(
    monkeypatch: pytest.MonkeyPatch, kind: str, noun: str, grant: permissions.Grant
) -> Iterator[None]:
    """Another grant for a while: what was compiled under the right one is forgotten."""
    with monkeypatch.context() as patched:
        patched.setitem(GRANTS[kind], noun, grant)
        forget()
        yield
    forget()


def forget() -> None:
    grants._base.cache_clear()
    road._compiled.cache_clear()
    paths._readable_paths.cache_clear()


def differences(kind: str) -> set[str]:
    """The nouns of which the application grants a kind something else than is written here."""
    return {
        name
        for name, noun in granted.NOUNS.items()
        if permissions.grant(kind, name)
        != permissions.Grant(noun.verbs_of(kind), noun.reads_of(kind), noun.writes_of(kind))
    }


@by_kind
def test_the_application_grants_what_is_written_here(kind: str) -> None:
    assert differences(kind) == set()
    assert set(GRANTS[kind]) <= set(granted.NOUNS)


@by_some
def test_a_verb_too_many_is_noticed(
    world: World, visit: Visit, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It opens, unless no row of the noun is the seat's to write; that it is granted is seen."""
    visitor = visit(kind)
    opened = 0
    for name, noun in granted.NOUNS.items():
        number = next(iter(world.ids[table_of(name)].values()))
        for verb in sorted(every_verb(name) - noun.verbs_of(kind))[:1]:
            with regranted(monkeypatch, kind, name, widened(kind, name, verb=verb)):
                assert differences(kind) == {name}
                try:
                    opened += attempt(visitor, name, verb, number) not in CLOSED
                except AssertionError:  # an error of ours, which no right grant meets
                    opened += 1
    assert opened > 10


@by_some
def test_a_group_too_many_is_noticed(
    world: World, visit: Visit, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(kind)
    unnoticed = []
    for name, noun in granted.NOUNS.items():
        table = table_of(name)
        for label in sorted(rows.named(world, table, kind))[:1]:
            if "get" not in noun.verbs_of(kind):
                continue
            path = f"/api/v1/{name}/{world.id(table, label)}"
            for group in hidden_groups(kind, name):
                with regranted(monkeypatch, kind, name, widened(kind, name, group=group)):
                    try:
                        shown = visitor.get(path).json["result"]
                    except AssertionError:  # a marker that is not for this seat
                        continue
                    if not overexposed(kind, name, [shown]):
                        unnoticed.append((name, group))
    assert not unnoticed


def hidden_groups(kind: str, noun: str) -> set[str]:
    """The groups that the kind may not read and of which the noun's page shows columns."""
    api = next(a for a in classes() if getattr(a, "resource", "") == noun)
    columns = inspect_(model_of(noun)).columns
    shown = [columns[c] for c in (api.show_columns or api.list_columns) if c in columns]
    groups = {column.info.get("group", "none") for column in shown}
    return groups - granted.NOUNS[noun].reads_of(kind) - {"none"}
