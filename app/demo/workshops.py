"""Writes the seasons, and what is planned in them, around a given day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, formats, models
from app.demo.acting import acting
from app.demo.network import Network
from app.demo.plans import Calendar, Plan
from app.demo.programme import PLANS
from app.operations import calendar, camps, offers, seasons, slots

# The places of a slot that is to be full.
FEW = 4


@dataclass
class Programme:
    """What is held in one alliance, by the plans' keys."""

    seasons: dict[tuple[str, int], models.Season]
    workshops: dict[str, models.Workshop]
    plans: dict[str, Plan]


def write(
    db: Session,
    network: Network,
    venues: dict[str, models.Location],
    staff: models.Account,
    now: datetime,
) -> Programme:
    """The seasons of three school years, and the workshops with their slots."""
    today = clock.local_date(now)
    year = seasons.school_year_of(today)
    alliance = network.alliance
    with acting(db, staff, "staff", now) as own:
        for school_year in (year - 1, year, year + 1):
            label = seasons.school_year_label(school_year)
            calendar.enter_proposed(own, school_year=label, now=now)
    of_alliance = select(models.Season).where(models.Season.alliance_id == alliance.id)
    held = {(row.kind, int(row.school_year[:4])): row for row in db.scalars(of_alliance)}
    plans = {plan.key: plan for plan in PLANS[alliance.slug](Calendar(alliance, today))}
    programme = Programme(held, {}, plans)
    for plan in plans.values():
        row = programme.workshops[plan.key] = _workshop(network, venues, programme, plan)
        db.add(row)
        db.flush()
        _slots(db, row, plan, now)
        _review(db, row, plan, now)
    return programme


def _workshop(
    network: Network,
    venues: dict[str, models.Location],
    programme: Programme,
    plan: Plan,
) -> models.Workshop:
    body = network.bodies[plan.body]
    venue = venues[plan.venue] if plan.venue else None
    spans = [(day, day) for day in plan.days] or [(week.first, week.last) for week in plan.weeks]
    price = Decimal(plan.price) if plan.price else None
    opens = _local(plan.opens, time(9))
    return models.Workshop(
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


def _slots(db: Session, row: models.Workshop, plan: Plan, now: datetime) -> None:
    starts_at, ends_at = plan.hours
    hours = {"places": plan.places, "starts_at": starts_at, "ends_at": ends_at}
    if plan.weeks:
        camps.generate_weeks(db, row, **hours, now=now)
    for day in plan.days:
        titles = {
            "title": formats.day(day, "it", "EEEE d MMMM"),
            "title_en": formats.day(day, "en", "EEEE d MMMM"),
        }
        dates = {"workshop_id": row.id, "starts_on": day, "ends_on": day}
        slots.create(db, {**dates, **titles, **hours}, now=now)
    db.refresh(row, ["slots"])
    if plan.tight is not None:
        row.slots[plan.tight].places = FEW
        db.flush()


def _review(db: Session, row: models.Workshop, plan: Plan, now: datetime) -> None:
    # Well before its window, and in any case by now.
    submitted = min(row.opens_at - timedelta(days=40), now - timedelta(days=4))
    offers.submit(db, row, now=submitted)
    if plan.status == "published":
        offers.publish(db, row, now=submitted + timedelta(days=2))


def _local(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, clock.ROME)
