"""The roster: who comes, how old they are, what to mind, who may take them home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Enrollment, Person, Slot, Workshop
from app.operations import attendance, care
from app.transaction import ScopedSession, elevated

CARE = ("allergies", "pickup")


@dataclass(frozen=True)
class Attendee:
    """One line of the roster. Care is None where the caller may not see it."""

    enrollment_id: int
    slot_id: int
    workshop: str
    slot: str
    starts_at: time
    ends_at: time
    name: str
    age: int
    status: str
    allergies: str | None
    pickup: str | None
    # What is recorded of the day; empty for nothing.
    came: str


def roster(
    db: Session, slot: Slot, *, day: date | None = None, now: datetime
) -> list[Attendee]:  # fmt: skip
    """Who holds a place in the slot, by name; on its first day, unless another is named."""
    return _roster(db, [slot.id], day or slot.starts_on, now)


def roster_of_day(
    db: Session, *, day: date, organization_id: int | None = None, now: datetime
) -> list[Attendee]:
    """Who comes on a day to the slots that the caller runs, by hour, slot and name."""
    # A week is held on its working days.
    slots = [
        slot.id
        for slot in run(db, day, day, organization_id)
        if day.weekday() < 5 or slot.starts_on == slot.ends_on
    ]
    return _roster(db, slots, day, now)


def run(db: Session, first: date, last: date, organization_id: int | None = None) -> list[Slot]:
    """The slots of the caller's body, or of one that is named, that lie between two days."""
    body = organization_id
    if body is None and isinstance(db, ScopedSession):
        body = db.principal.organization_id
    rows = select(Slot).where(Slot.starts_on <= last, Slot.ends_on >= first)
    if body is not None:
        rows = rows.where(Slot.organization_id == body)
    return list(db.scalars(rows.order_by(Slot.starts_on, Slot.id)))


def _roster(db: Session, slots: Sequence[int], day: date, now: datetime) -> list[Attendee]:
    with elevated(db, "the roster of the slots that one runs") as system:
        rows = (
            select(Enrollment, Person, Slot, Workshop.title)
            .join(Person, Person.id == Enrollment.person_id)
            .join(Slot, Slot.id == Enrollment.slot_id)
            .join(Workshop, Workshop.id == Slot.workshop_id)
            .where(Enrollment.slot_id.in_(slots), Enrollment.status.in_(("placed", "offered")))
            .order_by(Slot.starts_at, Workshop.title, Slot.id, Person.last_name, Person.first_name)
        )
        found = [(e, person, slot, title) for e, person, slot, title in system.execute(rows)]
        # Whoever runs the slot, and whom a seat lets see the care columns.
        minded = {person.id: person for e, person, slot, _ in found if _minds(db, slot)
                  and e.status == "placed"}  # fmt: skip
        opened = care.reveal(db, list(minded.values()), CARE, now=now)
        came = attendance.of_day(system, [e.id for e, *_ in found], day)
        return [
            Attendee(
                enrollment_id=e.id,
                slot_id=slot.id,
                workshop=title,
                slot=slot.title,
                starts_at=slot.starts_at,
                ends_at=slot.ends_at,
                name=f"{person.last_name} {person.first_name}",
                age=person.age_on(day),
                status=e.status,
                allergies=opened.get(person.id, {}).get("allergies"),
                pickup=opened.get(person.id, {}).get("pickup"),
                came=came.get(e.id, ""),
            )
            for e, person, slot, title in found
        ]


def _minds(db: Session, slot: Slot) -> bool:
    """Whether the caller may read what has to be minded: who runs the slot, or has the duty."""
    if not isinstance(db, ScopedSession) or db.principal.kind == "system":
        return True
    return db.principal.care or db.principal.organization_id == slot.organization_id
