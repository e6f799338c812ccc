"""Roads that the policy cannot look down: each is closed."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import (
    column,
    exists,
    func,
    insert,
    literal_column,
    select,
    table,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from app.errors import Forbidden
from app.models import Municipality, Organization, Person
from app.transaction import ScopedSession

Sit = Callable[..., ScopedSession]
PERSONS: Any = Person.__table__
NAMED: Any = Organization.__table__

ROADS: dict[str, Callable[[ScopedSession], Any]] = {
    "text": lambda db: db.execute(text("SELECT * FROM person")),
    "text in a column": lambda db: db.scalars(
        select(Municipality.id, text("(SELECT last_name FROM person LIMIT 1)"))
    ),
    "text in a condition": lambda db: db.scalars(
        select(Municipality.id).where(text("EXISTS (SELECT 1 FROM person)"))
    ),
    "text in an order": lambda db: db.scalars(
        select(Municipality.id).order_by(text("(SELECT count(*) FROM person)"))
    ),
    "text of the whole": lambda db: db.scalars(
        select(Person).from_statement(text("SELECT * FROM person"))
    ),
    "another statement's rows": lambda db: db.scalars(
        select(Person).from_statement(select(PERSONS))
    ),
    "a table": lambda db: db.execute(select(PERSONS)),
    "a table's column": lambda db: db.execute(select(PERSONS.c.last_name)),
    "a table beside a class": lambda db: db.execute(
        select(Municipality.id, PERSONS.c.last_name).join(PERSONS, true())
    ),
    "a table under another name": lambda db: db.execute(select(PERSONS.alias())),
    "a table under another name beside its class": lambda db: db.execute(
        select(NAMED.alias().c.name).select_from(Organization).join(NAMED.alias(), true())
    ),
    "another name of a table in a condition": lambda db: db.execute(
        select(Person.id).where(exists().where(PERSONS.alias().c.id > 0))
    ),
    "another name of a table in an order": lambda db: db.execute(
        select(Person.id).order_by(select(func.max(PERSONS.alias().c.id)).scalar_subquery())
    ),
    "a table in a subquery": lambda db: db.execute(
        select(Municipality.id).where(exists(select(PERSONS.c.id)))
    ),
    "a table in a common table": lambda db: db.execute(
        select(Municipality.id).join(select(PERSONS.c.id).cte("p"), true())
    ),
    "a table in a union": lambda db: db.execute(
        union_all(select(Person.id), select(PERSONS.c.id))
    ),
    "another name of a table in a union": lambda db: db.execute(
        union_all(select(Person.id), select(PERSONS.alias().c.id))
    ),
    "a lateral table": lambda db: db.execute(
        select(Person.id).join(select(PERSONS.alias().c.id).lateral(), true())
    ),
    "a class on a table's rows": lambda db: db.scalars(
        select(aliased(Person, select(PERSONS).subquery()))
    ),
    "a literal column": lambda db: db.execute(
        select(Municipality.id, literal_column("(SELECT max(last_name) FROM person)"))
    ),
    "a table by its name": lambda db: db.execute(
        select(Municipality.id, column("last_name")).join(table("person"), true())
    ),
    "a column of a table's rows": lambda db: db.execute(
        select(Person.id).where(Person.id > select(PERSONS.c.id).subquery().c.id)
    ),
    "a common table of a table, in a condition": lambda db: db.execute(
        select(Person.id).where(Person.id > select(PERSONS.c.id).cte("p").c.id)
    ),
    "the rows of a function": lambda db: db.execute(
        select(func.query_to_xml("SELECT * FROM person", True, True, "").table_valued("x"))
    ),
    "many rows": lambda db: db.execute(insert(Person), [{"first_name": "x"}]),
    "one row": lambda db: db.execute(insert(Organization).values(name="x", kind="union")),
    "rows of a query": lambda db: db.execute(
        insert(Organization).from_select(["name"], select(Organization.name))
    ),
    "one row or another": lambda db: db.execute(
        upsert(Organization).values(name="x").on_conflict_do_nothing()
    ),
    "a change by the dozen": lambda db: db.execute(
        update(Organization), [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}]
    ),
    "a change of a table": lambda db: db.execute(update(NAMED).values(name="x")),
    "a change by a table": lambda db: db.execute(
        update(Organization).values(name=select(PERSONS.c.last_name).limit(1).scalar_subquery())
    ),
    "a deletion in a table": lambda db: db.execute(NAMED.delete()),
    "a move to the other alliance": lambda db: db.execute(
        update(Organization).values(alliance_id=2)
    ),
    "a move by name": lambda db: db.execute(update(Organization).values({"alliance_id": 2})),
    "a move in order": lambda db: db.execute(
        update(Organization).ordered_values((Organization.alliance_id, 2))
    ),
    "bulk_save_objects": lambda db: db.bulk_save_objects([Organization(name="x")]),
    "bulk_insert_mappings": lambda db: db.bulk_insert_mappings(Organization, [{"name": "x"}]),
    "bulk_update_mappings": lambda db: db.bulk_update_mappings(Organization, [{"id": 1}]),
    "the connection": lambda db: db.connection(),
    "a function of the server": lambda db: db.execute(select(func.pg_read_file("PG_VERSION"))),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["staff", "citizen", "public"])
@pytest.mark.parametrize("road", ROADS)
def test_what_the_policy_cannot_see_is_refused(sit: Sit, kind: str, road: str) -> None:
    with pytest.raises(Forbidden):
        ROADS[road](sit(kind))
