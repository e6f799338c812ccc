"""Every way to ask a session for rows of a table; each returns the numbers that it gave."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import exists, func, select, true, union_all
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import aliased

from app.models import Model, Municipality
from app.transaction import ScopedSession

Road = Callable[[ScopedSession, Any, Iterable[int]], set[int]]


def classes() -> dict[str, Any]:
    """Every mapped class by table; Account stands for Flask-AppBuilder's own."""
    found: dict[str, Any] = {}
    for mapper in sorted(Model.registry.mappers, key=lambda x: x.inherits is not None):
        found[inspect_(mapper.class_).local_table.name] = mapper.class_
    return found


def entities(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return {row.id for row in db.scalars(select(model))}


def columns(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return set(db.scalars(select(model.id)))


def legacy_query(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return {row.id for row in db.query(model).yield_per(10)}


def by_number(db: ScopedSession, model: Any, numbers: Iterable[int]) -> set[int]:
    return {number for number in numbers if db.get(model, number) is not None}


def alias(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return set(db.scalars(select(aliased(model).id)))


def alias_entities(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return {row.id for row in db.scalars(select(aliased(model)))}


def join(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    other = aliased(model)
    return set(db.scalars(select(other.id).select_from(Municipality).join(other, true())))


def outer_join(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    found = select(Municipality.id, model.id).select_from(Municipality).outerjoin(model, true())
    if model is Municipality:
        return columns(db, model, _)
    return {row[1] for row in db.execute(found) if row[1] is not None}


def aggregate(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return set(db.scalar(select(func.array_agg(model.id))) or ())


def scalar_subquery(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    inner = select(func.array_agg(aliased(model).id)).scalar_subquery()
    return set(db.execute(select(Municipality.id, inner)).first()[1] or ())  # type: ignore[index]


def subquery(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    inner = aliased(model, select(model).subquery())
    return set(db.scalars(select(inner.id)))


def inside_exists(db: ScopedSession, model: Any, numbers: Iterable[int]) -> set[int]:
    one = aliased(model)
    asked = select(Municipality.id)
    return {n for n in numbers if db.scalars(asked.where(exists().where(one.id == n))).first()}


def inside_in(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    one, two = aliased(model), aliased(model)
    return set(db.scalars(select(one.id).where(one.id.in_(select(two.id)))))


def common_table(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    inner = aliased(model, select(model).cte())
    return {row.id for row in db.scalars(select(inner))}


def union(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    both = union_all(select(model.id), select(aliased(model).id))
    return set(db.scalars(both))


def union_of_entities(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    both = aliased(model, union_all(select(model), select(model)).subquery())
    return {row.id for row in db.scalars(select(both))}


def another_name(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    named = aliased(model, inspect_(model).local_table.alias())
    return {row.id for row in db.scalars(select(named))}


def in_a_condition(db: ScopedSession, model: Any, numbers: Iterable[int]) -> set[int]:
    one = aliased(model)
    asked = select(Municipality.id)
    return {
        n
        for n in numbers
        if db.scalars(asked.where(one.id == n, Municipality.id != one.id + 10**9)).first()
    }


def in_a_having(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    found = select(func.array_agg(model.id)).group_by(model.id).having(func.max(model.id) > 0)
    return {number for numbers in db.scalars(found) for number in numbers}


def newest_state(db: ScopedSession, model: Any, numbers: Iterable[int]) -> set[int]:
    got = (db.get(model, number, populate_existing=True) for number in numbers)
    return {row.id for row in got if row is not None}


def locked(db: ScopedSession, model: Any, _: Iterable[int]) -> set[int]:
    return set(db.scalars(select(model.id).with_for_update()))


ROADS: tuple[Road, ...] = (
    entities, columns, legacy_query, by_number, alias, alias_entities, join, outer_join,
    aggregate, scalar_subquery, subquery, inside_in, common_table, union, union_of_entities,
    inside_exists, another_name, in_a_condition, in_a_having, newest_state, locked,
)  # fmt: skip
