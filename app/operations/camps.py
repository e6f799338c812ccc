"""A summer camp's weeks from its dates; a workshop again a year later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Invalid
from app.models import Season, Slot, Workshop
from app.operations import seasons
from app.operations.constraints import UNKNOWN, explained
from app.operations.seasons import Week

BACKWARDS = N_("The end lies before the start.")
OUTSIDE = N_("These dates lie outside those of the workshop.")
NO_WEEK = N_("There is no open day between these dates.")
NOT_LATER = N_("Choose a season of a later year.")

# What a copy takes over as it is.
SAME = (
    "alliance_id", "organization_id", "title", "title_en", "description", "description_en",
    "kind", "municipality_id", "location_id", "controller_id", "participants", "min_age",
    "max_age", "allocation", "offer_hours", "absences_allowed", "tuir_letter", "price_kind",
    "price", "reduced_price", "reduced_for", "price_unit", "fee_scheme_id", "pay_within_days",
)  # fmt: skip


@dataclass(frozen=True)
class Planned:
    """A week of a camp: its number among the weeks of the camp's dates, its open days, and
    whether there is a slot in it."""

    number: int
    week: Week
    there: bool


def planned_weeks(db: Session, workshop: Workshop, first: date, last: date) -> list[Planned]:
    """The weeks between two dates, without holidays and the alliance's closures."""
    weeks = seasons.weeks(first, last, closed_days(db, workshop, first, last))
    there = {_monday(slot.starts_on) for slot in _slots(db, workshop)}
    whole = seasons.weeks(workshop.starts_on, workshop.ends_on)
    number = {week.monday: n for n, week in enumerate(whole, 1)}
    return [Planned(number[week.monday], week, week.monday in there) for week in weeks]


def generate_weeks(
    db: Session,
    workshop: Workshop,
    *,
    places: int,
    starts_at: time,
    ends_at: time,
    first: date | None = None,
    last: date | None = None,
    now: datetime,
) -> list[Slot]:
    """A slot for each week between two dates, by default the workshop's own.

    Holidays and the alliance's closures shorten or skip a week; a week that has a slot already
    is left as it is. Returns the new ones. Raises Invalid.
    """
    first, last = first or workshop.starts_on, last or workshop.ends_on
    errors: list[tuple[str | None, str]] = []
    if last < first:
        errors.append(("last", BACKWARDS))
    if first < workshop.starts_on:
        errors.append(("first", OUTSIDE))
    if last > workshop.ends_on:
        errors.append(("last", OUTSIDE))
    if ends_at <= starts_at:
        errors.append(("ends_at", BACKWARDS))
    if places < 0:
        errors.append(("places", UNKNOWN))
    if errors:
        raise Invalid.many(errors)
    planned = planned_weeks(db, workshop, first, last)
    if not planned:
        raise Invalid(NO_WEEK, field="first")
    made = [
        _week(workshop, one.week, one.number, places, starts_at, ends_at)
        for one in planned
        if not one.there
    ]
    return _added(db, made)


def last_slot(db: Session, workshop: Workshop) -> Slot | None:
    """The latest slot that there is: what more weeks are most often like."""
    found = _slots(db, workshop)
    return found[-1] if found else None


def copy_from_last_year(
    db: Session, workshop: Workshop, *, season_id: int, now: datetime
) -> Workshop:
    """The workshop as a draft in a later season, with its slots where they fall that year.

    A camp's week is copied from the week that lies nearest in the calendar, so that one that
    was closed in August stays closed in August. In the summer and the school year a day keeps
    its weekday; in the short holidays the first day follows the first, the second the second.
    Raises Invalid, Duplicate.
    """
    season = db.get(Season, season_id)
    if season is None or season.alliance_id != workshop.alliance_id:
        raise Invalid(UNKNOWN, field="season_id")
    years = season.starts_on.year - workshop.season.starts_on.year
    if years < 1:
        raise Invalid(NOT_LATER, field="season_id")
    starts_on, ends_on = _dates(workshop, season, years)
    copy = Workshop(
        **{name: getattr(workshop, name) for name in SAME},
        season_id=season.id,
        copied_from_id=workshop.id,
        status="draft",
        starts_on=starts_on,
        ends_on=ends_on,
        opens_at=_moment_later(workshop.opens_at, years),
        closes_at=_moment_later(workshop.closes_at, years),
    )
    with explained(), db.begin_nested():
        db.add(copy)
        db.flush()
    slots = _slots(db, workshop)
    of_weeks = [slot for slot in slots if slot.ends_on > slot.starts_on]
    of_days = [slot for slot in slots if slot.ends_on == slot.starts_on]
    _added(db, [*_copied_weeks(db, workshop, copy, of_weeks), *_copied_days(
        db, workshop, copy, of_days, season, years
    )])  # fmt: skip
    return copy


