"""When the seasons fall: proposals from the regional calendar, the rite and the holidays.

A school year is named by the year in which it begins: 2026 is 2026/27. Everything here is
pure; what is proposed can be edited afterwards.

Source of the school dates: Lombardy's permanent calendar, DGR IX/3318 of 18 April 2012.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Literal

import holidays
from dateutil.easter import easter as easter_sunday

Rite = Literal["roman", "ambrosian"]
School = Literal["infanzia", "primaria"]

DAY = timedelta(days=1)
# Fifty-two weeks: the same weekday, and the nearest one to the anniversary.
A_YEAR_OF_WEEKS = timedelta(weeks=52)
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True)
class Proposal:
    """A season as the calendar suggests it: both ends are part of it."""

    kind: str
    first: date
    last: date
    title: str
    title_en: str


@dataclass(frozen=True)
class Week:
    """The open days of one week, Monday to Friday, in order; never empty."""

    days: tuple[date, ...]

    @property
    def first(self) -> date:
        return self.days[0]

    @property
    def last(self) -> date:
        return self.days[-1]

    @property
    def monday(self) -> date:
        """The Monday that the week is known by, open or not."""
        return self.first - timedelta(days=self.first.weekday())


def school_year_of(day: date) -> int:
    """The school year that runs on a day: from 1 September to 31 August."""
    return day.year if day.month >= 9 else day.year - 1


def school_year_label(year: int) -> str:
    """How a school year is written: 2026/27."""
    return f"{year}/{(year + 1) % 100:02d}"


def school_year(year: int, school: School = "primaria") -> tuple[date, date]:
    """First and last day of lessons: 12 September to 8 June, infanzia 5 September to 30 June.

    An end that falls on a Sunday moves inwards, to the nearest day on which schools open.
    """
    if school == "infanzia":
        first, last = date(year, 9, 5), date(year + 1, 6, 30)
    else:
        first, last = date(year, 9, 12), date(year + 1, 6, 8)
    return (
        first + DAY if first.weekday() == SUNDAY else first,
        last - DAY if last.weekday() == SUNDAY else last,
    )


def christmas(year: int) -> tuple[date, date]:
    """23 to 31 December and 2 to 5 January; the feasts between and after are closures."""
    return date(year, 12, 23), date(year + 1, 1, 5)


def carnival(year: int, rite: Rite) -> tuple[date, date]:
    """The two days before Lent, which begins on Ash Wednesday in the Roman rite and on the
    Sunday after it in the Ambrosian one."""
    easter_day = easter_sunday(year + 1)
    lent = easter_day - timedelta(days=46 if rite == "roman" else 42)
    return lent - 2 * DAY, lent - DAY


def easter(year: int) -> tuple[date, date]:
    """From the third day before Easter Sunday to the Tuesday after it."""
    easter_day = easter_sunday(year + 1)
    return easter_day - 3 * DAY, easter_day + 2 * DAY


def summer(year: int) -> tuple[date, date]:
    """From the day after the last lesson to the day before the next school year's first."""
    return school_year(year)[1] + DAY, school_year(year + 1)[0] - DAY


def closures(year: int, subdivision: str) -> dict[date, tuple[str, str]]:
    """The public holidays of a school year, with the patron of the province's chief town.

    Returns the Italian and the English name by date. Source of the list: package `holidays`.
    """
    return {day: (name, name_en) for day, name, name_en in _closures(year, subdivision)}


@cache
def _closures(year: int, subdivision: str) -> tuple[tuple[date, str, str], ...]:
    italian, english = (
        holidays.country_holidays(
            "IT", subdiv=subdivision, years=(year, year + 1), language=language
        )
        for language in ("it_IT", "en_US")
    )
    return tuple(
        (day, name, english[day])
        for day, name in sorted(italian.items())
        if school_year_of(day) == year
    )


def propose(year: int, rite: Rite, subdivision: str) -> list[Proposal]:
    """The seasons of a school year in a territory, in order of their first day.

    A holiday on a Sunday closes nothing and is left out.
    """
    label = school_year_label(year)
    seasons = [
        Proposal(
            "school_year", *school_year(year), f"Anno scolastico {label}", f"School year {label}"
        ),
        Proposal("christmas", *christmas(year), f"Natale {year}", f"Christmas {year}"),
        Proposal(
            "carnival", *carnival(year, rite), f"Carnevale {year + 1}", f"Carnival {year + 1}"
        ),
        Proposal("easter", *easter(year), f"Pasqua {year + 1}", f"Easter {year + 1}"),
        Proposal("summer", *summer(year), f"Estate {year + 1}", f"Summer {year + 1}"),
    ]
    seasons += [
        Proposal("closure", day, day, name, name_en)
        for day, (name, name_en) in closures(year, subdivision).items()
        if day.weekday() != SUNDAY
    ]
    return sorted(seasons, key=lambda season: (season.first, season.kind))


def open_days(first: date, last: date, closed: Iterable[date] = ()) -> list[date]:
    """Mondays to Fridays between two dates, both included, without the closed ones."""
    shut = set(closed)
    span = (first + n * DAY for n in range((last - first).days + 1))
    return [day for day in span if day.weekday() < SATURDAY and day not in shut]


def weeks(first: date, last: date, closed: Iterable[date] = ()) -> list[Week]:
    """A summer camp's weeks between its first and its last day.

    A holiday, a first day after Monday or a last day before Friday makes a week shorter;
    a week that has no open day left is skipped.
    """
    by_monday: dict[date, list[date]] = {}
    for day in open_days(first, last, closed):
        by_monday.setdefault(day - timedelta(days=day.weekday()), []).append(day)
    return [Week(tuple(days)) for days in by_monday.values()]


def a_year_on(day: date) -> date:
    """The same weekday of next year that lies nearest to the anniversary."""
    return day + A_YEAR_OF_WEEKS


def like_last_year(last_year: Sequence[Week], this_year: Sequence[Week]) -> list[Week | None]:
    """For each of this year's weeks, the one of last year to copy from.

    It is the one that lies nearest in the calendar (not the one of the same number: a camp
    that begins later must not find its August closed a week late); of two, the earlier.
    None only where last year had no week at all.
    """

    def distance(of_last_year: Week, week: Week) -> timedelta:
        return abs(a_year_on(of_last_year.monday) - week.monday)

    return [min(last_year, key=lambda w: distance(w, week), default=None) for week in this_year]
