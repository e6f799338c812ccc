"""Each rule in turn lets everything through: the walk has to notice, every time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, true, update
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.elements import BinaryExpression, UnaryExpression
from sqlalchemy.sql.visitors import iterate, replacement_traverse

from app import policy, scope
from app.transaction import ScopedSession
from tests.walk import roads, rows
from tests.walk.kinds import by_kind
from tests.walk.names import World

Sit = Callable[..., ScopedSession]
CLASSES = roads.classes()


# The database itself refuses every change of them.
NEVER_CHANGED = {"transfer"}


def everything(cls: Any) -> Any:
    return true()


def models_of(table: str) -> list[Any]:
    """Accounts stand for their table twice: as ours and as Flask-AppBuilder's."""
    return [m for m in policy.tables() if inspect_(m).local_table.name == table]


@contextmanager
def let_through(registry: dict[Any, dict[str, Any]], table: str, kind: str) -> Iterator[None]:
    """While it lasts, the kind's rule for the table is no rule."""
    before = {model: registry.get(model) for model in models_of(table)}
    for model, found in before.items():
        registry[model] = {**(found or {}), kind: everything}
    scope.criteria.cache_clear()
    scope._check.cache_clear()
    try:
        yield
    finally:
        for model, found in before.items():
            if found is None:
                del registry[model]
            else:
                registry[model] = found
        scope.criteria.cache_clear()
        scope._check.cache_clear()


def kept_back(world: World, kind: str, write: bool = False) -> list[str]:
    """The tables of which something is kept from the kind."""
    return [t for t in CLASSES if rows.named(world, t, kind, write) != set(world.ids[t])]


@by_kind
def test_a_rule_that_shows_everything_is_noticed(world: World, sit: Sit, kind: str) -> None:
    unnoticed = []
    for table in kept_back(world, kind):
        with let_through(policy._visible, table, kind), sit(kind) as db:
            given = world.labels(table, roads.columns(db, CLASSES[table], ()))
        if given == rows.named(world, table, kind):
            unnoticed.append(table)
    assert not unnoticed


@by_kind
def test_a_rule_that_lets_everything_be_written_is_noticed(
    world: World, line: Connection, kind: str
) -> None:
    unnoticed = []
    for table in kept_back(world, kind, write=True):
        if table in NEVER_CHANGED:
            continue
        model, wanted = CLASSES[table], rows.named(world, table, kind, write=True)
        with let_through(policy._writable, table, kind), rows.session(line, world, kind) as db:
            asked = [(model, True, set(world.ids[table].values()))]
            flushed = scope._passing(db, asked)[0]
            bulk = db.scalars(_same(model)).all()
        for given in (flushed, bulk):
            if world.labels(table, given) == wanted:
                unnoticed.append(table)
    assert not unnoticed


def _same(model: Any) -> Any:
    """An UPDATE that changes nothing and says which rows it would reach."""
    columns = inspect_(model).columns
    column = next((c for c in columns if not (c.foreign_keys or c.primary_key)), columns[0])
    same = update(model).values({column.key: column}).returning(model.id)
    return same.execution_options(synchronize_session=False)


# ---------------------------------------------------------------- a rule's parts, one by one


def atoms(rule: ColumnElement[bool]) -> list[Any]:
    """The comparisons that a rule is made of."""
    return [
        part
        for part in iterate(rule)
        if isinstance(part, (BinaryExpression, UnaryExpression)) and part.type.python_type is bool
    ]


def without(rule: ColumnElement[bool], atom: Any) -> Any:
    """The rule with one comparison left out."""
    return replacement_traverse(rule, {}, lambda part, **_: true() if part is atom else None)


def seen_without(
    world: World, sit: Sit, kind: str, table: str, loosen: Callable[[Any], Any]
) -> set[str]:
    """The rows that the kind is given while a table's rule is loosened."""
    criteria = scope.criteria(kind)
    for place, model in enumerate(policy.tables()):
        if inspect_(model).local_table.name == table:
            less = loosen(policy.rule_for(model, kind)(model))
            one = with_loader_criteria(model, less, include_aliases=True)
            criteria = (*criteria[:place], one, *criteria[place + 1 :])
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(scope, "criteria", lambda *_: criteria)
        with sit(kind) as db:
            return world.labels(table, roads.columns(db, CLASSES[table], ()))


# A consent of any scope shows the person and their papers.
EVERY = {("person", "scope"), ("file", "scope")}


def of_alliance(atom: Any) -> bool:
    return "alliance_id" in str(getattr(atom, "left", ""))


@pytest.mark.matrix
@by_kind
def test_a_comparison_that_a_rule_forgets_is_noticed(world: World, sit: Sit, kind: str) -> None:
    unnoticed = []
    for table in kept_back(world, kind):
        wanted = rows.named(world, table, kind)
        whole = policy.rule_for(models_of(table)[0], kind)
        for number, atom in enumerate(atoms(whole(models_of(table)[0]))):
            # An organization is of one alliance: to compare both is a second lock.
            if of_alliance(atom) or ((table, "scope") in EVERY and ".scope IN" in str(atom)):
                continue
            loosen = lambda rule, n=number: without(rule, atoms(rule)[n])  # noqa: E731
            if seen_without(world, sit, kind, table, loosen) == wanted:
                unnoticed.append((table, str(atom)))
    assert not unnoticed


@pytest.mark.matrix
@pytest.mark.parametrize("kind", ["staff", "citizen"])
def test_a_rule_that_forgets_the_alliance_is_noticed(world: World, sit: Sit, kind: str) -> None:
    def loosen(rule: Any) -> Any:
        return (
            replacement_traverse(
                rule, {}, lambda part, **_: true() if any(part is one for one in found) else None
            )
            if (found := [a for a in atoms(rule) if of_alliance(a)])
            else rule
        )

    unnoticed = [
        table
        for table in kept_back(world, kind)
        if any(of_alliance(a) for a in atoms(policy.rule_for(CLASSES[table], kind)(CLASSES[table])))
        and seen_without(world, sit, kind, table, loosen) == rows.named(world, table, kind)
    ]
    assert not unnoticed
