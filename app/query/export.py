"""A selection as a file, written while it is read: CSV, NDJSON and, in ``xlsx.py``, workbooks.

Each takes an iterator of rows and gives an iterator of bytes; no more than a few hundred rows
are in memory.
"""

import csv
import io
import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from typing import Any

import orjson

# How each form is called on the wire.
MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# What a spreadsheet takes for the beginning of a formula, also as wide letters.
SIGNS = frozenset("=+-@＝＋－＠")
BREAKS = frozenset("\t\r\n")
RISKY = SIGNS | BREAKS | {" ", "\u00a0"}
PART = 500


class Said(str):
    """A number in the reader's words: its sign is our own, and begins no formula."""


def csv_file(
    headings: Sequence[str], rows: Iterable[Iterable[Any]], *, for_people: bool = False
) -> Generator[bytes, None, None]:
    """RFC 4180 in UTF-8: numbers and dates as JSON has them, texts that no spreadsheet runs.

    For people: semicolons and a byte-order mark, so that an Italian spreadsheet opens it as it is.
    """
    lines = iter(rows)
    part: Iterable[Iterable[Any]] = [headings]
    mark = "\ufeff" if for_people else ""
    while part:
        text = io.StringIO()
        text.write(mark)
        writer = csv.writer(text, delimiter=";" if for_people else ",", lineterminator="\r\n")
        writer.writerows([_PLAIN.get(type(value), _other)(value) for value in row] for row in part)
        yield text.getvalue().encode()
        part, mark = list(islice(lines, PART)), ""


def ndjson_file(rows: Iterable[Mapping[str, Any]]) -> Generator[bytes, None, None]:
    """One JSON object a line, as the API's lists have them."""
    lines = iter(rows)
    while part := list(islice(lines, PART)):
        yield b"".join(orjson.dumps(row, str, orjson.OPT_APPEND_NEWLINE) for row in part)


def json_file(rows: Iterable[Mapping[str, Any]]) -> Generator[bytes, None, None]:
    """One array of objects, as the API's lists have them."""
    lines, mark = iter(rows), b"["
    while part := list(islice(lines, PART)):
        text = orjson.dumps(part, str)
        yield mark + text[1:-1]
        mark = b","
    yield b"[]" if mark == b"[" else b"]"


def harmless(text: str) -> str:
    """A text that no spreadsheet runs as a formula: an apostrophe before one that it might.

    Telephone numbers stay as they are: signs, digits and spaces alone compute nothing.
    """
    if text[:1] in RISKY:
        start = text.lstrip()
        runs = text[0] in BREAKS or start[:1] in SIGNS
        if runs and not start.lstrip("+-").replace(" ", "").isdigit():
            return "'" + text
    return text


def as_text(value: Any) -> str:
    """A value that has no kind of its own in a sheet: lists and objects as JSON."""
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _other(value: Any) -> str:
    return harmless(as_text(value))


# Numbers are written by us: their sign begins no formula.
_PLAIN: dict[type, Callable[[Any], str]] = {
    str: harmless,
    Said: str,
    int: str,
    float: repr,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "",
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    datetime: datetime.isoformat,
    time: time.isoformat,
}
