"""Published data from memory, before Flask and the database are reached.

A list or row that anybody may read, asked for without token or session, is kept until a commit
changes a table that it was read from (``changes``); what shows free places is kept for a second.
Without the ear on the database nothing is kept, and nothing kept is given out.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime, time
from functools import lru_cache
from itertools import chain
from time import monotonic
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wsgi import ClosingIterator

from app import clock
from app.permissions import PUBLISHED
from app.public import touched
from app.public.answers import Answer, Headers
from app.public.changes import ANEW, BEAT, STALE, Changes
from app.public.store import Flight, Flights, Store

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

# Set by the application once it has answered somebody who is nobody in particular.
FOR_ANYBODY = "intreccio.for_anybody"
PREFIX = "/api/v1/"
MOST_ENTRIES = 2_000
MOST_BYTES = 32 * 1024 * 1024
LARGEST = 512 * 1024
LONGEST_KEY = 2_000
# Who waits for another's question asks themselves after so long.
PATIENCE = 30.0
# With these the answer is somebody's own, or a part.
OWN = ("HTTP_AUTHORIZATION", "HTTP_X_API_KEY", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE",
       "HTTP_RANGE", "HTTP_TRANSFER_ENCODING")  # fmt: skip
ASKED = ("QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
# Enrolments date a slot by the start of their transaction, and may wait long for their turn.
LONGEST_TURN = 30.0
PLACES_CHANGED = "SELECT extract(epoch FROM max(changed_at))::float FROM slot"


class Cache:
    """WSGI middleware: published data from memory, everything else from the application."""

    def __init__(
        self,
        application: Application,
        engine: Engine,
        changes: Changes,
        *,
        listens: bool,
        cookies: Iterable[str],
        language: Callable[[str], str],
    ) -> None:
        self.application = application
        self.engine = engine
        self.changes = changes
        self.listens = listens
        self.answers = Store(MOST_ENTRIES, MOST_BYTES)
        self.flights = Flights()
        self._cookies = tuple(f"{name}=" for name in cookies)
        self._language = lru_cache(maxsize=512)(language)

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        if self.listens:
            self.changes.start()
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX) or not self._for_anybody(environ, path):
            return self.application(environ, start)
        query = canonical(environ.get("QUERY_STRING", ""))
        if self.listens and not self.changes.tried.is_set():
            self.changes.tried.wait(BEAT)  # a new worker's first request
        if not self.changes.sure:
            return self._ask(environ, start, query, "fwd=bypass")
        key = self._key(environ, path, query)
        found = self.answers.get(key)
        if found is not None:
            if found.holds(self.changes.counts, monotonic()):
                if not found.settled:
                    self._settle(found)
                return _give(found, environ, start, "hit")
            self.answers.drop(key, found)
        return self._share(environ, start, query, key)

    def _for_anybody(self, environ: Environ, path: str) -> bool:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return False
        if path[len(PREFIX) :].partition("/")[0] not in PUBLISHED:
            return False
        if any(name in environ for name in OWN) or environ.get("CONTENT_LENGTH") not in (
            None, "", "0",
        ):  # fmt: skip
            return False
        cookie = environ.get("HTTP_COOKIE")
        if cookie is not None and any(name in cookie for name in self._cookies):
            return False
        asked = path, *(environ.get(name, "") for name in ASKED)
        return sum(map(len, asked)) < LONGEST_KEY

    def _key(self, environ: Environ, path: str, query: str) -> tuple[str, ...]:
        language = self._language(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        return path, query, language, _accept(environ)

    # -------------------------------------------------------------- asking

    def _share(
        self, environ: Environ, start: Start, query: str, key: tuple[str, ...]
    ) -> Iterable[bytes]:
        """Ask the application, or wait for whoever asks it the same."""
        flight, own = self.flights.board(key, monotonic(), self.changes.counts, STALE)
        if own:
            return self._ask(environ, start, query, "fwd=miss", key, flight)
        flight.landed.wait(PATIENCE)
        if flight.answer is not None:
            return _give(flight.answer, environ, start, "fwd=miss; collapsed")
        return self._ask(environ, start, query, "fwd=miss")

    def _ask(
        self,
        environ: Environ,
        start: Start,
        query: str,
        why: str,
        key: tuple[str, ...] | None = None,
        flight: Flight | None = None,
    ) -> Iterable[bytes]:
        """The application's answer; kept under the key, where it may be."""
        # Taken before any statement runs: what changes from now on is not in the answer.
        began, counts = monotonic(), dict(self.changes.counts)
        asked = {n: v for n, v in environ.items() if n not in CONDITIONS}
        asked |= {"REQUEST_METHOD": "GET", "QUERY_STRING": query}
        answer: Answer | None = None
        said: list[Any] = []

        def begin(status: str, headers: Headers, exc_info: Any = None) -> Callable[[bytes], Any]:
            said[:] = [status, headers]
            return lambda data: None  # pragma: no cover - Flask writes nothing by itself

        try:
            with touched.noted() as statements:
                whole, parts = _read(self.application(asked, begin), said, asked)
            if whole is not None:
                answer = self._answer(whole, said[1], statements, began, counts)
                if flight is not None and self._may_keep(answer):
                    self.answers.put(key, answer)
                    why += "; stored"
        finally:
            if flight is not None and key is not None:
                self.flights.land(key, flight, answer)
        if answer is not None:
            return _give(answer, environ, start, why)
        start(*said)
        if environ["REQUEST_METHOD"] == "HEAD":
            parts.close()
            return []
        return parts

    def _answer(
        self, body: bytes, headers: Headers, statements: list[str], began: float,
        counts: dict[str, int],
    ) -> Answer:  # fmt: skip
        rest = touched.rest_of(statements)
        # In doubt an answer rests on everything, and not for long.
        tables = rest.tables or frozenset(counts) - {ANEW}
        known = bool(rest.tables) and rest.tables <= counts.keys()
        briefly = rest.places or rest.clock or rest.day or not known
        rests = tuple((table, counts.get(table, 0)) for table in (ANEW, *sorted(tables)))
        answer = Answer(body, headers, rests, began + STALE if briefly else float("inf"))
        if not briefly:
            self._settle(answer)
        else:
            if known and not rest.clock:
                self._date_by(answer, rest)
            answer.settled = True
        return answer

    def _may_keep(self, answer: Answer) -> bool:
        return self.changes.sure and answer.holds(self.changes.counts, monotonic())

    def _changed(self, answer: Answer) -> float | None:
        if not self.changes.sure:
            return None
        return self.changes.date_of([table for table, _ in answer.rests if table != ANEW])

    def _settle(self, answer: Answer) -> None:
        """Give the answer the date that it can have by now."""
        answer.date(self._changed(answer))

    def _date_by(self, answer: Answer, rest: touched.Rest) -> None:
        """Date what is kept for a second: by its places, and by the day that it is."""
        changed = self._changed(answer)
        if changed is None:
            return
        if rest.day:
            began = datetime.combine(clock.today(), time(), clock.ROME)
            changed = max(changed, began.timestamp())
        if not rest.places:
            answer.date(changed)
            return
        with suppress(SQLAlchemyError), self.engine.connect() as connection:
            places = connection.scalar(text(PLACES_CHANGED))
            answer.date(max(changed, places or changed), LONGEST_TURN)


