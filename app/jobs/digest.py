"""Once a day: each organizer learns of the new enrolments of the days before."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.jobs.batch import each
from app.models import Application, Enrollment, Message, Organization, Slot, Workshop
from app.operations import outbox

# A body that has had no digest for longer is not told of its whole history at once.
FURTHEST = timedelta(days=14)
COUNTED = ("placed", "waiting", "offered")


def digest(db: Session, now: datetime) -> int:
    """A letter to each organizer with enrolments since its last digest, up to midnight.

    Whole days, so that an application which is being sent right now is in one digest and
    only in one.
    """
    today = clock.local_date(now)
    rows = db.scalars(
        select(Slot.organization_id)
        .join(Enrollment, Enrollment.slot_id == Slot.id)
        .join(Application, Application.id == Enrollment.application_id)
        .where(
            Application.submitted_at >= _midnight(today - FURTHEST),
            Application.submitted_at < _midnight(today),
            Enrollment.status.in_(COUNTED),
        )
        .distinct()
        .order_by(Slot.organization_id)
    )

    def write(organization_id: int) -> bool:
        organization = db.get_one(Organization, organization_id)
        first = _told_until(db, organization, today) or today - timedelta(days=1)
        lines = _lines(db, organization_id, first, today)
        if not lines:
            return False
        payload = {
            "organization_id": organization_id,
            "organization": organization.name,
            "first_day": first,
            "last_day": today - timedelta(days=1),
            "until": today,
            "number": sum(line["placed"] + line["waiting"] for line in lines),
            "lines": lines,
        }
        new = [
            outbox.queue(
                db,
                alliance_id=organization.alliance_id,
                kind="digest",
                about=f"organization:{organization_id}:{today}",
                recipient=recipient,
                payload=payload,
                now=now,
            )
            for recipient in outbox.organizers(db, organization_id)
        ]
        return any(new)

    return each(db, list(rows), write)


def _told_until(db: Session, organization: Organization, today: date) -> date | None:
    """The day that the last digest before today's reached up to."""
    last = db.scalar(
        select(func.max(Message.payload["until"].astext)).where(
            Message.alliance_id == organization.alliance_id,
            Message.kind == "digest",
            Message.payload["organization_id"].as_integer() == organization.id,
            Message.payload["until"].astext < today.isoformat(),
        )
    )
    return max(date.fromisoformat(last), today - FURTHEST) if last else None


def _lines(db: Session, organization_id: int, first: date, end: date) -> list[dict[str, Any]]:
    """The new enrolments by slot: how many have a place, how many wait."""
    rows = db.execute(
        select(Workshop.title, Slot.title, Slot.id, Enrollment.status, func.count(Enrollment.id))
        .join(Slot, Slot.workshop_id == Workshop.id)
        .join(Enrollment, Enrollment.slot_id == Slot.id)
        .join(Application, Application.id == Enrollment.application_id)
        .where(
            Slot.organization_id == organization_id,
            Application.submitted_at >= _midnight(first),
            Application.submitted_at < _midnight(end),
            Enrollment.status.in_(COUNTED),
        )
        .group_by(Workshop.title, Slot.starts_on, Slot.title, Slot.id, Enrollment.status)
        .order_by(Workshop.title, Slot.starts_on, Slot.id)
    )
    counts: dict[tuple[str, str, int], Counter[str]] = {}
    for workshop, slot, slot_id, status, number in rows:
        counts.setdefault((workshop, slot, slot_id), Counter())[status] += number
    return [
        {
            "workshop": workshop,
            "slot": slot,
            "placed": count["placed"] + count["offered"],
            "waiting": count["waiting"],
        }
        for (workshop, slot, _), count in counts.items()
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.ROME)
