"""A list sent as a file has the rows and columns of the list, and nothing else, for every seat."""

import csv
import json
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

import openpyxl

from tests.walk import granted
from tests.walk.http import CLOSED, Visitor
from tests.walk.kinds import by_some

FORMS = ("csv", "ndjson", "xlsx")


def flat(row: dict[str, Any], above: str = "") -> set[str]:
    """The dotted names of a row's values."""
    found = set()
    for name, value in row.items():
        found |= flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}"}
    return found


@by_some
def test_a_file_is_the_list(visit: Callable[[str], Visitor], kind: str) -> None:
    visitor = visit(kind)
    for name, noun in granted.NOUNS.items():
        path = f"/api/v1/{name}/?sort=id&limit=100"
        listed = visitor.get(path)
        files = {form: visitor.get(f"{path}&format={form}") for form in FORMS}
        if "list" not in noun.verbs_of(kind):
            assert {answer.status_code for answer in files.values()} <= set(CLOSED), name
            continue
        assert [answer.status_code for answer in files.values()] == [200] * 3, name
        rows = listed.json["result"]
        assert [json.loads(line) for line in files["ndjson"].data.splitlines()] == rows, name
        table = list(csv.reader(StringIO(files["csv"].text, newline="")))
        sheet = openpyxl.load_workbook(BytesIO(files["xlsx"].data)).active
        book = [[cell.value for cell in row] for row in sheet]
        assert table[0] == book[0], name
        assert len(table) == len(book) == len(rows) + 1, name
        if rows and "id" in table[0]:
            place = table[0].index("id")
            ids = [str(row["id"]) for row in rows]
            assert [row[place] for row in table[1:]] == ids, name
            assert [str(row[place]) for row in book[1:]] == ids, name
        # What is an object in JSON is one cell of a table.
        for row in rows:
            columns = {column.partition(".")[0] for column in table[0]}
            assert {column.partition(".")[0] for column in flat(row)} <= columns, name
