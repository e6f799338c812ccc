"""Persons: entered by their family, at a desk or by the office, and linked to who acts for them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, AskTheOffice, DomainError, Duplicate, Forbidden, Invalid, WrongAge
from app.models import RELATION_KINDS, Enrollment, Person, Relation
from app.operations import codice_fiscale, eligibility
from app.operations.constraints import UNKNOWN, explained
from app.transaction import ScopedSession, elevated

FIELDS = frozenset(
    {
        "first_name", "last_name", "birth_date", "fiscal_code", "no_fiscal_code", "sex",
        "municipality_id", "address", "email", "phone", "school", "allergies", "pickup",
    }
)  # fmt: skip
IDENTITY = frozenset(
    {"first_name", "last_name", "birth_date", "fiscal_code", "no_fiscal_code", "sex"}
)
# What somebody may say of themselves; a delegate is named by the office.
CLAIMED = frozenset({"self", "parent", "guardian", "carer"})
FIRST_YEAR = 1900

NEEDED = N_("This is needed.")
BORN_WHEN = N_("This date of birth is not possible.")
CODE_OR_REASON = N_("Give the codice fiscale, or say why there is none.")
NOT_BOTH = N_("Where there is a codice fiscale, no reason is needed.")
OTHER_NAME = N_(
    "The codice fiscale belongs to another name: write first and last name as they stand on"
    " the health card."
)
OTHER_SEX = N_("The codice fiscale says otherwise.")
SELF_ONCE = N_("You have entered yourself already.")


def register(db: Session, *, relation: str, now: datetime, **fields: Any) -> Person:
    """A citizen enters themselves or somebody they care for; from here on they act for them.

    Raises Invalid, and AskTheOffice for a codice fiscale that the alliance has: a second
    parent is let in by the office or by invitation, never by typing a code.
    """
    if relation not in CLAIMED:
        raise Invalid(UNKNOWN, field="relation")
    if not isinstance(db, ScopedSession) or db.principal.user_id is None:
        raise Forbidden
    who = db.principal
    if who.alliance_id is None:
        raise Forbidden
    with elevated(db, "enter a person") as system:
        if relation == "self":
            _require_first_self(system, user_id=who.user_id, alliance_id=who.alliance_id)
        person = enter(system, alliance_id=who.alliance_id, fields=fields, now=now)
        system.add(
            Relation(
                alliance_id=who.alliance_id,
                user_id=who.user_id,
                person_id=person.id,
                kind=relation,
            )
        )
        system.flush()
        made = person.id
    return db.get_one(Person, made)


def enter(system: Session, *, alliance_id: int, fields: dict[str, Any], now: datetime) -> Person:
    """A new person of the alliance, with values that hold. Raises Invalid, AskTheOffice."""
    values = checked(fields, now=now)
    if find(system, alliance_id=alliance_id, fiscal_code=values.get("fiscal_code")):
        raise AskTheOffice(field="fiscal_code")
    person = Person(alliance_id=alliance_id, **values)
    with explained(), system.begin_nested():
        system.add(person)
        system.flush()
    return person


def find(system: Session, *, alliance_id: int, fiscal_code: str | None) -> Person | None:
    """The person whom the alliance knows under this code."""
    if not fiscal_code:
        return None
    known = select(Person).where(
        Person.alliance_id == alliance_id, Person.fiscal_code == fiscal_code
    )
    return system.scalars(known).one_or_none()


def change(db: Session, person: Person, fields: dict[str, Any], *, now: datetime) -> Person:
    """Change what is known of a person. Raises Invalid, AskTheOffice, WrongAge, Forbidden.

    A new date of birth must not take away the ground from under an open enrolment.
    """
    unknown(fields)
    if IDENTITY & fields.keys():
        before = {name: getattr(person, name) for name in IDENTITY}
        fields = {**fields, **checked({**before, **fields}, now=now)}
    if "birth_date" in fields and fields["birth_date"] != person.birth_date:
        _require_ages(db, person, fields["birth_date"])
    with explained(), db.begin_nested():
        for name, value in fields.items():
            setattr(person, name, value)
        db.flush()
    return person


def link(
    db: Session,
    *,
    user_id: int,
    person: Person,
    kind: str,
    ends_on: date | None = None,
    now: datetime,
) -> Relation:
    """The office lets an account act for a person. Raises Invalid, Duplicate."""
    if kind not in RELATION_KINDS:
        raise Invalid(UNKNOWN, field="kind")
    with elevated(db, "link an account with a person") as system:
        known = select(Relation).where(Relation.user_id == user_id, Relation.person_id == person.id)
        if system.scalars(known).first() is not None:
            raise Duplicate(field="person_id")
        relation = Relation(
            alliance_id=person.alliance_id,
            user_id=user_id,
            person_id=person.id,
            kind=kind,
            ends_on=ends_on,
        )
        with explained(), system.begin_nested():
            system.add(relation)
            system.flush()
        made = relation.id
    return db.get_one(Relation, made)


# ---------------------------------------------------------------- what holds


def unknown(fields: dict[str, Any]) -> None:
    """Raise Invalid for what is no field of a person."""
    strange = sorted(fields.keys() - FIELDS)
    if strange:
        raise Invalid(UNKNOWN, field=strange[0])


def checked(fields: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The values with the code in its written form and the sex that it tells.

    Raises one Invalid for all that does not hold.
    """
    unknown(fields)
    values: dict[str, Any] = {
        k: v.strip() or None if isinstance(v, str) else v for k, v in fields.items()
    }
    errors: list[tuple[str | None, str]] = [
        (name, NEEDED) for name in ("first_name", "last_name", "birth_date") if not values.get(name)
    ]
    born = values.get("birth_date")
    today = clock.local_date(now)
    if born and not (born.year >= FIRST_YEAR and born <= today):
        errors.append(("birth_date", BORN_WHEN))
    code, reason = values.get("fiscal_code"), values.get("no_fiscal_code")
    if not code and not reason:
        errors.append(("fiscal_code", CODE_OR_REASON))
    elif code and reason:
        errors.append(("no_fiscal_code", NOT_BOTH))
    elif code and not errors:
        try:
            values |= _read(code, values, today)
        except DomainError as refusal:
            errors += [(field, message) for field, message, _ in refusal.errors]
    if errors:
        raise Invalid.many(errors)
    return values


