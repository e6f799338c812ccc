"""What goes over the wire to PostgreSQL, as libpq itself traces it: no statement passes by."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg.pq import Trace
from sqlalchemy import Engine, event

# What a client says ("F", to the front of the server): kind of message, and its words.
MESSAGE = re.compile(r"^F\t\d+\t(Query|Parse|Bind|Execute)(?:\t (.*?))?(?=^[FB]\t|\Z)", re.S | re.M)
QUOTED = re.compile(r'"(.*?)"(?: |$|\n)', re.S)
# What surrounds the work.
SURROUNDING = ("COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK TO")


class Wire:
    """Listens to every connection that an engine makes from now on."""

    def __init__(self, engine: Engine) -> None:
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115
        # What was prepared keeps its name for as long as the connection.
        self._prepared: dict[str, str] = {}
        event.listen(engine, "connect", self._listen)

    def close(self) -> None:
        """Give the file back, once the engine's connections are gone."""
        self._file.close()

    def _listen(self, connection: Any, record: Any) -> None:
        connection.pgconn.trace(os.dup(self._file.fileno()))
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """The statements that are said meanwhile, BEGIN and pings among them."""
        self._file.seek(0)
        self._file.truncate()
        said: list[str] = []
        yield said
        self._file.seek(0)
        said += self._statements(self._file.read())

    def _statements(self, traced: str) -> Iterator[str]:
        bound = ""
        for kind, words in MESSAGE.findall(traced):
            quoted = QUOTED.findall(words)
            if kind == "Query":
                yield quoted[0] if quoted else ""
            elif kind == "Parse":
                self._prepared[quoted[0]] = quoted[1]
            elif kind == "Bind":
                bound = quoted[1]
            elif kind == "Execute":
                yield self._prepared[bound]


def work(said: list[str]) -> list[str]:
    """The statements without the pool's pings and without what surrounds them."""
    return [one for one in said if one.strip() and not one.upper().startswith(SURROUNDING)]
