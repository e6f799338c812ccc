"""What the parts of a workbook have in common: XML that is read piece by piece, and the texts that
cells share, in a file beside."""

import re
import tempfile
from array import array
from collections.abc import Callable
from functools import lru_cache
from typing import IO, Any
from xml.parsers.expat import ExpatError, ParserCreate

CHUNK = 1 << 16
LONGEST_TEXT = 32_767
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def parser(
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], Any] | None = None,
) -> Any:
    """A parser that says the names of elements without their prefixes, and takes no DOCTYPE:
    with one, a few letters can stand for gigabytes."""
    made = ParserCreate()
    made.buffer_text = True
    made.StartElementHandler = lambda name, given: start(name.rpartition(":")[2], given)
    if end is not None:
        made.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        made.CharacterDataHandler = text

    def refuse(*_: Any) -> None:
        raise ValueError("a document type")

    made.StartDoctypeDeclHandler = refuse
    return made


def parse(
    source: IO[bytes],
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    """Read a part of a workbook with such a parser. Raises ValueError for what is no XML."""
    with source:
        made = parser(start, end, text)
        try:
            while part := source.read(CHUNK):
                made.Parse(part, False)
            made.Parse(b"", True)
        except (ExpatError, EOFError) as error:
            raise ValueError("no XML") from error


def unescaped(text: str) -> str:
    """A text without the escapes of what XML cannot hold: ``_x000D_`` is a return (22.9.2.19)."""
    return ESCAPED.sub(_letter, text) if "_x" in text else text


def _letter(found: re.Match[str]) -> str:
    letter = chr(int(found[1], 16))
    return letter if letter.isprintable() or letter in "\t\r\n" else ""


class Texts:
    """The texts that cells share, in a file: of each, memory holds where it begins."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the workbook
        self._starts = array("Q", [0])
        self._known = lru_cache(maxsize=2048)(self._read)

    def read(self, source: IO[bytes]) -> None:
        """Take them over from a part of the workbook."""
        held: list[str] = []
        listens = skips = False

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal listens, skips
            skips = skips or name == "rPh"
            listens = name == "t" and not skips

        def end(name: str) -> None:
            nonlocal listens, skips
            listens = False
            if name == "rPh":
                skips = False
            elif name == "si":
                text = unescaped("".join(held))[:LONGEST_TEXT].encode("utf-8", "replace")
                self._file.write(text)
                self._starts.append(self._starts[-1] + len(text))
                held.clear()

        parse(source, start, end, lambda part: held.append(part) if listens else None)
        self._file.flush()

    def __getitem__(self, number: int) -> str:
        return self._known(number)

    def _read(self, number: int) -> str:
        if not 0 <= number < len(self._starts) - 1:
            raise ValueError(number)
        start, end = self._starts[number], self._starts[number + 1]
        self._file.seek(start)
        return self._file.read(end - start).decode()

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
