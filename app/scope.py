"""The policy, enforced in the session: what is read, what is written, what is refused."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Select, event, select
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import (
    FromStatement,
    ORMExecuteState,
    UOWTransaction,
    attributes,
    with_loader_criteria,
)
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.selectable import AliasedReturnsRows, FromClause, SelectBase, TableClause

from app import policy
from app.errors import N_, Forbidden, Invalid
from app.transaction import ScopedSession, current, prove

# Association tables of Flask-AppBuilder's accounts: their two ends are under the policy.
ASSOCIATIONS = {"ab_user_role", "ab_user_group", "ab_group_role", "ab_permission_view_role"}
FOREIGN = N_("There is no such choice here.")
NOT_YOURS = N_("You may not write this record.")


@lru_cache(maxsize=64)
def criteria(kind: str, write: bool = False) -> tuple[Any, ...]:
    """The loader criteria of a seat kind, for every table, built once."""
    return tuple(
        with_loader_criteria(
            model, policy.rule_for(model, kind, write), include_aliases=True,
            propagate_to_loaders=False,
        )
        for model in policy.tables()
    )  # fmt: skip


@event.listens_for(ScopedSession, "do_orm_execute")
def _under_policy(state: ORMExecuteState) -> None:
    session = cast(ScopedSession, state.session)
    prove(session)
    principal = session.principal
    if principal.kind == "system":
        return
    if not state.is_orm_statement or isinstance(state.statement, FromStatement):
        raise Forbidden("only ORM statements pass the policy")
    if state.is_insert or isinstance(state.parameters, list):
        raise Forbidden("bulk writes pass by the policy")
    _refuse_core(state.statement)
    if state.is_column_load:
        return
    writes = state.is_update or state.is_delete
    if state.is_update:
        _refuse_moves(state.statement)
    current.set(principal)
    state.statement = state.statement.options(*criteria(principal.kind, writes))


def _refuse_core(statement: Any) -> None:
    """Refuse text, and every table that is not reached through its mapped class."""
    waiting, seen = [statement], set()
    while waiting:
        query = waiting.pop()
        if id(query) not in seen:
            seen.add(id(query))
            waiting.extend(_refuse_core_in(query))


def _refuse_core_in(query: Any) -> list[Any]:
    """Look through one SELECT, UPDATE or DELETE; the queries inside it are returned."""
    mapped: set[Any] = set()
    bare: list[Any] = []
    queries: list[Any] = []
    waiting = _parts(query)
    while waiting:
        element = waiting.pop()
        if isinstance(element, SelectBase):
            queries.append(element)
            continue
        literal = isinstance(element, TextClause) or getattr(element, "is_literal", False)
        if literal and str(element) not in ("*", "1"):  # which count rows, or say that one exists
            raise Forbidden("text passes by the policy")
        entity = element._annotations.get("parententity")
        if entity is not None:
            mapped.add(entity.selectable)
        elif "parentmapper" not in element._annotations:  # a relationship's own join
            bare.extend(_table_of(element, queries))
        if entity is None or not isinstance(element, FromClause):
            waiting.extend(element.get_children())
        elif isinstance(element, AliasedReturnsRows) and isinstance(element.element, SelectBase):
            queries.append(element.element)
    if any(table not in mapped for table in bare):
        raise Forbidden("a table passes by the policy; use its class")
    return queries


def _parts(query: Any) -> list[Any]:
    if isinstance(query, Select):
        # Not the tables that its columns come from: the columns are looked at themselves.
        omit = ("_correlate", "_correlate_except")
        return list(super(Select, query).get_children(omit_attrs=omit))
    return list(query.get_children())


def _table_of(element: Any, queries: list[Any]) -> list[Any]:
    """The table that an element names with no class; a query that it names joins the others."""
    table = element.table if isinstance(element, ColumnClause) else element
    inner = table
    while isinstance(inner, AliasedReturnsRows):
        inner = inner.element
    if isinstance(inner, SelectBase):
        queries.append(inner)
    named = isinstance(inner, TableClause) and inner.name not in ASSOCIATIONS
    return [table] if named else []


def _refuse_moves(statement: Any) -> None:
    for column in getattr(statement, "_values", None) or {}:
        if getattr(column, "foreign_keys", None):
            raise Forbidden("a bulk change may not set what a row belongs to")


# ---------------------------------------------------------------- flushed rows


@event.listens_for(ScopedSession, "before_flush")
def _check_before(session: ScopedSession, context: UOWTransaction, instances: Any) -> None:
    prove(session)
    if session.principal.kind == "system":
        return
    rows = [row for row in session.dirty if session.is_modified(row)]
    _require(session, [*rows, *session.deleted], write=True)


@event.listens_for(ScopedSession, "after_flush")
def _check_after(session: ScopedSession, context: UOWTransaction) -> None:
    if session.principal.kind == "system":
        return
    rows = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    _require(session, rows, write=True)
    named: dict[type[Any], dict[int, str]] = defaultdict(dict)
    for row in rows:
        for field, model, key in _foreign_keys(row, fresh=row in session.new):
            named[model][key] = field
    for model, keys in named.items():
        missing = set(keys) - _passing(session, model, set(keys), write=False)
        if missing:
            raise Invalid(FOREIGN, field=keys[min(missing)])


def _require(session: ScopedSession, rows: list[Any], write: bool) -> None:
    wanted: dict[type[Any], set[int]] = defaultdict(set)
    for row in rows:
        wanted[type(row)].add(inspect_(row).mapper.primary_key_from_instance(row)[0])
    for model, keys in wanted.items():
        if keys - _passing(session, model, keys, write):
            raise Forbidden(NOT_YOURS)


def _passing(session: ScopedSession, model: type[Any], keys: set[int], write: bool) -> set[int]:
    """Which of these rows the rule lets through, by one SELECT."""
    rule = policy.rule_for(model, session.principal.kind, write)
    current.set(session.principal)
    table = inspect_(model).local_table
    statement = select(table.c.id).where(table.c.id.in_(keys), rule(model))
    return set(session.raw_connection().execute(statement).scalars())


@lru_cache(maxsize=256)
def _references(model: type[Any]) -> tuple[tuple[str, type[Any]], ...]:
    """A table's foreign-key attributes and the classes that they name."""
    by_table = {mapper.local_table: mapper.class_ for mapper in _mappers()}
    found = []
    for prop in inspect_(model).column_attrs:
        # A slot's organization is also half of its key to the workshop: that names no row.
        targets = [key.column for key in prop.columns[0].foreign_keys if key.column.primary_key]
        if targets:
            found.append((prop.key, by_table[targets[0].table]))
    return tuple(found)


def _mappers() -> list[Any]:
    # Account and FAB's User share a table: the last one named, ours, stands for it.
    return sorted((inspect_(c) for c in policy.tables()), key=lambda x: x.inherits is not None)


def _foreign_keys(row: Any, fresh: bool) -> list[tuple[str, type[Any], int]]:
    """The keys that a row names now and did not name before."""
    found = []
    for field, model in _references(type(row)):
        value = getattr(row, field)
        changed = fresh or attributes.get_history(row, field).has_changes()
        if value is not None and changed:
            found.append((field, model, value))
    return found
