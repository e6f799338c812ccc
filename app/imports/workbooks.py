"""Workbooks (Office Open XML, ECMA-376) read cell by cell while they are unpacked.

Nothing of them is executed: of a formula the value is read that was there when it was saved.
Texts that cells share lie in a file beside, so that memory does not grow with the rows.
"""

import posixpath
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any
from xml.parsers.expat import ExpatError
from zipfile import BadZipFile, ZipFile

from app.errors import N_, DomainError, Invalid, TooLarge
from app.imports.parts import CHUNK, LONGEST_TEXT, Texts, parse, parser, unescaped

# Unpacked. A table of 50,000 rows and twenty columns is about 60 MB.
MOST_BYTES = 200 * 1024 * 1024
MOST_PARTS = 2000
NOT_A_WORKBOOK = N_("This is not a workbook that can be read: save it as XLSX or as CSV.")
TOO_MUCH = N_("Unpacked, this workbook is too large: send fewer rows, or a CSV.")

# Built-in formats that show a day, an hour or both (18.8.30).
DAYS = frozenset((14, 15, 16, 17, 22, *range(27, 37), *range(50, 59)))
HOURS = frozenset((18, 19, 20, 21, 45, 46, 47))
EPOCHS = {False: datetime(1899, 12, 30, tzinfo=UTC), True: datetime(1904, 1, 1, tzinfo=UTC)}
LAST_DAY = 2_958_465  # 31 December 9999
# What is raised by archives and XML that are damaged, cut off, encrypted or made up.
BROKEN = (
    BadZipFile, ExpatError, zlib.error, EOFError, KeyError, ValueError, OverflowError,
    NotImplementedError, RuntimeError,
)  # fmt: skip

Cell = Any  # str, float, int, bool, datetime, timedelta or None


class Workbook:
    """An open workbook: its sheets by name, in their order."""

    def __init__(self, path: Path) -> None:
        self.texts = Texts()
        try:
            self._zip = ZipFile(path)
            self._open()
        except DomainError:
            self.texts.close()
            raise
        except BROKEN as error:
            self.texts.close()
            raise Invalid(NOT_A_WORKBOOK, field="file") from error

    def _open(self) -> None:
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
            raise TooLarge(TOO_MUCH, field="file")
        book = self._target("_rels/.rels", "", "officeDocument") or "xl/workbook.xml"
        sheets: list[tuple[str, str]] = []
        self.epoch = EPOCHS[False]

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "sheet" and attributes.get("state", "visible") == "visible":
                key = next((v for k, v in attributes.items() if k.rpartition(":")[2] == "id"), "")
                sheets.append((attributes.get("name", ""), key))
            elif name == "workbookPr":
                self.epoch = EPOCHS[attributes.get("date1904") in ("1", "true")]

        parse(self._zip.open(book), start)
        folder, name = posixpath.split(book)
        links = self._links(f"{folder}/_rels/{name}.rels", folder)
        targets = {key: target for key, _, target in links}
        self.sheets = [(title, targets[key]) for title, key in sheets if key in targets]
        by_kind = {kind: target for _, kind, target in links}
        self.formats = self._formats(by_kind.get("styles", ""))
        if "sharedStrings" in by_kind:
            self.texts.read(self._zip.open(by_kind["sharedStrings"]))

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()
        self.texts.close()

    def rows(self, number: int) -> Iterator[tuple[int, dict[int, Cell]]]:
        """The rows of a sheet that have cells: its number from 1, its values by column from 0."""
        found: list[tuple[int, dict[int, Cell]]] = []
        reader = _Rows(self, found.append)
        try:
            with self._zip.open(self.sheets[number][1]) as source:
                made = parser(reader.start, reader.end, reader.text)
                while part := source.read(CHUNK):
                    made.Parse(part, False)
                    yield from found
                    found.clear()
                made.Parse(b"", True)
                yield from found
        except BROKEN as error:
            raise Invalid(NOT_A_WORKBOOK, field="file") from error

    def _links(self, part: str, folder: str) -> list[tuple[str, str, str]]:
        """What a part points at: its key, its kind, and where it lies."""
        found: list[tuple[str, str, str]] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                at = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                kind = attributes.get("Type", "").rpartition("/")[2]
                found.append((attributes.get("Id", ""), kind, posixpath.normpath(at)))

        parse(self._zip.open(part), start)
        return found

    def _target(self, part: str, folder: str, kind: str) -> str:
        return next((at for _, found, at in self._links(part, folder) if found == kind), "")

    def _formats(self, part: str) -> list[str]:
        """For each style of cells whether it shows a ``day``, an ``hour`` or neither."""
        codes: dict[int, str] = {}
        found: list[str] = []
        inside = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                number = int(attributes.get("numFmtId", "0"))
                found.append(_shows(number, codes.get(number, "")))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        if part in self._zip.NameToInfo:
            parse(self._zip.open(part), start, end)
        return found


