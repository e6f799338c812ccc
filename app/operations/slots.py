"""Slots: the bookable days and weeks of a workshop."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.models import OPEN_STATES, Attendance, Enrollment, Slot, Workshop
from app.operations import enrollments
from app.operations.constraints import explained
from app.transaction import elevated

UNKNOWN = N_("There is no such choice here.")
OUTSIDE = N_("The slot lies outside the dates of its workshop.")
PEOPLE_HOLD = N_("People are enrolled on these dates. Make another slot, or end their enrolments.")
WHEN = frozenset({"starts_on", "ends_on", "starts_at", "ends_at"})


def create(db: Session, values: dict[str, Any], *, now: datetime) -> Slot:
    """A new slot of a workshop that the caller may write. Raises Invalid, Duplicate, Forbidden."""
    workshop = db.get(Workshop, values["workshop_id"])
    if workshop is None:
        raise Invalid(UNKNOWN, field="workshop_id")
    slot = Slot(
        alliance_id=workshop.alliance_id, organization_id=workshop.organization_id, **values
    )
    _require_within(workshop, slot)
    with explained():
        db.add(slot)
        db.flush()
    return slot


def change(db: Session, slot: Slot, values: dict[str, Any], *, now: datetime) -> Slot:
    """Change a slot; more places are offered to the queue at once.

    Raises Conflict for other dates while people are enrolled or were there, PlacesTaken, Invalid.
    """
    values = dict(values)
    places = values.pop("places", None)
    moved = any(name in WHEN and getattr(slot, name) != value for name, value in values.items())
    if moved and _open_enrollments(db, slot):
        raise Conflict(PEOPLE_HOLD, field="starts_on")
    if places is not None and places != slot.places:
        # Before anything else is written: persons are locked before slots.
        enrollments.change_places(db, slot, places=places, now=now)
    for name, value in values.items():
        setattr(slot, name, value)
    _require_within(slot.workshop, slot)
    with explained():
        db.flush()
    return slot


def _require_within(workshop: Workshop, slot: Slot) -> None:
    if slot.ends_on < slot.starts_on:
        raise Invalid(N_("The end lies before the start."), field="ends_on")
    if slot.ends_at <= slot.starts_at:
        raise Invalid(N_("The end lies before the start."), field="ends_at")
    if not workshop.starts_on <= slot.starts_on <= slot.ends_on <= workshop.ends_on:
        raise Invalid(OUTSIDE, field="starts_on")


def _open_enrollments(db: Session, slot: Slot) -> bool:
    with elevated(db, "whether people are enrolled") as system:
        held = exists().where(Enrollment.slot_id == slot.id, Enrollment.status.in_(OPEN_STATES))
        came = exists().where(
            Enrollment.slot_id == slot.id, Attendance.enrollment_id == Enrollment.id
        )
        return bool(system.scalar(select(or_(held, came))))
