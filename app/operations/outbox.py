"""The outbox: mail is written here in the work's own transaction and sent afterwards."""

from datetime import datetime
from functools import lru_cache
from typing import Any, cast

import orjson
from sqlalchemy import BigInteger, ColumnElement, bindparam, func, null, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from app.errors import WrongState
from app.models import Message, Organization, OrganizationContact
from app.questions import Question
from app.sealed import seal, unseal
from app.statements import raw
from app.transaction import ScopedSession

KINDS = frozenset(
    {
        "receipt", "placed", "waiting", "offered", "cancelled", "refused", "expired",
        "request_sent", "request_answered", "request_accepted", "request_started",
        "request_closed", "request_refused", "request_cancelled",
        "window_closes", "slot_tomorrow", "offer_expires", "notice_due", "call_deadline",
        "membership_deadline", "review_waiting", "rules_broken", "list_published", "digest",
        "absences", "confirm", "reset", "invite", "delegation_code",
    }
)  # fmt: skip
SECRET = "message.secret"  # noqa: S105 - the context that secrets in letters are sealed under


# No NOTIFY: those who commit one wait for each other, and the sender looks every second anyway.
QUEUE = """
INSERT INTO message (alliance_id, kind, about, recipient, locale, payload, next_at)
VALUES (%(alliance)s::bigint, %(kind)s::text, %(about)s::text, %(recipient)s::text,
        %(locale)s::text, %(payload)s::jsonb, %(next_at)s::timestamptz)
ON CONFLICT (alliance_id, kind, about, recipient) DO NOTHING
RETURNING id
"""


def queue(db: Session, **letter: Any) -> bool:
    """Write a letter as ``write`` does; say whether it is new."""
    return bool(raw(cast(ScopedSession, db), QUEUE, _letter(**letter)))


def write(db: Session, **letter: Any) -> None:
    """Write a letter to one address about one thing, from what ``_letter`` takes.

    What was written once about it, to that address, is never written again.
    """
    raw(cast(ScopedSession, db), QUEUE, _letter(**letter), answers=False)


def _letter(
    *,
    alliance_id: int,
    kind: str,
    about: str,
    recipient: str,
    payload: dict[str, Any] | None = None,
    locale: str = "it",
    now: datetime,
) -> dict[str, Any]:
    if kind not in KINDS:
        raise ValueError(f"no letter is called {kind}")
    return {
        "alliance": alliance_id, "kind": kind, "about": about, "recipient": recipient.strip(),
        "locale": locale, "payload": as_text(payload or {}), "next_at": now,
    }  # fmt: skip


def as_json(value: Any) -> Any:
    """Dates and money as the text that JSON has for them."""
    return orjson.loads(as_text(value))


def as_text(value: Any) -> str:
    """JSON, with dates and money as text."""
    return orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def hide(secret: str) -> str:
    """A token or code as a letter's payload keeps it: only the sender of mail reads it."""
    return seal(secret, SECRET)


def reveal(hidden: str) -> str:
    """The token or code of a payload, for the mail that is being written."""
    return unseal(hidden, SECRET)


# ---------------------------------------------------------------- who is written to


def family(application: Any, person_email: str | None) -> str | None:
    """Where a family is written to, or None: then the desk tells them.

    The account counts only where the family itself sent the application: at the desk and in
    the office it is the operator's.
    """
    named: str | None = application.contact_email
    if named:
        return named
    if application.channel == "web" and application.user is not None:
        mail: str | None = application.user.mailbox
        return mail or person_email
    return person_email


def locale_of(application: Any) -> str:
    """The language that the family reads."""
    if application.channel == "web" and application.user is not None:
        return str(application.user.locale)
    return "it"


def addresses(organization: Any) -> ColumnElement[list[str]]:
    """The addresses of a body (its table, or an alias) that want to be told, in a fixed order:
    its contacts', or else its own."""
    contact = OrganizationContact.__table__.alias()
    told = (
        select(func.array_agg(contact.c.email.distinct()))  # which sorts them
        .where(contact.c.organization_id == organization.c.id, contact.c.notify)
        .where(contact.c.email != "")
        .correlate(organization)
    )
    own = func.array_remove(array([func.nullif(organization.c.email, "")]), null())
    return func.coalesce(told.scalar_subquery(), own)


def organizers(system: Session, organization_id: int) -> list[str]:
    """The addresses of a body that want to be told."""
    return list(_addresses().ask(system, organization=organization_id)[0].found)


@lru_cache(maxsize=1)
def _addresses() -> Question:
    organization = Organization.__table__.alias()
    key = bindparam("organization", None, BigInteger())
    found = addresses(organization).label("found")
    return Question(select(found).where(organization.c.id == key))


def resend(db: Session, message: Message, *, now: datetime) -> Message:
    """Put a letter that failed for good back into the queue. Raises WrongState."""
    if message.status != "failed":
        raise WrongState(field="status")
    message.status, message.attempts, message.next_at, message.error = "queued", 0, now, None
    db.flush()
    return message
