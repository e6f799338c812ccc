"""The one place that reads the time, so that it can be moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ROME = ZoneInfo("Europe/Rome")


def _system_time() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system_time


def now() -> datetime:
    """The instant, in UTC."""
    return _source()


def today() -> date:
    """The date on the wall in Rome: what deadlines and ages are counted by."""
    return local_date(now())


def local_date(instant: datetime) -> date:
    """The date in Rome at the given instant."""
    return instant.astimezone(ROME).date()


def hours(slot: Any) -> list[tuple[datetime, datetime]]:
    """The hours of each day that a slot takes, as instants in its own zone: a week's working
    days, or every day of one that has none."""
    zone = ZoneInfo(slot.zone)
    days = range((slot.ends_on - slot.starts_on).days + 1)
    dates = [slot.starts_on + timedelta(days=n) for n in days]
    return [
        (
            datetime.combine(day, slot.starts_at, zone),
            datetime.combine(day, slot.ends_at, zone),
        )
        for day in [d for d in dates if d.weekday() < 5] or dates
    ]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment, for tests and for replays."""
    global _source
    before, _source = _source, lambda: moment
    try:
        yield
    finally:
        _source = before
