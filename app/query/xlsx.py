"""Workbooks written row by row into a ZIP that is never sought in: nothing is kept, on disk either.

Office Open XML (ECMA-376), the few parts that a table needs. Texts stand in their cells; a sheet
that is full goes on in the next one, under the same headings.
"""

import math
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from html import escape
from itertools import chain, islice
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from app.clock import ROME
from app.query.export import PART, as_text, harmless

MOST_ROWS = 2**20  # of a sheet, its headings included
# Beyond 4 GB a part of a ZIP is of another kind, which Excel does not read.
MOST_BYTES = 2**31
LONGEST_TEXT = 32_767  # of a cell
EXACT = 10**15  # Longer numbers lose their last digits in a spreadsheet: they stay texts.
DAY_ZERO = date(1899, 12, 30).toordinal()
# Excel takes 1900 for a leap year: only from March on are its days ours.
FIRST_DAY = date(1900, 3, 1)

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
FORMAT = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Cells: as it comes, money, day, instant, hour, heading; the built-in formats follow the reader's
# language.
MONEY, DAY, INSTANT, HOUR, HEADING = 1, 2, 3, 4, 5
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/>'
    '</font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill>'
    '<patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border>'
    '</borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    '</cellStyleXfs><cellXfs count="6">'
    + "".join(
        f'<xf numFmtId="{number}" fontId="{font}" fillId="0" borderId="0" xfId="0"'
        ' applyNumberFormat="1" applyFont="1"/>'
        for number, font in ((0, 0), (4, 0), (14, 0), (22, 0), (20, 0), (0, 1))
    )
    + '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
    "</cellStyles></styleSheet>"
)
SHEET = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1"'
    ' topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    '<sheetFormatPr defaultColWidth="16" defaultRowHeight="15"/><sheetData>'
)
END = "</sheetData></worksheet>"
# What is not in XML, or not as it is in a workbook's texts.
SPECIAL = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff<>&_]")
UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
LIKE_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")

Row = Iterable[Any]


