"""Citizens who come by SPID, CIE or CNS: known by their codice fiscale, and by nothing else.

A gateway that speaks OpenID Connect says who somebody is. Whoever types a codice fiscale has
proven nothing; whoever comes with a digital identity has (DL 76/2020, art. 24). So an account
that somebody opened with a password is theirs only if it says so twice: by the code of the
person that it calls itself, and by having signed in there now or by the same e-mail address.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Forbidden, Invalid
from app.models import NO_MAILBOX, Account, Alliance, DigitalIdentity, Person, Relation
from app.operations import accounts, codice_fiscale, people
from app.operations.constraints import UNKNOWN, explained
from app.transaction import elevated

CLOSED = N_("This account was closed. Please ask the office.")
NO_CODE = N_("The digital identity came without a codice fiscale: without it nobody is let in.")
NO_NAME = N_("The digital identity came without a name.")
# eIDAS writes the country before the code: TINIT-RSSMRA85T10A562S.
COUNTRY = re.compile(r"TINIT-", re.IGNORECASE)


@dataclass(frozen=True)
class Identity:
    """What a provider says of somebody who signed in there."""

    issuer: str
    fiscal_code: str
    first_name: str
    last_name: str
    birth_date: date
    sex: str
    email: str | None = None


@dataclass(frozen=True)
class Entered:
    """Where somebody may sit down who came in."""

    user_id: int
    seat_id: int


def read(claims: Mapping[str, Any], *, issuer: str, now: datetime) -> Identity:
    """The identity of an OpenID provider's claims. Raises Invalid where the code or name lacks."""
    code = COUNTRY.sub("", _text(claims, "fiscal_number"), count=1)
    if not code:
        raise Invalid(NO_CODE, field="fiscal_number")
    code = codice_fiscale.check(code, field="fiscal_number")
    names = {name: _text(claims, name) for name in ("given_name", "family_name")}
    for field, said in names.items():
        if not said:
            raise Invalid(NO_NAME, field=field)
    birth = codice_fiscale.birth(code, today=clock.local_date(now))
    return Identity(
        issuer=issuer,
        fiscal_code=code,
        first_name=names["given_name"],
        last_name=names["family_name"],
        birth_date=_birth_date(claims) or birth.date,
        sex=birth.sex,
        email=_email(claims),
    )


def enter(
    db: Session,
    *,
    alliance_id: int,
    identity: Identity,
    signed_in_as: int | None = None,
    locale: str = "it",
    now: datetime,
) -> Entered:
    """Let a citizen into an alliance: account, seat, person and relation, made where missing.

    A person whom the alliance knows under this code is linked and never entered twice.
    ``signed_in_as`` is the account of the browser's session. Raises Forbidden, Invalid.
    """
    with elevated(db, "sign in by a digital identity") as system:
        _one_at_a_time(system, identity.fiscal_code)
        if system.get(Alliance, alliance_id) is None:
            raise Invalid(UNKNOWN, field="alliance_id")
        account = _account(system, identity, signed_in_as, locale, now)
        if not account.active:
            raise Forbidden(CLOSED)
        seat = accounts.give_seat(system, account.id, "citizen", alliance_id, None)
        system.flush()
        if not seat.active:
            raise Forbidden(CLOSED)
        person = _person(system, identity, alliance_id)
        _relate(system, account.id, person, now)
        return Entered(int(account.id), seat.id)


# ---------------------------------------------------------------- the account


def _account(
    system: Session, identity: Identity, signed_in_as: int | None, locale: str, now: datetime
) -> Account:
    known = system.scalars(
        select(DigitalIdentity).where(DigitalIdentity.fiscal_code == identity.fiscal_code)
    ).one_or_none()
    if known is not None:
        known.seen_at, known.issuer = now, identity.issuer
        return system.get_one(Account, known.user_id)
    account = _own(system, identity, signed_in_as, now) or _new(system, identity, locale)
    system.add(
        DigitalIdentity(
            user_id=account.id,
            fiscal_code=identity.fiscal_code,
            issuer=identity.issuer,
            seen_at=now,
        )
    )
    return account