def _read(code: str, values: dict[str, Any], today: date) -> dict[str, Any]:
    code = codice_fiscale.check(code)
    codice_fiscale.require_born(code, values["birth_date"])
    sex = codice_fiscale.birth(code, today=today).sex
    if values.get("sex") not in (None, sex):
        raise Invalid(OTHER_SEX, field="sex")
    # Twins share all but the first name.
    expected = codice_fiscale.encode(
        family_name=values["last_name"],
        given_name=values["first_name"],
        born=values["birth_date"],
        sex=sex,
        place=code[11:15],
    )
    if expected[:6] != code[:6]:
        raise Invalid(OTHER_NAME, field="fiscal_code")
    return {"fiscal_code": code, "sex": sex}


def _require_ages(db: Session, person: Person, born: date) -> None:
    with elevated(db, "the ages of open enrolments") as system:
        states = ("submitted", "waiting", "placed", "offered")
        rows = select(Enrollment).where(
            Enrollment.person_id == person.id, Enrollment.status.in_(states)
        )
        for enrollment in system.scalars(rows):
            low, high = eligibility.ages(enrollment.slot.workshop)
            age = Person(birth_date=born).age_on(enrollment.slot.starts_on)
            if not low <= age <= high:
                raise WrongAge(field="birth_date", low=low, high=high)


def _require_first_self(system: Session, *, user_id: int | None, alliance_id: int) -> None:
    known = select(Relation.id).where(
        Relation.user_id == user_id, Relation.alliance_id == alliance_id, Relation.kind == "self"
    )
    if system.scalars(known).first() is not None:
        raise Duplicate(SELF_ONCE, field="relation")
