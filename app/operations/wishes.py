"""Wishes: drafts of enrolments, decided on together, all or none."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import DomainError, Invalid, NotFound
from app.models import Application, Enrollment, Person, Slot
from app.operations import eligibility, queues, states
from app.operations.constraints import UNKNOWN, explained
from app.operations.locks import Locks, holding


def draft(
    system: Session,
    application_id: int,
    *,
    person_id: int,
    slot_id: int,
    reduced: bool = False,
    position: int | None = None,
) -> Enrollment:
    """A wish that nothing has been decided on yet. Raises Invalid for rows of elsewhere."""
    application = system.get(Application, application_id)
    person, slot = system.get(Person, person_id), system.get(Slot, slot_id)
    if application is None:
        raise NotFound
    if person is None or person.alliance_id != application.alliance_id:
        raise Invalid(UNKNOWN, field="person_id")
    if slot is None or slot.alliance_id != application.alliance_id:
        raise Invalid(UNKNOWN, field="slot_id")
    wish = Enrollment(
        alliance_id=application.alliance_id,
        application=application,
        person=person,
        slot=slot,
        span=slot.span,
        reduced=reduced,
        position=position,
    )
    system.add(wish)
    system.flush()
    return wish


def decide(
    system: Session, wishes: Sequence[tuple[str, int]], *, now: datetime
) -> list[Enrollment]:
    """Decide on several drafts at once: all of them, or none.

    Each comes with the name of the field that a refusal is about. All that can be said
    against them before places are taken is said together.
    """
    found = [(name, system.get_one(Enrollment, wish)) for name, wish in wishes]
    refusals: list[DomainError] = []
    for name, wish in found:
        try:
            eligibility.require(wish, now=now)
        except DomainError as refusal:
            refusals.append(refusal.under(name) if name else refusal)
    if refusals:
        refusals[0].errors = [error for refusal in refusals for error in refusal.errors]
        raise refusals[0]
    # Slots are taken in the order of their numbers, a slot's queue in that of the wishes.
    in_order = sorted(found, key=lambda named: named[1].slot_id)
    persons = frozenset(wish.person_id for _, wish in found)

    def take(locks: Locks) -> None:
        for name, wish in in_order:
            try:
                with explained():
                    _take(system, wish, locks, now)
                    system.flush()
            except DomainError as refusal:
                raise refusal.under(name) if name else refusal from None

    holding(system, Locks(persons), take)
    return [wish for _, wish in found]


def _take(system: Session, wish: Enrollment, locks: Locks, now: datetime) -> None:
    states.move(system, wish, "submitted", because="", now=now)
    if wish.slot.workshop.allocation == "ranking":
        return  # Decided when the ranking is drawn up.
    # The slot may have been moved since the wish was written down.
    wish.span = wish.slot.span
    turn = queues.join_queue(system, wish.slot_id)
    wish.queue_no = turn.number
    states.move(system, wish, "placed" if turn.placed else "waiting", because="", now=now)
    if not turn.placed and turn.free:
        queues.promote(system, wish.slot_id, locks, now=now, newcomer=wish.id)