def _own(
    system: Session, identity: Identity, signed_in_as: int | None, now: datetime
) -> Account | None:
    """The account that they have already: its own person has this code, and it is in their
    hands now or has their e-mail address."""
    theirs = Account.id == signed_in_as
    if identity.email:
        theirs = or_(theirs, func.lower(Account.email) == identity.email)
    says_so = select(Relation.user_id).join(Person, Person.id == Relation.person_id).where(
        Relation.kind == "self",
        Person.fiscal_code == identity.fiscal_code,
        or_(Relation.ends_on.is_(None), Relation.ends_on >= clock.local_date(now)),
    )  # fmt: skip
    found = select(Account).where(
        theirs,
        Account.active,
        Account.id.in_(says_so),
        Account.id.not_in(select(DigitalIdentity.user_id)),
    )
    # The one that is in their hands before another with their address.
    return system.scalars(found.order_by(Account.id != (signed_in_as or 0), Account.id)).first()


def _new(system: Session, identity: Identity, locale: str) -> Account:
    email = identity.email
    if email is None or accounts.find(system, email) is not None:
        email = f"{secrets.token_hex(12)}{NO_MAILBOX}"
    account = Account(
        first_name=identity.first_name[:64],
        last_name=identity.last_name[:64],
        username=accounts.username(email),
        email=email,
        active=True,
        locale=accounts.language(locale),
    )
    with explained(), system.begin_nested():
        system.add(account)
        system.flush()
    return account


# ---------------------------------------------------------------- the person


def _person(system: Session, identity: Identity, alliance_id: int) -> Person:
    person = people.find(system, alliance_id=alliance_id, fiscal_code=identity.fiscal_code)
    if person is None:
        # The names are the registry's own: they are not held against the code once more.
        person = Person(
            alliance_id=alliance_id,
            first_name=identity.first_name[:100],
            last_name=identity.last_name[:100],
            birth_date=identity.birth_date,
            fiscal_code=identity.fiscal_code,
            sex=identity.sex,
            email=identity.email,
        )
        with explained(), system.begin_nested():
            system.add(person)
            system.flush()
    return person


def _relate(system: Session, user_id: int, person: Person, now: datetime) -> None:
    """They are this person, and whoever else only said so is not."""
    today = clock.local_date(now)
    system.execute(
        update(Relation)
        .where(
            Relation.person_id == person.id,
            Relation.kind == "self",
            Relation.user_id != user_id,
            or_(Relation.ends_on.is_(None), Relation.ends_on >= today),
        )
        .values(ends_on=today - timedelta(days=1), version=Relation.version + 1)
        .execution_options(synchronize_session=False)
    )
    same = select(Relation).where(Relation.user_id == user_id, Relation.person_id == person.id)
    relation = system.scalars(same).one_or_none()
    if relation is None:
        relation = Relation(alliance_id=person.alliance_id, user_id=user_id, person_id=person.id)
        system.add(relation)
    if relation.kind != "self" or relation.ends_on is not None:
        relation.kind, relation.ends_on = "self", None
    system.flush()


# ---------------------------------------------------------------- claims


def _text(claims: Mapping[str, Any], name: str) -> str:
    said = claims.get(name)
    return " ".join(said.replace("\x00", " ").split()) if isinstance(said, str) else ""


def _birth_date(claims: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(_text(claims, "birthdate"))
    except ValueError:
        return None


def _email(claims: Mapping[str, Any]) -> str | None:
    """The address, unless the provider says that it was never shown to be theirs."""
    if claims.get("email_verified") is False:
        return None
    try:
        return accounts.address(_text(claims, "email"))
    except Invalid:
        return None


def _one_at_a_time(system: Session, fiscal_code: str) -> None:
    # Two first sign-ins that cross would each make an account.
    number = int.from_bytes(hashlib.sha256(f"identity:{fiscal_code}".encode()).digest()[:8],
                            signed=True)  # fmt: skip
    system.execute(select(func.pg_advisory_xact_lock(number)))
