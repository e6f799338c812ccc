"""The statement by which places are taken: the only one that holds a slot for longer than itself.

Persons, then slots, by number; each slot's row is written once, whatever is wished for in it, by
an UPDATE that always matches, so that enrol and cancel cannot cross. What a slot gives out (the
next numbers, and places as long as nobody waits) decides the enrolments that it enters.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy.orm import Session

from app import clock
from app.errors import DomainError, Repeated
from app.operations.constraints import explained
from app.operations.telling import TOLD
from app.statements import raw_last
from app.transaction import ScopedSession

# With one slot nothing can be locked in the wrong order.
SLOTS = """
slots AS MATERIALIZED (
    SELECT id FROM slot WHERE id IN (SELECT slot_id FROM wish)
       AND (SELECT count(*) FROM persons) >= 0 ORDER BY id FOR NO KEY UPDATE
),"""
TAKE = """
wish AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY slot_id ORDER BY n) AS turn
      FROM jsonb_to_recordset(%(wishes)s::jsonb)
           AS asked (n int, id bigint, person_id bigint, slot_id bigint, queues bool,
                     position int, span text, reduced bool, extras jsonb, fee numeric,
                     fee_lines jsonb)
     LIMIT {most}
),
persons AS MATERIALIZED (
    SELECT id FROM person WHERE id IN (SELECT person_id FROM wish)
     ORDER BY id FOR NO KEY UPDATE
),{several}
wanted AS (SELECT slot_id, count(*)::int AS many FROM wish WHERE queues GROUP BY slot_id),
taken AS (
    UPDATE slot
       SET last_queue_no = slot.last_queue_no + wanted.many,
           places_taken = slot.places_taken + CASE WHEN slot.waiting_count = 0
               THEN least(wanted.many, slot.places - slot.places_taken) ELSE 0 END,
           waiting_count = slot.waiting_count + wanted.many - CASE WHEN slot.waiting_count = 0
               THEN least(wanted.many, slot.places - slot.places_taken) ELSE 0 END
      FROM wanted
     WHERE slot.id = wanted.slot_id AND (SELECT count(*) FROM {held}) >= 0
    RETURNING slot.id, slot.last_queue_no - wanted.many AS before, slot.waiting_count,
              slot.places - slot.places_taken AS free,
              -- More wait than asked only where somebody waited before: then nobody got a place.
              greatest(0, wanted.many - slot.waiting_count) AS placed, wanted.many
),
made AS (
    INSERT INTO enrollment AS kept (id, alliance_id, application_id, person_id, slot_id, status,
                                    queue_no, position, span, reduced, extras, fee,
                                    fee_lines)
    OVERRIDING SYSTEM VALUE
    SELECT wish.id, %(alliance)s::bigint, %(application)s::bigint, wish.person_id, wish.slot_id,
           CASE WHEN NOT wish.queues THEN 'submitted'
                WHEN wish.turn <= taken.placed THEN 'placed' ELSE 'waiting' END,
           taken.before + wish.turn, wish.position, wish.span::tstzmultirange, wish.reduced,
           wish.extras, wish.fee, wish.fee_lines
      FROM wish LEFT JOIN taken ON taken.id = wish.slot_id AND wish.queues
    -- A draft is there already.
    ON CONFLICT (id) DO UPDATE SET
        status = excluded.status, queue_no = excluded.queue_no, span = excluded.span,
        fee = excluded.fee, fee_lines = excluded.fee_lines, version = kept.version + 1,
        changed_at = now()
    RETURNING id, slot_id, status, queue_no
),
changed AS (
    INSERT INTO state_change (alliance_id, noun, row_id, from_status, to_status, user_id, at)
    SELECT %(alliance)s::bigint, 'enrollment', made.id, step.before, step.after,
           %(user)s::bigint, %(now)s::timestamptz
      FROM made CROSS JOIN LATERAL (VALUES (1, %(before)s::text, 'submitted'),
                                           (2, 'submitted', made.status)) AS step (n, before, after)
     WHERE step.after <> step.before OR step.before IS NULL
     ORDER BY made.id, step.n
),
outcome AS (
    SELECT made.id, made.status, made.queue_no,
           -- How many wait with a lower number.
           CASE WHEN made.status = 'waiting' THEN greatest(0, taken.waiting_count - 1
               - (taken.before + taken.many - made.queue_no)) ELSE 0 END AS before,
           coalesce(taken.free, 0) AS free
      FROM made LEFT JOIN taken ON taken.id = made.slot_id
)
"""
OUTCOME = "SELECT * FROM outcome"
# No place was free beside others who wait, a moment ago: else it might serve a newcomer.
ALONE = f"{OUTCOME} WHERE require_true(status <> 'waiting' OR free = 0)"
SIZES = (1, 4, 20, 100)


@lru_cache
def _statement(most: int, several: bool, tells: bool) -> str:
    parts = TAKE.format(
        most=most, several=SLOTS if several else "", held="slots" if several else "persons"
    )
    return f"{parts}, {TOLD.format(most=most)}" if tells else parts


def at_most(wishes: int) -> int:
    """How many wishes a statement is made for: PostgreSQL plans better when it is told."""
    return next(size for size in SIZES if wishes <= size)


@dataclass(frozen=True)
class Taken:
    """What became of a wish: its state and number, how many wait before it, what is free."""

    status: str
    queue_no: int | None
    before: int
    free: int


def take(
    db: Session,
    application_id: int,
    wishes: Sequence[Any],
    *,
    now: datetime,
    told: Mapping[str, Any] | None = None,
    alone: bool = False,
) -> dict[int, Taken]:
    """Enter an application's wishes, or move its drafts, take their places, and say so.

    The answers are by the enrolments' numbers. Where no place is free beside others who wait, and
    nobody else pays (``alone``), the letters ``told`` go along, and the end of the work.

    Raises AlreadyEnrolled or Overlaps, which name the wish, and Repeated where that is so no more.
    """
    system = cast(ScopedSession, db)
    given = {
        "application": application_id,
        "alliance": wishes[0].alliance_id,
        "before": wishes[0].status or None,
        "user": system.principal.user_id,
        "now": now,
        "wishes": orjson.dumps([_row(n, wish) for n, wish in enumerate(wishes)]).decode(),
        **(told or {}),
    }
    several = len({wish.slot_id for wish in wishes}) > 1
    parts = _statement(at_most(len(wishes)), several, told is not None)
    try:
        with explained():
            last = ALONE if alone else OUTCOME
            found = raw_last(system, parts, last, given, settles=alone)
    except Repeated:
        raise
    except DomainError as refusal:
        field = _blamed(refusal.__cause__, wishes).field
        raise (refusal.under(field) if field else refusal) from None
    return {key: Taken(*said) for key, *said in found}


def _row(n: int, wish: Any) -> dict[str, Any]:
    return {
        "n": n,
        "id": wish.id,
        "person_id": wish.person_id,
        "slot_id": wish.slot_id,
        "queues": wish.slot.workshop.allocation != "ranking",
        "position": wish.position,
        "span": multirange(wish.slot),
        "reduced": wish.reduced,
        "extras": wish.extras,
        "fee": str(wish.fee),
        "fee_lines": wish.fee_lines,
    }


def multirange(slot: Any) -> str:
    """The slot's hours as PostgreSQL reads them."""
    hours = (f'["{a.isoformat()}","{b.isoformat()}")' for a, b in clock.hours(slot))
    return "{" + ",".join(hours) + "}"


# In the detail of a constraint: who, and the slot, or the first of the hours.
BLAMED = re.compile(r'=\(\[?(\d+),(?: (\d+)\)|.*?\{\["([^"]+)")')


def _blamed(cause: BaseException | None, wishes: Sequence[Any]) -> Any:
    """The wish that a violated constraint is about."""
    detail = getattr(getattr(getattr(cause, "orig", None), "diag", None), "message_detail", None)
    found = BLAMED.search(detail or "")
    for wish in wishes:
        if found is None or wish.person_id != int(found[1]):
            continue
        begins = clock.hours(wish.slot)[0][0]
        if found[2] and wish.slot_id == int(found[2]):
            return wish
        if found[3] and begins == datetime.fromisoformat(found[3]):
            return wish
    return wishes[0]
