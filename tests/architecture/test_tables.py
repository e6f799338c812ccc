"""What every table has: rules or a reason for none, labels, purposes, indexes, a trail."""

from typing import Any

import pytest
from sqlalchemy import Engine, LargeBinary, Table, inspect, text
from sqlalchemy import inspect as inspect_
from sqlalchemy.dialects.postgresql import JSONB

from app import models, permissions, policy, scope
from app.models import GROUPS, Base, Model, Tenant
from app.sealed import Encrypted
from app.views import fields

# Tables that no seat sees: machinery, or read by operations alone.
UNSEEN = {
    "AccountToken": "digests of the links that were sent; operations read them",
    "DigitalIdentity": "who accounts are; operations read it",
    "RateCount": "attempts of a minute, by digests; the throttle reads it",
    "TokenFamily": "digests of the tokens that were given out; operations read it",
    "IdempotencyKey": "answers kept for whoever repeats; operations read them",
    "RegisterUser": "Flask-AppBuilder's own sign-up, which is off",
}
# Tables with an alliance whose rows carry no trail: written by machines and never changed, or
# the trail itself.
NO_TRAIL = {"audit_event", "audit_value", "sensitive_read", "message", "state_change",
            "ranking_run", "ranking_score", "ranking_outcome"}  # fmt: skip
# Columns whose name says that they are about a person, in tables that are about something else.
OF_OTHERS = {
    "alliance": "the office's own address", "organization": "the body's own address",
    "social_point": "the desk's own address", "location": "the place's address",
    "membership": "the office that the form goes to",
}  # fmt: skip
PERSONAL = {"first_name", "last_name", "birth_date", "fiscal_code", "email", "phone", "address",
            "contact_email", "contact_phone", "recipient", "allergies", "pickup",
            "school", "sex"}  # fmt: skip
OURS: list[Any] = sorted(
    (mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Base)),
    key=lambda model: model.__name__,
)
TENANTS = [model for model in OURS if issubclass(model, Tenant)]


def table_of(model: Any) -> Table:
    found = inspect_(model).local_table
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize(
    "model", sorted(policy.tables(), key=lambda m: m.__name__), ids=lambda m: m.__name__
)
def test_a_table_has_a_rule_or_is_said_to_be_nobody_s(model: Any) -> None:
    assert bool(policy._visible.get(model)) != (model.__name__ in UNSEEN)
    assert set(policy._writable.get(model, ())) <= set(policy._visible.get(model, ()))


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_a_column_says_what_it_is_called_and_who_may_read_it(model: Any) -> None:
    for name, column in inspect_(model).columns.items():
        assert column.info.get("label"), name
        assert column.info.get("group") in GROUPS, name
        assert "help" in column.info, name
        if isinstance(column.type, Encrypted):
            assert column.info["group"] in ("care", "means", "system"), name
        if column.info["group"] in ("care", "means"):
            assert isinstance(column.type, Encrypted), name


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_a_personal_column_says_why_and_how_long_it_is_kept(model: Any) -> None:
    table = table_of(model).name
    for name, column in inspect_(model).columns.items():
        info = column.info
        assert ("purpose" in info) == ("keep" in info), name
        needs = info["group"] in ("contact", "care", "means") or name in PERSONAL
        if needs and table not in OF_OTHERS:
            assert info.get("purpose"), f"{table}.{name}"
            assert info["keep"].days > 0, f"{table}.{name}"


@pytest.mark.parametrize("model", TENANTS, ids=lambda m: m.__name__)
def test_a_table_of_an_alliance_is_found_by_it(model: Any) -> None:
    table = table_of(model)
    column = table.c.alliance_id
    assert not column.nullable
    firsts = [next(iter(index.columns)).name for index in table.indexes]
    assert "alliance_id" in firsts


@pytest.mark.parametrize("table", Model.metadata.sorted_tables, ids=lambda t: t.name)
def test_every_foreign_key_of_ours_restricts_and_every_constraint_has_a_name(table: Table) -> None:
    if table.name.startswith("ab_"):
        return
    for constraint in table.constraints:
        assert constraint.name, constraint
        assert len(str(constraint.name)) <= 63, constraint.name
    for key in table.foreign_keys:
        assert key.ondelete == "RESTRICT", key
    for column in table.c:
        assert not isinstance(column.type, JSONB) or column.info["group"] != "public", column
        assert not isinstance(column.type, LargeBinary) or column.info["group"] == "system", column


def test_the_migrated_database_keeps_to_it(engine: Engine) -> None:
    found = inspect(engine)
    for table in found.get_table_names():
        if table.startswith("ab_") or table == "alembic_version":
            continue
        keys = found.get_foreign_keys(table)
        assert all(k["options"].get("ondelete") == "RESTRICT" for k in keys), (table, keys)


def test_every_table_of_an_alliance_leaves_a_trail(engine: Engine) -> None:
    asked = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_change'")
    with engine.connect() as connection:
        found = set(connection.execute(asked).scalars())
    wanted = {table_of(model).name for model in TENANTS} - NO_TRAIL
    assert wanted <= found
    # Accounts, seats and roles are what everything else hangs on.
    assert {"alliance", "municipality", "seat", "role_scope", "ab_user", "ab_user_role"} <= found
    assert not found & NO_TRAIL


def test_every_resource_is_a_table_with_a_rule() -> None:
    assert len(set(permissions.RESOURCES.values())) == len(permissions.RESOURCES)
    for name, model in permissions.RESOURCES.items():
        assert policy._visible.get(model), name
    for kind, grants in permissions.GRANTS.items():
        assert kind in policy.KINDS
        for name, given in grants.items():
            assert kind in policy._visible[permissions.RESOURCES[name]], (kind, name)
            assert given.read <= set(GROUPS), (kind, name)
            assert given.write <= given.read, (kind, name)
    assert models.SEAT_KINDS.keys() | {"public"} == permissions.GRANTS.keys()


def test_a_column_that_is_half_of_a_second_key_names_the_row_of_its_own() -> None:
    assert dict(scope._references(models.Slot))["organization_id"] is models.Organization
    assert fields.target(models.Slot, "organization_id") == "organizations"
