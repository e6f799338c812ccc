"""Invented families: the login's own, one beside it, and those who fill the workshops."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app import clock, models
from app.demo import people
from app.demo.network import Network

# How many families each alliance has besides the login's, and where they live.
FAMILIES = {"lodi": 40, "sud-sud-est-milano": 10}
HOMES = {
    "lodi": ("Codogno", "Lodi", "Casalpusterlengo", "Codogno", "Massalengo", "Maleo"),
    "sud-sud-est-milano": ("San Donato Milanese", "Melegnano", "San Giuliano Milanese"),
}
# Ages of a family's children, by turns.
CHILDREN = ((8,), (6, 10), (4, 7), (9,), (5, 8, 11), (7,), (10, 12), (3, 6))
ALLERGIES = ("Arachidi", "Lattosio", "Polline, porta con sé l'antistaminico", "Uova")
# A stride through the people that have something noted.
NOTED = 5
ELDERLY = 6
# This one has its seat from the list of logins.
LOGIN = "parent"


@dataclass
class Family:
    """A parent, the children, and the parent's account (None: they come to the desk)."""

    parent: models.Person
    children: list[models.Person]
    account: models.Account | None


@dataclass
class Families:
    """The login's family is the first of the list; the elderly live on their own."""

    families: list[Family]
    elderly: list[models.Person]


def write(
    db: Session, network: Network, now: datetime, login: models.Account | None = None
) -> Families:
    """The families of one alliance; the first one is the login's, if there is one."""
    slug, today = network.alliance.slug, clock.local_date(now)
    homes = HOMES[slug]
    with people.into(db):
        found = [_family(network, today, "Codogno", (9, 6), login)] if login else []
        for number in range(FAMILIES[slug]):
            home, ages = homes[number % len(homes)], CHILDREN[number % len(CHILDREN)]
            family = _family(network, today, home, ages)
            # One family in nine has no account: the desk tells them by telephone.
            if number % 9 == 8:
                family.parent.email = None
            else:
                family.account = _account(family.parent, f"famiglia-{slug}-{number + 1}")
                _relate(db, family)
            found.append(family)
        elderly = [
            people.ParentFactory(
                alliance=network.alliance,
                today=today,
                age=74 + number * 3,
                municipality=network.places[homes[number % len(homes)]],
                address=f"Via dei Tigli {number + 1}",
                email=None,
            )
            for number in range(ELDERLY)
        ]
        if login:
            _relate(db, found[0])
        db.flush()
    return Families(found, elderly)


def _family(
    network: Network,
    today: date,
    home: str,
    ages: tuple[int, ...],
    login: models.Account | None = None,
) -> Family:
    lives = {"alliance": network.alliance, "today": today, "municipality": network.places[home]}
    known = {}
    if login is not None:
        known = {
            "sex": "F",
            "first_name": login.first_name,
            "last_name": login.last_name,
            "email": login.email,
        }
    parent = people.ParentFactory(**lives, **known)
    parent.address = f"Via dei Platani {parent.id}"
    children = []
    for number, age in enumerate(ages):
        child = people.PersonFactory(
            **lives,
            sex="MF"[(parent.id + number) % 2] if login is None else "MF"[number % 2],
            age=age,
            last_name=parent.last_name,
            address=parent.address,
            school=_school(age, home),
            pickup=f"{parent.name}; {people.FAKE.name()} (nonna)",
        )
        if child.id % NOTED == 0 or (login is not None and number == 0):
            child.allergies = ALLERGIES[child.id % len(ALLERGIES)]
        children.append(child)
    return Family(parent, children, login)


def _account(parent: models.Person, username: str) -> models.Account:
    return people.AccountFactory(
        username=username,
        first_name=parent.first_name,
        last_name=parent.last_name,
        email=parent.email,
    )


def _relate(db: Session, family: Family) -> None:
    """Let the account act for the parent and the children."""
    persons = [(family.parent, "self"), *((child, "parent") for child in family.children)]
    for person, kind in persons:
        db.add(
            models.Relation(alliance=person.alliance, user=family.account, person=person, kind=kind)
        )
    if family.account.username != LOGIN:
        db.add(models.Seat(user=family.account, alliance=family.parent.alliance, kind="citizen"))


def _school(age: int, home: str) -> str:
    if age < 6:
        return f"Scuola dell'infanzia di {home}"
    if age < 11:
        return f"Scuola primaria di {home}, classe {age - 5}ª"
    return f"Scuola secondaria di {home}, classe {age - 10}ª"
