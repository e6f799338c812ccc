"""Days, hours, amounts and numbers as they are read: on every screen, on the site, in files and
in letters alike.

A language is ``it`` or ``en``; of English the British conventions are taken, because Babel's plain
English is American: 12/23/26, 9:30 PM.
"""

from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal

from app.clock import ROME


@lru_cache
def region(language: str) -> Locale:
    """Where the conventions of a language are taken from."""
    return Locale.parse("en_GB" if language.startswith("en") else language)


# A page says the same days, hours and amounts over and over.
@lru_cache(maxsize=4096)
def day(value: date, language: str, form: str = "medium") -> str:
    """23 dic 2026, or in a form of Babel's."""
    return str(format_date(value, form, locale=region(language)))


@lru_cache(maxsize=4096)
def hour(value: time, language: str) -> str:
    """09:30."""
    return str(format_time(value, "HH:mm", locale=region(language)))


def instant(value: datetime, language: str) -> str:
    """23 dic 2026 09:30, on the wall in Rome."""
    local = value.astimezone(ROME).replace(second=0, microsecond=0)
    return f"{day(local.date(), language)} {hour(local.time(), language)}"


@lru_cache(maxsize=4096)
def euro(value: Decimal, language: str) -> str:
    """1.234,50 €."""
    return str(format_currency(value, "EUR", locale=region(language)))


@lru_cache(maxsize=4096)
def number(value: int | Decimal, language: str, *, grouped: bool = True) -> str:
    """1.234,5: with all of its decimals."""
    return str(
        format_decimal(
            value, locale=region(language), group_separator=grouped, decimal_quantization=False
        )
    )


def typed(value: Decimal, language: str) -> str:
    """1234,50: as a form's input takes it; an amount keeps its cents."""
    form = "0.00" if value.as_tuple().exponent == -2 else None
    return str(
        format_decimal(
            value, form, locale=region(language), group_separator=False, decimal_quantization=False
        )
    )
