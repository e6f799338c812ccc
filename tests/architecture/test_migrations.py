"""The migrations and the tables say the same: a new installation gets what the code means."""

from collections.abc import Callable, Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from app import database, schema
from app.models import Model

# What Alembic's comparison does not look at, read from PostgreSQL itself. FAB's own
# tables leave names to whoever makes them, so there only the meaning is compared.
CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, is_identity,
               identity_generation, generation_expression, numeric_precision, numeric_scale,
               character_maximum_length,
               CASE WHEN table_name LIKE 'ab\\_%' THEN NULL ELSE column_default END
        FROM information_schema.columns WHERE table_schema = 'public'""",
    "constraints": """
        SELECT conrelid::regclass::text,
               CASE WHEN conrelid::regclass::text LIKE 'ab\\_%' THEN NULL ELSE conname END,
               pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "indexes": """
        SELECT tablename,
               CASE WHEN tablename LIKE 'ab\\_%'
                    THEN regexp_replace(indexdef, 'INDEX [^ ]+ ON', 'INDEX ON')
                    ELSE indexdef END
        FROM pg_indexes WHERE schemaname = 'public'""",
    "triggers": """
        SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
        FROM pg_trigger WHERE NOT tgisinternal""",
    "functions": """
        SELECT proname, pg_get_functiondef(oid)
        FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
}

INDEXED_FUNCTIONS = """
    SELECT pg_get_functiondef(p.oid) FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
    WHERE p.pronamespace = 'public'::regnamespace AND l.lanname = 'sql' AND p.provolatile = 'i'
    ORDER BY p.oid"""

# Triggers and functions stand in the migrations alone; `test_tables` holds each table to its own.
OF_TABLES = ("columns", "constraints", "indexes")


@pytest.fixture
def migrated(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


@pytest.fixture
def declared(
    server: str, copy_of: Callable[[str], str], migrated: Connection
) -> Iterator[Connection]:
    """A database made from the tables' declarations, without any migration."""
    engine = create_engine(copy_of("template0"))
    # Indexes may rest on functions, which stand in the migrations alone.
    functions = migrated.execute(text(INDEXED_FUNCTIONS)).scalars().all()
    with engine.begin() as connection:
        for function in functions:
            connection.exec_driver_sql(function)
    Model.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def catalogue(connection: Connection, part: str) -> set[tuple[object, ...]]:
    rows = connection.execute(text(CATALOGUE[part]))
    return {tuple(row) for row in rows if "alembic_version" not in str(row[0])}


def test_a_new_installation_has_every_table_and_column_of_the_code(migrated: Connection) -> None:
    assert compare_metadata(MigrationContext.configure(migrated), Model.metadata) == []


@pytest.mark.parametrize("part", OF_TABLES)
def test_a_new_installation_has_every_guard_of_the_code(
    part: str, migrated: Connection, declared: Connection
) -> None:
    ours, theirs = catalogue(migrated, part), catalogue(declared, part)
    assert sorted(ours - theirs, key=str) == [], "only in the migrations"
    assert sorted(theirs - ours, key=str) == [], "only in the tables"


def test_an_installation_can_go_back_to_nothing_and_forth_again(fresh_url: str) -> None:
    schema.downgrade(fresh_url, "base")
    engine = create_engine(fresh_url)
    with engine.connect() as connection:
        left = catalogue(connection, "columns") | catalogue(connection, "functions")
    engine.dispose()
    assert left == set()
    schema.upgrade(fresh_url)


def test_versions_are_numbered_and_in_one_line(server: str) -> None:
    assert len(schema.heads(server)) == 1
    assert schema.heads(server)[0].isdigit()


def test_making_a_database_twice_makes_one(server: str, fresh_url: str) -> None:
    name = make_url(fresh_url).database
    assert name is not None
    database.ensure_database(make_url(server), name)
