"""The policy, enforced in the session: what is read, what is written, what is refused."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Select,
    any_,
    bindparam,
    event,
    literal_column,
    select,
    union_all,
)
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
from app.transaction import ScopedSession, bare, current, prove

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
    naked: list[Any] = []
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
            naked.extend(_table_of(element, queries))
        if entity is None or not isinstance(element, FromClause):
            waiting.extend(element.get_children())
        elif isinstance(element, AliasedReturnsRows) and isinstance(element.element, SelectBase):
            queries.append(element.element)
    if any(table not in mapped for table in naked):
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
    _require(session, [*rows, *session.deleted], {})


@event.listens_for(ScopedSession, "after_flush")
def _check_after(session: ScopedSession, context: UOWTransaction) -> None:
    if session.principal.kind == "system":
        return
    rows = [*session.new, *(row for row in session.dirty if session.is_modified(row))]
    named: Named = defaultdict(dict)
    for row in rows:
        for field, model, key in _foreign_keys(row, fresh=row in session.new):
            named[model][key] = field
    _require(session, rows, named)


Named = dict[type[Any], dict[int, str]]


def require_made(
    session: ScopedSession, model: type[Any], key: int, values: Mapping[str, Any]
) -> None:
    """Raise Forbidden or Invalid unless a row entered with these values may be as it is."""
    if session.principal.kind == "system":
        return
    named: Named = defaultdict(dict)
    for field, target in _references(model):
        if values.get(field) is not None:
            named[target][values[field]] = field
    _require_all(session, {model: {key}}, named)


def _require(session: ScopedSession, rows: list[Any], named: Named) -> None:
    """Raise unless these rows are writable and those that they name are seen."""
    written: dict[type[Any], set[int]] = defaultdict(set)
    for row in rows:
        written[type(row)].add(inspect_(row).mapper.primary_key_from_instance(row)[0])
    _require_all(session, written, named)


def _require_all(
    session: ScopedSession, written: Mapping[type[Any], set[int]], named: Named
) -> None:
    asked = [(model, True, keys) for model, keys in written.items()]
    asked += [(model, False, set(keys)) for model, keys in named.items()]
    if not asked:
        return
    passing = _passing(session, asked)
    for number, (model, write, keys) in enumerate(asked):
        missing = keys - passing[number]
        if missing and write:
            raise Forbidden(NOT_YOURS)
        if missing:
            raise Invalid(FOREIGN, field=named[model][min(missing)])


def _passing(
    session: ScopedSession, asked: list[tuple[type[Any], bool, set[int]]]
) -> dict[int, set[int]]:
    """Which of these rows the rules let through, by one SELECT for all."""
    kind = session.principal.kind
    sql, constants = _check(kind, tuple((model, write) for model, write, _ in asked))
    given = {f"keys_{n}": sorted(keys) for n, (_, _, keys) in enumerate(asked)}
    values = {**constants, **policy.values(session.principal), **given}
    found: dict[int, set[int]] = defaultdict(set)
    for number, key in bare(session, sql, values):
        found[number].add(key)
    return found


def seen(db: Any, *asked: tuple[type[Any], int]) -> list[bool]:
    """Whether the caller sees each of these rows, by one SELECT and without loading any."""
    prove(db)
    within = [(model, False, {key} if possible(key) else set()) for model, key in asked]
    passing = _passing(db, within)
    return [key in passing[number] for number, (_, key) in enumerate(asked)]


def possible(*keys: int) -> bool:
    """Whether rows can have these numbers."""
    return all(0 < key < 2**63 for key in keys)


@lru_cache(maxsize=1024)
def _check(kind: str, asked: tuple[tuple[type[Any], bool], ...]) -> tuple[str, dict[str, Any]]:
    """The SELECT of the rows that pass, compiled once for each set of tables."""
    parts = []
    for number, (model, write) in enumerate(asked):
        table = inspect_(model).local_table.alias(f"t{number}")
        keys = bindparam(f"keys_{number}", None, ARRAY(BigInteger()))
        rule = policy.everybody if kind == "system" else policy.rule_for(model, kind, write)
        number_ = literal_column(str(number)).label("number")
        parts.append(select(number_, table.c.id).where(table.c.id == any_(keys), rule(table.c)))
    return policy.compiled(union_all(*parts))


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
