"""What was sent, as sheets of rows: CSV in any usual form, and workbooks.

What is read is kept in a form of our own, one row a line, and the file itself is not: a row is
``[sheet, line, [cell, ...]]``, a day ``["d", "2026-02-03"]``, an hour ``["t", "09:30"]``.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from app.errors import N_, Invalid
from app.imports.workbooks import NOT_A_WORKBOOK, Workbook

MOST_ROWS = 50_000
MOST_COLUMNS = 200
MOST_SHEETS = 50
LONGEST_CELL = 20_000

EMPTY = N_("There is nothing in this file.")
TOO_MANY_ROWS = N_("At most %(most)s rows can be imported at once: split the file.")
TOO_MANY_COLUMNS = N_("The sheet “%(sheet)s” has more than %(most)s columns.")
NOT_TEXT = N_("This is neither a CSV nor an XLSX file.")
OLD_KIND = N_("This is a workbook of an older kind: save it as XLSX or as CSV.")

Row = tuple[int, list[Any]]


@dataclass(frozen=True)
class Sheet:
    """One of the sheets: its name, and how many rows and columns of it are filled."""

    name: str
    rows: int
    columns: int


def read(path: Path, name: str) -> tuple[list[Sheet], Iterator[bytes]]:
    """The sheets, filled in while the parts of what is to be kept are taken.

    Raises Invalid or TooLarge, saying what is wrong with the file; the parts may raise it too.
    """
    with path.open("rb") as file:
        head = file.read(8)
    if not head:
        raise Invalid(EMPTY, field="file")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Invalid(OLD_KIND, field="file")
    found: list[Sheet] = []
    # By what it is, not by what it is called.
    if head.startswith(b"PK"):
        return found, _kept(_workbook(path), found)
    if name.lower().endswith((".xlsx", ".xlsm")):
        raise Invalid(NOT_A_WORKBOOK, field="file")
    return found, _kept(iter([("CSV", _csv(path))]), found)


def _workbook(path: Path) -> Iterator[tuple[str, Iterator[Row]]]:
    with Workbook(path) as book:
        for number, (title, _) in enumerate(book.sheets[:MOST_SHEETS]):
            yield title, _filled(book, number, title)


def _filled(book: Workbook, number: int, title: str) -> Iterator[Row]:
    for line, cells in book.rows(number):
        width = max(cells) + 1
        if width > MOST_COLUMNS:
            raise _too_wide(title)
        yield line, [_plain(cells.get(n)) for n in range(width)]


def _too_wide(title: str) -> Invalid:
    return Invalid(TOO_MANY_COLUMNS, field="file", most=MOST_COLUMNS, sheet=title[:100])


def _plain(value: Any) -> Any:
    """A cell as it is kept."""
    match value:
        case str():
            return value.strip()[:LONGEST_CELL]
        case datetime():
            at_midnight = not (value.hour or value.minute or value.second)
            return ["d", value.date().isoformat() if at_midnight else value.isoformat()]
        case timedelta():
            minutes = value.seconds // 60
            return ["t", f"{minutes // 60:02}:{minutes % 60:02}"]
    return value


def _kept(sheets: Iterator[tuple[str, Iterator[Row]]], found: list[Sheet]) -> Iterator[bytes]:
    total = 0
    for number, (title, rows) in enumerate(sheets):
        filled = columns = 0
        for line, cells in rows:
            while cells and cells[-1] in (None, ""):
                cells.pop()
            if not cells:
                continue
            filled, columns, total = filled + 1, max(columns, len(cells)), total + 1
            # A few lines more than rows: titles and headings.
            if filled > MOST_ROWS + 50 or total > 2 * MOST_ROWS:
                raise Invalid(TOO_MANY_ROWS, field="file", most=MOST_ROWS)
            yield orjson.dumps([number, line, cells], option=orjson.OPT_APPEND_NEWLINE)
        found.append(Sheet(title[:100], filled, columns))
    if not total:
        raise Invalid(EMPTY, field="file")


# ---------------------------------------------------------------- CSV


def _csv(path: Path) -> Iterator[Row]:
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        beginning = file.read(1 << 16)
        if "\x00" in beginning:
            raise Invalid(NOT_TEXT, field="file")
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter_of(beginning))
        try:
            for line, cells in enumerate(lines, 1):
                if len(cells) > MOST_COLUMNS and any(c.strip() for c in cells[MOST_COLUMNS:]):
                    raise _too_wide("CSV")
                yield line, [_cell(cell) for cell in cells]
        except (csv.Error, UnicodeError) as error:
            raise Invalid(NOT_TEXT, field="file") from error


def _cell(text: str) -> str:
    text = text.strip()[:LONGEST_CELL]
    # Our own files put an apostrophe before what a spreadsheet would compute.
    return text[1:] if text[:1] == "'" and text[1:2] in "=+-@" and len(text) > 1 else text


def encoding_of(path: Path) -> str:
    """UTF-8 with or without a mark, UTF-16 with one, else Windows-1252. Raises Invalid."""
    with path.open("rb") as file:
        head = file.read(1 << 12)
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if head.startswith(b"%PDF") or b"\x00" in head:
            raise Invalid(NOT_TEXT, field="file")
        file.seek(0)
        for encoding in ("utf-8-sig", "cp1252"):
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            try:
                while part := file.read(1 << 16):
                    decoder.decode(part)
                decoder.decode(b"", True)
            except UnicodeDecodeError:
                continue
            return encoding
    raise Invalid(NOT_TEXT, field="file")


def delimiter_of(text: str) -> str:
    """What stands between the cells: that by which most rows are the widest."""

    def width(delimiter: str) -> int:
        rows = islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 30)
        try:
            widths = sorted(len(row) for row in rows if row)
        except csv.Error:
            return 0
        return widths[len(widths) // 2] if widths else 0

    return max(";,\t|", key=width)


# ---------------------------------------------------------------- what is kept


def kept_rows(path: Path, sheet: int) -> Iterator[Row]:
    """The rows of a sheet that was read before: each with its line, from 1."""
    mark = b"[%d," % sheet
    with path.open("rb") as file, closing(file):
        for text in file:
            if text.startswith(mark):
                _, line, cells = orjson.loads(text)
                yield line, cells


def described(sheets: Iterable[Sheet]) -> list[dict[str, Any]]:
    """The sheets as JSON."""
    return [asdict(sheet) for sheet in sheets]


def as_text(value: Any) -> str:
    """A kept cell as it is read."""
    match value:
        case None:
            return ""
        case [_, text]:
            try:
                return date.fromisoformat(text).strftime("%d/%m/%Y")
            except ValueError:
                return str(text).replace("T", " ")
        case bool():
            return "1" if value else "0"
        case float():
            return repr(value)
    return str(value)


def as_value(value: Any) -> Any:
    """A kept cell as a spreadsheet takes it: days as days."""
    if isinstance(value, list):
        try:
            return date.fromisoformat(value[1])
        except ValueError:
            return str(value[1]).replace("T", " ")
    return value
