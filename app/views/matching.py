"""What an import of a noun may fill in, and what somebody chose on its page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.errors import N_, Invalid
from app.imports import headings, sheets
from app.imports.headings import Headings, Target
from app.imports.plans import MODES, Plan, keys_of
from app.models import Work
from app.query.paths import path
from app.query.xlsx import column_letters
from app.transaction import web
from app.views import words
from app.views.choices import DETAILS
from app.views.fields import FormField
from app.views.writing import WriteScreens

LANGUAGES = ("it", "en")
SAMPLES = 3
NUMBER = N_("No.")
CHOSEN_TWICE = N_("Two columns are the same field: %(label)s.")
NONE_CHOSEN = N_("Choose what at least one column is.")
UNKNOWN = N_("There is no such choice here.")
KEY_MISSING = N_("Choose the column of the key: %(label)s.")
NO_ROWS = N_("There is no row below the headings.")
# Imports of a seat that are looked at for the same headings.
REMEMBERED = 20


@dataclass(frozen=True)
class Column:
    """A column of the sheet as the page shows it."""

    number: int
    letter: str
    title: str
    samples: list[str]
    field: str
    # Whether a column before it is called the same.
    again: bool


def targets(view: WriteScreens) -> tuple[dict[str, Target], frozenset[str], frozenset[str]]:
    """The fields of the noun by name, those of a new row, and those of a change."""
    # Neither files nor what is sealed: what is sent lies as it is until it is swept away.
    entered = [f for f in view.add_fields() if _told(view.model, f)]
    changes = view.may("update")
    changed = view.form_fields(view.edit_columns) if changes else []
    changed = [f for f in changed if _told(view.model, f)]
    found = {one.name: of_field(view.model, one) for one in (*changed, *entered)}
    found = {one.name: found[one.name] for one in (*entered, *changed)}
    if changes:
        found["id"] = Target("id", gettext(NUMBER), "int", labels=("id", "n", "numero"))
    return found, frozenset(f.name for f in entered), frozenset(f.name for f in changed)


def _told(model: Any, one: FormField) -> bool:
    return one.kind != "file" and not path(model, one.name).sealed


def of_field(model: Any, one: FormField) -> Target:
    """A field of the noun's form as the import needs it."""
    info = path(model, one.name).info
    values = info.get("values") or {}
    offered = {value: (label,) for value, label in one.choices if value}
    choices = {value: (*offered[value], *in_languages(values.get(value, ""))) for value in offered}
    return Target(
        one.name, one.label, one.kind, one.required, in_languages(info["label"]), choices,
        one.resource, one.help,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def in_languages(message: str) -> tuple[str, ...]:
    """A message of the catalogue in each language."""
    found = []
    for locale in LANGUAGES:
        with force_locale(locale):
            found.append(words.said(message))
    return tuple(found)


def best_sheet(path_: Path, known: Sequence[Mapping[str, Any]], of: Sequence[Target]) -> int:
    """The sheet whose headings name the most fields; the first one that is filled, in doubt."""
    best, most = next((n for n, sheet in enumerate(known) if sheet["rows"]), 0), 0
    for number, sheet in enumerate(known):
        if sheet["rows"] > 1:
            found = headings.find(first_rows(path_, number), of)
            named = len(headings.guess(found.titles, of))
            if named > most:
                best, most = number, named
    return best


def first_rows(path_: Path, sheet: int, most: int = headings.LOOKED_AT + 10) -> list[sheets.Row]:
    """The first rows of a sheet that are filled."""
    return list(islice(sheets.kept_rows(path_, sheet), most))


def found_headings(
    path_: Path, sheet: int, given: Mapping[str, Any], of: Sequence[Target]
) -> Headings:
    """The headings where somebody says that they are, or where they seem to be."""
    looked = first_rows(path_, sheet)
    line, depth = _whole(given.get("line")), _whole(given.get("depth"))
    if line and depth in (1, 2):
        return headings.at(looked, line, depth)
    return headings.find(looked, of)


def _whole(value: Any) -> int:
    text = str(value or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else 0


def remembered(resource: str, titles: Sequence[str]) -> dict[int, str]:
    """What the seat chose at its last import of the noun under the same headings."""
    asked = (
        select(Work.payload)
        .where(Work.kind == "import", Work.resource == resource)
        .order_by(Work.id.desc())
        .limit(REMEMBERED)
    )
    for payload in web().scalars(asked):
        if payload.get("titles") == list(titles) and payload.get("columns"):
            return {int(number): name for number, name in payload["columns"].items()}
    return {}


def columns(
    path_: Path, sheet: int, found: Headings, chosen: Mapping[int, str]
) -> list[Column]:  # fmt: skip
    """The columns of a sheet with their headings and first values."""
    first = [cells for _, cells in islice(_after(path_, sheet, found), 20)]
    width = max((len(found.titles), *(len(cells) for cells in first)), default=0)
    result: list[Column] = []
    for number in range(width):
        title = found.titles[number] if number < len(found.titles) else ""
        texts = (in_words(cells[number]) for cells in first if number < len(cells))
        samples = list(islice((text[:60] for text in texts if text), SAMPLES))
        if not title and not samples:
            continue
        again = bool(title) and any(
            headings.plain(c.title) == headings.plain(title) for c in result
        )
        field = chosen.get(number, "")
        result.append(Column(number, column_letters(number), title, samples, field, again))
    return result


def in_words(cell: Any) -> str:
    """A cell as it is read: with the reader's own decimals."""
    if isinstance(cell, float) and isfinite(cell):
        return words.plain(Decimal(repr(cell)))
    return sheets.as_text(cell)


def chosen(
    form: MultiDict[str, str], known: Mapping[str, Target], model: Any, sheets_: int
) -> dict[str, Any]:
    """What was chosen on the page, as the work's payload has it. Raises Invalid."""
    by_column: dict[str, str] = {}
    for name, value in form.items():
        number = name.removeprefix("column-")
        if name == number or not value:
            continue
        if value not in known or not number.isdecimal() or len(number) > 3:
            raise Invalid(UNKNOWN, field=name[:20])
        if value in by_column.values():
            raise Invalid(CHOSEN_TWICE, field=name, label=known[value].label)
        by_column[number] = value
    if not by_column:
        raise Invalid(NONE_CHOSEN)
    key, mode, sheet = form.get("key", ""), form.get("mode", "both"), _whole(form.get("sheet"))
    if key and key not in keys(model, known):
        raise Invalid(UNKNOWN, field="key")
    if key and key not in by_column.values():
        raise Invalid(KEY_MISSING, field="key", label=known[key].label)
    if mode not in MODES:
        raise Invalid(UNKNOWN, field="mode")
    if sheet >= sheets_:
        raise Invalid(UNKNOWN, field="sheet")
    return {
        "columns": by_column, "key": key, "mode": mode if key else "both", "sheet": sheet,
        "leave_out": "leave_out" in form,
    }  # fmt: skip


def keys(model: Any, known: Iterable[str]) -> list[str]:
    """The fields that may say which row a row of the sheet is."""
    names = list(known)
    return [*keys_of(model, names), *(["id"] if "id" in names else [])]


def plan(view: WriteScreens, payload: Mapping[str, Any]) -> Plan:
    """What the payload of an import says is to be done."""
    known, enters, changes = targets(view)
    by_column = {
        int(number): known[name] for number, name in payload["columns"].items() if name in known
    }
    return Plan(
        view.resource, by_column, enters, changes, payload["key"], payload["mode"],
        bool(payload["leave_out"]), DETAILS, web().principal.organization_id,
    )  # fmt: skip


def below(payload: Mapping[str, Any], path_: Path) -> Iterator[sheets.Row]:
    """The rows of the sheet below its headings, as the payload says where those stand."""
    return _after(
        path_, payload["sheet"],
        Headings(payload["line"], payload["depth"], tuple(payload["titles"])),
    )  # fmt: skip


def _after(path_: Path, sheet: int, found: Headings) -> Iterator[sheets.Row]:
    return (row for row in sheets.kept_rows(path_, sheet) if headings.after(row[0], found))
