"""Service requests: somebody asks for a service, its organizer answers, each side is told."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import CHANNELS, Alliance, Person, Service, ServiceRequest
from app.operations import delegations, outbox, procedure, states
from app.operations.constraints import UNKNOWN, explained
from app.scope import seen
from app.transaction import ScopedSession, act_for, elevated

NOT_ASKED_FOR = N_("This service cannot be asked for online.")
NEEDED = N_("This is needed.")
# What a request and its letters name, by one question.
NAMED = (
    select(Person, Service, Alliance)
    .join(Alliance, Alliance.id == Person.alliance_id)
    .join(Service, Service.id == bindparam("service"))
    .options(joinedload(Service.organization))
    .where(Person.id == bindparam("person"))
)


def send(
    db: Session,
    *,
    person_id: int,
    service_id: int,
    message: str | None = None,
    contact: str | None = None,
    channel: str = "web",
    now: datetime,
) -> ServiceRequest:
    """Ask for a service for a person. The asker gets a receipt, the organizer a letter.

    Raises Invalid, Conflict, Duplicate (one open request a person and service) and, at a
    desk, NotDelegated.
    """
    if channel not in CHANNELS:
        raise Invalid(UNKNOWN, field="channel")
    person_seen, service_seen = seen(db, (Person, person_id), (Service, service_id))
    if not person_seen:
        raise Invalid(UNKNOWN, field="person_id")
    if not service_seen:
        raise Invalid(UNKNOWN, field="service_id")
    delegation_id = None
    if channel == "desk":
        found = delegations.require(db, person_id=person_id, scope="request", now=now)
        delegation_id = found.id
        act_for(db, person_id)
    user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
    with elevated(db, "ask for a service") as system, explained():
        named = {"person": person_id, "service": service_id}
        person, service, alliance = system.execute(NAMED, named).one()
        if service.status != "published" or not service.requestable:
            raise Conflict(NOT_ASKED_FOR, field="service_id")
        if person.alliance_id != service.alliance_id:
            raise Invalid(UNKNOWN, field="person_id")
        row = ServiceRequest(
            alliance_id=person.alliance_id,
            person=person,
            service=service,
            user_id=user_id,
            delegation_id=delegation_id,
            receipt=procedure.receipt_code(),
            channel=channel,
            status="sent",
            message=(message or "").strip() or None,
            contact=(contact or "").strip() or None,
        )
        procedure.register(row, alliance, now=now)
        with system.begin_nested():
            system.add(row)
            system.flush()
        states.record(system, row, None, because="", now=now)
        _tell_asker(system, row, "request_sent", now, **procedure.summary(row, alliance))
        _tell_organizer(system, row, "request_sent", now, **procedure.summary(row, alliance))
        made = row.id
    return _again(db, made)


def answer(db: Session, request: ServiceRequest, *, answer: str, now: datetime) -> ServiceRequest:
    """The organizer answers in words. Raises Invalid, WrongState."""
    if not answer.strip():
        raise Invalid(NEEDED, field="answer")
    return _step(db, request, "answered", now, answer=answer.strip())


def accept(db: Session, request: ServiceRequest, *, now: datetime) -> ServiceRequest:
    """The organizer takes the request on. Raises WrongState."""
    return _step(db, request, "accepted", now)


def start(db: Session, request: ServiceRequest, *, now: datetime) -> ServiceRequest:
    """The service has begun. Raises WrongState."""
    return _step(db, request, "started", now)


def close(db: Session, request: ServiceRequest, *, now: datetime) -> ServiceRequest:
    """The service is over. Raises WrongState."""
    return _step(db, request, "closed", now)


def refuse(db: Session, request: ServiceRequest, *, reason: str, now: datetime) -> ServiceRequest:
    """The organizer refuses, with the reasons that Law 241/1990 asks for (art. 3)."""
    if not reason.strip():
        raise Invalid(NEEDED, field="reason")
    return _step(db, request, "refused", now, reason=reason.strip())


def cancel(
    db: Session, request: ServiceRequest, *, reason: str = "", now: datetime
) -> ServiceRequest:
    """The asker withdraws; the organizer is told. Raises WrongState."""
    return _step(db, request, "cancelled", now, reason=reason.strip() or None)


def _step(
    db: Session, request: ServiceRequest, to: str, now: datetime, **values: Any
) -> ServiceRequest:
    with elevated(db, "a step of a request") as system:
        row = system.get(ServiceRequest, request.id, populate_existing=True, with_for_update=True)
        if row is None:
            raise NotFound
        for name, value in values.items():
            setattr(row, name, value)
        states.move(system, row, to, because=str(values.get("reason") or ""), now=now)
        told = _tell_organizer if to == "cancelled" else _tell_asker
        told(system, row, f"request_{to}", now, **values)
    return _again(db, request.id)


# ---------------------------------------------------------------- letters


def _tell_asker(
    system: Session, row: ServiceRequest, kind: str, now: datetime, **more: Any
) -> None:
    """The account that asked, or the person; at the desk the operator's is no one's address."""
    by_web = row.channel == "web" and row.user is not None
    recipient = (row.user.mailbox if by_web and row.user else None) or row.person.email
    locale = str(row.user.locale) if by_web and row.user else "it"
    if not recipient and row.contact and "@" in row.contact:
        recipient = row.contact
    if recipient:
        _tell(system, row, kind, str(recipient), now, locale=locale, **more)


def _tell_organizer(
    system: Session, row: ServiceRequest, kind: str, now: datetime, **more: Any
) -> None:
    for recipient in outbox.organizers(system, row.service.organization_id):
        _tell(system, row, kind, recipient, now, audience="provider", **more)


def _tell(
    system: Session,
    row: ServiceRequest,
    kind: str,
    recipient: str,
    now: datetime,
    *,
    locale: str = "it",
    **more: Any,
) -> None:
    provider = more.get("audience") == "provider"
    outbox.queue(
        system,
        alliance_id=row.alliance_id,
        kind=kind,
        about=f"request:{row.id}:provider" if provider else f"request:{row.id}",
        recipient=recipient,
        payload={
            "audience": "asker",
            "request_id": row.id,
            "receipt": row.receipt,
            "service": row.service.title,
            "person": row.person.name,
            "organization": row.service.organization.name,
            **more,
        },
        locale=locale,
        now=now,
    )


def _again(db: Session, request_id: int) -> ServiceRequest:
    row = db.get(ServiceRequest, request_id)
    if row is None:
        raise NotFound
    return row
