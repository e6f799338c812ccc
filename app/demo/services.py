"""Writes the venues and the services of the catalogue."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app import models
from app.demo.acting import acting
from app.demo.network import Network
from app.demo.offers import OFFERS, VENUES, Offer
from app.operations import offers


def write_venues(db: Session, network: Network) -> dict[str, models.Location]:
    """The venues by name."""
    rows = {}
    for venue in VENUES[network.alliance.slug]:
        place = network.places[venue.municipality]
        rows[venue.name] = models.Location(
            alliance=network.alliance,
            organization=network.bodies[venue.body],
            name=venue.name,
            address=venue.address,
            postal_code=place.postal_code,
            municipality=place,
        )
    db.add_all(rows.values())
    db.flush()
    return rows


def write(
    db: Session, network: Network, venues: dict[str, models.Location], now: datetime
) -> dict[tuple[str, str], models.Service]:
    """The services by body and title, each brought to its state by the review."""
    rows = {}
    for number, offer in enumerate(OFFERS[network.alliance.slug]):
        body = network.bodies[offer.body]
        category = network.categories[offer.category]
        under_call = body.kind == "third_sector" and category.tree == "service"
        price = Decimal(offer.price) if offer.price else None
        row = models.Service(
            alliance=network.alliance,
            organization=body,
            controller=body,
            category=category,
            # The call admits third-sector bodies and six categories; no time-savers.
            call=network.calls.get("servizi-ets") if under_call else None,
            municipality=network.places[offer.municipality] if offer.municipality else None,
            title=offer.title,
            title_en=offer.title_en,
            description=offer.description,
            price_kind="free" if price is None else "reduced" if offer.reduced else "fixed",
            price=price,
            reduced_price=Decimal(offer.reduced) if offer.reduced else None,
            reduced_for=offer.reduced_for,
            price_unit=offer.unit,
            tuir_letter=offer.letter,
        )
        db.add(row)
        row.locations = [
            models.ServiceLocation(alliance=network.alliance, location=venue)
            for venue in venues.values()
            if venue.organization is body
        ]
        db.flush()
        _review(db, row, offer, now, now - timedelta(days=4 + number % 3))
        rows[offer.body, offer.title] = row
    return rows


def _review(
    db: Session, row: models.Service, offer: Offer, now: datetime, submitted: datetime
) -> None:
    if offer.status == "draft":
        return
    if offer.status in ("published", "suspended"):
        # On offer for longer than anything that was asked for.
        submitted -= timedelta(days=60)
    offers.submit(db, row, now=submitted)
    decided = submitted + timedelta(days=1)
    if offer.status == "returned":
        offers.return_(db, row, reason=offer.note or "", now=decided)
    elif offer.status != "review":
        offers.publish(db, row, now=decided)
    if offer.status == "suspended":
        offers.suspend(db, row, reason=offer.note or "", now=now - timedelta(days=2))


def write_change(
    db: Session, service: models.Service, provider: models.Account, now: datetime
) -> None:
    """The provider asks for another price; the published one stays until the review."""
    at = now - timedelta(days=1)
    with acting(db, provider, "provider", at) as own:
        row = own.get_one(models.Service, service.id)
        offers.propose(own, row, {"price": (row.price or 0) + 10}, now=at)
        offers.submit(own, row, now=at)
    db.expire(service)
