"""Accounts: sign-up, confirmation, new passwords.

Nothing that a stranger may call tells whether an address has an account: the answer is the
same, the work takes as long, and what there is to say goes to the address itself.
"""

import hashlib
import re
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import Account, Alliance, Seat
from app.operations import outbox, passwords
from app.operations.constraints import UNKNOWN, explained
from app.transaction import elevated

LOCALES = ("it", "en")

NEEDED = N_("This is needed.")
NO_ADDRESS = N_("This is not an e-mail address.")
TOO_LONG = N_("This is too long.")

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
        "first_name": name(first_name, "first_name"),
        "last_name": name(last_name, "last_name"),
    }
    locale = language(locale)
    digest = passwords.digest_of(password, email=email)
    with elevated(db, "sign up") as system:
        alliance = system.get(Alliance, alliance_id)
        if alliance is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        account = find(system, email)
        if account is None:
            account = Account(
                **names, username=username(email), email=email, active=False, locale=locale
            )
            with explained(), system.begin_nested():
                system.add(account)
                system.flush()
        known = bool(account.active)
        if closed(account) or passwords.just_sent(system, "confirm", account.id, now=now):
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
        send(system, "confirm", row.id, alliance_id, account, letter, now)


def confirm(db: Session, *, token: str, now: datetime) -> int:
    """Open the account whose address was shown to be right: its number. Raises Invalid."""
    with elevated(db, "confirm an address") as system:
        row = passwords.redeem(system, "confirm", token, now=now)
        account = system.get_one(Account, row.user_id)
        if closed(account):
            raise Invalid(passwords.NO_LINK, field="token")
        if not account.active:
            account.password = row.payload["password"]
            account.first_name = row.payload["first_name"]
            account.last_name = row.payload["last_name"]
            account.active = True
        give_seat(system, account.id, "citizen", row.payload["alliance_id"], None)
        passwords.void(system, "confirm", account.id, now=now)
        system.flush()
        return int(account.id)


# ---------------------------------------------------------------- a new password


def ask_reset(
    db: Session, *, alliance_id: int, email: str, citizens: bool = True, now: datetime
) -> None:
    """Send a link to choose a new password, if there is an account to open with it.

    ``citizens``: whether passwords let citizens in, or only those who work here.
    """
    email = address(email)
    with elevated(db, "ask for a new password") as system:
        if system.get(Alliance, alliance_id) is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        account = find(system, email)
        open_ = account is not None and bool(account.active)
        if account is not None and not citizens:
            open_ = open_ and _works(system, account.id)
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
        send(system, "reset", row.id, alliance_id, account or stranger, letter, now)
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


# ---------------------------------------------------------------- shared


def closed(account: Account) -> bool:
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


def name(name: str, field: str) -> str:
    plain = name.strip()
    if not plain:
        raise Invalid(NEEDED, field=field)
    if len(plain) > 64:
        raise Invalid(TOO_LONG, field=field)
    return plain


def language(locale: str) -> str:
    return locale if locale in LOCALES else "it"


def username(email: str) -> str:
    return email if len(email) <= 128 else hashlib.sha256(email.encode()).hexdigest()


def _works(system: Session, user_id: int) -> bool:
    held = select(Seat.id).where(Seat.user_id == user_id, Seat.kind != "citizen", Seat.active)
    return system.scalars(held).first() is not None


def _seat(system: Session, user_id: int, alliance_id: int) -> bool:
    held = select(Seat.id).where(
        Seat.user_id == user_id, Seat.alliance_id == alliance_id, Seat.kind == "citizen"
    )
    return system.scalars(held).first() is not None


def give_seat(
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


def send(
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
