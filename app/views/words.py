"""Values in the reader's words: dates, money, yes and no, the names of states."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from flask_babel import get_locale, gettext
from sqlalchemy import Enum, Numeric

from app.clock import ROME
from app.query.paths import Path


def _locale() -> Any:
    return get_locale() or "it"


def said(message: str) -> str:
    """A message of the catalogue; nothing for nothing."""
    return _said(message, str(_locale())) if message else ""


@lru_cache(maxsize=8192)
def _said(message: str, locale: str) -> str:
    # The catalogues do not change while a process runs, and looking one up costs a request dear.
    return str(gettext(message))


def shown(path: Path, value: Any) -> str:
    """The value of a column for a reader; nothing where there is none."""
    if value is None or value == "":
        return ""
    values = path.info.get("values")
    if values and isinstance(path.type, Enum):
        return said(values[value]) if value in values else str(value)
    if isinstance(path.type, Numeric) and path.type.scale == 2:
        return money(value)
    return plain(value)


def plain(value: Any) -> str:
    """A value without a column, by its own type."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return str(format_time(value, "short", locale=_locale()))
    if isinstance(value, Decimal):
        return str(format_decimal(value, locale=_locale()))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {plain(item)}" for key, item in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(plain(item) for item in value)
    return str(value)


def day(value: date) -> str:
    """A date as it is read: 23 dic 2026."""
    return str(format_date(value, "medium", locale=_locale()))


def instant(value: datetime) -> str:
    """A date and time on the wall in Rome."""
    local = value.astimezone(ROME)
    return f"{day(local.date())} {format_time(local.time(), 'short', locale=_locale())}"


def money(value: Any) -> str:
    """An amount in euro."""
    return str(format_currency(Decimal(str(value)), "EUR", locale=_locale()))


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
        return str(format_decimal(value, locale=_locale(), group_separator=False))
    return value.isoformat() if isinstance(value, date) else str(value)
