"""Lists of declared columns, by one SELECT: for screens, API, exports and lists of choices."""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from app import policy
from app.errors import N_, BadRequest
from app.inserts import reading_of
from app.operations import care
from app.query import cursors, road
from app.query.paths import LABEL, Path
from app.query.road import Asked
from app.query.selection import Selection
from app.sealed import Sealed
from app.transaction import ScopedSession, prove

BAD_LIMIT = N_("Between 1 and 100 rows can be asked for at once.")
MOST_ROWS = 100
PAGE = 20
# A statement's own: the policy's have the same value in every statement of a request.
PARAMETER = re.compile(r"%\((?!policy_)(\w+)\)s")


def so_many(limit: int) -> int:
    """The limit, if so many rows can be asked for. Raises BadRequest naming it."""
    if not 1 <= limit <= MOST_ROWS:
        raise BadRequest(BAD_LIMIT, field="limit")
    return limit


def page(
    db: ScopedSession,
    wanted: Selection,
    *,
    now: datetime,
    limit: int = PAGE,
    cursor: str = "",
    offset: int = 0,
    nested: bool = False,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of rows by declared name, and the cursor of the next page.

    ``nested`` gives them as the API writes them. Raises BadRequest naming the parameter.
    """
    limit = so_many(limit)
    after: tuple[bool, ...] = ()
    parameters: dict[str, Any] = {"row_offset": offset} if offset else {}
    if cursor:
        types = road.order_types(wanted, db.principal)
        keys = cursors.read(wanted, db.principal.kind, cursor, types)
        after = tuple(key is not None for key in keys)
        parameters |= {f"a{n}": key for n, key in enumerate(keys)}
    asked = Asked(limit=limit + 1, offset=offset > 0, after=after, nested=nested)
    found = road.compiled(wanted, db.principal, asked)
    rows = road.fetch(db, found, parameters | found.query.values(wanted))
    more, rows = len(rows) > limit, rows[:limit]
    following = None
    if more:
        last = rows[-1][len(found.query.paths) :]
        following = cursors.write(wanted, db.principal.kind, last)
    return written(db, found, rows, now), following


def one(
    db: ScopedSession, wanted: Selection, *, now: datetime, version: bool = False
) -> tuple[dict[str, Any], int | None] | None:
    """The selection's only row as the API writes it, with its version; None without one."""
    found = road.compiled(wanted, db.principal, Asked(nested=True, version=version))
    rows = road.fetch(db, found, found.query.values(wanted))
    if not rows:
        return None
    return written(db, found, rows[:1], now)[0], rows[0][-1] if version else None


@contextmanager
def answering(
    db: ScopedSession, wanted: Selection, *, version: bool = False
) -> Iterator[Callable[[int, datetime], tuple[dict[str, Any], int | None] | None]]:
    """A row that is entered inside is read by the statement that enters it, where one can.

    Gives what ``one`` gives, for the row with that number; None if it was not read.
    """
    found = road.compiled(wanted, db.principal, Asked(nested=True, version=version))
    reading = None
    if found.statement is None:
        given = {**found.constants, **policy.values(db.principal), **found.query.values(wanted)}
        reading = reading_of(found.query.model, found.sql, given)
    db.info["reading"] = reading

    def answer(key: int, now: datetime) -> tuple[dict[str, Any], int | None] | None:
        if reading is None or reading.found[:2] != (key, True):
            return None
        row = reading.found[2:]
        return written(db, found, [row], now)[0], row[-1] if version else None

    try:
        yield answer
    finally:
        del db.info["reading"]


def stream(
    db: ScopedSession, wanted: Selection, *, now: datetime, nested: bool = False
) -> Generator[dict[str, Any], None, None]:
    """Every row of a selection, a thousand in memory at a time."""
    found = road.compiled(wanted, db.principal, Asked(nested=nested))
    with closing(road.stream(db, found, found.query.values(wanted))) as parts:
        for part in parts:
            yield from written(db, found, part, now)


def count(db: ScopedSession, wanted: Selection) -> int:
    """How many rows the selection has."""
    found = road.compiled(wanted, db.principal, Asked(count=True))
    return int(road.fetch(db, found, found.query.values(wanted))[0][0])


@dataclass(frozen=True, eq=False)
class Counting:
    """Selections that are counted together; ``listed`` is one more, of which a hundred rows are
    given, by columns of its own table alone, as JSON can hold them."""

    wanted: tuple[Selection, ...]
    listed: Selection | None = None


def counts(db: ScopedSession, asked: Counting) -> tuple[list[int], list[dict[str, Any]]]:
    """How many rows each of the selections has, and the rows of the listed one: by one statement.

    An object that is kept is read off once.
    """
    if not asked.wanted and asked.listed is None:
        return [], []
    prove(db)
    found, sql, constants = _together(asked, db.principal.kind, db.principal.care)
    given = {**constants, **policy.values(db.principal)}
    for number, (one, selection) in enumerate(found):
        values = one.query.values(selection)
        given |= {f"s{number}_{name}": value for name, value in values.items()}
    answer = road.run(db, sql, given)[0]
    numbers = [int(number) for number in answer[: len(asked.wanted)]]
    if asked.listed is None:
        return numbers, []
    names = [column.name for column in found[-1][0].query.paths]
    return numbers, [{n: row[f"c{at}"] for at, n in enumerate(names)} for row in answer[-1] or ()]


@lru_cache(maxsize=256)
def _together(
    asked: Counting, kind: str, care: bool
) -> tuple[list[tuple[road.Compiled, Selection]], str, dict[str, Any]]:
    """The statements as one, each with parameters of its own besides the policy's; and those."""
    who = road.like(kind, care)
    found = [(road.compiled(one, who, Asked(count=True)), one) for one in asked.wanted]
    if asked.listed is not None:
        found.append((road.compiled(asked.listed, who, Asked(limit=MOST_ROWS)), asked.listed))
    texts: list[str] = []
    constants: dict[str, Any] = {}
    for number, (one, _) in enumerate(found):
        text = PARAMETER.sub(rf"%(s{number}_\1)s", one.sql)
        agg = f"SELECT json_agg(listed) FROM ({text}) AS listed"  # noqa: S608
        texts.append(f"({text if one.asked.count else agg})")
        constants |= {f"s{number}_{name}": value for name, value in one.constants.items()}
    return found, f"SELECT {', '.join(texts)}", constants


def written(
    db: ScopedSession, found: road.Compiled, rows: Sequence[road.Row], now: datetime
) -> list[dict[str, Any]]:
    """The rows by name. Encrypted columns are opened, and that is logged."""
    closed = found.query.sealed
    if not closed or not rows:
        return found.write(rows)
    paths = found.query.paths
    # The id is the last key of every order; a version stands behind it.
    ids = [row[-2 if found.asked.version else -1] for row in rows]
    names = [paths[n].name for n in closed]
    care.log(db, found.query.model.__tablename__, ids, names, now=now)
    opened = []
    for row in rows:
        values = list(row)
        for n in closed:
            values[n] = _opened(paths[n], row[n])
        opened.append(values)
    return found.write(opened)


def _opened(column: Path, value: Any) -> str | None:
    if value is None:
        return None
    held = value if isinstance(value, Sealed) else Sealed(value, column.type.context)
    return held.reveal()


__all__ = ["LABEL", "Selection", "count", "one", "page", "stream", "written"]
