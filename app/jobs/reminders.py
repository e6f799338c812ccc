"""What people are reminded of. Each only writes into the outbox, where a repeat finds its
own message already: it may run twice, late or after a crash.
"""

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.jobs.batch import each
from app.models import Application, Enrollment, Slot, Workshop
from app.operations import letters, outbox

WINDOW = timedelta(days=3)
OFFER = timedelta(hours=12)


def windows(db: Session, now: datetime) -> int:
    """Families with a draft, when a window closes within three days; a letter a closing day."""
    rows = db.execute(
        select(Application.id, Workshop.id, Workshop.closes_at)
        .join(Enrollment, Enrollment.application_id == Application.id)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(
            Application.status == "draft",
            Enrollment.status == "draft",
            Workshop.status == "published",
            Workshop.opens_at <= now,
            Workshop.closes_at > now,
            Workshop.closes_at <= now + WINDOW,
        )
        .distinct()
        .order_by(Workshop.closes_at, Workshop.id, Application.id)
    )
    closing: defaultdict[tuple[int, date], list[int]] = defaultdict(list)
    for application_id, workshop_id, closes_at in rows:
        closing[application_id, clock.local_date(closes_at)].append(workshop_id)

    def remind(key: tuple[int, date]) -> bool:
        application = db.get_one(Application, key[0])
        workshops = [db.get_one(Workshop, number) for number in closing[key]]
        lines = [{"workshop": w.title, "closes_at": w.closes_at} for w in workshops]
        recipient = outbox.family(application, None)
        if recipient is None:
            return False
        return outbox.queue(
            db,
            alliance_id=application.alliance_id,
            kind="window_closes",
            about=f"application:{application.id}:{key[1]}",
            recipient=recipient,
            payload={
                "application_id": application.id,
                "closes_at": workshops[0].closes_at,
                "lines": lines,
            },
            locale=outbox.locale_of(application),
            now=now,
        )

    return each(db, list(closing), remind)


def slots(db: Session, now: datetime) -> int:
    """Families of those who have a place in what starts tomorrow; one letter an application."""
    tomorrow = clock.local_date(now) + timedelta(days=1)
    placed = (
        select(Enrollment)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(Enrollment.status == "placed", Slot.starts_on == tomorrow)
    )
    found = placed.with_only_columns(Enrollment.application_id).distinct()
    applications = db.scalars(found.order_by(Enrollment.application_id)).all()

    def remind(application_id: int) -> bool:
        own = placed.where(Enrollment.application_id == application_id)
        enrollments = db.scalars(own.order_by(Slot.starts_at, Enrollment.id)).all()
        return _tell(
            db, "slot_tomorrow", enrollments, now, about=f"application:{application_id}:{tomorrow}"
        )

    return each(db, applications, remind)


def offers(db: Session, now: datetime) -> int:
    """Families whose offered place is given on within twelve hours."""
    soon = db.execute(
        select(Enrollment.id, Enrollment.offer_expires_at, Workshop.offer_hours)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(
            Enrollment.status == "offered",
            Enrollment.offer_expires_at > now,
            Enrollment.offer_expires_at <= now + OFFER,
        )
        .order_by(Enrollment.offer_expires_at, Enrollment.id)
    )
    # Where only a few hours are given, the reminder would come along with the offer.
    due = [
        number
        for number, ends, hours in soon
        if ends is not None and ends <= now + min(OFFER, timedelta(hours=hours) / 2)
    ]

    def remind(number: int) -> bool:
        enrollment = db.get_one(Enrollment, number)
        ends = enrollment.offer_expires_at
        if ends is None:
            return False  # answered while the others were reminded
        about = f"enrollment:{number}:{ends.timestamp():.0f}"
        return _tell(db, "offer_expires", [enrollment], now, about=about, expires_at=ends)

    return each(db, due, remind)


def _tell(
    db: Session, kind: str, enrollments: Any, now: datetime, *, about: str, **more: Any
) -> bool:
    if not enrollments:
        return False
    return letters.write_all(
        db, kind, enrollments[0].application, enrollments, about=about, now=now, **more
    )
