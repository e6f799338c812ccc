"""Runs of a ranking: computed, kept whole, compared, and computed again by anybody who doubts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

import orjson
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Invalid, WrongState
from app.models import Enrollment, Ranking, RankingOutcome, RankingRun, Slot, Workshop
from app.operations import allocation, letters, ranking_inputs, states
from app.operations.allocation_inputs import decimal_text, from_canonical
from app.operations.allocation_outcome import Outcome
from app.operations.constraints import explained
from app.operations.ranking_inputs import Gathered
from app.sealed import Sealed, seal
from app.statements import raw
from app.transaction import ScopedSession, elevated

IN_THE_PAST = N_("Families need a day at least to complain.")
LISTED = ("drawn", "provisional")

SCORES = """
INSERT INTO ranking_score (alliance_id, run_id, entry_id, criterion_set_id, code, position, draw,
                           points, lines)
SELECT %(alliance)s::bigint, %(run)s::bigint, made.*
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS made (entry_id bigint, criterion_set_id bigint, code text, position int, draw text,
                points numeric, lines text)
"""
OUTCOMES = """
INSERT INTO ranking_outcome (alliance_id, run_id, entry_id, enrollment_id, slot_id, code, position,
                             state, waiting_no, wish, because, last_points, decided_by)
SELECT %(alliance)s::bigint, %(run)s::bigint, made.*
  FROM jsonb_to_recordset(%(rows)s::jsonb)
       AS made (entry_id bigint, enrollment_id bigint, slot_id bigint, code text, position int,
                state text, waiting_no int, wish int, because text, last_points numeric,
                decided_by text)
