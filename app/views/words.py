"""Values in the reader's words: dates, money, yes and no, the names of states."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from flask_babel import get_locale, gettext
from sqlalchemy import Enum, Integer, Numeric, String

from app import formats
from app.clock import ROME
from app.errors import N_
from app.query.paths import Path

# Whole numbers that count nothing.
NAMES_A_ROW = ("id", "_no")


def locale() -> str:
    """The reader's language."""
    return str(get_locale() or "it")


def said(message: str) -> str:
    """A message of the catalogue; nothing for nothing."""
    return _said(message, locale()) if message else ""


@lru_cache(maxsize=8192)
def _said(message: str, locale: str) -> str:
    # The catalogues do not change while a process runs, and looking one up costs a request dear.
    return str(gettext(message))


def shown(path: Path, value: Any) -> str:
    """The value of a column for a reader; nothing where there is none."""
    return sayer(path, locale())(value)


@lru_cache(maxsize=4096)
def sayer(path: Path, locale: str) -> Callable[[Any], str]:
    """What says a column's values, in a language."""
    values = path.info.get("values")
    if values and isinstance(path.type, Enum):
        known = {value: said(message) for value, message in values.items()}
        return lambda value: _or_nothing(known.get(value, value))
    if isinstance(path.type, Numeric) and path.type.scale == 2:
        return lambda value: "" if value is None else formats.euro(Decimal(str(value)), locale)
    if isinstance(path.type, Integer) and not path.column.endswith(NAMES_A_ROW):
        return lambda value: "" if value is None else _counted(value, locale)
    if isinstance(path.type, (String, Integer)):
        return _or_nothing
    return lambda value: _plain(value, locale)


def _or_nothing(value: Any) -> str:
    return "" if value is None else str(value)


def plain(value: Any) -> str:
    """A value without a column, by its own type."""
    return _plain(value, locale())


def _plain(value: Any, locale: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return said(N_("Yes")) if value else said(N_("No"))
    if isinstance(value, datetime):
        return formats.instant(value, locale)
    if isinstance(value, date):
        return formats.day(value, locale)
    if isinstance(value, time):
        return formats.hour(value, locale)
    if isinstance(value, Decimal):
        return formats.number(value, locale)
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(item, locale)}" for key, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_plain(item, locale) for item in value)
    return str(value)


def day(value: date) -> str:
    """A date as it is read: 23 dic 2026."""
    return formats.day(value, locale())


def month(value: date) -> str:
    """dicembre 2026."""
    return formats.day(value, locale(), "MMMM y")


def long_day(value: date) -> str:
    """A date with its weekday: mercoledì 23 dicembre 2026."""
    return formats.day(value, locale(), "full")


def instant(value: datetime) -> str:
    """A date and time on the wall in Rome."""
    return formats.instant(value, locale())


def money(value: Any) -> str:
    """An amount in euro."""
    return formats.euro(Decimal(str(value)), locale())


def number(value: int) -> str:
    """How many: 12.345."""
    return _counted(value, locale())


def _counted(value: Any, locale: str) -> str:
    # Most counts are small, and a list has thousands.
    few = not isinstance(value, int) or -1000 < value < 1000
    return str(value) if few else formats.number(value, locale)


def typed(value: Any) -> str:
    """A stored value as a form's input takes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else ""
    if isinstance(value, datetime):
        return value.astimezone(ROME).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, Decimal):
        return formats.typed(value, locale())
    return value.isoformat() if isinstance(value, date) else str(value)
