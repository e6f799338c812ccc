"""Attendance: who came to which day, and who took home whoever left early."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Conflict, Invalid, NotFound, WrongState
from app.models import Account, Attendance, Enrollment, Person, Relation, Slot
from app.operations import enrollments
from app.operations.constraints import explained
from app.sealed import Sealed
from app.transaction import ScopedSession, elevated

# So long whoever runs the slot may put it right alone.
OWN_DAYS = timedelta(days=7)
TO_COME = N_("This day is still to come.")
NO_DAY = N_("The slot is not held on this day.")
WHO = N_("Write who picked the person up, and when.")
ONLY_EARLY = N_("This is of whoever left early.")
NOT_NAMED = N_("The family did not name this person: give the reason.")
TOO_LATE = N_("After seven days only the office changes this, with a reason.")


def mark(
    db: Session,
    enrollment: Enrollment,
    *,
    day: date,
    status: str,
    left_at: time | None = None,
    picked_up_by: str = "",
    excused: bool = False,
    reason: str = "",
    now: datetime,
) -> Enrollment:
    """Record whether a person came on a day; once more puts it right.

    Raises Invalid naming the field, Conflict for an old day, WrongState for who has no place.
    """
    who, because = " ".join(picked_up_by.split()), " ".join(reason.split())
    with elevated(db, "record an attendance") as system, explained():
        held = select(Enrollment).where(Enrollment.id == enrollment.id).with_for_update()
        row = system.scalar(held.execution_options(populate_existing=True))
        if row is None:
            raise NotFound
        if row.status != "placed":
            raise WrongState(field="status")
        _require_day(row.slot, day, now)
        # Dots and dashes name nobody.
        if (status == "left_early") != (left_at is not None and bool(_words(who))):
            raise Invalid(WHO if status == "left_early" else ONLY_EARLY, field="picked_up_by")
        if excused and status != "absent":
            raise Invalid(field="excused")
        known = _known(system, [row.id], day).get(row.id)
        _require_right(db, day, because, now)
        if who and not because and _words(who) not in _named(system, row.person, day):
            raise Invalid(NOT_NAMED, field="reason")
        _write(
            system, known or _new(row, day), status=status, excused=excused, left_at=left_at,
            picked_up_by=who or None, reason=because or None,
        )  # fmt: skip
        system.flush()
    return enrollment


def mark_all(db: Session, slot: Slot, *, day: date, now: datetime) -> Slot:
    """Everybody who holds a place and of whom nothing is recorded yet was present."""
    with elevated(db, "record who was present") as system, explained():
        _require_day(slot, day, now)
        _require_right(db, day, "", now)
        places = select(Enrollment).where(
            Enrollment.slot_id == slot.id, Enrollment.status == "placed"
        )
        rows = system.scalars(places.order_by(Enrollment.id).with_for_update()).all()
        known = _known(system, [row.id for row in rows], day)
        for row in rows:
            if row.id not in known:
                _write(system, _new(row, day), status="present")
        system.flush()
    return slot


def days_of(slot: Slot) -> list[date]:
    """The days on which a slot is held."""
    return [begins.date() for begins, _ in clock.hours(slot)]


def of_day(system: Session, enrollment_ids: Iterable[int], day: date) -> dict[int, str]:
    """What is recorded of a day, by enrolment."""
    return {key: row.status for key, row in _known(system, enrollment_ids, day).items()}


def _known(system: Session, enrollment_ids: Iterable[int], day: date) -> dict[int, Attendance]:
    rows = select(Attendance).where(
        Attendance.enrollment_id.in_(set(enrollment_ids)), Attendance.day == day
    )
    return {row.enrollment_id: row for row in system.scalars(rows)}


def _new(row: Enrollment, day: date) -> Attendance:
    return Attendance(alliance_id=row.alliance_id, enrollment_id=row.id, day=day)


def _write(system: Session, row: Attendance, **said: Any) -> None:
    """What is recorded of a day, and by whom."""
    by = system.principal.user_id if isinstance(system, ScopedSession) else None
    for name, value in {**said, "user_id": by}.items():
        setattr(row, name, value)
    system.add(row)


def _require_day(slot: Slot, day: date, now: datetime) -> None:
    if day not in days_of(slot):
        raise Invalid(NO_DAY, field="day")
    if day > clock.local_date(now):
        raise Invalid(TO_COME, field="day")


def _require_right(db: Session, day: date, because: str, now: datetime) -> None:
    """Old days are the office's, with a reason."""
    if day >= clock.local_date(now) - OWN_DAYS:
        return
    kind = db.principal.kind if isinstance(db, ScopedSession) else "system"
    if kind not in ("staff", "system"):
        raise Conflict(TOO_LATE, field="day")
    enrollments.require_reason(because)


def _named(system: Session, person: Person, day: date) -> str:
    """The words by which the family named who may pick up, and those who act for the person on
    that day."""
    text = person.pickup.reveal() if isinstance(person.pickup, Sealed) else person.pickup or ""
    parents = (
        select(Account)
        .join(Relation, Relation.user_id == Account.id)
        .where(
            Relation.person_id == person.id,
            or_(Relation.ends_on.is_(None), Relation.ends_on >= day),
        )
    )
    names = [f"{one.first_name} {one.last_name}" for one in system.scalars(parents)]
    return "".join(_words(one) for one in (*re.split(r"[,;/\n]", text), *names))


def _words(text: str) -> str:
    """A text's words in small letters, each whole; blank where it has none."""
    found = re.findall(r"\w+", text.casefold())
    return f" {' '.join(found)} " if found else ""
