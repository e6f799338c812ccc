"""Statements that are written out, in a session's transaction and past its policy."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy.orm import Session

from app.errors import Forbidden
from app.transaction import ScopedSession, bare, name_the_actor, prove, settled


def raw(
    session: ScopedSession,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    writes: bool = True,
    answers: bool = True,
) -> list[tuple[Any, ...]]:
    """Rows of a statement that is written out, in the session's transaction and past its policy.

    For what every request does and no seat sees; a test lists every use.
    """
    if writes:
        prepared(session)
    else:
        prove(session)
        session.flush()
    batch = session.info.get("together")
    if batch is not None and not answers:
        batch.add(sql, parameters)
        return []
    return bare(session, sql, parameters, answers=answers)


def prepared(session: ScopedSession) -> None:
    """Proven, flushed, and the actor named: the session is ready to write."""
    prove(session)
    session.flush()
    name_the_actor(session)


@dataclass
class Reading:
    """How a row of a table is to be read by the statement that enters it; then what was read."""

    table: str
    sql: str
    parameters: Mapping[str, Any]
    # One row is: the first that is entered.
    taken: bool = False
    # The row's number, whether it is seen, and its columns.
    found: tuple[Any, ...] = ()

    @property
    def seen(self) -> bool:
        """Whether the row was entered, and read."""
        return bool(self.found and self.found[1])


class Batch:
    """Statements that write and go out as one, in any order; one of them may be read from."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, str]] = []
        self.parameters: dict[str, Any] = {}
        self.reading: Reading | None = None
        # What is left for the end of the work, and what the statement which takes these along
        # must find true.
        self.closing: Callable[[], None] | None = None
        self.asks = "true"

    def add(self, sql: str, parameters: Mapping[str, Any], name: str = "") -> None:
        """One more statement; under a table's name, the others see its row in that table."""
        number = len(self.steps)
        self.steps.append((name or f"step_{number}", sql))
        self.parameters |= {f"s{number}_{key}": value for key, value in parameters.items()}

    def ask(self, session: ScopedSession, sql: str) -> list[tuple[Any, ...]]:
        """Send them, and read what a SELECT from the named ones gives."""
        prepared(session)
        return bare(session, _joined(tuple(self.steps), sql), self.parameters)

    def close(self, session: ScopedSession) -> None:
        """Send them with what was left for the end of the work (``at_the_end``)."""
        session.info.pop("ending", None)
        if self.closing is None:
            self.ask(session, f"SELECT {self.asks}")
            return
        session.info["closes"] = self
        try:
            self.closing()
        finally:
            del session.info["closes"]

    def along(
        self, session: ScopedSession, parts: str, last: str, parameters: Any, *, settles: bool
    ) -> list[tuple[Any, ...]]:
        """Send them with a statement: the rows of its last SELECT, after its WITH's parts."""
        prepared(session)
        answers = f"SELECT answers.*, {self.asks} FROM ({last}) AS answers"  # noqa: S608
        sql = _joined(tuple(self.steps), answers, parts)
        given = {**self.parameters, **parameters}
        found = settled(session, sql, given) if settles else bare(session, sql, given)
        return [row[:-1] for row in found]

    def run(self, session: ScopedSession) -> None:
        """Send them."""
        reading = self.reading
        sql = _joined(tuple(self.steps), reading and _read(reading.table, reading.sql))
        given = {**self.parameters, **(reading.parameters if reading else {})}
        found = bare(session, sql, given, answers=reading is not None)
        if reading is not None:
            reading.found = found[0]


@contextmanager
def together(system: Session) -> Iterator[None]:
    """What is written inside by ``raw`` without answers goes out as one statement, at the end.

    For an elevated session: nothing is checked row by row.
    """
    session = cast(ScopedSession, system)
    if session.principal.kind != "system":
        raise Forbidden("only an elevated session writes several rows at once")
    batch = session.info["together"] = Batch()
    try:
        yield
    finally:
        del session.info["together"]
    if batch.steps:
        batch.run(session)


@contextmanager
def ending(session: ScopedSession) -> Iterator[Batch]:
    """What may wait for the end of the work inside (``at_the_end``): whoever opens this does it
    by the batch's ``close``."""
    batch = session.info["ending"] = Batch()
    try:
        yield batch
    finally:
        session.info.pop("ending", None)


def at_the_end(db: Session, work: Callable[[], None]) -> None:
    """Do what others wait for as the last of all (``ending``), once the answer is written: at
    once where nobody opened that, or where the row that is answered with is read later."""
    batch: Batch | None = db.info.get("ending")
    reading: Reading | None = db.info.get("reading")
    if batch is None or reading is None or not reading.seen:
        work()
    else:
        batch.closing = work


def raw_last(
    system: ScopedSession,
    parts: str,
    last: str,
    parameters: Mapping[str, Any],
    *,
    settles: bool = False,
) -> list[tuple[Any, ...]]:
    """Rows of a statement (its WITH's parts, and its last SELECT) that takes along what waits for
    the end of the work, if this is it.

    With ``settles`` nothing follows it: the COMMIT goes out with it, if nobody began more.
    """
    batch: Batch | None = system.info.get("caller", system).info.get("closes")
    if batch is None:
        return raw(system, f"WITH {parts} {last}", parameters)
    return batch.along(system, parts, last, parameters, settles=settles)


@lru_cache(maxsize=512)
def _joined(steps: tuple[tuple[str, str], ...], last: str | None, more: str = "") -> str:
    parts = [
        f"{name} AS ({sql.replace('%(', f'%(s{number}_')})"
        for number, (name, sql) in enumerate(steps)
    ]
    return f"WITH {', '.join([*parts, more] if more else parts)} {last or 'SELECT'}"


@lru_cache(maxsize=512)
def _read(table: str, sql: str) -> str:
    page = f"SELECT true AS here, asked.* FROM ({sql}) AS asked"  # noqa: S608
    return f"SELECT made.id, page.* FROM {table} AS made LEFT JOIN ({page}) AS page ON true"  # noqa: S608
