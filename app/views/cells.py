"""Values as HTML: what a column's cells have in common is put together once, not at each row."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from markupsafe import Markup
from sqlalchemy import ARRAY, JSON

from app.query.paths import Path
from app.views import kinds, lists, words

Row = dict[str, Any]
# From where on a text is laid out as a long one.
LONG = 60
# And from where on a state takes two lines rather than the room of the columns beside it.
LONG_STATE = 18
# How many cells a column remembers: names of persons are gone again with the next thousand.
MOST_TOLD = 1000


class Heading(str):
    """What a column is called, and the kind of its values."""

    kind = "text"


class Cell(NamedTuple):
    """A value with its heading, on the page of one row."""

    label: str
    text: str
    kind: str
    lang: str
    html: Markup


class Line(NamedTuple):
    """A row of a table: its number, the address of its own page, and its cells as HTML."""

    id: Any
    href: str
    cells: Markup


@dataclass(frozen=True)
class Drawn:
    """A column as it is drawn."""

    column: Path
    heading: str
    kind: str
    # The noun of the row that it names, and the column with that row's number.
    resource: str
    key: str
    # The column of the whole that it counts a part of.
    whole: str
    lang: str
    # A row's value in the reader's words.
    said: Callable[[Row], str]
    # Whether a cell is drawn from the column's value alone.
    by_value: bool
    # How a cell begins, by the kind that it is laid out as; and whole cells, by their values.
    begins: dict[str, str] = field(default_factory=dict)
    told: dict[Any, str] = field(default_factory=dict)

    def laid_out(self, text: str) -> str:
        """The kind that a value is laid out as."""
        if self.kind == "text" and (len(text) > LONG or "\n" in text):
            return "long"
        return self.kind

    def begin(self, kind: str) -> str:
        """The beginning of a cell."""
        found = self.begins.get(kind)
        if found is None:
            lang = f' lang="{self.lang}"' if self.lang else ""
            found = f'<td class="is-{kind}" dir="auto" data-label="{escape(self.heading)}"{lang}>'
            self.begins[kind] = found
        return found

    def value(self, row: Row, text: str, href: str = "") -> str:
        """A value as HTML; a link to the row that it names where there is an address."""
        if not text:
            return ""
        said = escape(text)
        if self.kind == "badge":
            tone = kinds.tone(row.get(self.column.name))
            long = " state-long" if len(text) > LONG_STATE else ""
            return f'<span class="state{f" state-{tone}" if tone else ""}{long}">{said}</span>'
        if self.kind == "places" and (most := row.get(self.whole)) is not None:
            part = row.get(self.column.name)
            return (
                f'<span class="places"><meter min="0" max="{most or 1}" value="{part}"'
                f' aria-hidden="true"></meter>{said} / {words.number(most)}</span>'
            )
        return f'<a href="{escape(href)}">{said}</a>' if href else said

    def inner(self, row: Row) -> str:
        """A whole cell of a table but for its end."""
        text = self.said(row)
        return self.begin(self.laid_out(text)) + self.value(row, text)

    def inners(self, found: Iterable[Row]) -> list[str]:
        """The cells of many rows; the same value is put together once."""
        if not self.by_value:
            return [self.inner(row) for row in found]
        name, told, cells = self.column.name, self.told, []
        if len(told) >= MOST_TOLD:
            told.clear()
        for row in found:
            value = row.get(name)
            cell = told.get(value)
            if cell is None:
                cell = told[value] = self.inner(row)
            cells.append(cell)
        return cells

    def cell(self, row: Row, href: str = "") -> Cell:
        """The value of a row with its heading."""
        text = self.said(row)
        shown = Markup(self.value(row, text, href))  # noqa: S704 - escaped there
        return Cell(self.heading, text, self.laid_out(text), self.lang, shown)


@lru_cache(maxsize=4096)
def drawn(column: Path, own: Callable[[Row], str] | None, locale: str) -> Drawn:
    """A column as it is drawn in a language; ``own`` says its values where a noun says so."""
    names_a_row = column.relations and column.column in lists.NAMES
    said, name, kind = words.sayer(column, locale), column.name, kinds.kind_of(column)
    return Drawn(
        column,
        lists.heading(column),
        kind,
        lists.resource_of(column) if names_a_row else "",
        f"{'.'.join(column.relations)}.id",
        lists.beside(column),
        lists.lang_of(column),
        own or (lambda row: said(row.get(name))),
        not (own or kind == "places" or isinstance(column.type, (ARRAY, JSON))),
    )


def heading(column: Path) -> Heading:
    """What a column is called above a list."""
    found = Heading(lists.heading(column))
    found.kind = kinds.kind_of(column)
    return found


@dataclass(frozen=True)
class Pencil:
    """What leads from a cell to its form: the column, its field in the row's form, in words."""

    name: str
    anchor: str
    label: str


@dataclass(frozen=True)
class Marks:
    """What the rows of a list have besides their values."""

    # How the box is called by which a row is chosen; none without.
    choose: str = ""
    # By column, for those that are edited in their place; and the row's form but for its number.
    pencils: tuple[Pencil | None, ...] = ()
    form: str = ""


def lines(
    columns: Iterable[Drawn], found: Sequence[Row], page: str, marks: Marks | None = None
) -> list[Line]:
    """Rows as a table's lines; ``page`` is the address of a row's own page but for its number."""
    drawn, marks = [*columns], marks or Marks()
    if not drawn:
        return []
    first, *others = drawn
    pencils = marks.pencils if any(marks.pencils) else ()
    following = [column.inners(found) for column in others]
    result = []
    for number, row in enumerate(found):
        key = row.get("id")  # A seat that may not read ids gets no links.
        href = f"{page}{key}" if page and key else ""
        text = first.said(row)
        named = escape(text or str(key))
        begin = first.begin(first.laid_out(text))
        if marks.choose and key:
            begin += (
                f'<input type="checkbox" name="rows" value="{key}" form="picked"'
                f' aria-label="{marks.choose}: {named}"> '
            )
        shown = f'<a href="{href}">{named}</a>' if href else first.value(row, text)
        parts = [begin + shown, *(column[number] for column in following)]
        if pencils and key:
            for n, pencil in enumerate(pencils):
                if pencil:
                    parts[n] += (
                        f' <a class="pencil" href="{marks.form}{key}#{pencil.anchor}"'
                        f' data-inline="{key}/{pencil.name}"'
                        f' aria-label="{escape(pencil.label)}"></a>'
                    )
        # Cells are words apart, for whoever reads the text alone.
        cells = "</td>\n".join([*parts, ""])
        result.append(Line(key or "", href, Markup(cells)))  # noqa: S704 - escaped there
    return result


def texts(headings: Iterable[str], said: Iterable[str], href: str) -> Line:
    """A line of plain texts, the first of which leads to an address."""
    parts = []
    for n, (label, text) in enumerate(zip(headings, said, strict=True)):
        shown = f'<a href="{escape(href)}">{escape(text)}</a>' if not n else escape(text)
        parts.append(f'<td class="is-text" dir="auto" data-label="{escape(label)}">{shown}</td>')
    return Line("", "", Markup("".join(parts)))  # noqa: S704 - escaped above
