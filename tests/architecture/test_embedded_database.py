"""The embedded server: up in a moment, down with its last user, and back after a crash."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from app import database
from config import PROJECT
from tests.databases import folder_of

# They stop and kill one server: one after the other.
pytestmark = pytest.mark.xdist_group("embedded database")

USER = """
import sys, time
from pathlib import Path
from app import database
database.embedded_url(Path(sys.argv[1]))
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A data folder for this module alone."""
    found = folder_of("own") / f"pg-{os.getpid()}"
    yield found
    database.stop(found)
    subprocess.run(["rm", "-rf", found], check=True)
    for left in found.parent.glob(f"{found.name}.*"):
        left.unlink()


def ask(url: str, question: str) -> object:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        return connection.execute(text(question)).scalar()


def run(url: str, statement: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        connection.execute(text(statement))


def kill_server(folder: Path) -> int:
    number = int((folder / "postmaster.pid").read_text().split()[0])
    os.kill(number, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while database.is_ready(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    return number


def test_what_was_saved_is_there_at_the_next_start(folder: Path) -> None:
    url = database.embedded_url(folder)
    run(url, "CREATE TABLE kept ()")
    assert database.stop(folder)
    assert not database.is_ready(folder)
    assert ask(database.embedded_url(folder), "SELECT count(*) FROM kept") == 0


def test_italian_letters_are_letters(folder: Path) -> None:
    url = database.embedded_url(folder)
    assert ask(url, "SELECT lower('CITTÀ')") == "città"
    assert ask(url, "SELECT to_tsvector('italian', 'la città') @@ to_tsquery('italian', 'città')")


def test_a_server_that_was_killed_comes_back_with_what_was_saved(folder: Path) -> None:
    run(database.embedded_url(folder), "CREATE TABLE survived ()")
    kill_server(folder)
    assert ask(database.embedded_url(folder), "SELECT count(*) FROM survived") == 0


def test_another_program_with_the_dead_servers_number_is_left_alone(folder: Path) -> None:
    database.embedded_url(folder)
    lines = (folder / "postmaster.pid").read_text()
    number = kill_server(folder)
    (folder / "postmaster.pid").write_text(lines.replace(str(number), str(os.getpid()), 1))
    assert ask(database.embedded_url(folder), "SELECT 1") == 1


def test_only_the_last_user_stops_it_and_a_killed_user_does_not_count(folder: Path) -> None:
    url = database.embedded_url(folder)
    with subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)], cwd=PROJECT, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"up\n"
        assert not database.stop(folder)
        assert ask(url, "SELECT 1") == 1
        other.kill()
    assert database.stop(folder)


def test_data_of_another_version_are_not_touched(folder: Path) -> None:
    database.embedded_url(folder)
    with pytest.raises(database.DatabaseError, match="PostgreSQL 18, not 16"):
        database.embedded_url(folder, 16)
