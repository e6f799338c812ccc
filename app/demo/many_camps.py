"""Summer camps for the multitude: who asks for which week, and whether a place was left.

Five hundred families apply for one camp of ten weeks: a hundred children for each week's ninety
places. The elder child goes one week, the younger the week after. Every twentieth of a queue
gives the place up at once, so that the ninety-fourth takes the last one and six wait.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, models
from app.operations import seasons
from app.operations.places import multirange

BLOCK = 500
WEEKS = 10
PLACES = 90
GIVES_UP = 20
LAST_PLACED = 94

DAY = timedelta(days=1)
OPENED = 30 * DAY
# In order of their numbers the families apply within a fortnight.
BETWEEN = timedelta(minutes=40)
PRICE = {
    "price_kind": "reduced",
    "price": Decimal("90.00"),
    "reduced_price": Decimal("70.00"),
    "reduced_for": "Secondo figlio e successivi",
}


@dataclass(frozen=True)
class Camp:
    """A workshop of the multitude: when it opened, and its weeks."""

    season_id: int
    opens_at: datetime
    # Number, and the hours that its place takes as the database reads them.
    slots: tuple[tuple[int, str], ...]

    def sent(self, family: int) -> datetime:
        """When the family applied."""
        return self.opens_at + (family - 1) % BLOCK * BETWEEN

    def wish(self, family: int, child: int) -> tuple[int, str, int]:
        """The week's slot, its hours, and the number that the child (0 or 1) has in its queue."""
        turn, week = divmod((family - 1) % BLOCK, WEEKS)
        week = (week + child) % WEEKS
        # The younger's family came just before the elder's; in the first week, at the turn's end.
        first = child == (0 if week == 0 else 1)
        return *self.slots[week], 2 * turn + (1 if first else 2)


def status(number: int) -> str:
    """What became of the number in a queue."""
    if number > LAST_PLACED:
        return "waiting"
    return "cancelled" if number % GIVES_UP == 0 else "placed"


def history(number: int, at: datetime) -> Iterator[tuple[str, str, datetime]]:
    """How it came to that: from which state to which, and when."""
    yield "draft", "submitted", at
    yield "submitted", "waiting" if number > LAST_PLACED else "placed", at
    if status(number) == "cancelled":
        yield "placed", "cancelled", at + BETWEEN / 2


def of_families(
    db: Session, alliance: models.Alliance, families: range, now: datetime
) -> dict[int, Camp]:
    """The camps that these families apply for, by `block_of`; those that lack are made."""
    blocks = sorted({block_of(family) for family in families})
    titles = [_title(block) for block in {0, *blocks}]
    known = select(models.Workshop).where(
        models.Workshop.alliance_id == alliance.id, models.Workshop.title.in_(titles)
    )
    rows = {row.title: row for row in db.scalars(known)}
    # All are like the first, which may be of another day: ages and windows are counted from it.
    first = rows.get(_title(0)) or _make(db, alliance, 0, _season(db, alliance, now), now - OPENED)
    rows[_title(0)] = first
    camps = {}
    for block in blocks:
        row = rows.get(_title(block))
        row = row or _make(db, alliance, block, first.season, first.opens_at)
        slots = tuple((slot.id, multirange(slot)) for slot in row.slots)
        camps[block] = Camp(row.season_id, row.opens_at, slots)
    return camps


def block_of(family: int) -> int:
    """Which camp a family applies for."""
    return (family - 1) // BLOCK


def _title(block: int) -> str:
    return f"Centro estivo n. {block + 1:04d}"


def _season(db: Session, alliance: models.Alliance, now: datetime) -> models.Season:
    """The first summer that begins in more than a month."""
    soon = clock.local_date(now) + 30 * DAY
    year = seasons.school_year_of(soon)
    while seasons.summer(year)[0] <= soon:
        year += 1
    first, last = seasons.summer(year)
    of_that_year = {"alliance_id": alliance.id, "kind": "summer"}
    label = seasons.school_year_label(year)
    known = select(models.Season).filter_by(**of_that_year, school_year=label)
    row = db.scalars(known).first()
    if row is None:
        row = models.Season(
            **of_that_year,
            school_year=label,
            title=f"Estate {first.year}",
            title_en=f"Summer {first.year}",
            starts_on=first,
            ends_on=last,
        )
        db.add(row)
        db.flush()
    return row


def _make(
    db: Session,
    alliance: models.Alliance,
    block: int,
    season: models.Season,
    opens_at: datetime,
) -> models.Workshop:
    """A published camp of one of the alliance's municipalities, by turns."""
    towns = db.scalars(
        select(models.Organization)
        .filter_by(alliance_id=alliance.id, kind="municipality")
        .where(models.Organization.municipality_id.is_not(None))
        .order_by(models.Organization.id)
    ).all()
    town = towns[block % len(towns)]
    weeks = seasons.weeks(season.starts_on, season.ends_on)[:WEEKS]
    row = models.Workshop(
        alliance=alliance,
        organization=town,
        controller=town,
        municipality=town.municipality,
        season=season,
        kind="summer_camp",
        title=_title(block),
        title_en=f"Summer camp no. {block + 1}",
        min_age=3,
        max_age=14,
        starts_on=weeks[0].first,
        ends_on=weeks[-1].last,
        opens_at=opens_at,
        closes_at=datetime.combine(weeks[0].first - 7 * DAY, time(18), clock.ROME),
        status="published",
        submitted_at=opens_at - 10 * DAY,
        published_at=opens_at - 8 * DAY,
        price_unit="week",
        tuir_letter="f-bis",
        **PRICE,
    )
    for number, week in enumerate(weeks, 1):
        slot = models.Slot(
            alliance=alliance,
            organization=town,
            title=f"Settimana {number}",
            title_en=f"Week {number}",
            starts_on=week.first,
            ends_on=week.last,
            starts_at=time(8),
            ends_at=time(17),
            places=PLACES,
        )
        row.slots.append(slot)
    db.add(row)
    db.flush()
    return row
