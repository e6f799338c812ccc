"""Loads the demo: the real alliances and their network, and invented people in it."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import models
from app.demo import (
    alliances,
    credit,
    desk,
    enrollments,
    families,
    fees,
    logins,
    network,
    payments,
    people,
    rankings,
    requests,
    services,
    workshops,
)

SEED = 20200330


def load(db: Session, *, now: datetime, password: str) -> list[tuple[str, str]]:
    """Fill an empty database, as things would stand now, and leave a full one alone.

    Returns one (seat, username) a demo seat. The caller commits.
    """
    if db.scalar(select(models.Alliance.id).limit(1)) is None:
        people.FAKE.seed_instance(SEED)
        _fill(db, now, password)
    return logins.listed()


def _fill(db: Session, now: datetime, password: str) -> None:
    networks = {facts.slug: network.write(db, facts, now) for facts in alliances.ALLIANCES}
    accounts = logins.write(db, networks, password, now)
    for slug, net in networks.items():
        # The second alliance has one login, its staff.
        first = slug == alliances.LODI.slug
        staff = accounts["staff" if first else "staff-milano"]
        desk_or_office = (
            (accounts["social-point"], "social_point", "desk")
            if first
            else (staff, "staff", "staff")
        )
        venues = services.write_venues(db, net)
        on_offer = services.write(db, net, venues, now)
        programme = workshops.write(db, net, venues, staff, now)
        fees.price(db, net, programme)
        by_need = rankings.announce(db, net, programme)
        known = families.write(db, net, now, accounts["parent"] if first else None)
        credit.give(db, net, known, now)
        desk.write(db, net, venues, known, now, desk_or_office[0])
        enrollments.write(
            db,
            enrollments.Applicants(programme, known, now, desk_or_office, accounts["municipality"]),
        )
        rankings.declare(db, by_need, programme)
        payments.ask(db, known, now)
        requests.write(db, slug, on_offer, known, accounts, now)
        if first:
            changed = on_offer["famiglia-nuova", "Doposcuola Il Cortile"]
            services.write_change(db, changed, accounts["provider"], now)
    # What the past would have sent has been sent: the first sender starts with nothing to do.
    db.execute(update(models.Message).values(status="sent", sent_at=models.Message.next_at))
    db.flush()