def closed_days(db: Session, workshop: Workshop, first: date, last: date) -> set[date]:
    """Public holidays, and the closures that the alliance has entered."""
    subdivision = workshop.alliance.patron_subdivision or ""
    years = range(seasons.school_year_of(first), seasons.school_year_of(last) + 1)
    closed = {day for year in years for day in seasons.closures(year, subdivision)}
    entered = select(Season).where(
        Season.alliance_id == workshop.alliance_id,
        Season.kind == "closure",
        Season.starts_on <= last,
        Season.ends_on >= first,
    )
    for closure in db.scalars(entered):
        days = (closure.ends_on - closure.starts_on).days + 1
        closed |= {closure.starts_on + n * seasons.DAY for n in range(days)}
    return closed


# ---------------------------------------------------------------- a year on


def _dates(workshop: Workshop, season: Season, years: int) -> tuple[date, date]:
    """The workshop's dates that year, inside the season; the season's own where they miss it."""
    first, last = _later(workshop.starts_on, years), _later(workshop.ends_on, years)
    first, last = max(first, season.starts_on), min(last, season.ends_on)
    return (first, last) if first <= last else (season.starts_on, season.ends_on)


def _copied_weeks(db: Session, old: Workshop, new: Workshop, slots: list[Slot]) -> Iterable[Slot]:
    if not slots:
        return
    first, last = slots[0].starts_on, slots[-1].ends_on
    last_year = seasons.weeks(first, last, closed_days(db, old, first, last))
    closed = closed_days(db, new, new.starts_on, new.ends_on)
    this_year = seasons.weeks(new.starts_on, new.ends_on, closed)
    by_monday = {_monday(slot.starts_on): slot for slot in slots}
    pairs = zip(this_year, seasons.like_last_year(last_year, this_year), strict=True)
    for number, (week, like) in enumerate(pairs, 1):
        model = by_monday.get(like.monday) if like else None
        if model is not None:
            yield _week(new, week, number, model.places, model.starts_at, model.ends_at)


def _copied_days(
    db: Session, old: Workshop, new: Workshop, slots: list[Slot], season: Season, years: int
) -> Iterable[Slot]:
    closed = closed_days(db, new, season.starts_on, season.ends_on)
    open_days = seasons.open_days(new.starts_on, new.ends_on, closed)
    old_days = sorted({slot.starts_on for slot in slots})
    if season.kind in ("summer", "school_year"):
        days = {day: _later(day, years) for day in old_days}
    else:
        days = dict(zip(old_days, open_days, strict=False))
    for slot in slots:
        day = days.get(slot.starts_on)
        if day in open_days:
            yield _slot(new, day, day, slot, slot.title, slot.title_en)


def _week(
    workshop: Workshop, week: Week, number: int, places: int, starts_at: time, ends_at: time
) -> Slot:
    like = Slot(places=places, starts_at=starts_at, ends_at=ends_at)
    title, title_en = f"Settimana {number}", f"Week {number}"
    return _slot(workshop, week.first, week.last, like, title, title_en)


def _slot(
    workshop: Workshop, first: date, last: date, like: Slot, title: str, title_en: str | None
) -> Slot:
    return Slot(
        alliance_id=workshop.alliance_id,
        workshop_id=workshop.id,
        organization_id=workshop.organization_id,
        title=title,
        title_en=title_en,
        starts_on=first,
        ends_on=last,
        starts_at=like.starts_at,
        ends_at=like.ends_at,
        places=like.places,
    )


def _added(db: Session, slots: list[Slot]) -> list[Slot]:
    with explained(), db.begin_nested():
        db.add_all(slots)
        db.flush()
    return slots


def _slots(db: Session, workshop: Workshop) -> list[Slot]:
    rows = select(Slot).where(Slot.workshop_id == workshop.id)
    return list(db.scalars(rows.order_by(Slot.starts_on, Slot.starts_at, Slot.id)))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _later(day: date, years: int) -> date:
    for _ in range(years):
        day = seasons.a_year_on(day)
    return day


def _moment_later(moment: datetime, years: int) -> datetime:
    """The same hour on the wall, whatever summer time does."""
    local = moment.astimezone(clock.ROME)
    day = _later(local.date(), years)
    return datetime.combine(day, local.time(), clock.ROME)
