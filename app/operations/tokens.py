"""Tokens of programs: one family a sign-in, in which only the token given out last renews.

A program that renews gives its token up for a new one. Whoever shows a token that was given
up already has a copy of it, or holds what was copied: nobody can tell which of the two is the
thief, so the whole family ends (RFC 9700, section 4.14.2).
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.models import TokenFamily
from app.transaction import elevated

# However often it is renewed, a sign-in ends; and sooner when nobody renews it.
LASTS = timedelta(days=30)
SILENCE = timedelta(days=7)


def begin(
    db: Session, *, user_id: int, seat_id: int, came_by: str, now: datetime
) -> tuple[int, str]:
    """A new family: its number, and the name of the token that may renew it."""
    name = _new_name()
    with elevated(db, "begin a family of tokens") as system:
        family = TokenFamily(
            user_id=user_id,
            seat_id=seat_id,
            came_by=came_by,
            digest=_digest(name),
            used_at=now,
            expires_at=now + LASTS,
        )
        system.add(family)
        system.flush()
        return family.id, name


def renew(db: Session, *, family_id: int, name: str, now: datetime) -> str | None:
    """The name of the token that renews from here on; of two who come at once, one has it.

    None where the family has ended, its time is up, or the token was renewed before: then the
    family ends. Whoever called commits in both cases.
    """
    following = _new_name()
    renewed = (
        update(TokenFamily)
        .where(
            TokenFamily.id == family_id,
            TokenFamily.digest == _digest(name),
            TokenFamily.ended_at.is_(None),
            TokenFamily.expires_at > now,
            TokenFamily.used_at > now - SILENCE,
        )
        .values(digest=_digest(following), used_at=now)
        .returning(TokenFamily.id)
        .execution_options(synchronize_session=False)
    )
    with elevated(db, "renew a token") as system:
        if system.execute(renewed).scalar_one_or_none() is not None:
            return following
    end(db, family_id=family_id, now=now)
    return None


def end(db: Session, *, family_id: int, now: datetime) -> None:
    """No token of the family is good for anything any more."""
    with elevated(db, "end a family of tokens") as system:
        system.execute(
            update(TokenFamily)
            .where(TokenFamily.id == family_id, TokenFamily.ended_at.is_(None))
            .values(ended_at=now)
            .execution_options(synchronize_session=False)
        )


def stands(system: Session, *, family_id: int, now: datetime) -> bool:
    """Whether the family has neither ended nor run out; asked in the system's session."""
    standing = select(TokenFamily.id).where(
        TokenFamily.id == family_id, TokenFamily.ended_at.is_(None), TokenFamily.expires_at > now
    )
    return system.scalar(standing) is not None


def _new_name() -> str:
    return secrets.token_urlsafe(32)


def _digest(name: str) -> str:
    # 256 random bits: nobody guesses them, and a slow digest would only slow us down.
    return hashlib.sha256(name.encode()).hexdigest()