def _shows(number: int, code: str) -> str:
    if not code:
        return "day" if number in DAYS else "hour" if number in HOURS else ""
    # Without what is quoted, escaped or in brackets.
    plain, quoted, skip, depth = "", False, False, 0
    for c in code.partition(";")[0].lower():
        if skip:
            skip = False
        elif c == '"':
            quoted = not quoted
        elif quoted:
            continue
        elif c in "\\_*":
            skip = True
        elif c in "[]":
            depth += 1 if c == "[" else -1
        elif not depth:
            plain += c
    if "general" in plain:
        return ""
    if any(c in plain for c in "yd"):
        return "day"
    return "hour" if "h" in plain or "s" in plain else "day" if "m" in plain else ""


class _Rows:
    """Puts the rows of a sheet together from what the parser comes across."""

    def __init__(self, book: Workbook, put: Callable[[tuple[int, dict[int, Cell]]], None]) -> None:
        self.book, self.put = book, put
        self.line, self.column, self.kind, self.style = 0, -1, "n", 0
        self.row: dict[int, Cell] = {}
        self.held: list[str] = []
        self.listens = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "row":
            said = attributes.get("r", "")
            number = int(said) if said.isdecimal() and len(said) < 9 else 0
            # Two rows with one number would be one line of the report.
            self.line = max(number, self.line + 1)
            self.row, self.column = {}, -1
        elif name == "c":
            at = attributes.get("r", "")
            self.column = column_number(at) if at else self.column + 1
            self.kind = attributes.get("t", "n")
            style = attributes.get("s", "0")
            self.style = int(style) if style.isdecimal() else 0
            self.held = []
        elif name in ("v", "t"):
            self.listens = True
        elif name == "rPh":  # How a text is pronounced is no part of it.
            self.kind = "phonetic" if self.kind == "inlineStr" else self.kind

    def text(self, part: str) -> None:
        if self.listens:
            self.held.append(part)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self.listens = False
        elif name == "c":
            value = self.value("".join(self.held))
            if value is not None and value != "":
                self.row[self.column] = value
        elif name == "row" and self.row:
            self.put((self.line, self.row))

    def value(self, text: str) -> Cell:
        if not text or self.kind == "e":
            return None
        if self.kind == "s":
            return self.book.texts[int(text)]
        if self.kind == "b":
            return text.strip() in ("1", "true")
        if self.kind == "d":
            return datetime.fromisoformat(text.strip()).replace(tzinfo=None)
        if self.kind != "n":
            return unescaped(text)[:LONGEST_TEXT]
        number = float(text)
        formats = self.book.formats
        shows = formats[self.style] if self.style < len(formats) else ""
        if shows == "day" and 0 <= number <= LAST_DAY:
            # Microseconds are rounding: a spreadsheet counts in parts of a day.
            seconds = round(number * 86400)
            return (self.book.epoch + timedelta(seconds=seconds)).replace(tzinfo=None)
        if shows == "hour" and 0 <= number < 1:
            return timedelta(seconds=round(number * 86400))
        whole = number.is_integer() and abs(number) < 1e15
        return int(number) if whole else number


@lru_cache(maxsize=4096)
def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def column_number(at: str) -> int:
    """The column of a cell's name, from 0: B7 is in 1. Raises ValueError."""
    letters = at.rstrip("0123456789")
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise ValueError(at)
    return _column(letters.upper())