class _Pipe:
    """What a ZIP is written into and taken out of; it has no place to go back to."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, part: Any, /) -> int:
        self.parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        found = b"".join(self.parts)
        self.parts.clear()
        return found


def xlsx_file(
    headings: Sequence[str], rows: Iterable[Row], title: str = ""
) -> Generator[bytes, None, None]:
    """A workbook: dates as dates, amounts as numbers with two decimals, instants as in Rome.

    What is cut off has no table of contents, and no program opens it.
    """
    lines, pipe, sheets = iter(rows), _Pipe(), 0
    with ZipFile(pipe, "w", ZIP_DEFLATED, compresslevel=1) as book:
        book.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        book.writestr("xl/styles.xml", STYLES)
        more: list[Row] = list(islice(lines, 1))
        while more or not sheets:
            sheets += 1
            with book.open(f"xl/worksheets/sheet{sheets}.xml", "w") as sheet:
                for part in _sheet(headings, chain(more, lines)):
                    sheet.write(part)
                    yield pipe.taken()
            more = list(islice(lines, 1))
        for name, content in _contents(_names(title, sheets)):
            book.writestr(name, content)
    yield pipe.taken()


def small_book(sheets: Sequence[tuple[str, Sequence[str], Iterable[Row]]]) -> bytes:
    """A workbook of a few short sheets, each with its name, its headings and its rows."""
    pipe = _Pipe()
    with ZipFile(pipe, "w", ZIP_DEFLATED) as book:
        book.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        book.writestr("xl/styles.xml", STYLES)
        for number, (_, headings, lines) in enumerate(sheets, 1):
            part = b"".join(_sheet(headings, iter(lines)))
            book.writestr(f"xl/worksheets/sheet{number}.xml", part)
        for name, content in _contents([_name(title) for title, _, _ in sheets]):
            book.writestr(name, content)
    return pipe.taken()


def _sheet(headings: Sequence[str], lines: Iterator[Row]) -> Iterator[bytes]:
    """The parts of one sheet: as many of the rows as it holds."""
    letters = [column_letters(number) for number, _ in enumerate(headings)]
    titles = (
        f'<c r="{letter}1" s="{HEADING}"{_text(heading)}'
        for letter, heading in zip(letters, headings, strict=True)
    )
    part = f'{SHEET}<row r="1">{"".join(titles)}</row>'.encode()
    number, written = 1, 0
    while True:
        written += len(part)
        yield part
        room = MOST_ROWS - number if written < MOST_BYTES else 0
        rows = list(islice(lines, min(PART, room)))
        if not rows:
            break
        part = "".join(
            f'<row r="{n}">{"".join(_cells(letters, n, row))}</row>'
            for n, row in enumerate(rows, number + 1)
        ).encode()
        number += len(rows)
    yield END.encode()


def _cells(letters: Sequence[str], number: int, row: Row) -> list[str]:
    return [
        f'<c r="{letter}{number}"{_CELLS.get(type(value), _other)(value)}'
        for letter, value in zip(letters, row, strict=True)
        if value is not None
    ]


def column_letters(number: int) -> str:
    """The letters of a column: A, B ... Z, AA."""
    further, last = divmod(number, 26)
    return (column_letters(further - 1) if further else "") + chr(ord("A") + last)


# ---------------------------------------------------------------- cells, behind their place


def _text(value: str) -> str:
    text = harmless(value)[:LONGEST_TEXT]
    if SPECIAL.search(text):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        text = LIKE_ESCAPED.sub("_x005F_", UNWRITABLE.sub("", text))
        text = escape(text, quote=False)
    return f' t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


def _number(value: Any) -> str:
    if not math.isfinite(value) or abs(value) >= EXACT:
        return _text(str(value))
    written = format(value, "f") if isinstance(value, Decimal) else repr(value)
    style = f' s="{MONEY}"' if isinstance(value, Decimal) and written[-3:-2] == "." else ""
    return f"{style}><v>{written}</v></c>"


def _truth(value: bool) -> str:
    return f' t="b"><v>{int(value)}</v></c>'


def _day(value: date) -> str:
    if value < FIRST_DAY:
        return _text(value.isoformat())
    return f' s="{DAY}"><v>{value.toordinal() - DAY_ZERO}</v></c>'


def _instant(value: datetime) -> str:
    local = value.astimezone(ROME) if value.tzinfo else value
    if local.date() < FIRST_DAY:
        return _text(value.isoformat())
    seconds = local.hour * 3600 + local.minute * 60 + local.second
    days = local.toordinal() - DAY_ZERO + seconds / 86_400
    return f' s="{INSTANT}"><v>{days:.10f}</v></c>'


def _hour(value: time) -> str:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return f' s="{HOUR}"><v>{seconds / 86_400:.10f}</v></c>'


def _other(value: Any) -> str:
    return _text(as_text(value))


_CELLS: dict[type, Callable[[Any], str]] = {
    str: _text, int: _number, float: _number, Decimal: _number, bool: _truth,
    date: _day, datetime: _instant, time: _hour,
}  # fmt: skip


# ---------------------------------------------------------------- what holds the sheets together


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    said = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{RELATIONS}">{said}</Relationships>'


def _name(title: str) -> str:
    """What a sheet can be called."""
    return NOT_IN_NAMES.sub(" ", UNWRITABLE.sub("", title)).strip()[:25] or "1"


def _names(title: str, sheets: int) -> list[str]:
    """The names of a sheet and of those in which it goes on."""
    name = _name(title)
    return [name if n == 1 else f"{name} {n}" for n in range(1, sheets + 1)]


def _contents(titles: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts that name the sheets."""
    numbers, names = range(1, len(titles) + 1), [escape(title) for title in titles]
    listed = "".join(f'<sheet name="{names[n - 1]}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    yield (
        "xl/workbook.xml",
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
    )
    parts = [("worksheet", f"worksheets/sheet{n}.xml") for n in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*parts, ("styles", "styles.xml")])
    overrides = [("workbook", "sheet.main"), ("styles", "styles")]
    overrides += [(f"worksheets/sheet{n}", "worksheet") for n in numbers]
    said = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{FORMAT}.{kind}+xml"/>'
        for part, kind in overrides
    )
    types = (
        f'{HEAD}<Types xmlns="{TYPES}"><Default Extension="rels"'
        ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{said}</Types>'
    )
    yield "[Content_Types].xml", types
