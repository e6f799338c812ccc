"""Accounts: sign-up, confirmation, new passwords, invitations.

Nothing that a stranger may call tells whether an address has an account: the answer is the
same, the work takes as long, and what there is to say goes to the address itself.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    Seat,
)
from app.operations import outbox, passwords
from app.operations.constraints import UNKNOWN, explained
from app.transaction import ScopedSession, elevated

LOCALES = ("it", "en")
WITHOUT_BODY = frozenset({"admin", "staff", "citizen"})
# Which seats a seat may invite to; only an administrator makes administrators and staff.
MAY_INVITE: dict[str, frozenset[str]] = {
    "system": frozenset(SEAT_KINDS),
    "admin": frozenset(SEAT_KINDS),
    "staff": frozenset(SEAT_KINDS) - {"admin", "staff"},
}

NEEDED = N_("This is needed.")
NO_ADDRESS = N_("This is not an e-mail address.")
TOO_LONG = N_("This is too long.")
BODY = N_("Say for which body.")
NO_BODY = N_("This seat has no body.")


# ---------------------------------------------------------------- signing up


def sign_up(
    db: Session,
    *,
    alliance_id: int,
    email: str,
    password: str,
    first_name: str,
    last_name: str,
    locale: str = "it",
    now: datetime,
) -> None:
    """Send the address a link that opens an account, or adds this alliance to the one it has.

    Returns nothing, whether the address is known or not. Raises Invalid.
    """
    email = address(email)
    names = {
        "first_name": _name(first_name, "first_name"),
        "last_name": _name(last_name, "last_name"),
    }
    locale = _locale(locale)
    digest = passwords.digest_of(password, email=email)
    with elevated(db, "sign up") as system:
        alliance = system.get(Alliance, alliance_id)
        if alliance is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        account = find(system, email)
        if account is None:
            account = Account(
                **names, username=_username(email), email=email, active=False, locale=locale
            )
            with explained(), system.begin_nested():
                system.add(account)
                system.flush()
        known = bool(account.active)
        if _closed(account) or passwords.just_sent(system, "confirm", account.id, now=now):
            return
        payload: dict[str, Any] = {"alliance_id": alliance_id}
        if not known:
            # Whoever reads the mailbox decides which of several sign-ups holds.
            payload |= {**names, "password": digest}
        token, row = passwords.issue(
            system, "confirm", user_id=account.id, payload=payload, now=now
        )
        letter: dict[str, Any] = {"name": account.first_name, "expires_at": row.expires_at}
        if known:
            letter["existing"] = True
        if not (known and _seat(system, account.id, alliance_id)):
            letter["sealed"] = {"token": outbox.hide(token)}
        _send(system, "confirm", row.id, alliance_id, account, letter, now)


def confirm(db: Session, *, token: str, now: datetime) -> int:
    """Open the account whose address was shown to be right: its number. Raises Invalid."""
    with elevated(db, "confirm an address") as system:
        row = passwords.redeem(system, "confirm", token, now=now)
        account = system.get_one(Account, row.user_id)
        if _closed(account):
            raise Invalid(passwords.NO_LINK, field="token")
        if not account.active:
            account.password = row.payload["password"]
            account.first_name = row.payload["first_name"]
            account.last_name = row.payload["last_name"]
            account.active = True
        _give_seat(system, account.id, "citizen", row.payload["alliance_id"], None)
        passwords.void(system, "confirm", account.id, now=now)
        system.flush()
        return int(account.id)


# ---------------------------------------------------------------- a new password


def ask_reset(db: Session, *, alliance_id: int, email: str, now: datetime) -> None:
    """Send a link to choose a new password, if there is an account to open with it."""
    email = address(email)
    with elevated(db, "ask for a new password") as system:
        if system.get(Alliance, alliance_id) is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        account = find(system, email)
        open_ = account is not None and bool(account.active)
        user_id = account.id if account is not None else None
        quiet = passwords.just_sent(system, "reset", user_id, now=now)
        # The same work for an address that nobody has, and then taken back.
        savepoint = system.begin_nested()
        token, row = passwords.issue(system, "reset", user_id=user_id, payload={}, now=now)
        letter = {
            "name": account.first_name if account is not None else "",
            "expires_at": row.expires_at,
            "sealed": {"token": outbox.hide(token)},
        }
        stranger = Account(email=email, locale="it")
        _send(system, "reset", row.id, alliance_id, account or stranger, letter, now)
        if open_ and not quiet:
            savepoint.commit()
        else:
            savepoint.rollback()


def reset(db: Session, *, token: str, password: str, now: datetime) -> int:
    """Set the new password; whoever is signed in elsewhere is out.

    Returns the account's number. Raises Invalid.
    """
    with elevated(db, "set a new password") as system, system.begin_nested():
        account = system.get(
            Account, passwords.look_at(system, "reset", token, now=now).user_id or 0
        )
        if account is None or not account.active:
            raise Invalid(passwords.NO_LINK, field="token")
        account.password = passwords.digest_of(password, email=str(account.email))
        account.token_version += 1
        passwords.redeem(system, "reset", token, now=now)
        passwords.void(system, "reset", account.id, now=now)
        system.flush()
        return int(account.id)


# ---------------------------------------------------------------- invitations


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
    email, locale = address(email), _locale(locale)
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
            raise Invalid(NEEDED, field="alliance_id")
        token, row = passwords.issue(system, "invite", user_id=None, payload=payload, now=now)
        letter = {
            "kind": kind,
            "organization": body,
            "expires_at": row.expires_at,
            "sealed": {"token": outbox.hide(token)},
        }
        invited = Account(email=email, locale=locale)
        _send(system, "invite", row.id, under, invited, letter, now)


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
        account = find(system, given["email"])
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
        account = find(system, given["email"])
        if account is not None and _closed(account):
            raise Invalid(passwords.NO_LINK, field="token")
        if account is None or not account.active:
            digest = passwords.digest_of(password, email=given["email"])
            account = account or Account(
                username=_username(given["email"]), email=given["email"], locale=given["locale"]
            )
            account.first_name = _name(first_name, "first_name")
            account.last_name = _name(last_name, "last_name")
            account.password, account.active = digest, True
            system.add(account)
        passwords.redeem(system, "invite", token, now=now)
        system.flush()
        seat = (given["kind"], given["alliance_id"], given["organization_id"])
        held = _give_seat(system, account.id, *seat)
        # Whoever invites means it: a seat that was closed is open again.
        held.active, held.care = True, bool(given["care"] or held.care)
        if given["person_id"] is not None:
            _let_act(system, account.id, given["person_id"], given["relation"])
        system.flush()
        return int(account.id)


# ---------------------------------------------------------------- shared


def _closed(account: Account) -> bool:
    """Whether the account was closed, and not only never confirmed: then no link opens it."""
    return not account.active and account.password is not None


def find(system: Session, email: str) -> Account | None:
    """The account of an address, however its letters are written."""
    same = select(Account).where(func.lower(Account.email) == email.lower())
    return system.scalars(same.order_by(Account.id)).first()


def address(email: str) -> str:
    """The address as it is kept. Raises Invalid naming ``email``."""
    plain = email.strip().lower()
    if len(plain) > 320:
        raise Invalid(TOO_LONG, field="email")
    if not re.fullmatch(r"[^@\s\x00-\x1f]+@[^@\s.]+(\.[^@\s.]+)+", plain):
        raise Invalid(NO_ADDRESS, field="email")
    return plain


def _name(name: str, field: str) -> str:
    plain = name.strip()
    if not plain:
        raise Invalid(NEEDED, field=field)
    if len(plain) > 64:
        raise Invalid(TOO_LONG, field=field)
    return plain


def _locale(locale: str) -> str:
    return locale if locale in LOCALES else "it"


def _username(email: str) -> str:
    return email if len(email) <= 128 else hashlib.sha256(email.encode()).hexdigest()


def _seat(system: Session, user_id: int, alliance_id: int) -> bool:
    held = select(Seat.id).where(
        Seat.user_id == user_id, Seat.alliance_id == alliance_id, Seat.kind == "citizen"
    )
    return system.scalars(held).first() is not None


def _give_seat(
    system: Session,
    user_id: int,
    kind: str,
    alliance_id: int | None,
    organization_id: int | None,
) -> Seat:
    same = select(Seat).where(
        Seat.user_id == user_id,
        Seat.kind == kind,
        Seat.alliance_id.is_not_distinct_from(alliance_id),
        Seat.organization_id.is_not_distinct_from(organization_id),
    )
    seat = system.scalars(same).first()
    if seat is None:
        seat = Seat(
            user_id=user_id, kind=kind, alliance_id=alliance_id, organization_id=organization_id
        )
        system.add(seat)
    return seat


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


def _send(
    system: Session,
    kind: str,
    token_id: int,
    alliance_id: int,
    account: Account,
    payload: dict[str, Any],
    now: datetime,
) -> None:
    outbox.queue(
        system,
        alliance_id=alliance_id,
        kind=kind,
        about=f"token:{token_id}",
        recipient=str(account.email),
        payload=payload,
        locale=str(account.locale or "it"),
        now=now,
    )
