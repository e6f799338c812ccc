"""The seasons of a school year, entered as the calendar and the territory's rite propose them."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Forbidden, Invalid
from app.models import Alliance, Season
from app.operations import seasons
from app.operations.constraints import explained
from app.transaction import ScopedSession

WHICH_YEAR = N_("A school year is written like 2026/27.")


def enter_proposed(db: Session, *, school_year: str = "", now: datetime) -> list[Season]:
    """Enter what the school year still lacks; what staff entered or changed stays.

    Without a year, the one that runs. Raises Invalid, Forbidden.
    """
    alliance_id = db.principal.alliance_id if isinstance(db, ScopedSession) else None
    alliance = db.get(Alliance, alliance_id) if alliance_id else None
    if alliance is None:
        raise Forbidden
    year = _year(school_year) if school_year else seasons.school_year_of(clock.local_date(now))
    label = seasons.school_year_label(year)
    known = set(
        db.scalars(select(Season.kind).where(Season.school_year == label, Season.kind != "closure"))
    )
    closed = set(db.scalars(select(Season.starts_on).where(Season.kind == "closure")))
    made = []
    rite: Any = alliance.rite
    for proposal in seasons.propose(year, rite, alliance.patron_subdivision or ""):
        if proposal.kind in known or (proposal.kind == "closure" and proposal.first in closed):
            continue
        season = Season(
            alliance_id=alliance.id,
            kind=proposal.kind,
            school_year=label,
            title=proposal.title,
            title_en=proposal.title_en,
            starts_on=proposal.first,
            ends_on=proposal.last,
        )
        db.add(season)
        made.append(season)
    with explained():
        db.flush()
    return made


def _year(label: str) -> int:
    first = label[:4]
    if not first.isdecimal() or seasons.school_year_label(int(first)) != label:
        raise Invalid(WHICH_YEAR, field="school_year")
    return int(first)
