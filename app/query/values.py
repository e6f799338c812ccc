"""From the text of an address to a value of a column's type."""

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import types

from app import clock

INT, BIGINT = 2**31, 2**63
# Python reads more than JSON does: other scripts' digits, and lines between them.
WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")

# A list that is kept under a name asks for the days around the day on which it is read.
TODAY = re.compile(r"today([+-][0-9]{1,4})?")


def storable(text: str) -> bool:
    """Whether PostgreSQL can keep the text: no NUL, no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def comparable(type_: Any) -> bool:
    """Whether values of the column's type can be asked for."""
    return isinstance(type_, COMPARED)


def parse(type_: Any, text: Any) -> Any:
    """The value of a text for a column's type. Raises ValueError."""
    if isinstance(text, str) and not storable(text):
        raise ValueError("no text that can be kept")
    if isinstance(type_, types.Enum):
        if text not in type_.enums:
            raise ValueError(text)
        return text
    for known, read in READERS:
        if isinstance(type_, known):
            return read(text)
    raise ValueError(f"columns of {type_} are not compared")


def _boolean(text: Any) -> bool:
    known = {"true": True, "1": True, "false": False, "0": False}
    try:
        return known[str(text).lower()]
    except KeyError:
        raise ValueError(text) from None


def _integer(text: Any, top: int = INT) -> int:
    if isinstance(text, bool) or not WHOLE.fullmatch(str(text)):
        raise ValueError(text)
    number = int(str(text))
    if not -top <= number < top:
        raise ValueError(text)
    return number


def _decimal(text: Any) -> Decimal:
    if isinstance(text, bool) or not NUMBER.fullmatch(str(text)):
        raise ValueError(text)
    number = Decimal(str(text))
    if not number.is_finite() or abs(number) > Decimal(10) ** 12:
        raise ValueError(text)
    return number


def _time(text: Any) -> time:
    found = time.fromisoformat(str(text))
    if found.tzinfo:
        raise ValueError("a local time has no zone")
    return found


def _day(text: Any) -> date:
    """A date, or one so many days from today: ``today``, ``today+7``, ``today-30``."""
    if counted := TODAY.fullmatch(str(text)):
        return clock.today() + timedelta(days=int(counted[1] or 0))
    return date.fromisoformat(str(text))


def _instant(text: Any) -> datetime:
    if TODAY.fullmatch(str(text)):
        return datetime.combine(_day(text), time(), clock.ROME)
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


# A column's type and what reads its values; the first that fits. An Enum is a String, too.
READERS: tuple[tuple[type[Any], Callable[[Any], Any]], ...] = (
    (types.Boolean, _boolean),
    (types.BigInteger, lambda text: _integer(text, BIGINT)),
    (types.Integer, _integer),
    (types.Numeric, _decimal),
    (types.DateTime, _instant),
    (types.Date, _day),
    (types.Time, _time),
    (types.Uuid, lambda text: uuid.UUID(str(text))),
    (types.String, str),
)
COMPARED = tuple(known for known, _ in READERS)
