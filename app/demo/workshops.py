"""Writes the seasons, and what is planned in them, around a given day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from babel.dates import format_date
from sqlalchemy.orm import Session

from app import clock, models
from app.demo.network import Network
from app.demo.plans import Calendar, Plan
from app.demo.programme import PLANS
from app.operations import offers, seasons


@dataclass
class Programme:
    """What is held in one alliance, by the plans' keys."""

    seasons: dict[tuple[str, int], models.Season]
    workshops: dict[str, models.Workshop]
    plans: dict[str, Plan]


def write(
    db: Session, network: Network, venues: dict[str, models.Location], now: datetime
) -> Programme:
    """The seasons of three school years, and the workshops with their slots."""
    today = clock.local_date(now)
    year = seasons.school_year_of(today)
    alliance = network.alliance
    held = {}
    for school_year in (year - 1, year, year + 1):
        for season in seasons.propose(school_year, alliance.rite, alliance.patron_subdivision):
            row = models.Season(
                alliance=alliance,
                kind=season.kind,
                school_year=seasons.school_year_label(school_year),
                title=season.title,
                title_en=season.title_en,
                starts_on=season.first,
                ends_on=season.last,
            )
            db.add(row)
            held.setdefault((season.kind, school_year), row)
    plans = {plan.key: plan for plan in PLANS[alliance.slug](Calendar(alliance, today))}
    programme = Programme(held, {}, plans)
    for plan in plans.values():
        programme.workshops[plan.key] = _workshop(network, venues, programme, plan, now)
        db.add(programme.workshops[plan.key])
        db.flush()
        _review(db, programme.workshops[plan.key], plan, now)
    return programme


def _workshop(
    network: Network,
    venues: dict[str, models.Location],
    programme: Programme,
    plan: Plan,
    now: datetime,
) -> models.Workshop:
    body = network.bodies[plan.body]
    venue = venues[plan.venue] if plan.venue else None
    spans = [(day, day) for day in plan.days] or [(week.first, week.last) for week in plan.weeks]
    price = Decimal(plan.price) if plan.price else None
    opens = _local(plan.opens, time(9))
    row = models.Workshop(
        alliance=network.alliance,
        organization=body,
        controller=body,
        season=programme.seasons[plan.season],
        kind=plan.kind,
        title=plan.title,
        title_en=plan.title_en,
        municipality=venue.municipality if venue else None,
        location=venue,
        participants=plan.participants,
        min_age=plan.ages[0],
        max_age=plan.ages[1],
        starts_on=spans[0][0],
        ends_on=spans[-1][1],
        opens_at=opens,
        closes_at=_local(plan.closes, time(18)),
        allocation=plan.allocation,
        price_kind="free" if price is None else "reduced" if plan.reduced else "fixed",
        price=price,
        reduced_price=Decimal(plan.reduced) if plan.reduced else None,
        reduced_for="Secondo figlio e successivi" if plan.reduced else None,
        price_unit=plan.unit if price is not None else None,
        tuir_letter="f-bis" if plan.participants == "children" and price is not None else None,
        copied_from_id=programme.workshops[plan.copied_from].id if plan.copied_from else None,
    )
    row.slots = [
        models.Slot(
            alliance=network.alliance,
            organization=body,
            title=_title(plan, number, first, last, "it"),
            title_en=_title(plan, number, first, last, "en"),
            starts_on=first,
            ends_on=last,
            starts_at=plan.hours[0],
            ends_at=plan.hours[1],
            places=4 if number == plan.tight else plan.places,
        )
        for number, (first, last) in enumerate(spans)
    ]
    return row


def _review(db: Session, row: models.Workshop, plan: Plan, now: datetime) -> None:
    # Well before its window, and in any case by now.
    submitted = min(row.opens_at - timedelta(days=40), now - timedelta(days=4))
    offers.submit(db, row, now=submitted)
    if plan.status == "published":
        offers.publish(db, row, now=submitted + timedelta(days=2))


def _local(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.ROME)


def _title(plan: Plan, number: int, first: date, last: date, language: str) -> str:
    if plan.days:
        return format_date(first, "EEEE d MMMM", locale=language)
    week = "Settimana" if language == "it" else "Week"
    ends = format_date(last, "d MMMM", locale=language)
    return f"{week} {number + 1}: {format_date(first, 'd MMMM', locale=language)} - {ends}"
