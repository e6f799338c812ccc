"""Writes the venues and the services of the catalogue."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from app import models
from app.demo.network import Network
from app.demo.offers import OFFERS, VENUES


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
    """The services by body and title, each in its state of the review."""
    rows = {}
    for number, offer in enumerate(OFFERS[network.alliance.slug]):
        body = network.bodies[offer.body]
        out = offer.status in ("published", "suspended")
        price = Decimal(offer.price) if offer.price else None
        submitted = now - timedelta(days=4 + number % 3)
        category = network.categories[offer.category]
        under_call = body.kind == "third_sector" and category.tree == "service"
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
            status=offer.status,
            review_note=offer.note,
            submitted_at=None if offer.status == "draft" else submitted,
            published_at=submitted + timedelta(days=1) if out else None,
        )
        db.add(row)
        row.locations = [
            models.ServiceLocation(alliance=network.alliance, location=venue)
            for venue in venues.values()
            if venue.organization is body
        ]
        rows[offer.body, offer.title] = row
    db.flush()
    return rows
