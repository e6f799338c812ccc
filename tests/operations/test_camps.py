"""A camp's weeks come from the calendar, and come back the year after where they belong."""

from datetime import date, datetime, time

import pytest

from app import clock
from app.errors import Duplicate, Invalid
from app.operations import camps
from tests import factories as f

# 8 June 2026 is a Monday, 2 June and 15 August are holidays.
JUNE, JULY = date(2026, 6, 8), date(2026, 7, 31)


@pytest.fixture
def camp(db):
    season = f.SeasonFactory(
        kind="summer", school_year="2025/26", starts_on=date(2026, 6, 6), ends_on=date(2026, 9, 11)
    )
    return f.WorkshopFactory(
        season=season,
        kind="summer_camp",
        alliance=season.alliance,
        starts_on=JUNE,
        ends_on=JULY,
        opens_at=datetime(2026, 4, 1, 8, tzinfo=clock.ROME),
        closes_at=datetime(2026, 5, 31, 20, tzinfo=clock.ROME),
        price_kind="free",
    )


@pytest.fixture
def next_summer(camp):
    return f.SeasonFactory(
        alliance=camp.alliance,
        kind="summer",
        school_year="2026/27",
        starts_on=date(2027, 6, 9),
        ends_on=date(2027, 9, 10),
    )


HOURS = {"places": 20, "starts_at": time(8), "ends_at": time(17)}


def test_eight_weeks_from_monday_to_friday(db, camp, now):
    weeks = camps.generate_weeks(db, camp, **HOURS, now=now)
    assert len(weeks) == 8
    assert (weeks[0].title, weeks[0].title_en) == ("Settimana 1", "Week 1")
    assert {(w.starts_on.weekday(), w.ends_on.weekday()) for w in weeks} == {(0, 4)}
    assert {w.places for w in weeks} == {20}
    assert weeks[-1].ends_on == JULY


def test_weeks_that_are_there_stay_as_they_are(db, camp, now):
    camps.generate_weeks(db, camp, **HOURS, last=date(2026, 6, 19), now=now)
    added = camps.generate_weeks(db, camp, **{**HOURS, "places": 5}, now=now)
    assert [w.title for w in added] == [f"Settimana {n}" for n in range(3, 9)]


def test_a_closure_of_the_alliance_skips_its_week(db, camp, now):
    f.SeasonFactory(
        alliance=camp.alliance, kind="closure", starts_on=date(2026, 6, 15),
        ends_on=date(2026, 6, 19), school_year="2025/26",
    )  # fmt: skip
    weeks = camps.generate_weeks(db, camp, **HOURS, now=now)
    assert date(2026, 6, 15) not in {w.starts_on for w in weeks}
    assert len(weeks) == 7


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first": date(2026, 6, 1)}, "first"),
        ({"last": date(2026, 8, 7)}, "last"),
        ({"first": date(2026, 7, 1), "last": date(2026, 6, 20)}, "last"),
        ({"ends_at": time(8)}, "ends_at"),
        ({"first": date(2026, 6, 13), "last": date(2026, 6, 14)}, "first"),
    ],
)
def test_dates_that_make_no_week_are_refused_by_field(db, camp, now, change, field):
    with pytest.raises(Invalid) as refusal:
        camps.generate_weeks(db, camp, **{**HOURS, **change}, now=now)
    assert refusal.value.field == field


def test_the_camp_of_next_year_has_its_weeks_where_they_lie(db, camp, next_summer, now):
    weeks = camps.generate_weeks(db, camp, **HOURS, now=now)
    db.delete(weeks[3])  # Closed from 29 June to 3 July.
    weeks[0].places, camp.pay_within_days = 12, 7
    db.flush()
    copy = camps.copy_from_last_year(db, camp, season_id=next_summer.id, now=now)
    assert (copy.status, copy.copied_from_id) == ("draft", camp.id)
    assert copy.pay_within_days == 7
    assert (copy.starts_on, copy.ends_on) == (date(2027, 6, 9), date(2027, 7, 30))
    assert copy.opens_at == datetime(2027, 3, 31, 8, tzinfo=clock.ROME)
    db.refresh(copy)
    starts = [s.starts_on for s in copy.slots]
    assert len(starts) == 7
    assert starts[0] == date(2027, 6, 9)  # The season begins on a Wednesday.
    assert date(2027, 6, 28) not in starts
    assert [s.places for s in copy.slots] == [12] + [20] * 6
    assert {s.places_taken for s in copy.slots} == {0}


def test_a_copy_is_made_once_and_only_forward(db, camp, next_summer, now):
    with pytest.raises(Invalid) as refusal:
        camps.copy_from_last_year(db, camp, season_id=camp.season_id, now=now)
    assert refusal.value.field == "season_id"
    camps.copy_from_last_year(db, camp, season_id=next_summer.id, now=now)
    with pytest.raises(Duplicate):
        camps.copy_from_last_year(db, camp, season_id=next_summer.id, now=now)


def test_the_days_of_a_short_holiday_follow_each_other(db, camp, now):
    this_year = f.SeasonFactory(
        alliance=camp.alliance, kind="christmas", school_year="2026/27",
        starts_on=date(2026, 12, 23), ends_on=date(2027, 1, 5),
    )  # fmt: skip
    next_year = f.SeasonFactory(
        alliance=camp.alliance, kind="christmas", school_year="2027/28",
        starts_on=date(2027, 12, 23), ends_on=date(2028, 1, 5),
    )  # fmt: skip
    workshop = f.WorkshopFactory(
        season=this_year, alliance=camp.alliance, starts_on=date(2026, 12, 23),
        ends_on=date(2026, 12, 29),
    )  # fmt: skip
    for day in (23, 24, 28, 29):
        f.SlotFactory(workshop=workshop, starts_on=date(2026, 12, day), title=f"Giorno {day}")
    copy = camps.copy_from_last_year(db, workshop, season_id=next_year.id, now=now)
    db.refresh(copy)
    assert [s.starts_on.day for s in copy.slots] == [23, 24, 27, 28]
