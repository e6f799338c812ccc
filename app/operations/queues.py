"""A slot's places and its queue: who takes one, whose turn it is, who is offered one.

Everything here works in an elevated session and on a slot that is held (``locks.py``).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, exists, select, update
from sqlalchemy.orm import Session, aliased

from app.errors import NotFound
from app.models import Enrollment, Slot
from app.operations import letters, states
from app.operations.locks import Locks, hold_besides

HOLDING = ("placed", "offered")
OPEN = ("submitted", "waiting", *HOLDING)


@dataclass(frozen=True)
class Turn:
    """A number in the queue, whether a place came with it, and how many are still free."""

    number: int
    placed: bool
    free: int


def join_queue(system: Session, slot_id: int) -> Turn:
    """The next number of the slot's queue; a place too if one is free and nobody waits."""
    # One UPDATE that always matches, so that enrol and cancel cannot cross.
    takes = and_(Slot.places_taken < Slot.places, Slot.waiting_count == 0)
    statement = (
        update(Slot)
        .where(Slot.id == slot_id)
        .values(
            last_queue_no=Slot.last_queue_no + 1,
            places_taken=Slot.places_taken + case((takes, 1), else_=0),
            waiting_count=Slot.waiting_count + case((takes, 0), else_=1),
        )
        .returning(Slot.last_queue_no, Slot.waiting_count, Slot.places - Slot.places_taken)
        .execution_options(synchronize_session=False)
    )
    number, waiting, free = system.execute(statement).one()
    return Turn(number, waiting == 0, free)


def count(
    system: Session, slot_id: int, *, taken: int = 0, waiting: int = 0, places: int = 0
) -> None:
    """Move the slot's counters by so many."""
    system.execute(
        update(Slot)
        .where(Slot.id == slot_id)
        .values(
            places_taken=Slot.places_taken + taken,
            waiting_count=Slot.waiting_count + waiting,
            **({"places": Slot.places + places} if places else {}),
        )
        .execution_options(synchronize_session=False)
    )


def promote(
    system: Session, slot_id: int, locks: Locks, *, now: datetime, newcomer: int | None = None
) -> list[Enrollment]:
    """Offer every free place to the next in the queue whom it serves, until the slot begins.

    Whoever holds another place at the same time keeps their number and is passed over: the
    place would be refused by ``no_two_places_at_once``, and must not lie idle meanwhile. The
    newcomer, who has just asked for a place, gets it without being asked again.
    """
    slot = fresh(system, slot_id)
    if slot.free <= 0 or begins(slot) <= now:
        return []
    turns = _whose_turn(system, slot, locks)
    promoted = [system.get_one(Enrollment, turn, populate_existing=True) for turn in turns]
    for enrollment in promoted:
        if enrollment.id == newcomer:
            count(system, slot_id, taken=1, waiting=-1)
            states.move(system, enrollment, "placed", because="", now=now)
        else:
            offer_place(system, enrollment, slot, because="", now=now)
    return promoted


def offer_place(
    system: Session, enrollment: Enrollment, slot: Slot, *, because: str, now: datetime
) -> None:
    """Hold a place for the waiting enrolment for the workshop's hours, and write so.

    The offer ends at the latest when the slot begins; once it runs, when it ends.
    """
    limit = begins(slot) if now < begins(slot) else ends(slot)
    count(system, slot.id, taken=1, waiting=-1)
    enrollment.offer_expires_at = min(now + timedelta(hours=slot.workshop.offer_hours), limit)
    states.move(system, enrollment, "offered", because=because, now=now)
    letters.write(system, "offered", enrollment, now=now, expires_at=enrollment.offer_expires_at)


def _whose_turn(system: Session, slot: Slot, locks: Locks) -> list[int]:
    """The waiting enrolments that the free places serve, in the order of the queue.

    Everybody up to the last of them is held: nobody is passed over for a place that they
    are giving up just now. Whoever stands behind them does not matter.
    """
    queue = (
        select(Enrollment.id, Enrollment.person_id, held_elsewhere())
        .where(Enrollment.slot_id == slot.id, Enrollment.status == "waiting")
        .order_by(Enrollment.queue_no)
    )
    while True:
        looked_at: set[int] = set()
        served: list[int] = []
        for enrollment_id, person_id, blocked in system.execute(queue):
            if len(served) == slot.free:
                break
            looked_at.add(person_id)
            if not blocked:
                served.append(enrollment_id)
        held = hold_besides(system, locks, looked_at)
        if held == locks:
            return served
        locks = held  # What stood in their way may be gone since we looked.


def held_elsewhere() -> ColumnElement[bool]:
    """Whether the person of an enrolment holds another place at the same time."""
    other = aliased(Enrollment)
    return exists().where(
        other.person_id == Enrollment.person_id,
        other.id != Enrollment.id,
        other.status.in_(HOLDING),
        other.span.op("&&")(Enrollment.span),
    )


def concerned(system: Session, enrollment: Enrollment) -> Locks:
    """What is held to give up a place: the person, the slot, and the slots where the same
    person waits for just these hours and a place is free."""
    same_hours = (
        select(Enrollment.slot_id)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(
            Enrollment.person_id == enrollment.person_id,
            Enrollment.status == "waiting",
            Slot.places_taken < Slot.places,
        )
    )
    slots = {enrollment.slot_id, *system.scalars(same_hours)}
    return Locks(frozenset({enrollment.person_id}), frozenset(slots))


def fresh(system: Session, slot_id: int) -> Slot:
    """The slot as it stands now. Raises NotFound."""
    slot = system.get(Slot, slot_id, populate_existing=True)
    if slot is None:
        raise NotFound
    return slot


def begins(slot: Slot) -> datetime:
    """The instant at which the slot begins."""
    return datetime.combine(slot.starts_on, slot.starts_at, ZoneInfo(slot.zone))


def ends(slot: Slot) -> datetime:
    """The instant at which the slot is over."""
    return datetime.combine(slot.ends_on, slot.ends_at, ZoneInfo(slot.zone))
