"""Enrolments: taking a place, waiting for one, giving it up (DESIGN section 4).

One person in one slot. Who is first is settled by the number that the slot gives out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import (
    N_,
    Conflict,
    Invalid,
    NoFreePlace,
    NotFound,
    OfferExpired,
    Overlaps,
    PlacesTaken,
    WrongState,
)
from app.models import Application, Enrollment, Person, Slot
from app.operations import asking, letters, outbox, paying, queues, states, wishes
from app.operations.locks import Locks, holding
from app.transaction import elevated

REASON = N_("Please give the reason.")
IS_OVER = N_("This slot is over.")


# ---------------------------------------------------------------- taking a place


def enrol(
    db: Session,
    *,
    application: Application,
    person: Person,
    slot: Slot,
    reduced: bool = False,
    now: datetime,
) -> Enrollment:
    """Give the person a free place, or the next number on the waiting list.

    Raises WindowClosed, WrongAge, AlreadyEnrolled, Overlaps, Invalid.
    """
    wish = {"person_id": person.id, "slot_id": slot.id, "reduced": reduced}
    with elevated(db, "take a place") as system, system.begin_nested():
        asked = wishes.ask(system, [wish], alliance_id=application.alliance_id)
        asked.wishes[0].field = ""
        wishes.price(system, asked.wishes, now=now)
        wishes.decide(system, application.id, asked.wishes, now=now)
        made = asked.wishes[0].id
    return again(db, made)


# ---------------------------------------------------------------- giving it up


def cancel(db: Session, enrollment: Enrollment, *, reason: str = "", now: datetime) -> Enrollment:
    """The family gives the place, or its wish, up; whoever is next is offered it at once."""
    return _leave(db, enrollment, "cancelled", reason, now)


def decline(db: Session, enrollment: Enrollment, *, now: datetime) -> Enrollment:
    """The family does not want the place that it was offered."""
    return _leave(db, enrollment, "declined", "", now)


def refuse(db: Session, enrollment: Enrollment, *, reason: str, now: datetime) -> Enrollment:
    """Staff end an enrolment, with the reasons that Law 241/1990 (art. 3) asks for."""
    return _leave(db, enrollment, "refused", require_reason(reason), now)


def _leave(db: Session, enrollment: Enrollment, to: str, reason: str, now: datetime) -> Enrollment:
    with elevated(db, "give up a place") as system:
        asking.end(system, enrollment.id, because=reason, now=now)
        _give_up(system, enrollment.id, to, reason=reason, now=now)
    return again(db, enrollment.id)


def _give_up(system: Session, enrollment_id: int, to: str, *, reason: str, now: datetime) -> None:
    def work(locks: Locks) -> None:
        row = fresh(system, enrollment_id)
        before = row.status
        row.offer_expires_at = None
        row.reason = reason or row.reason
        states.move(system, row, to, because=reason, now=now)
        if to in outbox.KINDS:  # Who declines an offer has the answer on the screen.
            letters.write(system, to, row, now=now, reason=reason or None)
        if before == "waiting":
            queues.count(system, row.slot_id, waiting=-1)
        if before == "placed" and row.fee:
            paying.give_back(system, row, now=now)
        if before in queues.HOLDING:
            queues.count(system, row.slot_id, taken=-1)
            system.flush()
            locks.require(more := queues.concerned(system, row))
            for slot_id in sorted(more.slots):
                queues.promote(system, slot_id, locks, now=now)

    holding(system, queues.concerned(system, fresh(system, enrollment_id)), work)


# ---------------------------------------------------------------- offers of a place


def accept(db: Session, enrollment: Enrollment, *, now: datetime) -> Enrollment:
    """The family takes the place that it was offered. Raises OfferExpired, WrongState."""
    with elevated(db, "accept a place") as system:

        def work(locks: Locks) -> None:
            row = fresh(system, enrollment.id)
            if row.status != "offered":
                raise WrongState(field="status")
            if row.offer_expires_at is not None and row.offer_expires_at <= now:
                raise OfferExpired(field="status")
            row.offer_expires_at = None
            states.move(system, row, "placed", because="", now=now)
            letters.write(system, "placed", row, now=now)
            system.flush()
            paying.hold(system, [row.id], now=now)

        holding(system, _own(enrollment), work)
    return again(db, enrollment.id)


def offer(
    db: Session, enrollment: Enrollment, *, reason: str, add_place: bool = False, now: datetime
) -> Enrollment:
    """Staff offer a place out of turn, and say why; with ``add_place``, one more than there were.

    A freed place is offered to whoever is next at once, so there is mostly none left to give.
    Raises NoFreePlace, Overlaps, WrongState.
    """
    because = require_reason(reason)
    with elevated(db, "offer a place out of turn") as system:

        def work(locks: Locks) -> None:
            row, slot = fresh(system, enrollment.id), queues.fresh(system, enrollment.slot_id)
            if row.status != "waiting":
                raise WrongState(field="status")
            if queues.ends(slot) <= now:
                raise Conflict(IS_OVER, field="slot_id")
            blocked = queues.held_elsewhere()
            if system.scalar(select(blocked).where(Enrollment.id == row.id)):
                raise Overlaps(field="slot_id")
            if slot.free <= 0 and not add_place:
                raise NoFreePlace(field="slot_id")
            if slot.free <= 0:
                queues.count(system, slot.id, places=1)
            queues.offer_place(system, row, slot, because=because, now=now)

        holding(system, _own(enrollment), work)
    return again(db, enrollment.id)


def promote_next(db: Session, slot: Slot, *, now: datetime) -> list[Enrollment]:
    """Offer what is free in the slot to whoever is next. Returns those who were offered one."""
    with elevated(db, "promotion") as system:
        locks = Locks(slots=frozenset({slot.id}))
        found = holding(system, locks, lambda held: queues.promote(system, slot.id, held, now=now))
        promoted = [enrollment.id for enrollment in found]
    return [row for made in promoted if (row := db.get(Enrollment, made)) is not None]


def due_offers(db: Session, *, now: datetime) -> list[int]:
    """The numbers of the offers whose time has passed, the longest overdue first."""
    due = (
        select(Enrollment.id)
        .where(Enrollment.status == "offered", Enrollment.offer_expires_at <= now)
        .order_by(Enrollment.offer_expires_at, Enrollment.id)
    )
    return list(db.scalars(due))


def expire(db: Session, enrollment_id: int, *, now: datetime) -> bool:
    """End one offer whose time has passed; the place goes to whoever is next.

    Returns False if somebody was faster: the family that accepted, or another process.
    """
    with elevated(db, "an offer expires") as system:
        row = fresh(system, enrollment_id)
        overdue = row.offer_expires_at is not None and row.offer_expires_at <= now
        if row.status != "offered" or not overdue:
            return False
        try:
            _give_up(system, enrollment_id, "expired", reason="", now=now)
        except WrongState:
            return False
    return True


def expire_offers(db: Session, *, now: datetime) -> int:
    """End all offers whose time has passed. A job had better take one a transaction."""
    return sum(expire(db, enrollment_id, now=now) for enrollment_id in due_offers(db, now=now))


# ---------------------------------------------------------------- capacity


def change_places(db: Session, slot: Slot, *, places: int, now: datetime) -> Slot:
    """Set the number of places; more of them are offered to the queue in the same transaction.

    Raises PlacesTaken below what is taken.
    """
    if places < 0:
        raise Invalid(field="places")
    with elevated(db, "change the places") as system:
        locks = Locks(slots=frozenset({slot.id}))

        def work(locks: Locks) -> None:
            row = queues.fresh(system, slot.id)
            if places < row.places_taken:
                raise PlacesTaken(field="places", taken=row.places_taken)
            row.places = places
            system.flush()
            queues.promote(system, slot.id, locks, now=now)

        holding(system, locks, work)
    return queues.fresh(db, slot.id)


# ---------------------------------------------------------------- why


@dataclass(frozen=True)
class Why:
    """A message of the catalogue and what it is filled with."""

    message: str
    params: dict[str, Any]


WAITING = N_("No place is free (places: %(places)s). Ahead in the queue: %(before)s.")
NEXT = N_("No place is free (places: %(places)s). This one is the next in the queue.")
STANDS_IN_THE_WAY = N_(
    "A place is free, but this person holds another place at the same time: once that one is"
    " given up, this one is offered."
)
BEGUN = N_("The slot has begun; free places are offered by the office only.")
OFFERED = N_("A place is offered until %(until)s.")
DECIDED = {
    "draft": N_("The application has not been sent yet."),
    "submitted": N_("The places are given by ranking after the enrolments close."),
    "placed": N_("The place is assured."),
    "declined": N_("The family did not want the place."),
    "expired": N_("The place was offered and not accepted in time."),
    "passed": N_("A better wish of this person was granted."),
    "cancelled": N_("The family gave the place up."),
    "refused": N_("Refused: %(reason)s"),
}


def why(db: Session, enrollment: Enrollment, *, now: datetime) -> Why:
    """Why an enrolment stands as it does: what the office answers on the telephone."""
    with elevated(db, "the place in the queue") as system:
        row, slot = fresh(system, enrollment.id), queues.fresh(system, enrollment.slot_id)
        if row.status == "offered" and row.offer_expires_at is not None:
            return Why(OFFERED, {"until": row.offer_expires_at})
        if row.status != "waiting":
            return Why(DECIDED[row.status], {"reason": row.reason or ""})
        if queues.begins(slot) <= now:
            return Why(BEGUN, {})
        if slot.free > 0:
            return Why(STANDS_IN_THE_WAY, {})
        before = letters.before(system, row)
        return Why(WAITING if before else NEXT, {"places": slot.places, "before": before})


# ---------------------------------------------------------------- shared


def require_reason(reason: str) -> str:
    """The reason without blanks around it. Raises Invalid if there is none."""
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    return reason.strip()


def fresh(system: Session, enrollment_id: int) -> Enrollment:
    """The enrolment as it stands now. Raises NotFound."""
    row = system.get(Enrollment, enrollment_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


def again(db: Session, enrollment_id: int) -> Enrollment:
    """The enrolment as the caller sees it after an elevated change."""
    return fresh(db, enrollment_id)


def _own(enrollment: Enrollment) -> Locks:
    return Locks(frozenset({enrollment.person_id}), frozenset({enrollment.slot_id}))
