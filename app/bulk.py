"""One thing done to many rows, each by itself: tried, done in a request, or as long work.

A row that is refused stops no other. Who changed a row after the preview is not overruled: the
versions that were shown are compared once, before the first row is touched, because what is done
to one row of a choice may well change another (a place that is given up is offered to the next).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import nouns, permissions, security, works
from app.errors import ChangedMeanwhile, DomainError, Forbidden
from app.models import WorkLine
from app.operations import outbox
from app.operations import rows as row_operations
from app.operations import works as work_operations
from app.query.refusals import OF_A_ROW, refusal_of
from app.query.schemas import write_schema
from app.query.verbs import verb_schema
from app.transaction import web

# So many rows are done while the reader waits; more are long work, up to so many.
AT_ONCE = 500
MOST = 50_000
# Rows of long work that are committed together.
LOT = 20

# A row's id and the version that was shown of it; None where its table keeps none.
Picked = tuple[int, int | None]


@dataclass(frozen=True)
class Action:
    """What is to be done: ``verb:<verb>``, ``change:<column>`` or ``delete``, with its values."""

    resource: str
    name: str
    values: dict[str, Any]

    @property
    def part(self) -> str:
        """verb, change or delete."""
        return self.name.partition(":")[0]

    @property
    def target(self) -> str:
        """The verb, or the column."""
        return self.name.partition(":")[2]

    @property
    def permission(self) -> str:
        """The verb that a seat must hold."""
        return {"verb": self.target, "change": "update", "delete": "delete"}[self.part]

    @property
    def watched(self) -> str:
        """The column that tells what became of a row; nothing if none does."""
        model = permissions.RESOURCES[self.resource]
        if self.part == "change":
            return self.target
        return "status" if self.part == "verb" and hasattr(model, "status") else ""

    def loaded(self) -> dict[str, Any]:
        """The values, checked. Raises ValidationError."""
        schema = None
        if self.part == "verb":
            schema = verb_schema(nouns.noun(self.resource).verbs[self.target])
        elif self.part == "change":
            model = permissions.RESOURCES[self.resource]
            schema = write_schema(model, [self.target], partial=True)
        loaded: dict[str, Any] = schema.load(dict(self.values)) if schema else {}  # type: ignore[assignment]
        return loaded


@dataclass
class Line:
    """What became of one row."""

    number: int
    row_id: int
    outcome: str
    errors: list[list[Any]] | None = None
    before: Any = None
    after: Any = None
    # Whether the change waits for somebody's review instead of holding at once.
    waits: bool = False

    def noted(self) -> dict[str, Any]:
        """As the lines of long work keep it."""
        return {
            "line": self.number, "row_id": self.row_id, "outcome": self.outcome,
            "errors": self.errors,
        }  # fmt: skip


def versions(db: Session, resource: str, ids: Sequence[int]) -> dict[int, int | None]:
    """The versions of the rows that the caller sees."""
    model = permissions.RESOURCES[resource]
    found: dict[int, int | None] = {}
    version = getattr(model, "version", None)
    rest = iter(ids)
    while part := list(islice(rest, 1000)):
        if version is None:
            found |= dict.fromkeys(db.scalars(select(model.id).where(model.id.in_(part))))
        else:
            asked = select(model.id, version).where(model.id.in_(part))
            found |= {row[0]: row[1] for row in db.execute(asked)}
    return found


def changed(db: Session, resource: str, picked: Sequence[Picked]) -> set[int]:
    """The rows that somebody changed since they were shown."""
    now = versions(db, resource, [pk for pk, _ in picked])
    return {pk for pk, version in picked if pk in now and now[pk] != version}


def run(
    db: Session,
    action: Action,
    picked: Iterable[tuple[int, Picked]],
    stale: set[int] | frozenset[int] = frozenset(),
    *,
    now: datetime,
) -> Iterator[Line]:
    """Do it to each of the numbered rows, in a savepoint of its own; what became of it."""
    values = action.loaded()
    for number, (pk, _) in picked:
        if pk in stale:
            yield _refused(number, pk, ChangedMeanwhile())
            continue
        try:
            with db.begin_nested():
                line = _do(db, action, values, number, pk, now)
        except OF_A_ROW as error:
            line = _refused(number, pk, refusal_of(error))
        yield line


def _refused(number: int, pk: int, why: DomainError) -> Line:
    errors = [[field, message, outbox.as_json(params)] for field, message, params in why.errors]
    return Line(number, pk, "refused", errors)


def _do(
    db: Session, action: Action, values: dict[str, Any], number: int, pk: int, now: datetime
) -> Line:
    row = row_operations.get(db, permissions.RESOURCES[action.resource], pk)
    if action.part == "delete":
        nouns.delete(db, action.resource, row, now=now)
        return Line(number, pk, "deleted")
    before, proposal = _watched(row, action), getattr(row, "proposal", None)
    if action.part == "verb":
        nouns.noun(action.resource).verbs[action.target].run(db, row, now=now, **values)
    else:
        nouns.update(db, action.resource, row, dict(values), now=now)
    db.flush()
    after = _watched(row, action)
    waits = getattr(row, "proposal", None) != proposal and after == before
    same = action.part == "change" and after == before and not waits
    return Line(number, pk, "unchanged" if same else "changed", None, before, after, waits)


def _watched(row: Any, action: Action) -> Any:
    return getattr(row, action.watched) if action.watched else None


# ---------------------------------------------------------------- as long work


def payload(action: Action, picked: Sequence[Picked], **besides: Any) -> dict[str, Any]:
    """What long work keeps of it."""
    return {**besides, "action": action.name, "values": action.values, "rows": [*map(list, picked)]}


def of_payload(resource: str, kept: dict[str, Any]) -> tuple[Action, list[tuple[int, Picked]]]:
    """The action and its numbered rows."""
    rows = [(n, (pk, version)) for n, (pk, version) in enumerate(kept["rows"], 1)]
    return Action(resource, kept["action"], kept["values"]), rows


@works.kind("bulk")
def do_bulk(task: works.Task) -> None:
    """A bulk as long work: lot by lot, each committed with its lines; goes on where it was."""
    action, rows = of_payload(task.resource, task.payload)
    if (f"can_{action.permission}", action.resource) not in security.seat_permissions():
        raise Forbidden()
    db = web()
    outcomes = dict(
        db.execute(select(WorkLine.line, WorkLine.outcome).where(WorkLine.work_id == task.id)).all()
    )
    refused = sum(outcome == "refused" for outcome in outcomes.values())
    done = len(outcomes) - refused
    if not outcomes:
        # Compared before the first row, and noted with the first lot: after an interruption the
        # other rows may have been changed by what was done itself.
        stale = changed(db, action.resource, [picked for _, picked in rows])
        lines = [*run(db, action, [one for one in rows if one[1][0] in stale], stale,
                      now=task.moment)]  # fmt: skip
        work_operations.note(db, task.id, [line.noted() for line in lines])
        outcomes |= {line.number: line.outcome for line in lines}
        refused += len(lines)
    left = iter([one for one in rows if one[0] not in outcomes])
    task.progress(done, refused, len(rows))
    while lot := list(islice(left, LOT)):
        lines = list(run(db, action, lot, now=task.moment))
        work_operations.note(db, task.id, [line.noted() for line in lines])
        db.commit()
        db.expunge_all()
        wrong = sum(line.outcome == "refused" for line in lines)
        done, refused = done + len(lines) - wrong, refused + wrong
        task.progress(done, refused)
