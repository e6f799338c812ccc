"""Invitations: to a seat, and as a second parent to act for a child."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import N_, Forbidden, Invalid, NotFound
from app.models import (
    RELATION_KINDS,
    SEAT_KINDS,
    Account,
    Alliance,
    Organization,
    Person,
    Relation,
)
from app.operations import accounts, outbox, passwords
from app.operations.constraints import UNKNOWN
from app.transaction import ScopedSession, elevated

WITHOUT_BODY = frozenset({"admin", "staff", "citizen"})
# Which seats a seat may invite to; only an administrator makes administrators and staff.
MAY_INVITE: dict[str, frozenset[str]] = {
    "system": frozenset(SEAT_KINDS),
    "admin": frozenset(SEAT_KINDS),
    "staff": frozenset(SEAT_KINDS) - {"admin", "staff"},
}

BODY = N_("Say for which body.")
NO_BODY = N_("This seat has no body.")


def invite(
    db: Session,
    *,
    email: str,
    kind: str,
    alliance_id: int | None = None,
    organization_id: int | None = None,
    person_id: int | None = None,
    relation: str = "parent",
    care: bool = False,
    locale: str = "it",
    now: datetime,
) -> None:
    """Invite an address to a seat; for a citizen, to act for a person too (a second parent).

    Raises Invalid, and Forbidden for a seat that the caller's does not give away.
    """
    email, locale = accounts.address(email), accounts.language(locale)
    who = db.principal if isinstance(db, ScopedSession) else None
    if kind not in SEAT_KINDS:
        raise Invalid(UNKNOWN, field="kind")
    if kind not in MAY_INVITE.get(who.kind if who else "system", frozenset()):
        raise Forbidden
    if who is not None and who.alliance_id is not None:
        if alliance_id not in (None, who.alliance_id):
            raise Invalid(UNKNOWN, field="alliance_id")
        alliance_id = who.alliance_id
    if (kind in WITHOUT_BODY) == (organization_id is not None):
        raise Invalid(NO_BODY if organization_id else BODY, field="organization_id")
    if care and kind != "staff":
        raise Invalid(UNKNOWN, field="care")
    organization = None
    if organization_id is not None:
        organization = db.get(Organization, organization_id)
        if organization is None or organization.alliance_id != alliance_id:
            raise Invalid(UNKNOWN, field="organization_id")
    if person_id is not None:
        person = db.get(Person, person_id)
        if kind != "citizen" or person is None or person.alliance_id != alliance_id:
            raise Invalid(UNKNOWN, field="person_id")
        if relation not in RELATION_KINDS:
            raise Invalid(UNKNOWN, field="relation")
    payload = {
        "email": email,
        "kind": kind,
        "alliance_id": None if kind == "admin" else alliance_id,
        "organization_id": organization_id,
        "person_id": person_id,
        "relation": relation if person_id is not None else None,
        "care": care,
        "locale": locale,
    }
    body = organization.name if organization is not None else None
    with elevated(db, "invite") as system:
        # An administrator belongs to no alliance; the letter goes out under the first.
        under = alliance_id or system.scalar(select(func.min(Alliance.id)))
        if under is None or system.get(Alliance, under) is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        if kind != "admin" and alliance_id is None:
            raise Invalid(accounts.NEEDED, field="alliance_id")
        token, row = passwords.issue(system, "invite", user_id=None, payload=payload, now=now)
        letter = {
            "kind": kind,
            "organization": body,
            "expires_at": row.expires_at,
            "sealed": {"token": outbox.hide(token)},
        }
        invited = Account(email=email, locale=locale)
        accounts.send(system, "invite", row.id, under, invited, letter, now)


@dataclass(frozen=True)
class Invitation:
    """What the page of an invitation shows; a known address needs no new password."""

    email: str
    kind: str
    alliance_id: int | None
    organization: str | None
    known: bool


def invitation(db: Session, *, token: str, now: datetime) -> Invitation:
    """What an invitation that still holds is for. Raises Invalid."""
    with elevated(db, "look at an invitation") as system:
        given = passwords.look_at(system, "invite", token, now=now).payload
        body = system.get(Organization, given["organization_id"] or 0)
        account = accounts.find(system, given["email"])
        return Invitation(
            email=given["email"],
            kind=given["kind"],
            alliance_id=given["alliance_id"],
            organization=body.name if body is not None else None,
            known=account is not None and bool(account.active),
        )


def accept_invitation(
    db: Session,
    *,
    token: str,
    first_name: str = "",
    last_name: str = "",
    password: str = "",
    now: datetime,
) -> int:
    """Take the seat: in the account that the address has, or in a new one.

    Returns the account's number. Raises Invalid.
    """
    with elevated(db, "accept an invitation") as system, system.begin_nested():
        given = passwords.look_at(system, "invite", token, now=now).payload
        account = accounts.find(system, given["email"])
        if account is not None and accounts.closed(account):
            raise Invalid(passwords.NO_LINK, field="token")
        if account is None or not account.active:
            digest = passwords.digest_of(password, email=given["email"])
            account = account or Account(
                username=accounts.username(given["email"]),
                email=given["email"],
                locale=given["locale"],
            )
            account.first_name = accounts.name(first_name, "first_name")
            account.last_name = accounts.name(last_name, "last_name")
            account.password, account.active = digest, True
            system.add(account)
        passwords.redeem(system, "invite", token, now=now)
        system.flush()
        seat = (given["kind"], given["alliance_id"], given["organization_id"])
        held = accounts.give_seat(system, account.id, *seat)
        # Whoever invites means it: a seat that was closed is open again.
        held.active, held.care = True, bool(given["care"] or held.care)
        if given["person_id"] is not None:
            _let_act(system, account.id, given["person_id"], given["relation"])
        system.flush()
        return int(account.id)


def _let_act(system: Session, user_id: int, person_id: int, kind: str) -> None:
    person = system.get(Person, person_id)
    if person is None:
        raise NotFound
    same = select(Relation).where(Relation.user_id == user_id, Relation.person_id == person_id)
    if system.scalars(same).first() is None:
        system.add(
            Relation(
                alliance_id=person.alliance_id, user_id=user_id, person_id=person_id, kind=kind
            )
        )
