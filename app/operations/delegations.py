"""Delegations: a person's recorded consent that a desk's operator acts for them."""

import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, AskTheOffice, Invalid, NotDelegated, NotFound, TooMany, WrongState
from app.models import Delegation, File, Person, SocialPoint
from app.operations import outbox, people
from app.operations.constraints import UNKNOWN
from app.transaction import ScopedSession, elevated, open_session
from app.transaction import system as as_system

WRONG_CODES = 5
CODE_HOURS = 24

PAPER = N_("A consent on paper needs the signed paper.")
NO_ADDRESS = N_("No e-mail address of this person is known: use the signed paper.")
PAST = N_("The end lies in the past.")
WRONG_CODE = N_("The code is wrong or too old.")


def record(
    db: Session,
    *,
    social_point_id: int,
    method: str,
    ends_on: date,
    scope: str = "all",
    file_id: int | None = None,
    person_id: int | None = None,
    person_fields: dict[str, Any] | None = None,
    now: datetime,
) -> Delegation:
    """Record a consent given on paper, or send the person a code that confirms it.

    The person is one whom the caller sees, or is described: whoever has this codice fiscale,
    name and date of birth, or else somebody new. Raises Invalid, AskTheOffice.
    """
    point = db.get(SocialPoint, social_point_id)
    if point is None:
        raise Invalid(UNKNOWN, field="social_point_id")
    if method not in Delegation.METHODS or scope not in Delegation.SCOPES:
        raise Invalid(UNKNOWN, field="method" if method not in Delegation.METHODS else "scope")
    today = clock.local_date(now)
    if ends_on < today:
        raise Invalid(PAST, field="ends_on")
    if method == "paper" and file_id is None:
        raise Invalid(PAPER, field="file_id")
    if file_id is not None and db.get(File, file_id) is None:
        raise Invalid(UNKNOWN, field="file_id")
    if person_id is not None and db.get(Person, person_id) is None:
        raise Invalid(UNKNOWN, field="person_id")
    operator = db.principal.user_id if isinstance(db, ScopedSession) else None
    with elevated(db, "record a delegation") as system:
        if person_id is None:
            person_id = _described(system, point.alliance_id, person_fields or {}, now).id
        row = Delegation(
            alliance_id=point.alliance_id,
            person_id=person_id,
            social_point_id=social_point_id,
            scope=scope,
            method=method,
            file_id=file_id,
            confirmed_at=now if method == "paper" else None,
            starts_on=today,
            ends_on=ends_on,
            operator_id=operator,
        )
        system.add(row)
        system.flush()
        if file_id is not None:
            # From here on it is the person's paper, no more the body's: its other seats,
            # as employer say, do not see it.
            paper = system.get_one(File, file_id)
            paper.person_id, paper.organization_id = person_id, None
        if method == "code":
            _send(system, row, now)
        made = row.id
    return db.get_one(Delegation, made)


def _described(system: Session, alliance_id: int, fields: dict[str, Any], now: datetime) -> Person:
    values = people.checked(fields, now=now)
    known = people.find(system, alliance_id=alliance_id, fiscal_code=values.get("fiscal_code"))
    if known is None:
        return people.enter(system, alliance_id=alliance_id, fields=fields, now=now)
    # What the operator typed changes nothing of what is known, nor where the code is sent.
    same = (known.birth_date, known.last_name.casefold(), known.first_name.casefold())
    typed = (values["birth_date"], values["last_name"], values["first_name"])
    if same != (typed[0], typed[1].casefold(), typed[2].casefold()):
        raise AskTheOffice(field="fiscal_code")
    return known


def send_code(db: Session, delegation: Delegation, *, now: datetime) -> Delegation:
    """Send a new code; the one before no longer holds. Raises WrongState, Invalid."""
    with elevated(db, "send a delegation's code") as system:
        row = system.get_one(Delegation, delegation.id)
        if row.method != "code" or row.confirmed_at is not None or row.revoked_at is not None:
            raise WrongState(field="method")
        _send(system, row, now)
    return db.get_one(Delegation, delegation.id)


