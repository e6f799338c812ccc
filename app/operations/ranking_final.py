"""The final list: the act that approves it, and the places and numbers that follow from it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Conflict, Invalid, WrongState
from app.models import Complaint, Enrollment, Ranking, RankingEntry, RankingOutcome
from app.operations import letters, paying, ranking_runs, states
from app.operations.locks import Locks, holding
from app.operations.ranking_inputs import LeftOut
from app.statements import raw
from app.transaction import ScopedSession, elevated

TOO_EARLY = N_("Families may complain until %(day)s.")
UNANSWERED = N_("Answer the complaints first: %(count)s wait.")
NO_ACT = N_("Give the number of the act that approves the list.")
LATER = N_("This day is still to come.")

# Of each slot: first those who hold its places, in its order, then those who wait.
APPLY = """
WITH listed AS (
    SELECT enrollment_id, slot_id, state,
           row_number() OVER (PARTITION BY slot_id
                              ORDER BY state = 'waiting', waiting_no, position, code) AS number
      FROM ranking_outcome WHERE run_id = %(run)s::bigint AND state <> 'passed'
    UNION ALL
    SELECT enrollment_id, slot_id, state, NULL
      FROM ranking_outcome WHERE run_id = %(run)s::bigint AND state = 'passed'
),
made AS (
    UPDATE enrollment
       SET status = listed.state, queue_no = slot.last_queue_no + listed.number,
           version = enrollment.version + 1, changed_at = now()
      FROM listed JOIN slot ON slot.id = listed.slot_id
     WHERE enrollment.id = listed.enrollment_id AND enrollment.status = 'submitted'
    RETURNING enrollment.id, enrollment.slot_id, enrollment.status
),
changed AS (
    INSERT INTO state_change (alliance_id, noun, row_id, from_status, to_status, user_id, at)
    SELECT %(alliance)s::bigint, 'enrollment', id, 'submitted', status, %(user)s::bigint,
           %(now)s::timestamptz
      FROM made ORDER BY id
),
counted AS (
    SELECT slot_id, count(*) FILTER (WHERE status = 'placed')::int AS placed,
           count(*) FILTER (WHERE status = 'waiting')::int AS waiting
      FROM made GROUP BY slot_id
)
UPDATE slot
   SET places_taken = slot.places_taken + counted.placed,
       waiting_count = slot.waiting_count + counted.waiting,
       last_queue_no = slot.last_queue_no + counted.placed + counted.waiting
  FROM counted WHERE slot.id = counted.slot_id
"""


def finalize(
    db: Session, ranking: Ranking, *, act_number: str, act_date: date, now: datetime
) -> Ranking:
    """Compute the final list, give the places and the numbers of those who wait, write to all.

    Raises Conflict while families may complain or a complaint waits, Invalid without an act.
    """
    if ranking.status != "provisional":
        raise WrongState(field="status")
    if not act_number.strip() or len(act_number) > 40:
        raise Invalid(NO_ACT, field="act_number")
    today = clock.local_date(now)
    if act_date > today:
        raise Invalid(LATER, field="act_date")
    if ranking.complaints_until is None or today <= ranking.complaints_until:
        raise Conflict(TOO_EARLY, field="complaints_until", day=ranking.complaints_until)
    with elevated(db, "make a ranking final") as system, system.begin_nested():
        row = ranking_runs.hold(system, ranking.id)
        waiting = _open_complaints(system, ranking.id)
        if waiting:
            raise Conflict(UNANSWERED, field="complaints", count=waiting)
        holding(system, _locks(system, ranking.id), lambda _: _decide(system, row, now))
        row = ranking_runs.hold(system, ranking.id)
        row.act_number, row.act_date, row.final_at = act_number.strip(), act_date, now
        states.move(system, row, "final", because="", now=now)
        system.flush()
    return db.get_one(Ranking, ranking.id, populate_existing=True)


def _open_complaints(system: Session, ranking_id: int) -> int:
    rows = (
        select(Complaint.id)
        .join(RankingEntry, RankingEntry.id == Complaint.entry_id)
        .where(RankingEntry.ranking_id == ranking_id, Complaint.status == "received")
    )
    return len(system.scalars(rows).all())


def _locks(system: Session, ranking_id: int) -> Locks:
    """Everybody and every slot that the list speaks of."""
    rows = ranking_runs.wishes_of(ranking_id)
    found = system.execute(rows.with_only_columns(Enrollment.person_id, Enrollment.slot_id)).all()
    return Locks(frozenset(f[0] for f in found), frozenset(f[1] for f in found))


def _decide(system: Session, row: Ranking, now: datetime) -> None:
    run, gathered = ranking_runs.compute(system, row, "final", now=now)
    row.run_id = run.id
    session = cast(ScopedSession, system)
    given = {
        "run": run.id, "alliance": row.alliance_id, "user": session.principal.user_id, "now": now,
    }  # fmt: skip
    raw(session, APPLY, given, answers=False)
    system.expire_all()
    decided = system.scalars(
        select(Enrollment)
        .join(RankingOutcome, RankingOutcome.enrollment_id == Enrollment.id)
        .where(RankingOutcome.run_id == run.id)
        .order_by(Enrollment.application_id, Enrollment.position, Enrollment.id)
    ).all()
    paying.hold(system, [one.id for one in decided if one.status == "placed"], now=now)
    _write(system, row, decided, now)
    for one in gathered.left_out:
        _refuse(system, one, now)


def _write(system: Session, row: Ranking, decided: Sequence[Enrollment], now: datetime) -> None:
    """One letter an application and outcome, as after every other decision."""
    by_letter: dict[tuple[int, str], list[Enrollment]] = {}
    for enrollment in decided:
        if enrollment.status in ("placed", "waiting"):
            by_letter.setdefault((enrollment.application_id, enrollment.status), []).append(
                enrollment
            )
    for (_, outcome), some in by_letter.items():
        about = f"ranking:{row.id}:{some[0].application_id}"
        letters.write_all(system, outcome, some[0].application, some, about=about, now=now)


def _refuse(system: Session, one: LeftOut, now: datetime) -> None:
    enrollment = system.get_one(Enrollment, one.enrollment_id, populate_existing=True)
    enrollment.reason = one.reason
    states.move(system, enrollment, "refused", because=one.reason, now=now)
    letters.write(system, "refused", enrollment, now=now, reason=one.reason)
