"""Keys of programs: each acts under one seat, within its scopes, until its day.

A scope is ``<resource>:read``, ``<resource>:write`` or ``<resource>:<verb>``. It takes from what
the seat may do and never adds to it. A key makes no keys: what leaks ends with the key that
leaked.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app import permissions
from app.errors import N_, Forbidden, Invalid
from app.models import ProgramKey, Seat
from app.operations.constraints import explained
from app.transaction import ScopedSession, elevated

LONGEST = timedelta(days=366)
# Last use is written this often: not a write a request.
A_MINUTE = timedelta(minutes=1)
# By this a key is told from other tokens.
BEGINS = "ik_"
FORM = re.compile(r"(ik_[0-9a-hjkmnp-tv-z]{12})_([A-Za-z0-9_-]{43})")
LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
ACTIONS = {"read": ("list", "get"), "write": ("create", "update", "delete")}

NEEDED = N_("This is needed.")
NO_SCOPE = N_("This scope gives your seat nothing: %(scope)s.")
ONE_SCOPE = N_("Choose at least one thing that the key may do.")
NOT_LONGER = N_("A key is good until a day within the next year.")


@dataclass(frozen=True)
class Holder:
    """For whom a key stands, and what it may do."""

    key_id: int
    name: str
    user_id: int
    seat_id: int
    scopes: tuple[str, ...]


def make(
    db: Session, *, name: str, scopes: Iterable[str], expires_at: datetime, now: datetime
) -> tuple[ProgramKey, str]:
    """A key of the caller's seat, and its text, kept nowhere. Raises Invalid, Forbidden."""
    who = db.principal if isinstance(db, ScopedSession) else None
    if who is None or who.seat_id is None or who.alliance_id is None:
        raise Forbidden
    if not name.strip():
        raise Invalid(NEEDED, field="name")
    if not now < expires_at <= now + LONGEST:
        raise Invalid(NOT_LONGER, field="expires_at")
    wanted = _held(who.kind, scopes)
    prefix = BEGINS + "".join(secrets.choice(LETTERS) for _ in range(12))
    text = f"{prefix}_{secrets.token_urlsafe(32)}"
    with elevated(db, "make a key of a program") as system:
        key = ProgramKey(
            alliance_id=who.alliance_id,
            seat_id=who.seat_id,
            name=name.strip(),
            prefix=prefix,
            digest=_digest(text),
            scopes=wanted,
            expires_at=expires_at,
        )
        with explained(), system.begin_nested():
            system.add(key)
            system.flush()
        number = key.id
    return db.get_one(ProgramKey, number), text


def revoke(db: Session, key: ProgramKey, *, now: datetime) -> ProgramKey:
    """Let the key open nothing from here on. Once is enough: again changes nothing."""
    with elevated(db, "revoke a key of a program") as system:
        row = system.get_one(ProgramKey, key.id)
        row.revoked_at = row.revoked_at or now
        system.flush()
    return db.get_one(ProgramKey, key.id)


def holder(system: Session, text: str, *, now: datetime) -> Holder | None:
    """For whom a key stands, or None for one that opens nothing; asked in the system's session.

    Writes down that it was used, at most once a minute; whoever called commits. Whether the
    account and the seat are still active is asked where it is asked of everybody.
    """
    form = FORM.fullmatch(text)
    if form is None:
        return None
    found = system.execute(
        select(ProgramKey, Seat.user_id)
        .join(Seat, Seat.id == ProgramKey.seat_id)
        .where(
            ProgramKey.prefix == form[1],
            ProgramKey.revoked_at.is_(None),
            ProgramKey.expires_at > now,
        )
    ).one_or_none()
    if found is None or not hmac.compare_digest(found[0].digest, _digest(text)):
        return None
    row, user_id = found
    if row.used_at is None or row.used_at <= now - A_MINUTE:
        _note_use(system, row.id, now)
    return Holder(row.id, row.name, user_id, row.seat_id, tuple(row.scopes))


def _note_use(system: Session, key_id: int, now: datetime) -> None:
    # Of many requests that come at once, one writes.
    system.execute(
        update(ProgramKey)
        .where(
            ProgramKey.id == key_id,
            or_(ProgramKey.used_at.is_(None), ProgramKey.used_at <= now - A_MINUTE),
        )
        .values(used_at=now, changed_at=ProgramKey.changed_at)
        .execution_options(synchronize_session=False)
    )


# ---------------------------------------------------------------- scopes


def allowed(scopes: Iterable[str]) -> frozenset[tuple[str, str]]:
    """The pairs (``can_<verb>``, resource) that scopes leave of what a seat may do."""
    pairs = set()
    for scope in scopes:
        resource, _, action = scope.partition(":")
        pairs |= {(f"can_{verb}", resource) for verb in ACTIONS.get(action, (action,))}
    return frozenset(pairs)


def offered(kind: str) -> list[str]:
    """Every scope that gives a seat of the kind something, by resource."""
    found = []
    for resource in permissions.RESOURCES:
        verbs = permissions.grant(kind, resource).verbs if resource != "keys" else frozenset()
        common = {verb for verbs_of in ACTIONS.values() for verb in verbs_of}
        named = [action for action, verbs_of in ACTIONS.items() if verbs & set(verbs_of)]
        found += [f"{resource}:{action}" for action in (*named, *sorted(verbs - common))]
    return found


def _held(kind: str, scopes: Iterable[str]) -> list[str]:
    """The scopes, each once. Raises Invalid for one that gives the seat nothing."""
    wanted = list(dict.fromkeys(scope.strip() for scope in scopes))
    if not wanted:
        raise Invalid(ONE_SCOPE, field="scopes")
    held = permissions.permissions(kind)
    for scope in wanted:
        if not allowed([scope]) & held or scope.startswith("keys:"):
            raise Invalid(NO_SCOPE, field="scopes", scope=scope[:80])
    return wanted


def _digest(text: str) -> str:
    # 256 random bits: nobody guesses them, and a slow digest would only slow each request.
    return hashlib.sha256(text.encode()).hexdigest()
