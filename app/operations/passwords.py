"""Passwords and the links that confirm, reset or invite: each holds once, for a time."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.errors import N_, Invalid
from app.models import AccountToken

SHORTEST, LONGEST = 10, 200
VALID_FOR = {
    "confirm": timedelta(days=2),
    "reset": timedelta(hours=2),
    "invite": timedelta(days=14),
}
# Whoever asks again and again does not fill somebody's mailbox.
QUIET = timedelta(minutes=2)

TOO_SHORT = N_("A password has at least ten characters.")
TOO_LONG = N_("A password has at most two hundred characters.")
IS_ADDRESS = N_("Choose a password that is not your e-mail address.")
NO_LINK = N_("This link was used already, or its time has passed. Please ask for another one.")


def digest_of(password: str, *, email: str = "") -> str:
    """The salted digest that the database keeps. Raises Invalid naming ``password``."""
    if len(password) < SHORTEST:
        raise Invalid(TOO_SHORT, field="password")
    if len(password) > LONGEST:
        raise Invalid(TOO_LONG, field="password")
    if password.strip().casefold() == email.casefold():
        raise Invalid(IS_ADDRESS, field="password")
    return generate_password_hash(password)


def issue(
    system: Session,
    kind: str,
    *,
    user_id: int | None,
    payload: dict[str, Any],
    now: datetime,
) -> tuple[str, AccountToken]:
    """A new link's token, of which only the digest is kept, and its row."""
    token = secrets.token_urlsafe(32)
    row = AccountToken(
        kind=kind,
        user_id=user_id,
        digest=_digest(token),
        payload=payload,
        expires_at=now + VALID_FOR[kind],
    )
    system.add(row)
    system.flush()
    return token, row


def look_at(system: Session, kind: str, token: str, *, now: datetime) -> AccountToken:
    """The row of a link that still holds. Raises Invalid naming ``token``."""
    holds = select(AccountToken).where(*_holding(kind, token, now))
    row = system.scalars(holds).one_or_none()
    if row is None:
        raise Invalid(NO_LINK, field="token")
    return row


def redeem(system: Session, kind: str, token: str, *, now: datetime) -> AccountToken:
    """Use a link up: of two who come at once, one has it. Raises Invalid naming ``token``."""
    used = (
        update(AccountToken)
        .where(*_holding(kind, token, now))
        .values(used_at=now)
        .returning(AccountToken.id)
        .execution_options(synchronize_session=False)
    )
    found = system.execute(used).scalar_one_or_none()
    if found is None:
        raise Invalid(NO_LINK, field="token")
    return system.get_one(AccountToken, found, populate_existing=True)


def void(system: Session, kind: str, user_id: int, *, now: datetime) -> None:
    """Let no other link of this kind open the account any more."""
    system.execute(
        update(AccountToken)
        .where(
            AccountToken.kind == kind,
            AccountToken.user_id == user_id,
            AccountToken.used_at.is_(None),
        )
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def just_sent(system: Session, kind: str, user_id: int | None, *, now: datetime) -> bool:
    """Whether such a link went to the account a moment ago."""
    fresh = select(AccountToken.id).where(
        AccountToken.kind == kind,
        AccountToken.user_id == user_id,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > now + VALID_FOR[kind] - QUIET,
    )
    return user_id is not None and system.scalars(fresh).first() is not None


def _holding(kind: str, token: str, now: datetime) -> tuple[Any, ...]:
    return (
        AccountToken.digest == _digest(token),
        AccountToken.kind == kind,
        AccountToken.used_at.is_(None),
        AccountToken.expires_at > now,
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
