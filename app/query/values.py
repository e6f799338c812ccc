"""From the text of an address to a value of a column's type."""

import re
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    String,
    Time,
    Uuid,
)

BIGINT = 2**63
# Python reads more than JSON does: other scripts' digits, and lines between them.
WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


COMPARED = (Boolean, Integer, Numeric, DateTime, Date, Time, Uuid, Enum, String)


def comparable(type_: Any) -> bool:
    """Whether values of the column's type can be asked for."""
    return isinstance(type_, COMPARED)


def parse(type_: Any, text: Any) -> Any:
    """The value of a text for a column's type. Raises ValueError."""
    if isinstance(text, str) and not storable(text):
        raise ValueError("no text that can be kept")
    if isinstance(type_, Boolean):
        return _boolean(text)
    if isinstance(type_, Integer):
        return _integer(text)
    if isinstance(type_, Numeric):
        return _decimal(text)
    if isinstance(type_, DateTime):
        return _instant(str(text))
    if isinstance(type_, Date):
        return date.fromisoformat(str(text))
    if isinstance(type_, Time):
        return _time(str(text))
    if isinstance(type_, Uuid):
        return uuid.UUID(str(text))
    if isinstance(type_, Enum):
        if text not in type_.enums:
            raise ValueError(text)
        return text
    if isinstance(type_, String):
        return str(text)
    raise ValueError(f"columns of {type_} are not compared")


def _boolean(text: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    try:
        return known[str(text).lower()]
    except KeyError:
        raise ValueError(text) from None


def _integer(text: Any) -> int:
    if isinstance(text, bool) or not WHOLE.fullmatch(str(text)):
        raise ValueError(text)
    number = int(str(text))
    if not -BIGINT <= number < BIGINT:
        raise ValueError(text)
    return number


def _decimal(text: Any) -> Decimal:
    if isinstance(text, bool) or not NUMBER.fullmatch(str(text)):
        raise ValueError(text)
    number = Decimal(str(text))
    if not number.is_finite() or abs(number) > Decimal(10) ** 12:
        raise ValueError(text)
    return number


def _time(text: str) -> time:
    found = time.fromisoformat(text)
    if found.tzinfo:
        raise ValueError("a local time has no zone")
    return found


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
