"""What changed in the published tables, as PostgreSQL tells it at each commit.

One thread and one connection a worker. The thread asks the database something every quarter
of a second: an answer proves that whatever was committed before the question has been heard.
"""

import atexit
import logging
import os
import selectors
import socket
import threading
from collections.abc import Collection
from contextlib import suppress
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import make_url

log = logging.getLogger("intreccio.public")

CHANNEL = "intreccio_public"
# How old an answer from memory may be: what was committed longer ago is in it.
STALE = 1.0
BEAT = 0.25
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 10.0
# A change is dated by its statement; where the commit came so much later, by its news.
LATE = 0.5
# Counts every (re)connection: what was kept before it rests on nothing any more.
ANEW = ""

# A connection to a machine that is gone must not look alive for the two hours of TCP.
OPTIONS: dict[str, Any] = {
    "application_name": "intreccio public data",
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 3000,
}

TABLES = """
    SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE tgname = 'public_change' AND tgenabled IN ('O', 'A')
"""
DATES = """
    SELECT substr(sequencename, 15), last_value / 1000.0::float,
           extract(epoch FROM clock_timestamp())::float
    FROM pg_sequences WHERE sequencename LIKE 'public\\_change\\_%' AND last_value IS NOT NULL
"""
REDATE = "SELECT setval(('public_change_' || %s)::regclass, (%s * 1000)::bigint)"


class Changes:
    """What a worker has heard: how often each table changed, and when it did so last."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql")
        self.counts: dict[str, int] = {ANEW: 0}
        self.dates: dict[str, float] = {}
        # Set once the first attempt to listen has gone well or not.
        self.tried = threading.Event()
        self._proved = float("-inf")
        self._heard: dict[str, float] = {}  # with the dates that held before
        self._process = 0
        self._stopping = False
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._bell: socket.socket | None = None

    @property
    def sure(self) -> bool:
        """Whether everything committed more than a second ago has been heard."""
        return monotonic() - self._proved < STALE

    def start(self) -> None:
        """Begin to listen, once in each process: no thread outlives a fork."""
        if self._process == os.getpid():
            return
        with self._lock:
            if self._process == os.getpid():
                return
            self._stopping, self._proved = False, float("-inf")
            self.tried.clear()
            self._bell, ear = socket.socketpair()
            self._thread = threading.Thread(
                target=self._listen, args=(ear,), name="public-changes", daemon=True
            )
            self._thread.start()
            atexit.register(self.stop)
            self._process = os.getpid()

    def stop(self) -> None:
        """Stop listening; nothing is answered from memory any more."""
        thread, bell = self._thread, self._bell
        if thread is None or bell is None or self._process != os.getpid():
            return
        self._stopping = True
        with suppress(OSError):
            bell.send(b"x")
        thread.join(STALE)
        bell.close()
        atexit.unregister(self.stop)
        self._thread, self._process = None, 0

    def date_of(self, tables: Collection[str]) -> float | None:
        """When one of the tables changed last, in seconds since 1970; None if that is unknown."""
        with suppress(KeyError):
            return max((self.dates[table] for table in tables), default=None)
        return None

    # -------------------------------------------------------------- the thread

    def _listen(self, ear: socket.socket) -> None:
        pause, silent = FIRST_PAUSE, False
        address = self._url.render_as_string(hide_password=False)
        with ear:
            while not self._stopping:
                try:
                    with psycopg.connect(address, autocommit=True, **OPTIONS) as connection:
                        self._begin(connection)
                        if silent:
                            log.warning("public data are answered from memory again")
                        pause, silent = FIRST_PAUSE, False
                        self._follow(connection, ear)
                except psycopg.Error as error:
                    if not silent:
                        log.warning("public data are not answered from memory for now: %s", error)
                    silent = True
                except Exception:
                    log.exception("listening for public changes stumbled")
                finally:
                    self._proved = float("-inf")
                    self._count(ANEW)
                    self.tried.set()
                if not self._stopping:
                    _wait(ear, pause)
                    pause = min(pause * 2, LONGEST_PAUSE)

    def _begin(self, connection: psycopg.Connection[Any]) -> None:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        if row is None or row[0] != connection.info.backend_pid:
            # A pooler of transactions would take LISTEN and never tell anything.
            raise psycopg.OperationalError(
                "a pooler stands before the database: give its own address in LISTEN_DATABASE_URL"
            )
        connection.add_notify_handler(self._hear)
        connection.execute(f"LISTEN {CHANNEL}")
        told = {name for (name,) in connection.execute(TABLES)}
        self.counts = dict.fromkeys(told, 0) | {ANEW: self.counts[ANEW] + 1}
        self._heard.clear()
        self._read_dates(connection)

    def _follow(self, connection: psycopg.Connection[Any], ear: socket.socket) -> None:
        with selectors.DefaultSelector() as news:
            news.register(connection.fileno(), selectors.EVENT_READ)
            news.register(ear, selectors.EVENT_READ)
            while not self._stopping:
                asked = monotonic()
                connection.execute("SELECT 1")  # hears whatever was told before it
                if self._heard:
                    self._read_dates(connection)
                self._proved = asked
                self.tried.set()
                news.select(BEAT)

    def _hear(self, told: psycopg.Notify) -> None:
        table = told.payload
        self._count(table)
        self._heard.setdefault(table, self.dates.pop(table, 0.0))

    def _count(self, table: str) -> None:
        # Only this thread counts.
        self.counts[table] = self.counts.get(table, 0) + 1

    def _read_dates(self, connection: psycopg.Connection[Any]) -> None:
        """When the tables changed last: the same in every worker, before its start as well."""
        rows = connection.execute(DATES).fetchall()
        heard, self._heard = self._heard, {}
        for table, said, now in rows:
            self.dates[table] = said
            if table in heard and (said <= heard[table] or said < now - LATE):
                self.dates[table] = now
                connection.execute(REDATE, (table, now))


def _wait(ear: socket.socket, seconds: float) -> None:
    """Until asked to stop, or so long."""
    ear.settimeout(seconds)
    with suppress(TimeoutError):
        ear.recv(1)
    ear.settimeout(None)
