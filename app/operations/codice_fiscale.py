"""The codice fiscale of persons and of bodies: checked, read, and made for invented people.

Source: DM 12 March 1974 and DM 23 December 1976 (with omocodia: letters stand for digits
where two people would share a code).
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from codicefiscale import codicefiscale as registry
from stdnum import exceptions
from stdnum.it import codicefiscale, iva

from app.errors import N_, Invalid

Sex = Literal["F", "M"]

LENGTH = N_("A codice fiscale has sixteen characters.")
FORM = N_("This is not written like a codice fiscale.")
CHECK = N_("The codice fiscale has a wrong check character: please type it again.")
BIRTH = N_("The codice fiscale belongs to another date of birth.")
BODY = N_("The codice fiscale of a body has eleven digits, the last of them a check digit.")

_MONTHS = "ABCDEHLMPRST"
_DIGITS = str.maketrans("LMNPQRSTUV", "0123456789")
_WOMEN = 40  # added to the day


@dataclass(frozen=True)
class Birth:
    """What a code tells: the date of birth, the sex, the cadastral code of the place."""

    date: date
    sex: Sex
    place: str


def check(code: str, *, field: str = "fiscal_code") -> str:
    """The code of a person in capitals, without blanks.

    Raises Invalid. Who has only the eleven digits of a provisional code is recorded like
    who has none, with the reason.
    """
    compact = codicefiscale.compact(code)
    if len(compact) != 16:
        raise Invalid(LENGTH, field=field)
    try:
        codicefiscale.validate(compact)
    except exceptions.InvalidChecksum:
        raise Invalid(CHECK, field=field) from None
    except exceptions.ValidationError:
        raise Invalid(FORM, field=field) from None
    # The package takes the day modulo forty, so that 81 would pass for a first of the month.
    if _digits(compact)[2] > _WOMEN + 31:
        raise Invalid(FORM, field=field)
    return compact


def check_body(code: str, *, field: str = "fiscal_code") -> str:
    """The code of an organization: eleven digits. Raises Invalid."""
    try:
        return str(iva.validate(code))
    except exceptions.ValidationError:
        raise Invalid(BODY, field=field) from None


def birth(code: str, *, today: date) -> Birth:
    """What a code tells of a birth, taken as the latest one that is not after today.

    Raises Invalid. A code has two digits for the year: whoever is past a hundred reads as a
    child, so where a date is declared, hold the code against it with `require_born`.
    """
    code = check(code)
    year, month, day = _digits(code)
    sex: Sex = "F" if day > _WOMEN else "M"
    year += today.year // 100 * 100
    if (year, month, day % _WOMEN) > (today.year, today.month, today.day):
        year -= 100
    return Birth(date(year, month, day % _WOMEN), sex, _place(code))


def birthplace(code: str) -> str:
    """The name of the municipality or country in a valid code, or "" if no list has it."""
    try:
        return str(registry.decode(code)["birthplace"]["name"])
    except ValueError:
        return ""


def require_born(code: str, born: date, *, field: str = "fiscal_code") -> None:
    """Raise Invalid unless the code was given to somebody born on that date."""
    year, month, day = _digits(check(code, field=field))
    if (year, month, day % _WOMEN) != (born.year % 100, born.month, born.day):
        raise Invalid(BIRTH, field=field)


def encode(*, family_name: str, given_name: str, born: date, sex: Sex, place: str) -> str:
    """The code that a person of these names would have; `place` is a cadastral code.

    For invented people only: a real one is asked for, since two people may share what a
    computation gives.
    """
    day = registry.encode_birthdate(datetime.combine(born, time()), sex)
    code = registry.encode_lastname(family_name) + registry.encode_firstname(given_name)
    code += f"{day}{place.upper()}"
    return f"{code}{registry.encode_cin(code)}"


def _digits(code: str) -> tuple[int, int, int]:
    """Two digits of the year, the month, and the day as written (a woman's plus forty)."""
    year, day = (int(part.translate(_DIGITS)) for part in (code[6:8], code[9:11]))
    return year, _MONTHS.index(code[8]) + 1, day


def _place(code: str) -> str:
    return code[11] + code[12:15].translate(_DIGITS)
