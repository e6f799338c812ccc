"""One account for every seat: who can be tried in the demo."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app import models
from app.demo.network import Network
from app.demo.people import FAKE, first_name


@dataclass(frozen=True)
class Login:
    """An account and its seats: pairs of kind and organization, in one alliance or in none."""

    username: str
    alliance: str | None
    seats: tuple[tuple[str, str | None], ...]


LOGINS = (
    Login("admin", None, (("admin", None),)),
    Login("staff", "lodi", (("staff", None),)),
    Login("staff-milano", "sud-sud-est-milano", (("staff", None),)),
    # A municipality provides services and employs people.
    Login(
        "municipality",
        "lodi",
        (("municipality", "comune-codogno"), ("company", "comune-codogno")),
    ),
    Login("provider", "lodi", (("provider", "famiglia-nuova"),)),
    Login("partner", "lodi", (("partner", "cgil"),)),
    Login("company", "lodi", (("company", "gesam"),)),
    Login("social-point", "lodi", (("social_point", "azienda-consortile"),)),
    Login("parent", "lodi", (("citizen", None),)),
)

# This one sits down for the first time, and is shown round; the others know their way.
NEW = "staff-milano"


def listed() -> list[tuple[str, str]]:
    """Seat and username, one a seat, in the order of the list."""
    return [(kind, login.username) for login in LOGINS for kind, _ in login.seats]


def write(
    db: Session, networks: dict[str, Network], password: str, now: datetime
) -> dict[str, models.Account]:
    """The accounts by username, all with the same password."""
    accounts = {}
    for number, login in enumerate(LOGINS):
        account = models.Account(
            username=login.username,
            first_name=first_name("FM"[number % 2]),
            last_name=FAKE.last_name(),
            email=f"{login.username}@demo.example",
            password=generate_password_hash(password),
            active=True,
        )
        db.add(account)
        network = networks[login.alliance] if login.alliance else None
        for kind, body in login.seats:
            db.add(
                models.Seat(
                    user=account,
                    alliance=network.alliance if network else None,
                    kind=kind,
                    organization=network.bodies[body] if network and body else None,
                    toured_at=None if login.username == NEW else now,
                )
            )
        accounts[login.username] = account
    db.flush()
    return accounts
