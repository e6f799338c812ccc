"""Service requests: somebody asks for a service, its organizer answers, each side is told."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any

from sqlalchemy import BigInteger, Date, bindparam, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Conflict, Invalid, NotFound
from app.inserts import Entered, insert, next_id
from app.models import (
    CHANNELS,
    Account,
    Alliance,
    Organization,
    Person,
    Service,
    ServiceRequest,
    mailbox,
)
from app.operations import (
    delegations,
    fee_schemes,
    outbox,
    payers,
    paying_requests,
    procedure,
    states,
)
from app.operations.constraints import UNKNOWN, explained
from app.questions import Question, sees
from app.scope import possible, seen
from app.statements import together
from app.transaction import ScopedSession, act_for, elevated

NOT_ASKED_FOR = N_("This service cannot be asked for online.")
NEEDED = N_("This is needed.")


@lru_cache(maxsize=16)
def _asked(kind: str, entering: bool = False) -> Question:
    """What a request and its letters name; whether a seat of this kind sees it; and, for one that
    is entered, its number."""
    person, service = Person.__table__.alias("p"), Service.__table__.alias("s")
    organization, alliance = Organization.__table__.alias("o"), Alliance.__table__.alias("a")
    account = Account.__table__.alias("u")
    key = partial(bindparam, value=None, type_=BigInteger())
    return Question(
        select(
            *(_of_one_entered(alliance, person, key) if entering else ()),
            sees(kind, Person, person).label("person_seen"),
            sees(kind, Service, service).label("service_seen"),
            (person.c.alliance_id == service.c.alliance_id).label("in_one_alliance"),
            ((service.c.status == "published") & service.c.requestable).label("asked_for"),
            person.c.first_name, person.c.last_name, person.c.email.label("person_email"),
            service.c.title, service.c.price_kind, service.c.price, service.c.reduced_price,
            service.c.reduced_for, service.c.fee_scheme_id,
            organization.c.name.label("organization"),
            outbox.addresses(organization).label("organizers"),
            account.c.email.label("account_email"), account.c.locale,
            # The alliance's, as the law's procedure has them.
            alliance.c.id.label("alliance_id"), alliance.c.name, alliance.c.slug,
            alliance.c.term_days, alliance.c.officer, alliance.c.office,
        )
        .select_from(person)
        .join(alliance, alliance.c.id == person.c.alliance_id)
        .join(service, service.c.id == key("service"))
        .join(organization, organization.c.id == service.c.organization_id)
        .outerjoin(account, account.c.id == key("user"))
        .where(person.c.id == key("person"))
    )  # fmt: skip


def _of_one_entered(alliance: Any, person: Any, key: Any) -> tuple[Any, ...]:
    """Its number, and whether anybody but the family might pay."""
    today = key("today", type_=Date())
    return (
        next_id(ServiceRequest).label("number"),
        payers.possible(alliance.c.id, person.c.id, today).label("others_pay"),
    )


def send(
    db: Session,
    *,
    person_id: int,
    service_id: int,
    message: str | None = None,
    contact: str | None = None,
    extras: Sequence[str] = (),
    channel: str = "web",
    now: datetime,
) -> Entered:
    """Ask for a service for a person. The asker gets a receipt, the organizer a letter.

    The request keeps what a unit of the service costs the person, and how that came about.

    Raises Invalid, Conflict, Duplicate (one open request a person and service) and, at a
    desk, NotDelegated.
    """
    if channel not in CHANNELS:
        raise Invalid(UNKNOWN, field="channel")
    kind = db.principal.kind if isinstance(db, ScopedSession) else "system"
    user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
    found: Sequence[Any] = ()
    if possible(person_id, service_id):
        keys = {"person": person_id, "service": service_id, "user": user_id,
                "today": clock.local_date(now)}  # fmt: skip
        found = _asked(kind, entering=True).ask_first(db, "what a request names", **keys)
    named = found[0] if found else None
    if named is None or not (named.person_seen and named.service_seen):
        person_seen, _ = seen(db, (Person, person_id), (Service, service_id))
        raise Invalid(UNKNOWN, field="service_id" if person_seen else "person_id")
    with elevated(db, "ask for a service") as system, explained():
        delegation_id = None
        if channel == "desk":
            consent = delegations.require(db, person_id=person_id, scope="request", now=now)
            delegation_id = consent.id
            act_for(system, person_id)
        if not named.asked_for:
            raise Conflict(NOT_ASKED_FOR, field="service_id")
        if not named.in_one_alliance:
            raise Invalid(UNKNOWN, field="person_id")
        person = SimpleNamespace(id=person_id)
        tariffs = fee_schemes.known(system, [(named, person)], now=now)
        quote = tariffs.quote(named, person, extras=extras)
        with together(system):
            row = insert(
                system,
                ServiceRequest,
                id=named.number,
                alliance_id=named.alliance_id,
                person_id=person_id,
                service_id=service_id,
                user_id=user_id,
                delegation_id=delegation_id,
                receipt=procedure.receipt_code(),
                channel=channel,
                status="sent",
                message=(message or "").strip() or None,
                contact=(contact or "").strip() or None,
                extras=list(extras),
                fee=quote.amount,
                fee_lines=quote.as_json(),
                **procedure.term(named, now=now),
            )
            states.record(system, row, None, because="", now=now)
            summary = procedure.summary(row, named)
            _tell_asker(system, row, named, "request_sent", now, **summary)
            _tell_organizers(system, row, named, "request_sent", now, **summary)
        if named.others_pay:
            paying_requests.hold(system, row.id, now=now)
    return row


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
        before = row.status
        states.move(system, row, to, because=str(values.get("reason") or ""), now=now)
        system.flush()
        paying_requests.follow(system, row, before, now=now)
        keys = {"person": row.person_id, "service": row.service_id, "user": row.user_id}
        (named,) = _asked("system").ask(system, **keys)
        told = _tell_organizers if to == "cancelled" else _tell_asker
        told(system, row, named, f"request_{to}", now, **values)
    return _again(db, request.id)


# ---------------------------------------------------------------- letters


def _tell_asker(
    system: Session,
    row: ServiceRequest | Entered,
    named: Any,
    kind: str,
    now: datetime,
    **more: Any,
) -> None:
    """The account that asked, or the person; at the desk the operator's is no one's address."""
    by_web = row.channel == "web" and named.account_email is not None
    recipient = (mailbox(named.account_email) if by_web else None) or named.person_email
    if not recipient and row.contact and "@" in row.contact:
        recipient = row.contact
    if recipient:
        locale = named.locale if by_web else "it"
        letter = {"audience": "asker", **_about(row, named), **more}
        _queue(system, row, kind, f"request:{row.id}", recipient, letter, locale, now)


def _tell_organizers(
    system: Session,
    row: ServiceRequest | Entered,
    named: Any,
    kind: str,
    now: datetime,
    **more: Any,
) -> None:
    letter = {"audience": "provider", **_about(row, named), **more}
    for recipient in named.organizers:
        _queue(system, row, kind, f"request:{row.id}:provider", recipient, letter, "it", now)


def _about(row: ServiceRequest | Entered, named: Any) -> dict[str, Any]:
    return {
        "request_id": row.id,
        "receipt": row.receipt,
        "service": named.title,
        "person": f"{named.first_name} {named.last_name}",
        "organization": named.organization,
    }


def _queue(
    system: Session, row: ServiceRequest | Entered, kind: str, about: str, recipient: str,
    letter: dict[str, Any], locale: str, now: datetime,
) -> None:  # fmt: skip
    outbox.write(
        system, alliance_id=row.alliance_id, kind=kind, about=about, recipient=recipient,
        payload=letter, locale=locale, now=now,
    )  # fmt: skip


def _again(db: Session, request_id: int) -> ServiceRequest:
    row = db.get(ServiceRequest, request_id)
    if row is None:
        raise NotFound
    return row
