"""Workshops and camps with their free places."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask import g, request
from sqlalchemy import case, func, or_, select

from app import clock, security
from app.models import Municipality, Season, Slot, Workshop
from app.portal import fees, site
from app.portal.site import pages
from app.query import rows

CARD = (
    "id", "title", "title_en", "kind", "organization.name", "season.id", "season.title",
    "season.title_en", "municipality.name", "participants", "min_age", "max_age", "starts_on",
    "ends_on", "opens_at", "closes_at", "price_kind", "price", "reduced_price", "reduced_for",
    "price_unit",
)  # fmt: skip
WHOLE = (
    *CARD, "ranking_id", "fee_scheme_id",
    "description", "description_en", "location.name", "location.address",
    "location.postal_code", "controller.name", "allocation", "offer_hours", "absences_allowed",
    "tuir_letter",
    "organization.address", "organization.email", "organization.phone", "organization.website",
)  # fmt: skip
SEARCHED = ("title", "title_en", "description", "organization.name", "municipality.name",
            "season.title")  # fmt: skip
ONLINE = "online"
# A place is free to take where nobody waits for it.
FREE = case((Slot.waiting_count == 0, Slot.places - Slot.places_taken), else_=0)


@pages.get("/laboratori/")
def workshops() -> Any:
    """What is to come, searched by text, season, municipality and age."""
    db, now = site.public(), security.moment()
    season, age = site.number("season"), site.number("age")
    place = site.words_of("municipality")
    only_open, past = "open" in request.args, "past" in request.args
    conditions: list[Any] = [Workshop.alliance_id == g.alliance["id"]]
    if not past:
        conditions.append(Workshop.ends_on >= clock.today())
    if season is not None:
        conditions.append(Workshop.season_id == season)
    if place == ONLINE:
        conditions.append(Workshop.kind == ONLINE)
    elif place.isascii() and place.isdigit() and len(place) < 10:
        conditions.append(Workshop.municipality_id == int(place))
    if age is not None:
        conditions += [
            or_(Workshop.min_age.is_(None), Workshop.min_age <= age),
            or_(Workshop.max_age.is_(None), Workshop.max_age >= age),
        ]
    if only_open:
        conditions += [Workshop.opens_at <= now, Workshop.closes_at > now]
    wanted = rows.Selection(
        "workshops",
        CARD,
        search=site.words_of(),
        search_columns=SEARCHED,
        sort="-starts_on" if past else "starts_on",
        extra=tuple(conditions),
    )
    found = site.listed(db, wanted)
    found["rows"] = with_places(db, found["rows"])
    return site.render(
        "workshops.html",
        found=found,
        q=site.words_of(),
        season=season,
        age=age,
        municipality=place,
        only_open=only_open,
        past=past,
        seasons=_seasons(db, past),
        places=_places(db),
    )


@pages.get("/laboratori/<int:id_>")
def workshop(id_: int) -> Any:
    """One workshop with its days or weeks, places and price."""
    db = site.public()
    ours = (Workshop.id == id_, Workshop.alliance_id == g.alliance["id"])
    found = site.one(db, rows.Selection("workshops", WHOLE, extra=ours))
    with_places(db, [found])
    return site.render(
        "workshop.html", workshop=found, slots=slots_of(db, id_), fees=fees.of(db, found)
    )


def slots_of(db: Any, workshop_id: int) -> list[dict[str, Any]]:
    """A workshop's days or weeks, in order, with the places that can be taken."""
    names = ("id", "title", "title_en", "starts_on", "ends_on", "starts_at", "ends_at", "places",
             "places_taken", "waiting_count")  # fmt: skip
    statement = (
        select(*(getattr(Slot, name) for name in names), FREE.label("free"))
        .where(Slot.workshop_id == workshop_id)
        .order_by(Slot.starts_on, Slot.starts_at, Slot.id)
    )
    today = clock.today()
    return [
        {**row, "over": row["ends_on"] < today} for row in db.execute(statement).mappings().all()
    ]


def with_places(db: Any, workshops: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The workshops with their free places, their slots to come, and what their window says."""
    found = list(workshops)
    now = security.moment()
    statement = (
        select(
            Slot.workshop_id,
            func.count(Slot.id).label("slots"),
            func.count(Slot.id).filter(FREE > 0).label("free_slots"),
            func.sum(FREE).label("free"),
            func.sum(Slot.waiting_count).label("waiting"),
        )
        .where(Slot.workshop_id.in_([row["id"] for row in found]), Slot.ends_on >= clock.today())
        .group_by(Slot.workshop_id)
    )
    places = {row.workshop_id: row for row in db.execute(statement)}
    for row in found:
        counted = places.get(row["id"])
        row["slots"] = counted.slots if counted else 0
        row["free_slots"] = counted.free_slots if counted else 0
        row["free"] = counted.free if counted else 0
        row["waiting"] = counted.waiting if counted else 0
        row["window"] = window(row, now)
    return found


def window(row: dict[str, Any], now: datetime) -> str:
    """Whether enrolments are to come, open or closed, or all is over."""
    if row["ends_on"] < clock.local_date(now):
        return "over"
    if now < row["opens_at"]:
        return "to_come"
    return "open" if now < row["closes_at"] and row["slots"] else "closed"


def _seasons(db: Any, past: bool) -> list[Any]:
    """The seasons that something is held in."""
    held = select(Workshop.season_id).where(Workshop.alliance_id == g.alliance["id"])
    if not past:
        held = held.where(Workshop.ends_on >= clock.today())
    columns = Season.id, Season.title, Season.title_en, Season.school_year
    named = select(*columns).where(Season.id.in_(held)).order_by(Season.starts_on)
    return list(db.execute(named).mappings())


def _places(db: Any) -> list[Any]:
    """The municipalities that something is held in."""
    held = select(Workshop.municipality_id).where(Workshop.alliance_id == g.alliance["id"])
    named = select(Municipality.id, Municipality.name).where(Municipality.id.in_(held))
    return list(db.execute(named.order_by(Municipality.name)).mappings())
