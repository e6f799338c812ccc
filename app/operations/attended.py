"""How many came, by day and slot: what an organizer reports and a kitchen cooks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Attendance, Enrollment, Slot
from app.operations import attendance, roster
from app.transaction import elevated


@dataclass(frozen=True)
class Count:
    """A slot on one of its days. ``open`` are those with a place of whom nothing is recorded."""

    day: date
    slot: Slot
    present: int
    absent: int
    excused: int
    left_early: int
    open: int


def counts(db: Session, first: date, last: date) -> list[Count]:
    """The days of the slots that the caller runs, between two, by day and hour."""
    slots = roster.run(db, first, last)
    with elevated(db, "count who came to the slots that one runs") as system:
        here = Enrollment.slot_id.in_([slot.id for slot in slots])
        placed = dict(
            system.execute(
                select(Enrollment.slot_id, func.count())
                .where(here, Enrollment.status == "placed")
                .group_by(Enrollment.slot_id)
            ).all()
        )
        status = Attendance.status
        recorded = (
            select(
                Enrollment.slot_id,
                Attendance.day,
                func.count().filter(status == "present"),
                func.count().filter(status == "absent"),
                func.count().filter(Attendance.excused),
                func.count().filter(status == "left_early"),
                func.count().filter(Enrollment.status == "placed"),
            )
            .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
            .where(here, Attendance.day.between(first, last))
            .group_by(Enrollment.slot_id, Attendance.day)
        )
        known = {(row[0], row[1]): row[2:] for row in system.execute(recorded)}

    def found() -> Iterator[Count]:
        for slot in slots:
            for day in attendance.days_of(slot):
                if first <= day <= last:
                    present, absent, excused, early, of_placed = known.get((slot.id, day), (0,) * 5)
                    to_come = placed.get(slot.id, 0) - of_placed
                    yield Count(day, slot, present, absent, excused, early, to_come)

    return sorted(found(), key=lambda one: (one.day, one.slot.starts_at, one.slot.id))
