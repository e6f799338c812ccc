"""What is known at the counter of the season: which of its slots are full."""

from dataclasses import dataclass

from sqlalchemy import create_engine, select

from app.models import Season, Slot, Workshop
from app.transaction import open_session, system


@dataclass(frozen=True)
class Full:
    """A season that has full slots, and what these are called."""

    season: str
    slots: tuple[str, ...]


def with_full_slots(database_url: str, alliance: str = "lodi") -> Full:
    """The season with most full slots."""
    engine = create_engine(database_url)
    with open_session(engine, system("test")) as db:
        asked = (
            select(Season.title, Slot.title)
            .join(Workshop, Workshop.season_id == Season.id)
            .join(Slot, Slot.workshop_id == Workshop.id)
            .where(Slot.places_taken >= Slot.places, Season.alliance.has(slug=alliance))
        )
        found: dict[str, list[str]] = {}
        for season, slot in db.execute(asked):
            found.setdefault(season, []).append(slot)
    engine.dispose()
    season = max(found, key=lambda one: (len(found[one]), one))
    return Full(season, tuple(sorted(found[season])))
