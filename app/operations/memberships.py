"""Memberships: a body's two forms, one for each network, and the decision on them."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, DeadlinePassed, Invalid
from app.models import SIGNATURES, File, Membership
from app.operations import states
from app.operations.constraints import UNKNOWN, explained

OF_ANOTHER = N_("This file belongs to another body.")
NOT_HANDWRITTEN = N_("A P7M file is signed digitally.")
NOT_DIGITAL = N_("A digital signature comes as PDF or P7M.")
REASON = N_("Please give the reason.")

DIGITAL = frozenset({"application/pdf", "application/pkcs7-mime"})


def send(
    db: Session, membership: Membership, *, file_id: int, signature: str, now: datetime
) -> Membership:
    """Send the signed form, by the call's deadline if it answers one.

    Handwritten and digital signatures are both taken (002, 30 March 2020). Raises Invalid,
    DeadlinePassed, WrongState.
    """
    states.require(membership, "sent")
    if signature not in SIGNATURES:
        raise Invalid(UNKNOWN, field="signature")
    file = db.get(File, file_id)
    if file is None:
        raise Invalid(UNKNOWN, field="file_id")
    if file.organization_id != membership.organization_id:
        raise Invalid(OF_ANOTHER, field="file_id")
    if signature == "handwritten" and file.media_type == "application/pkcs7-mime":
        raise Invalid(NOT_HANDWRITTEN, field="signature")
    if signature == "digital" and file.media_type not in DIGITAL:
        raise Invalid(NOT_DIGITAL, field="file_id")
    call = membership.call
    if call is not None and (
        call.status != "published"
        or (call.deadline is not None and call.deadline < clock.local_date(now))
    ):
        raise DeadlinePassed(field="call_id")
    membership.file_id, membership.signature, membership.sent_at = file_id, signature, now
    states.move(db, membership, "sent", because="", now=now)
    return _flushed(db, membership)


def accept(
    db: Session,
    membership: Membership,
    *,
    starts_on: date | None = None,
    protocol_number: str | None = None,
    now: datetime,
) -> Membership:
    """The office takes the body into the network, from today unless told. Raises WrongState."""
    today = clock.local_date(now)
    membership.decided_on = today
    membership.starts_on = starts_on or today
    _register(membership, protocol_number, today)
    states.move(db, membership, "accepted", because="", now=now)
    return _flushed(db, membership)


def refuse(
    db: Session,
    membership: Membership,
    *,
    reason: str,
    protocol_number: str | None = None,
    now: datetime,
) -> Membership:
    """The office refuses, with its reasons; the body may send another form. Raises Invalid."""
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    today = clock.local_date(now)
    membership.decided_on, membership.reason = today, reason.strip()
    _register(membership, protocol_number, today)
    states.move(db, membership, "refused", because=reason.strip(), now=now)
    return _flushed(db, membership)


def end(db: Session, membership: Membership, *, reason: str = "", now: datetime) -> Membership:
    """The body leaves the network today. Raises WrongState."""
    membership.ends_on = clock.local_date(now)
    states.move(db, membership, "ended", because=reason.strip(), now=now)
    return _flushed(db, membership)


def _register(membership: Membership, number: str | None, today: date) -> None:
    if number and number.strip():
        membership.protocol_number, membership.protocol_date = number.strip(), today


def _flushed(db: Session, membership: Membership) -> Membership:
    with explained():
        db.flush()
    return membership
