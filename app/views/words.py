"""Values in the reader's words: dates, money, yes and no, the names of states."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from flask_babel import get_locale, gettext
from sqlalchemy import Enum, Integer, Numeric, String

from app.clock import ROME
from app.errors import N_
from app.query.paths import Path


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
        return lambda value: "" if value is None else _money(Decimal(str(value)), locale)
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
        return _instant(value, locale)
    if isinstance(value, date):
        return _day(value, locale)
    if isinstance(value, time):
        return _time(value, locale)
    if isinstance(value, Decimal):
        return str(format_decimal(value, locale=locale))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_plain(item, locale)}" for key, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(_plain(item, locale) for item in value)
    return str(value)


def day(value: date) -> str:
    """A date as it is read: 23 dic 2026."""
    return _day(value, locale())


def instant(value: datetime) -> str:
    """A date and time on the wall in Rome."""
    return _instant(value, locale())


def money(value: Any) -> str:
    """An amount in euro."""
    return _money(Decimal(str(value)), locale())


def number(value: int | Decimal) -> str:
    """A number with its thousands apart."""
    return str(format_decimal(value, locale=locale()))


# A page says the same days, hours and amounts over and over.
@lru_cache(maxsize=4096)
def _day(value: date, locale: str) -> str:
    return str(format_date(value, "medium", locale=locale))


@lru_cache(maxsize=4096)
def _time(value: time, locale: str) -> str:
    return str(format_time(value, "short", locale=locale))


@lru_cache(maxsize=4096)
def _money(value: Decimal, locale: str) -> str:
    return str(format_currency(value, "EUR", locale=locale))


def _instant(value: datetime, locale: str) -> str:
    local = value.astimezone(ROME).replace(second=0, microsecond=0)
    return f"{_day(local.date(), locale)} {_time(local.time(), locale)}"


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
        # An amount keeps its cents: 9,50 and not 9,5.
        form = "0.00" if value.as_tuple().exponent == -2 else None
        return str(format_decimal(value, form, locale=locale(), group_separator=False))
    return value.isoformat() if isinstance(value, date) else str(value)
