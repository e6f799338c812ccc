"""From a cell to what a form would send: the schemas that check it are the forms'."""

import re
from datetime import date
from typing import Any

from app.errors import N_, Invalid
from app.imports.headings import Target, plain
from app.imports.sheets import as_text

NOT_A_DAY = N_("This is not a date: write it like 3/2/2026.")
NOT_AN_HOUR = N_("This is not a time: write it like 16:30.")
NOT_AN_AMOUNT = N_("This is not an amount: write it like 1.234,50.")
NOT_A_CHOICE = N_("This is not one of the choices: %(choices)s.")
NOT_YES_OR_NO = N_("Write yes or no.")

MONTHS = (
    ("gennaio", "january"), ("febbraio", "february"), ("marzo", "march"), ("aprile", "april"),
    ("maggio", "may"), ("giugno", "june"), ("luglio", "july"), ("agosto", "august"),
    ("settembre", "september"), ("ottobre", "october"), ("novembre", "november"),
    ("dicembre", "december"),
)  # fmt: skip
YES = frozenset(("si", "yes", "s", "y", "x", "1", "true", "vero"))
NO = frozenset(("no", "n", "0", "false", "falso"))
NUMBERS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4}|\d{2})")
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?")
WORDS = re.compile(r"(\d{1,2})[°º]?\s+([a-z]{3,})\.?\s+(\d{4}|\d{2})")
HOUR = re.compile(r"(?:ore\s+)?(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?(?:\s*h)?")
AMOUNT = re.compile(r"-?\d+(?:\.\d+)?")
EURO = re.compile(r"€|\beur(?:o)?\b", re.IGNORECASE)
# A serial number of a spreadsheet that lost its format: 1930 to 2099.
SERIALS = (10_959, 73_050)
ZERO = date(1899, 12, 30).toordinal()


def sent(value: Any, target: Target) -> str | bool | None:
    """What a form would send for the cell; None for an empty one.

    Raises Invalid where it cannot be meant for the field. A related row is not looked for here.
    """
    text = as_text(value).strip()
    if not text:
        return None
    match target.kind:
        case "date":
            return day(value)
        case "datetime":
            return instant(value)
        case "time":
            return hour(value)
        case "decimal":
            return amount(value)
        case "int":
            return whole(value)
        case "bool":
            return truth(value)
        case "choice":
            return choice(text, target)
    return text


def day(value: Any) -> str:
    """An ISO date of what Italians, programs and spreadsheets write."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if SERIALS[0] <= value <= SERIALS[1]:
            return date.fromordinal(ZERO + int(value)).isoformat()
        raise Invalid(NOT_A_DAY)
    text = value[1] if isinstance(value, list) else str(value).strip().lower()
    # Il giorno della settimana: "martedì 3 febbraio 2026".
    text = re.sub(r"^[a-zì]+(?:,)?\s+(?=\d)", "", text)
    try:
        if found := ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
        if found := NUMBERS.fullmatch(text):
            return date(_year(found[3]), int(found[2]), int(found[1])).isoformat()
        if found := WORDS.fullmatch(text):
            return date(_year(found[3]), _month(found[2]), int(found[1])).isoformat()
    except ValueError as error:
        raise Invalid(NOT_A_DAY) from error
    raise Invalid(NOT_A_DAY)


def _year(text: str) -> int:
    """Two digits are of this century up to 2050, as spreadsheets have it."""
    year = int(text)
    return year if len(text) == 4 else year + (2000 if year <= 50 else 1900)


def _month(word: str) -> int:
    for number, names in enumerate(MONTHS, 1):
        if any(name.startswith(word) for name in names):
            return number
    raise ValueError(word)


def instant(value: Any) -> str:
    """A date with an hour, in ISO; without an hour it is midnight."""
    text = value[1] if isinstance(value, list) else str(value).strip()
    if isinstance(value, (int, float)) or re.fullmatch(r"[^ T]+(?: [a-z]+ \d+)?", text):
        return f"{day(value)}T00:00"
    if ISO.fullmatch(text):
        return text.replace(" ", "T")
    before, _, last = text.rpartition(" ")
    return f"{day(before.removesuffix(' ore').strip(' ,'))}T{hour(last)}"


def hour(value: Any) -> str:
    """A time of day: 16:30, 16.30, 9, a part of a day."""
    if isinstance(value, float) and 0 <= value < 1:
        minutes = round(value * 1440)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    text = value[1] if isinstance(value, list) else as_text(value)
    text = text[11:16] if isinstance(value, list) and "T" in text else text.strip().lower()
    found = HOUR.fullmatch(text)
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise Invalid(NOT_AN_HOUR)
    return f"{int(found[1]):02}:{int(found[2] or 0):02}"


def amount(value: Any) -> str:
    """1.234,50 €, 1234.5 and 1'234.50 alike, with a point for the decimals."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        # What a spreadsheet counts in halves of a bit: 0.1 + 0.2 is 0.3.
        return (
            format(round(value, 6), "f").rstrip("0").rstrip(".") if value % 1 else str(int(value))
        )
    text = EURO.sub("", as_text(value)).replace("\u00a0", "").replace(" ", "").replace("'", "")
    if "," in text:
        if "." in text and text.rfind(".") > text.rfind(","):
            text = text.replace(",", "")
        else:
            text = text.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3}){2,}", text):
        text = text.replace(".", "")
    elif re.fullmatch(r"-?[1-9]\d{0,2}\.\d{3}", text):
        # "1.500" is fifteen hundred here, and nowhere else in a text.
        text = text.replace(".", "")
    if not AMOUNT.fullmatch(text) or len(text) > 40:
        raise Invalid(NOT_AN_AMOUNT)
    return text


def whole(value: Any) -> str:
    """A whole number; the schema says what is none."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = as_text(value).strip()
    return text.replace(".", "") if re.fullmatch(r"\d{1,3}(\.\d{3})+", text) else text


def truth(value: Any) -> bool:
    """Yes or no, as people tick it."""
    if isinstance(value, bool):
        return value
    word = plain(value)
    if word not in YES | NO:
        raise Invalid(NOT_YES_OR_NO)
    return word in YES


def choice(text: str, target: Target) -> str:
    """The value that a word means: its code, or what it is called in any language."""
    said = plain(text)
    for value, words in target.choices.items():
        if said == plain(value) or said in (plain(word) for word in words):
            return value
    offered = ", ".join(words[0] for words in target.choices.values() if words and words[0])
    raise Invalid(NOT_A_CHOICE, choices=offered[:500])
