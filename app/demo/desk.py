"""The social points, and the consents of those who come there."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import clock, models
from app.demo.families import Families
from app.demo.network import Network

DESKS = {
    "lodi": ("azienda-consortile", "Social point di Lodi", "Sportello di ascolto"),
    "sud-sud-est-milano": (
        "spazio-aperto-servizi",
        "Social point di San Donato",
        "Spazio Mongolfiera",
    ),
}
# Long enough for everything that the demo lets happen under it.
SINCE, UNTIL = timedelta(days=500), timedelta(days=200)


def write(
    db: Session,
    network: Network,
    venues: dict[str, models.Location],
    known: Families,
    now: datetime,
    operator: models.Account | None,
) -> models.SocialPoint:
    """An alliance's desk; whoever has no account let it act for the whole family."""
    body, name, venue = DESKS[network.alliance.slug]
    point = models.SocialPoint(
        alliance=network.alliance,
        organization=network.bodies[body],
        name=name,
        location=venues[venue],
        opening_hours="Lunedì e mercoledì 9-12.30, giovedì 14-18",
        phone="0371 000 111",
        email=f"sportello@{body}.example",
    )
    db.add(point)
    today = clock.local_date(now)
    persons = [
        person
        for family in known.families
        if family.account is None
        for person in (family.parent, *family.children)
    ]
    db.add_all(
        models.Delegation(
            alliance=network.alliance,
            person=person,
            social_point=point,
            scope="all",
            method="code",
            confirmed_at=now - SINCE,
            starts_on=today - SINCE,
            ends_on=today + UNTIL,
            operator=operator,
        )
        for person in [*persons, *known.elderly]
    )
    db.flush()
    return point
