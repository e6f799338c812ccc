"""What a workshop of the demo is told by, and the days that it chooses from."""

from dataclasses import dataclass
from datetime import date, time, timedelta

from app import models
from app.operations import seasons

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    """A workshop as it is entered: `days` of a day's slot each, or `weeks`."""

    key: str
    body: str
    title: str
    title_en: str
    season: tuple[str, int]
    opens: date
    closes: date
    days: tuple[date, ...] = ()
    weeks: tuple[seasons.Week, ...] = ()
    venue: str | None = None
    kind: str = "workshop"
    participants: str = "children"
    ages: tuple[int, int] = (6, 11)
    hours: tuple[time, time] = (time(8, 30), time(16, 30))
    places: int = 12
    # The slot that everybody wants, and the one that has few places besides, by their numbers.
    wanted: int | None = None
    tight: int | None = None
    price: str | None = None
    reduced: str | None = None
    unit: str = "day"
    allocation: str = "first_come"
    copied_from: str | None = None
    status: str = "published"


class Calendar:
    """The days of an alliance's year around today, for the plans to choose from."""

    def __init__(self, alliance: models.Alliance, today: date) -> None:
        self.today = today
        self.year = seasons.school_year_of(today)
        self.rite = alliance.rite
        self.closed = {
            day
            for year in (self.year - 1, self.year, self.year + 1)
            for day in seasons.closures(year, alliance.patron_subdivision)
        }

    def days(self, first: date, last: date) -> tuple[date, ...]:
        """The open days between the two."""
        return tuple(seasons.open_days(first, last, self.closed))

    def carnival(self) -> tuple[date, ...]:
        """Both days: in the Ambrosian rite the second is a Saturday."""
        return seasons.carnival(self.year, self.rite)

    def camp(self, year: int, weeks: int, start: date | None = None) -> tuple[seasons.Week, ...]:
        """So many weeks from the first Monday after the lessons, or from a day."""
        first = start or seasons.summer(year)[0]
        first += timedelta(days=-first.weekday() % 7)
        last = first + timedelta(weeks=weeks) - 3 * DAY
        return tuple(seasons.weeks(first, last, self.closed))

    def running(self) -> tuple[str, int]:
        """The season that today belongs to: school, or the summer after it."""
        year = self.year
        if self.today < seasons.school_year(year)[0]:
            return ("summer", year - 1)
        return ("summer", year) if self.today >= seasons.summer(year)[0] else ("school_year", year)
