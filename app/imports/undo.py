"""An import taken back: what it entered is deleted, what it changed gets its former values.

Row by row, by the rules of the noun; what somebody has changed since stays as it is.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import inspect as inspect_

from app import nouns, permissions
from app.errors import N_, Conflict
from app.imports.plans import Counts, Line
from app.imports.run import LOT
from app.operations import imports
from app.operations import rows as row_operations
from app.operations.constraints import explained
from app.operations.imports import Mark, Trace
from app.query import values
from app.query.refusals import OF_A_ROW, refusal_of
from app.sealed import Encrypted, Sealed
from app.transaction import ScopedSession, name_the_actor

CHANGED_SINCE = N_("Somebody has changed this row since.")
ERASED = N_("Its former values have been erased from the trail.")
# What a proposal for review writes besides.
OF_A_PROPOSAL = ("proposal", "submitted_at")


def take_back(
    db: ScopedSession,
    resource: str,
    lines: Iterable[tuple[int, int, str]],
    fields: frozenset[str],
    begun: Mark,
    last: int,
    *,
    now: datetime,
    put: Callable[[Line], None],
    progress: Callable[[int, int], None] = lambda done, failed: None,
) -> Counts:
    """Take back what an import did: its lines with their rows and outcomes, the last one first.

    ``fields`` are those that the import wrote.
    """
    counts, model, waiting = Counts(), permissions.RESOURCES[resource], iter(lines)
    name_the_actor(db)
    while lot := list(islice(waiting, LOT)):
        keys = [key for _, key, _ in lot]
        found = imports.traces(db, model.__tablename__, keys, begun, last)

        def back(of: tuple[int, int, str], found: dict[int, Trace] = found) -> Line:
            line, key, outcome = of
            return Line(line, _back(db, resource, key, outcome, found[key], fields, now), key)

        for made in _in_lots(db, lot, back):
            counts.add(made.outcome)
            put(made)
        progress(counts.total - counts.refused, counts.refused)
        db.expunge_all()
    return counts


def _in_lots(
    db: ScopedSession,
    lot: list[tuple[int, int, str]],
    back: Callable[[tuple[int, int, str]], Line],
) -> list[Line]:
    """The lot as a whole; where one of its rows is refused, row by row."""
    try:
        with explained(), db.begin_nested():
            return [back(one) for one in lot]
    except OF_A_ROW:
        pass
    made = []
    for one in lot:
        try:
            with explained(), db.begin_nested():
                made.append(back(one))
        except OF_A_ROW as error:
            made.append(Line(one[0], "refused", one[1], tuple(refusal_of(error).errors)))
    return made


def _back(
    db: ScopedSession,
    resource: str,
    key: int,
    outcome: str,
    trace: Trace,
    fields: frozenset[str],
    now: datetime,
) -> str:
    """What became of the row. Raises what the rules say, Conflict for what was changed since."""
    if trace.again:
        raise Conflict(CHANGED_SINCE)
    if trace.erased:
        raise Conflict(ERASED)
    row = row_operations.get(db, permissions.RESOURCES[resource], key)
    if outcome == "created":
        nouns.delete(db, resource, row, now=now)
        return "deleted"
    mapper = inspect_(type(row))
    names = {c.name: mapper.get_property_by_column(c).key for c in mapper.local_table.columns}
    kinds = mapper.columns
    former = {
        names[name]: _typed(kinds[names[name]].type, value)
        for name, value in trace.former.items()
        if name in names
    }
    written = {name: value for name, value in former.items() if name in fields}
    if written:
        nouns.update(db, resource, row, written, now=now)
    proposed = {name: former[name] for name in OF_A_PROPOSAL if name in former}
    if proposed:
        row_operations.change(db, row, proposed, now=now)
    return "changed" if written or proposed else "unchanged"


def _typed(kind: Any, value: Any) -> Any:
    """A value of the trail's JSON as its column has it."""
    if value is None:
        return None
    if isinstance(kind, Encrypted):
        return Sealed(value, kind.context)
    if isinstance(value, (dict, list)) or not values.comparable(kind):
        return value
    return values.parse(kind, value if isinstance(value, str) else str(value))
