"""What a family is told of its enrolments: the payload of each letter, and to whom it goes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import Application, Enrollment
from app.operations import outbox


def write(
    system: Session, kind: str, enrollment: Enrollment, *, now: datetime, **more: Any
) -> None:
    """Tell the family what became of one enrolment, if there is an address."""
    application = enrollment.application
    about = f"enrollment:{enrollment.id}"
    write_all(system, kind, application, [enrollment], about=about, now=now, **more)


def write_all(
    system: Session,
    kind: str,
    application: Application,
    enrollments: Sequence[Enrollment],
    *,
    about: str,
    now: datetime,
    **more: Any,
) -> bool:
    """Tell the family of several enrolments in one letter: ten would be noise.

    Says whether the letter is new.
    """
    letter = _letter(system, kind, application, enrollments, about=about, now=now, **more)
    return letter is not None and outbox.queue(system, **letter)


def _letter(
    system: Session,
    kind: str,
    application: Any,
    enrollments: Sequence[Any],
    *,
    about: str,
    now: datetime,
    **more: Any,
) -> dict[str, Any] | None:
    recipient = outbox.family(application, address(enrollments))
    if recipient is None:
        return None
    lines = [line(enrollment, before(system, enrollment)) for enrollment in enrollments]
    payload = {
        **(lines[0] if lines else {}),
        "application_id": application.id,
        "receipt": application.receipt,
        "lines": lines,
        **more,
    }
    return {
        "alliance_id": application.alliance_id,
        "kind": kind,
        "about": about,
        "recipient": recipient,
        "payload": payload,
        "locale": outbox.locale_of(application),
        "now": now,
    }


def address(enrollments: Sequence[Any]) -> str | None:
    """The first address that one of the persons has."""
    persons = (enrollment.person.email for enrollment in enrollments)
    return next((email for email in persons if email), None)


def line(enrollment: Any, before: int) -> dict[str, Any]:
    """One enrolment, or what reads like one, as the letters show it."""
    slot, workshop = enrollment.slot, enrollment.slot.workshop
    return {
        "enrollment_id": enrollment.id,
        "person": enrollment.person.name,
        "workshop": workshop.title,
        "slot": slot.title,
        "starts_on": slot.starts_on,
        "ends_on": slot.ends_on,
        "starts_at": slot.starts_at.isoformat("minutes"),
        "ends_at": slot.ends_at.isoformat("minutes"),
        "organization": workshop.organization.name,
        "place": where(workshop),
        "status": enrollment.status,
        "fee": enrollment.fee,
        "before": before,
    }


def where(workshop: Any) -> str | None:
    """The place that a workshop is held at, as a family finds it; None online."""
    town = workshop.municipality.name if workshop.municipality else None
    if workshop.location is None:
        return town
    return ", ".join(
        part for part in (workshop.location.name, workshop.location.address, town) if part
    )


def before(system: Session, enrollment: Enrollment) -> int:
    """How many wait for the same slot with a lower number."""
    if enrollment.status != "waiting" or enrollment.queue_no is None:
        return 0
    earlier = select(func.count(Enrollment.id)).where(
        Enrollment.slot_id == enrollment.slot_id,
        Enrollment.status == "waiting",
        Enrollment.queue_no < enrollment.queue_no,
    )
    return system.scalar(earlier) or 0