"""
AT_ONCE = 5000


def try_out(db: Session, ranking: Ranking, *, now: datetime) -> RankingRun:
    """Compute a list that nobody but the office sees. Raises WrongState before the draw."""
    if ranking.status not in LISTED:
        raise WrongState(field="status")
    with elevated(db, "run a ranking") as system, system.begin_nested():
        row = hold(system, ranking.id)
        made = compute(system, row, "trial", now=now)[0].id
    return db.get_one(RankingRun, made)


def publish_list(
    db: Session, ranking: Ranking, *, complaints_until: date, now: datetime
) -> Ranking:
    """Publish the provisional list, by codes; until when families may complain.

    Raises Invalid for a day that is past, and WrongState before the draw.
    """
    if complaints_until <= clock.local_date(now):
        raise Invalid(IN_THE_PAST, field="complaints_until")
    if ranking.status not in LISTED:
        raise WrongState(field="status")
    with elevated(db, "run a ranking") as system, system.begin_nested(), explained():
        row = hold(system, ranking.id)
        run, _ = compute(system, row, "provisional", now=now)
        row.run_id, row.complaints_until, row.provisional_at = run.id, complaints_until, now
        if row.status != "provisional":
            states.move(system, row, "provisional", because="", now=now)
        system.flush()
        _tell(system, row, run, now)
    return db.get_one(Ranking, ranking.id, populate_existing=True)


def _tell(system: Session, row: Ranking, run: RankingRun, now: datetime) -> None:
    """Write to each family where it finds its points, and until when it may complain."""
    wishes = wishes_of(row.id).order_by(
        Enrollment.application_id, Enrollment.position, Enrollment.id
    )
    for _, some in groupby(system.scalars(wishes), key=attrgetter("application_id")):
        own = list(some)
        about = f"list:{run.id}:{own[0].application_id}"
        letters.write_all(
            system, "list_published", own[0].application, own, about=about, now=now,
            title=row.title, complaints_until=row.complaints_until,
        )  # fmt: skip


def compute(
    system: Session, ranking: Ranking, kind: str, *, now: datetime
) -> tuple[RankingRun, Gathered]:
    """Compute the list and keep it, with what it was computed from."""
    gathered = ranking_inputs.gather(system, ranking, now=now)
    outcome = allocation.allocate(gathered.instance)
    answers = [answer for child in outcome.children for answer in child.answers]
    last = system.scalar(
        select(func.max(RankingRun.number)).where(RankingRun.ranking_id == ranking.id)
    )
    session = cast(ScopedSession, system)
    run = RankingRun(
        alliance_id=ranking.alliance_id,
        ranking_id=ranking.id,
        number=(last or 0) + 1,
        kind=kind,
        at=now,
        user_id=session.principal.user_id,
        inputs=gathered.instance.canonical().decode(),
        inputs_sha256=gathered.instance.sha256,
        outcome_sha256=outcome.sha256,
        placed=sum(answer.state == "placed" for answer in answers),
        waiting=sum(answer.state == "waiting" for answer in answers),
    )
    system.add(run)
    system.flush()
    _write(session, SCORES, run, _scores(outcome, gathered))
    _write(session, OUTCOMES, run, _outcomes(outcome, gathered))
    return run, gathered


def _write(
    session: ScopedSession, sql: str, run: RankingRun, rows: Iterable[dict[str, Any]]
) -> None:
    every = list(rows)
    for first in range(0, len(every), AT_ONCE):
        some = every[first : first + AT_ONCE]
        given = {
            "alliance": run.alliance_id,
            "run": run.id,
            "rows": orjson.dumps(some).decode(),
        }
        raw(session, sql, given, answers=False)


def _scores(outcome: Outcome, gathered: Gathered) -> Iterable[dict[str, Any]]:
    for child in outcome.children:
        for order, position in child.positions:
            score = gathered.scores[child.code, order]
            yield {
                "entry_id": gathered.entries[child.code].id,
                "criterion_set_id": int(order),
                "code": child.code,
                "position": position,
                "draw": child.draw,
                "points": str(score.points),
                "lines": seal(orjson.dumps(score.as_json()).decode(), "ranking_score.lines"),
            }


def _outcomes(outcome: Outcome, gathered: Gathered) -> Iterable[dict[str, Any]]:
    order_of = {slot.code: slot.order for slot in gathered.instance.slots}
    for child in outcome.children:
        positions = dict(child.positions)
        for answer in child.answers:
            last = answer.last_points
            yield {
                "entry_id": gathered.entries[child.code].id,
                "enrollment_id": gathered.wishes[child.code, answer.slot],
                "slot_id": int(answer.slot),
                "code": child.code,
                "position": positions[order_of[answer.slot]],
                "state": answer.state,
                "waiting_no": answer.position if answer.state == "waiting" else None,
                "wish": answer.rank,
                "because": answer.because,
                "last_points": None if last is None else decimal_text(last),
                "decided_by": answer.decided_by,
            }


def wishes_of(ranking_id: int) -> Select[Any]:
    """The wishes that a ranking is to decide on."""
    return (
        select(Enrollment)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(Workshop.ranking_id == ranking_id, Enrollment.status == "submitted")
    )


def hold(system: Session, ranking_id: int) -> Ranking:
    """The ranking as it stands, held."""
    # Two who run it at once come one after the other.
    held = select(Ranking).where(Ranking.id == ranking_id).with_for_update()
    return system.scalars(held.execution_options(populate_existing=True)).one()


# ---------------------------------------------------------------- comparing


@dataclass(frozen=True)
class Changed:
    """A wish that comes out otherwise than in an earlier run; None where it was not in it."""

    enrollment_id: int
    slot_id: int
    code: str
    before: str | None
    after: str | None
    waiting_before: int | None
    waiting_after: int | None


def difference(db: Session, run: RankingRun, *, now: datetime) -> list[Changed]:
    """What is otherwise than in the run before."""
    before = db.scalar(
        select(RankingRun)
        .where(RankingRun.ranking_id == run.ranking_id, RankingRun.number < run.number)
        .order_by(RankingRun.number.desc())
        .limit(1)
    )
    old = _by_wish(db, before.id) if before is not None else {}
    new = _by_wish(db, run.id)
    found = []
    for key in sorted(old.keys() | new.keys()):
        one, two = old.get(key), new.get(key)
        known = cast(Any, two or one)
        was, now_ = (
            (one.state, one.waiting_no) if one else (None, None),
            ((two.state, two.waiting_no) if two else (None, None)),
        )
        if was != now_:
            found.append(Changed(key, known.slot_id, known.code, was[0], now_[0], was[1], now_[1]))
    return found


def _by_wish(db: Session, run_id: int) -> dict[int, Any]:
    o = RankingOutcome
    rows = select(o.enrollment_id, o.slot_id, o.code, o.state, o.waiting_no)
    return {row.enrollment_id: row for row in db.execute(rows.where(o.run_id == run_id))}


# ---------------------------------------------------------------- replaying


@dataclass(frozen=True)
class Replayed:
    """What came of computing a kept run once more; empty ``differs``: the same, bit for bit."""

    inputs_sha256: str
    outcome_sha256: str
    differs: tuple[str, ...]


def replay(db: Session, run: RankingRun, *, now: datetime) -> Replayed:
    """Compute a run again from its own inputs, and compare all that was kept of it.

    Raises Invalid if what is kept are no canonical inputs.
    """
    with elevated(db, "compute a run again") as system:
        row = system.get_one(RankingRun, run.id)
        return _replayed(system, row)


def _replayed(system: Session, run: RankingRun) -> Replayed:
    kept = run.inputs
    content = (kept.reveal() if isinstance(kept, Sealed) else kept).encode()
    digest = sha256(content).hexdigest()
    outcome = allocation.allocate(from_canonical(content))
    differs = []
    if digest != run.inputs_sha256:
        differs.append("inputs_sha256")
    if outcome.sha256 != run.outcome_sha256:
        differs.append("outcome_sha256")
    if sorted(_computed(outcome)) != sorted(_kept(system, run.id)):
        differs.append("outcomes")
    return Replayed(digest, outcome.sha256, tuple(differs))


def _computed(outcome: Outcome) -> Iterable[tuple[Any, ...]]:
    for child in outcome.children:
        for answer in child.answers:
            number = answer.position if answer.state == "waiting" else None
            yield child.code, int(answer.slot), answer.state, number or 0, answer.rank


def _kept(system: Session, run_id: int) -> Sequence[tuple[Any, ...]]:
    o = RankingOutcome
    rows = select(o.code, o.slot_id, o.state, func.coalesce(o.waiting_no, 0), o.wish)
    return [tuple(row) for row in system.execute(rows.where(o.run_id == run_id))]
