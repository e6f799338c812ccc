"""A site whose public data are answered from memory, in this process."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg
from sqlalchemy import Engine, make_url, select
from werkzeug.test import Client, TestResponse

from app import transaction
from app.public.cache import Cache
from app.public.changes import STALE, Changes
from app.transaction import ScopedSession, open_session
from tests import factories as f


@dataclass
class Site:
    """The memory before the application, and a hand on the database behind both."""

    cache: Cache
    engine: Engine
    # The addresses that reached the application.
    asked: list[str] = field(default_factory=list)
    # Called after the application has answered and before the answer is kept.
    meanwhile: Callable[[], object] | None = None

    def __post_init__(self) -> None:
        inner = self.cache.application

        def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            self.asked.append(environ["PATH_INFO"])
            answer = inner(environ, start)
            if self.meanwhile is not None:
                # Somebody else does it: what this thread asks is what the answer rests on.
                other = threading.Thread(target=self.meanwhile)
                self.meanwhile = None
                other.start()
                other.join()
            return answer

        self.cache.application = application

    def get(self, path: str, method: str = "GET", **headers: str) -> TestResponse:
        """An answer; headers are named as in Python: ``if_none_match=...``."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        client = Client(self.cache, use_cookies=False)
        return client.open(f"/api/v1/{path}", method=method, headers=named, buffered=True)

    def titles(self, path: str = "services/") -> list[str]:
        return [row["title"] for row in self.get(path).json["result"]]

    def session(self) -> AbstractContextManager[ScopedSession]:
        """A session of the system; committed at the end."""
        return writing(self.engine)

    def change(self, model: Any, **values: Any) -> None:
        """Commit a change of one row of a table."""
        with self.session() as db:
            row = db.scalars(select(model).order_by(model.id)).first()
            for name, value in values.items():
                setattr(row, name, value)

    def warm(self, path: str = "services/") -> None:
        """Ask until the answer comes from memory."""
        until(lambda: how(self.get(path)) == "hit")


@contextmanager
def writing(engine: Engine) -> Iterator[ScopedSession]:
    """A session of the system; committed at the end."""
    with open_session(engine, transaction.system("test")) as db, db.begin(), f.into(db):
        yield db


def how(answer: Any) -> str:
    """What the memory says of an answer: ``hit`` if it came from there."""
    said = answer.headers.get("Cache-Status", "; none")
    return str(said.partition("; ")[2].partition(";")[0])


def until(true: Callable[[], object], seconds: float = 5.0) -> float:
    """Wait until it is true, and return how long it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, "it never came true"
        time.sleep(0.01)
    return time.monotonic() - started


def seen(true: Callable[[], object]) -> None:
    """Ask until it is true: whatever is asked a second after the commit has to be."""
    committed = time.monotonic()
    while True:
        asked = time.monotonic()
        if true():
            return
        assert asked - committed < STALE, "older than a second"


def listening(url: str, application: Any, engine: Engine) -> Cache:
    """A memory of its own before the application, as another worker has it."""
    made = Cache(
        application, engine, Changes(url), listens=True, cookies=("session", "remember_token"),
        language=lambda header: "en" if header.startswith("en") else "it",
    )  # fmt: skip
    made.changes.start()
    until(lambda: made.changes.sure)
    return made


def address(url: str) -> str:
    """The database's address as psycopg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def listeners(url: str) -> list[int]:
    """The backends that tell a worker of this database what changed."""
    with psycopg.connect(address(url)) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'intreccio public data'"
        )
        return [pid for (pid,) in rows]


def end_listeners(url: str) -> None:
    """Cut the connections on which the workers listen."""
    with psycopg.connect(address(url), autocommit=True) as connection, suppress(psycopg.Error):
        for pid in listeners(url):
            connection.execute("SELECT pg_terminate_backend(%s)", (pid,))


def one_of_each(db: ScopedSession) -> None:
    """Something published in one alliance."""
    alliance = f.AllianceFactory()
    f.ServiceLocationFactory(service__alliance=alliance)
    f.CallCategoryFactory(call__alliance=alliance)
    f.SlotFactory(workshop__alliance=alliance, places=3)
    db.flush()