def canonical(query: str) -> str:
    """The parameters in the order of their names: one question, one text.

    The order in which one name is repeated stays. The application gets this text too, so that
    a cursor, which is signed for its question, fits however the question was written.
    """
    if "&" not in query:
        return query
    parts = sorted(filter(None, query.split("&")), key=lambda part: part.partition("=")[0])
    return "&".join(parts)


def _accept(environ: Environ) -> str:
    accept: str = environ.get("HTTP_ACCEPT", "")
    return "" if accept in ("*/*", "application/json") else accept


def _read(
    parts: Iterable[bytes], said: list[Any], asked: Environ
) -> tuple[bytes | None, ClosingIterator]:
    """The whole content of an answer that may be kept, else None; and its parts as they come."""
    close = getattr(parts, "close", lambda: None)
    coming = iter(parts)
    collected: list[bytes] = []
    size = 0
    try:
        if not said:  # said at the latest with the first part
            collected.append(next(coming, b""))
        while size <= LARGEST and _may_be_kept(said, asked):
            part = next(coming, None)
            if part is None:
                close()
                return b"".join(collected), ClosingIterator(())
            collected.append(part)
            size += len(part)
    except BaseException:
        close()
        raise
    return None, ClosingIterator(chain(collected, coming), close)


def _may_be_kept(said: list[Any], asked: Environ) -> bool:
    status, headers = said
    names = {name.lower(): value for name, value in headers}
    return (
        status.startswith("200")
        and asked.get(FOR_ANYBODY) is True
        and names.get("content-type", "").startswith("application/json")
        and "set-cookie" not in names
        and int(names.get("content-length", 0)) <= LARGEST
    )


def _give(answer: Answer, environ: Environ, start: Start, how: str) -> Iterable[bytes]:
    # RFC 9211: whoever operates it sees what came from memory.
    status = ("Cache-Status", f"intreccio; {how}")
    if answer.same(environ.get(CONDITIONS[0]), environ.get(CONDITIONS[1])):
        start("304 Not Modified", [*answer.unchanged, status])
        return []
    start("200 OK", [*answer.headers, status])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
