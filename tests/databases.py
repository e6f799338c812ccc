"""One embedded server for all runs; a database of its own for each process that asks.

Migrating takes seconds and copying a template a fifth of one: a template is
made once for each state of the code and copied by whoever needs a database.
"""

import fcntl
import hashlib
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Engine, NullPool, create_engine, make_url

import config
from app import clock, database, schema, sealed
from app.models import Model
from app.transaction import open_session, system

VERSION = int(os.environ.get("TEST_POSTGRES", "18"))
FOLDER = config.PROJECT / "var" / "test"

# The same in every process of a run: one seals what another opens.
ENVIRONMENT = {
    "SECRET_KEY": "a-secret-that-only-the-tests-know-0123456789",
    "DATA_KEY": "a-data-key-that-only-the-tests-know-0123456789",
    "DEMO_PASSWORD": "known-to-the-tests",
}

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> config.Settings:
    """Development's settings, with files in a folder that goes away."""
    return config.load(ENVIRONMENT | {"INTRECCIO_VAR": str(tmp_path_factory.mktemp("var"))})


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The address of the tests' PostgreSQL, never the one with a developer's data."""
    folder = FOLDER / f"pg{VERSION}"
    yield database.embedded_url(folder, VERSION, database=database.OWNER, durable=False)
    database.stop(folder)


@pytest.fixture(scope="session")
def template(server: str) -> str:
    """The name of a migrated database with its roles and no rows, to be copied."""
    from app.roles import write_roles

    def fill(url: str) -> None:
        if schema.heads(url):
            schema.upgrade(url)
        else:  # until the first version is written
            Model.metadata.create_all(create_engine(url, poolclass=NullPool))
        write_roles(url)

    digest = _digest("migrations", "app/models.py", "app/permissions.py", "app/roles.py")
    return _template(server, "template_empty", digest, fill)


@pytest.fixture(scope="session")
def demo_template(server: str, template: str, settings: config.Settings) -> str:
    """The name of a database with the demo data in it, to be copied."""
    from app.demo.loader import load

    def fill(url: str) -> None:
        sealed.configure(settings.data_key)
        engine = create_engine(url, poolclass=NullPool)
        with open_session(engine, system("demo")) as db, db.begin():
            load(db, now=clock.now(), password=ENVIRONMENT["DEMO_PASSWORD"])

    # The demo's windows lie around the day on which it is loaded.
    digest = _digest("app", "migrations", salt=str(clock.today()))
    return _template(server, "template_demo", digest, fill, base=template)


@pytest.fixture(scope="session")
def copy_of(server: str) -> Callable[[str], str]:
    """Call it with a template's name: it copies the database and returns the copy's address.

    The next run drops the copies: dropping one writes all of the server's memory to its files.
    """
    _drop_orphans(server)

    def copy(name: str) -> str:
        target = f"test_{os.getpid()}_{next(_numbers)}"
        with _locked("template"):
            schema.drop_database(server, target)  # an earlier process may have had our number
            database.ensure_database(make_url(server), target, name)
        return _address(server, target)

    return copy


@pytest.fixture(scope="session")
def engine(copy_of: Callable[[str], str], template: str) -> Iterator[Engine]:
    """This process's own empty database, for tests that roll back what they do."""
    made = create_engine(copy_of(template))
    yield made
    made.dispose()


@pytest.fixture
def fresh_url(copy_of: Callable[[str], str], template: str) -> str:
    """A database for one test alone, which may commit, kill and break."""
    return copy_of(template)


def _address(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _connect(server: str) -> psycopg.Connection:
    address = make_url(server).set(drivername="postgresql")
    return psycopg.connect(address.render_as_string(hide_password=False), autocommit=True)


@contextmanager
def _locked(name: str) -> Iterator[None]:
    """One process at a time, of this run and of any other in this folder."""
    with (FOLDER / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _digest(*places: str, salt: str = "") -> str:
    """What the files of these places say, in twelve letters."""
    found = hashlib.sha256(salt.encode())
    for place in places:
        root = config.PROJECT / place
        files = [root] if root.is_file() else sorted(root.rglob("*.py"))
        for file in files:
            found.update(str(file.relative_to(config.PROJECT)).encode() + file.read_bytes())
    return found.hexdigest()[:12]


def _template(
    server: str, kind: str, digest: str, fill: Callable[[str], None], base: str = "template0"
) -> str:
    """Make the template of this state of the code, unless a run before made it."""
    name = f"{kind}_{digest}"
    building = f"{kind}_unfinished"
    with _locked("template"), _connect(server) as db:
        names = [row[0] for row in db.execute("SELECT datname FROM pg_database")]
        if name in names:
            return name
        for old in names:
            if old.startswith(f"{kind}_"):
                schema.drop_database(server, old)
        database.ensure_database(make_url(server), building, base)
        fill(_address(server, building))
        # Renamed last: one that a killed run left half made is never copied.
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        db.execute(rename.format(sql.Identifier(building), sql.Identifier(name)))
    return name


def _drop_orphans(server: str) -> None:
    """Drop the copies of processes that are gone."""
    with _connect(server) as db:
        rows = db.execute("SELECT datname FROM pg_database WHERE datname LIKE 'test\\_%'")
        names = [row[0] for row in rows]
    for name in names:
        if not psutil.pid_exists(int(name.split("_")[1])):
            schema.drop_database(server, name)


def folder_of(name: str) -> Path:
    """A folder under var/test that outlives the run: logs and pictures to look at."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
