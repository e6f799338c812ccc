"""Invented people with valid codici fiscali, for the demo and for the tests.

Factories write into the session that `into(db)` names:

    with into(db):
        child = PersonFactory(age=8, alliance=alliance)
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta

import factory
from dateutil.relativedelta import relativedelta
from factory.alchemy import SQLAlchemyModelFactory
from faker import Faker
from sqlalchemy.orm import Session

from app import clock, models
from app.municipalities import of_lodi
from app.operations import codice_fiscale

# One generator for all, seeded, so that every installation shows the same families.
FAKE = Faker("it_IT")
FAKE.seed_instance(26900)

_session: ContextVar[Session] = ContextVar("factories' session")


@contextmanager
def into(db: Session) -> Iterator[None]:
    """Have the factories write into this session."""
    token = _session.set(db)
    try:
        yield
    finally:
        _session.reset(token)


class Rows(SQLAlchemyModelFactory):
    """A factory of rows that are flushed at once, so that they have their number."""

    class Meta:
        abstract = True
        sqlalchemy_session_factory = _session.get
        sqlalchemy_session_persistence = "flush"


def first_name(sex: str) -> str:
    """A first name of the sex."""
    return FAKE.first_name_female() if sex == "F" else FAKE.first_name_male()


def born(age: int, days: int, today: date) -> date:
    """The birth date of somebody who is of that age today, and has been for some days."""
    return today - relativedelta(years=age) - timedelta(days=days % 360)


def mailbox(first: str, last: str, number: int) -> str:
    """An address that reaches nobody (RFC 2606)."""
    name = f"{first}.{last}".lower().replace(" ", "").replace("'", "")
    plain = name.translate(str.maketrans("àèéìòù", "aeeiou"))
    return f"{plain}.{number}@famiglie.example"


def telephone(number: int) -> str:
    """A number that anybody sees to be invented."""
    return f"+39 300 0{number % 1_000_000:06d}"


def _fiscal_code(person: factory.builder.Resolver) -> str | None:
    if person.no_fiscal_code:
        return None
    return codice_fiscale.encode(
        family_name=person.last_name,
        given_name=person.first_name,
        born=person.birth_date,
        sex=person.sex,
        place=person.birthplace,
    )


class PersonFactory(Rows):
    """A child of eight, unless told otherwise: `age`, and `today` from which it is counted."""

    class Meta:
        model = models.Person

    class Params:
        age = 8
        number = factory.Sequence(lambda n: n)
        today = factory.LazyFunction(clock.today)
        birthplace = factory.LazyAttribute(lambda p: _birthplace(p.number))

    sex = factory.LazyAttribute(lambda p: "FM"[p.number % 2])
    first_name = factory.LazyAttribute(lambda p: first_name(p.sex))
    last_name = factory.LazyFunction(FAKE.last_name)
    birth_date = factory.LazyAttribute(lambda p: born(p.age, 7 + 29 * p.number, p.today))
    no_fiscal_code = None
    fiscal_code = factory.LazyAttribute(_fiscal_code)


class ParentFactory(PersonFactory):
    """A grown-up with a telephone and a mailbox."""

    class Params:
        age = factory.LazyAttribute(lambda p: 30 + p.number % 19)

    email = factory.LazyAttribute(lambda p: mailbox(p.first_name, p.last_name, p.number))
    phone = factory.LazyAttribute(lambda p: telephone(p.number))


class AccountFactory(Rows):
    """An account without a password; FAB's own columns."""

    class Meta:
        model = models.Account

    class Params:
        number = factory.Sequence(lambda n: n)

    first_name = factory.LazyAttribute(lambda a: first_name("FM"[a.number % 2]))
    last_name = factory.LazyFunction(FAKE.last_name)
    username = factory.LazyAttribute(lambda a: f"utente{a.number}")
    email = factory.LazyAttribute(lambda a: mailbox(a.first_name, a.last_name, a.number))
    active = True


def _birthplace(number: int) -> str:
    places = of_lodi()
    return places[number % len(places)].cadastral
