"""Files of rows: what a spreadsheet opens is what was kept, and nothing in it runs."""

import csv
import json
import tracemalloc
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from app.query import xlsx
from app.query.export import Said, csv_file, harmless, ndjson_file
from app.query.xlsx import xlsx_file

FORMULAS = ("=cmd()", "+1+cmd()", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "=",
            "+39-0371/4091")  # fmt: skip
TEXTS = ("Rossi", "+39 0371 4091", "-12", "D'Amico", 'dice "sì"', "a;b,c", "riga\nriga", "", "1=1",
         "  Rossi", "€ 5 & <b>")  # fmt: skip


def lines(parts: Iterable[bytes], **options: Any) -> list[list[str]]:
    text = b"".join(parts).decode("utf-8")
    return list(csv.reader(StringIO(text, newline=""), **options))


def book(parts: Iterable[bytes]) -> Workbook:
    return openpyxl.load_workbook(BytesIO(b"".join(parts)))


def cells(parts: Iterable[bytes]) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book(parts).active]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_like_a_formula_stays_a_text(text: str) -> None:
    assert harmless(text) == "'" + text
    assert lines(csv_file(["x"], [[text]]))[1] == ["'" + text]
    cell = book(xlsx_file(["x"], [[text]])).active["A2"]
    assert cell.data_type == "s"
    assert cell.value.startswith("'")


@pytest.mark.parametrize("text", TEXTS)
def test_any_other_text_comes_back_as_it_was(text: str) -> None:
    assert lines(csv_file(["x"], [[text]]))[1] == [text]
    assert lines(csv_file(["x"], [[text]], for_people=True), delimiter=";")[1] == [text]
    assert cells(xlsx_file(["x"], [[text]]))[1] == [text]


def test_numbers_below_zero_stay_numbers() -> None:
    row = [Decimal("-77.00"), -5, Decimal("45.123456"), -1.5, Said("-77,00 €")]
    assert lines(csv_file(list("abcde"), [row]))[1] == ["-77.00", "-5", "45.123456", "-1.5",
                                                        "-77,00 €"]  # fmt: skip
    sheet = book(xlsx_file(list("abcd"), [row[:4]])).active
    assert [cell.data_type for cell in sheet[2]] == ["n"] * 4
    assert [cell.value for cell in sheet[2]] == [-77, -5, 45.123456, -1.5]
    assert [cell.number_format for cell in sheet[2]][:2] == ["#,##0.00", "General"]


def test_dates_are_dates_and_instants_are_those_of_rome() -> None:
    row = [date(2026, 7, 6), datetime(2026, 7, 6, 8, 30, tzinfo=UTC), time(17, 45), True, None]
    assert lines(csv_file(list("abcde"), [row]))[1] == [
        "2026-07-06", "2026-07-06T08:30:00+00:00", "17:45:00", "true", ""
    ]  # fmt: skip
    sheet = book(xlsx_file(list("abcde"), [row])).active
    assert all(cell.is_date for cell in sheet[2][:3])
    assert str(sheet["A2"].value) == "2026-07-06 00:00:00"
    assert str(sheet["B2"].value) == "2026-07-06 10:30:00"
    assert sheet["C2"].value == time(17, 45)
    assert (sheet["D2"].value, sheet["E2"].value) == (True, None)
    assert sheet["A1"].font.bold
    # A spreadsheet's calendar begins later.
    assert cells(xlsx_file(["x"], [[date(1899, 5, 3)]]))[1] == ["1899-05-03"]


def test_what_a_cell_cannot_hold_is_kept_as_far_as_it_can() -> None:
    row = [10**17, Decimal("NaN"), "a\x07b\ufffe", "x" * 40_000, {"a": ["è"]}, [1, 2], "a\r\nb"]
    found = cells(xlsx_file(list("abcdefg"), [row]))[1]
    assert found == [str(10**17), "NaN", "ab", "x" * 32_767, '{"a": ["è"]}', "[1, 2]", "a\nb"]
    assert lines(csv_file(list("ab"), [row[4:6]]))[1] == ['{"a": ["è"]}', "[1, 2]"]


def test_people_get_semicolons_and_a_mark_and_programs_neither() -> None:
    assert b"".join(csv_file(["è", "b"], [["x", 1]])) == "è,b\r\nx,1\r\n".encode()
    assert b"".join(csv_file(["è", "b"], [["x", 1]], for_people=True)) == (
        "\ufeffè;b\r\nx;1\r\n".encode()
    )


def test_each_line_is_an_object() -> None:
    found = [{"id": 1, "slot": {"title": "=a\nb"}}, {"id": 2, "slot": None}]
    said = b"".join(ndjson_file(found)).decode().splitlines()
    assert [json.loads(line) for line in said] == found
    assert b"".join(ndjson_file([])) == b""


@pytest.mark.parametrize(("number", "sheets"), [(0, [1]), (3, [4]), (4, [4, 2]), (7, [4, 4, 2])])
def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    monkeypatch: pytest.MonkeyPatch, number: int, sheets: list[int]
) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 4)
    found = book(xlsx_file(["n"], ([n] for n in range(number)), "Iscrizioni [2026]"))
    assert [sheet.max_row for sheet in found] == sheets
    assert [sheet["A1"].value for sheet in found] == ["n"] * len(sheets)
    kept = [cell.value for sheet in found for (cell,) in sheet.iter_rows(min_row=2)]
    assert kept == list(range(number))
    assert found.sheetnames[0] == "Iscrizioni  2026"


def test_wide_tables_have_columns_behind_z() -> None:
    found = cells(xlsx_file([str(n) for n in range(800)], [range(800)]))
    assert found[1] == list(range(800))


def test_half_a_workbook_is_none() -> None:
    def breaking() -> Iterator[list[int]]:
        yield from ([n] for n in range(5000))
        raise RuntimeError

    sent: list[bytes] = []
    with pytest.raises(RuntimeError):
        sent.extend(xlsx_file(["n"], breaking()))
    assert sent
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(BytesIO(b"".join(sent)))


def many(number: int) -> Iterator[list[Any]]:
    for n in range(number):
        yield [n, f"Rossi {n}", date(2026, 7, 6), Decimal("60.00"), "Laboratorio di cucina"]


@pytest.mark.parametrize(
    "write",
    [
        lambda rows: csv_file(list("abcde"), rows),
        lambda rows: xlsx_file(list("abcde"), rows),
        lambda rows: ndjson_file({"row": row} for row in rows),
    ],
)
def test_more_rows_take_no_more_memory(
    write: Callable[[Iterator[list[Any]]], Iterator[bytes]],
) -> None:
    peaks = []
    for number in (2_000, 20_000):
        tracemalloc.start()
        longest = max(len(part) for part in write(many(number)))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert longest < 500_000
    assert peaks[1] < peaks[0] * 1.2
