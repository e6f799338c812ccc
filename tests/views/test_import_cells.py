"""Cells as people write them, and sheets as programs do."""

from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from app.errors import Invalid
from app.imports import cells, sheets
from tests.views import untidy


@pytest.mark.parametrize(
    "written",
    ["3/2/2026", "03-02-26", "3.2.2026", "3 febbraio 2026", "martedì 3 feb 2026", "2026-02-03",
     46056, ["d", "2026-02-03"], ["d", "2026-02-03T09:30:00"]],
)  # fmt: skip
def test_a_day_is_the_same_however_it_is_written(written: Any) -> None:
    assert cells.day(written) == "2026-02-03"


@pytest.mark.parametrize("written", ["31/2/2026", "2/2026", "3 termidoro 2026", "12", 3, True, ""])
def test_what_is_no_day_is_none(written: Any) -> None:
    with pytest.raises(Invalid):
        cells.day(written)


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1.234,50 €", "1234.50"), ("1234.5", "1234.5"), ("1.500", "1500"), ("EUR 12", "12"),
     ("12,5", "12.5"), ("1,234.50", "1234.50"), (0.1 + 0.2, "0.3"), (8, "8"), ("-3,20", "-3.20")],
)  # fmt: skip
def test_an_amount_is_what_an_italian_means(written: Any, meant: str) -> None:
    assert cells.amount(written) == meant


def shared(text: bytes, first: bytes = b"1", second: bytes = b"2") -> bytes:
    """A workbook as Excel saves it: its texts in a part of their own, two rows that name one."""
    row = b'<row r="%s"><c r="B%s" t="s"><v>0</v></c></row>'
    parts = {
        "xl/worksheets/sheet1.xml": b"<worksheet><sheetData>%s%s</sheetData></worksheet>"
        % (row % (first, first), row % (second, second)),
        "xl/sharedStrings.xml": b"<sst><si>%s</si></sst>" % text,
    }
    out = BytesIO()
    with ZipFile(BytesIO(untidy.table([["qui"]]))) as book, ZipFile(out, "w") as made:
        for name in book.namelist():
            said = parts.get(name, book.read(name))
            if name == "xl/_rels/workbook.xml.rels":
                link = b'<Relationship Type="x/sharedStrings" Target="sharedStrings.xml" Id="r9"/>'
                said = said.replace(b"</Relationships>", link + b"</Relationships>")
            made.writestr(name, said)
        made.writestr("xl/sharedStrings.xml", parts["xl/sharedStrings.xml"])
    return out.getvalue()


def rows_of(content: bytes, tmp_path: Path, name: str = "a.xlsx") -> list[sheets.Row]:
    sent, kept = tmp_path / "sent", tmp_path / "kept"
    sent.write_bytes(content)
    _, parts = sheets.read(sent, name)
    kept.write_bytes(b"".join(parts))
    return list(sheets.kept_rows(kept, 0))


def test_texts_that_cells_share_are_read_whole(tmp_path: Path) -> None:
    rich = b"<r><t>Cura </t></r><r><t>diurna</t></r><rPh><t>kuura</t></rPh>"
    assert rows_of(shared(rich), tmp_path) == [
        (1, [None, "Cura diurna"]),
        (2, [None, "Cura diurna"]),
    ]


def test_letters_that_xml_cannot_hold_are_read_or_left_out(tmp_path: Path) -> None:
    book = shared(b"<t>a_x000D__x000A_b_x0000__xD800_c</t>")
    assert rows_of(book, tmp_path)[0] == (1, [None, "a\r\nbc"])


def test_rows_that_claim_the_same_number_are_two(tmp_path: Path) -> None:
    read = rows_of(shared(b"<t>a</t>", b"7", b"7"), tmp_path)
    assert [line for line, _ in read] == [7, 8]


@pytest.mark.parametrize(
    ("encoding", "between"), [("utf-8", ";"), ("utf-8-sig", ","), ("cp1252", "\t"), ("utf-16", ";")]
)
def test_a_csv_is_read_as_it_was_saved(tmp_path: Path, encoding: str, between: str) -> None:
    text = f'Città{between}Nota\n"Sant’Angelo"{between}"una, due\nrighe"\n'
    assert rows_of(text.encode(encoding), tmp_path, "a.csv") == [
        (1, ["Città", "Nota"]), (2, ["Sant’Angelo", "una, due\nrighe"]),
    ]  # fmt: skip