def _send(system: Session, row: Delegation, now: datetime) -> None:
    person = row.person
    if not person.email:
        raise Invalid(NO_ADDRESS, field="method")
    code = f"{secrets.randbelow(10**6):06d}"
    row.code_digest = _digest(row, code)
    row.code_expires_at = now + timedelta(hours=CODE_HOURS)
    outbox.queue(
        system,
        alliance_id=row.alliance_id,
        kind="delegation_code",
        about=f"delegation:{row.id}:{row.code_digest[:12]}",
        recipient=person.email,
        payload={
            "sealed": {"code": outbox.hide(code)},
            "person": person.name,
            "social_point": row.social_point.name,
            "expires_at": row.code_expires_at,
        },
        now=now,
    )


def confirm(db: Session, delegation: Delegation, *, code: str, now: datetime) -> Delegation:
    """Confirm by the code that the person was sent and tells the operator.

    Raises Invalid for a wrong or old one, TooMany after five wrong ones: the count is kept
    whatever becomes of the caller's transaction.
    """
    if delegation.confirmed_at is not None or delegation.revoked_at is not None:
        raise WrongState(field="code")
    if not _count_attempt(db, delegation.id):
        raise TooMany(field="code")
    with elevated(db, "confirm a delegation") as system:
        row = system.get_one(Delegation, delegation.id, populate_existing=True)
        right = hmac.compare_digest(row.code_digest or "", _digest(row, code.strip()))
        if not right or row.code_expires_at is None or row.code_expires_at <= now:
            raise Invalid(WRONG_CODE, field="code")
        row.confirmed_at = now
        row.code_digest = row.code_expires_at = None
        row.code_failures = 0
    return db.get_one(Delegation, delegation.id)


def _count_attempt(db: Session, delegation_id: int) -> bool:
    """Count one more try, before it is looked at; whether one was left."""
    left = (
        update(Delegation)
        .where(Delegation.id == delegation_id, Delegation.code_failures < WRONG_CODES)
        .values(code_failures=Delegation.code_failures + 1)
        .returning(Delegation.id)
        .execution_options(synchronize_session=False)
    )
    bind = db.get_bind()
    if not isinstance(bind, Engine):
        with elevated(db, "count a wrong code") as system:
            return system.execute(left).first() is not None
    with open_session(bind, as_system("delegations")) as apart, apart.begin():
        return apart.execute(left).first() is not None


def revoke(db: Session, delegation: Delegation, *, now: datetime) -> Delegation:
    """End a delegation at once; what was done under it stays. Raises WrongState."""
    with elevated(db, "revoke a delegation") as system:
        row = system.get_one(Delegation, delegation.id)
        if row.revoked_at is not None:
            raise WrongState
        row.revoked_at = now
    found = db.get(Delegation, delegation.id)
    if found is None:
        raise NotFound
    return found


def valid(
    db: Session,
    *,
    person_id: int,
    scope: str,
    now: datetime,
    organization_id: int | None = None,
    social_point_id: int | None = None,
) -> Delegation | None:
    """The person's delegation to the desk, or to any desk of the body, that holds today."""
    today = clock.local_date(now)
    holds = (
        select(Delegation)
        .join(SocialPoint, SocialPoint.id == Delegation.social_point_id)
        .where(
            Delegation.person_id == person_id,
            Delegation.scope.in_((scope, "all")),
            Delegation.confirmed_at.is_not(None),
            Delegation.revoked_at.is_(None),
            Delegation.starts_on <= today,
            Delegation.ends_on >= today,
            or_(
                SocialPoint.organization_id == organization_id,
                SocialPoint.id == social_point_id,
            ),
        )
        .order_by(Delegation.id.desc())
    )
    return db.scalars(holds).first()


def require(db: Session, *, person_id: int, scope: str, now: datetime) -> Delegation:
    """The delegation under which the caller's desk acts for the person. Raises NotDelegated."""
    body = db.principal.organization_id if isinstance(db, ScopedSession) else None
    found = valid(db, person_id=person_id, scope=scope, organization_id=body, now=now)
    if found is None:
        raise NotDelegated(field="person_id")
    return found


def _digest(row: Delegation, code: str) -> str:
    return hashlib.sha256(f"{row.id}:{code}".encode()).hexdigest()
