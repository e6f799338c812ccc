"""The rule that a workshop sets for absences: the family is warned, then later places go on.

Days of which the family said that nobody would come do not count, nor does the day that is not
over: whoever keeps the roster may still put it right.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased

from app import clock, reasons
from app.models import Attendance, Enrollment, Message, Slot, Workshop
from app.operations import enrollments, letters, queues
from app.transaction import elevated

WARNING = "absences"

Missed = tuple[int, int]


def due(db: Session, *, now: datetime) -> list[Missed]:
    """Persons and workshops where as many days were missed as may be, and places are to come."""
    later, its_slot = aliased(Enrollment), aliased(Slot)
    to_come = exists().where(
        later.person_id == Enrollment.person_id,
        later.slot_id == its_slot.id,
        later.status.in_(queues.HOLDING),
        its_slot.workshop_id == Slot.workshop_id,
        its_slot.starts_on > clock.local_date(now),
    )
    found = _missed(now).where(to_come)
    enough = func.count(Attendance.id) >= func.greatest(Workshop.absences_allowed, 1)
    rows = db.execute(found.having(enough).order_by(Slot.workshop_id, Enrollment.person_id))
    return [(row.person_id, row.workshop_id) for row in rows]


def mind(db: Session, person_id: int, workshop_id: int, *, now: datetime) -> bool:
    """Warn the family; where a day more is missed after that, give its later places on.

    Whom no letter reaches is left to the office. Returns False if there was nothing to do.
    """
    with elevated(db, "the absences that a workshop allows") as system:
        one = _missed(now).where(Enrollment.person_id == person_id, Slot.workshop_id == workshop_id)
        missed = system.execute(one).one_or_none()
        workshop = system.get_one(Workshop, workshop_id, populate_existing=True)
        allowed = workshop.absences_allowed
        if allowed is None or missed is None or missed.days < max(allowed, 1):
            return False
        places = _to_come(system, person_id, workshop_id, now)
        about = f"{WARNING}:{workshop_id}:{person_id}"
        told = system.scalar(
            select(Message).where(
                Message.alliance_id == workshop.alliance_id,
                Message.kind == WARNING,
                Message.about == about,
            )
        )
        if told is None:
            return bool(places) and letters.write_all(
                system, WARNING, places[0].application, places,
                about=about, days=missed.days, allowed=allowed, now=now,
            )  # fmt: skip
        # The letter says: one more such day. What was missed before it came is not that day.
        unheard = told.sent_at is None or missed.last <= clock.local_date(told.sent_at)
        if missed.days <= allowed or unheard:
            return False
        for place in places:
            enrollments.refuse(system, place, reason=reasons.ABSENT, now=now)
    return bool(places)


def _missed(now: datetime) -> Any:
    """How many days each person missed in each workshop that counts them, and the last one."""
    many, last = func.count(Attendance.id), func.max(Attendance.day)
    return (
        select(Enrollment.person_id, Slot.workshop_id, many.label("days"), last.label("last"))
        .join(Enrollment, Enrollment.id == Attendance.enrollment_id)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(
            Workshop.absences_allowed.is_not(None),
            Attendance.status == "absent",
            ~Attendance.excused,
            Attendance.day < clock.local_date(now),
        )
        .group_by(Enrollment.person_id, Slot.workshop_id, Workshop.absences_allowed)
    )


def _to_come(system: Session, person_id: int, workshop_id: int, now: datetime) -> list[Enrollment]:
    rows = (
        select(Enrollment)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(
            Enrollment.person_id == person_id,
            Enrollment.status.in_(queues.HOLDING),
            Slot.workshop_id == workshop_id,
            Slot.starts_on > clock.local_date(now),
        )
        .order_by(Slot.starts_on, Enrollment.id)
    )
    return list(system.scalars(rows.execution_options(populate_existing=True)))
