"""The list of a noun, by one SELECT, its filters, and the same as a file."""

from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from functools import cached_property
from typing import Any
from urllib.parse import quote_plus

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from app import security, streams
from app.nouns import titles
from app.query import export, rows
from app.query.paths import Path, path, paths
from app.query.xlsx import xlsx_file
from app.transaction import web
from app.views import chips, drawing, fields, frame, layout, lists, words
from app.views.cells import Line, Marks, Pencil
from app.views.forms import Fields
from app.views.screens import Answer, Row, Screens, screen

Address = MultiDict[str, str]
Parts = Sequence[str]


@dataclass(frozen=True)
class Turn:
    """Which page of a list this is: whether it has rows, rows before it, more behind it; whether
    they were counted."""

    rows: bool
    further: bool
    more: bool
    counted: bool


class ListScreens(Screens):
    """``/list/``, ``/csv`` and ``/xlsx``."""

    def selection(self, names: tuple[str, ...], given: Address | None = None) -> rows.Selection:
        """What an address asks of the list: this page's, where none is given."""
        given = request.args if given is None else given
        filtered = (*names, *self.filter_columns, *self.offered_columns())
        return rows.Selection(
            self.resource,
            names,
            lists.conditions(given),
            given.get("search", "").strip(),
            self.columns(self.search_columns),
            tuple(dict.fromkeys(filtered)),
            given.get("sort", "") or self.order,
        )

    def offered_columns(self) -> tuple[str, ...]:
        """The columns that a reader may choose from."""
        listed = (*self.columns(self.list_columns), *self.columns(self.csv_columns))
        return layout.offered(self.model, listed, self.columns(self.shown_columns()))

    def asked_columns(
        self, declared: Iterable[str], given: Address | None = None
    ) -> tuple[str, ...]:  # fmt: skip
        """The columns that an address asks for; the declared ones if it asks for none."""
        given = request.args if given is None else given
        return layout.asked(self.model, self.offered_columns(), given) or self.columns(declared)

    @expose("/csv", methods=["GET"])
    @screen("list")
    def csv(self) -> Answer:
        """The whole selection as CSV, in the reader's words."""
        return self.file("csv")

    @expose("/json", methods=["GET"])
    @screen("list")
    def json(self) -> Answer:
        """The whole selection as JSON, by the columns' own names and values."""
        return self.file("json")

    @expose("/xlsx", methods=["GET"])
    @screen("list")
    def xlsx(self) -> Answer:
        """The whole selection as a workbook: dates and amounts to count with, the rest in words."""
        return self.file("xlsx")

    def file(self, form: str, wanted: rows.Selection | None = None) -> Answer:
        """A selection, by itself the one that the address asks for, sent while it is read."""
        if wanted is None:
            wanted = self.selection(self.asked_columns(self.csv_columns or self.list_columns))
        found = rows.stream(web(), wanted, now=security.moment())
        return streams.answer(form, self.resource, found, self.writer(form, wanted.columns))

    def writer(
        self, form: str, names: Iterable[str]
    ) -> Callable[[Iterator[Row]], Generator[bytes, None, None]]:
        """What writes rows of these columns as a file of that form."""
        columns = paths(self.model, names, web().principal)
        headings = [self.heading(c) for c in columns]
        title = titles.many(self.resource)

        def write(found: Iterator[Row]) -> Generator[bytes, None, None]:
            if form == "json":
                return export.json_file({c.name: row.get(c.name) for c in columns} for row in found)
            if form == "xlsx":
                lines = ([self.counted(c, row) for c in columns] for row in found)
                return xlsx_file(headings, lines, title)
            texts = ([self.read_aloud(c, row) for c in columns] for row in found)
            return export.csv_file(headings, texts, for_people=True)

        return write

    def counted(self, column: Path, row: Row) -> Any:
        """A value that a spreadsheet counts with, as it is; any other in the reader's words."""
        value = row.get(column.name)
        if isinstance(value, COUNTED) and not isinstance(value, bool):
            return value
        return self.text(column, row) or None

    def read_aloud(self, column: Path, row: Row) -> str:
        """A value in the reader's words."""
        text = self.text(column, row)
        return export.Said(text) if isinstance(row.get(column.name), (int, Decimal)) else text

    def filter_fields(self) -> Fields:
        """The filters that the seat may use, with what the address asks for."""
        found: Fields = []
        for name in self.filter_columns:
            column = path(self.model, name)
            if column.readable_by(web().principal):
                found.extend(_filters(fields.of_column(self.model, name, self.select_url(name))))
        for one in found:
            one.value = request.args.get(one.name, "")
            if one.kind == "date" and one.value.startswith("today"):
                one.kind = "text"  # A date's own input would empty itself.
        found = self.chosen_from(found)
        self.name_choices(found)
        return found

    def bulk_actions(self) -> list[tuple[str, str]]:
        """What may be done with chosen rows: (action, what it is called)."""
        return []

    def inlines(self, names: list[str]) -> list[Pencil | None]:
        """For each column what leads to its cells' forms, where they are edited in their place."""
        return [None] * len(names)

    def marks(self, columns: Sequence[Path]) -> Marks:
        """What the list's rows have besides their values."""
        chosen = gettext("Choose") if self.may("get") and self.bulk_actions() else ""
        pencils = tuple(self.inlines([c.name for c in columns]))
        return Marks(chosen, pencils, self.to("edit", pk=0)[:-1] if any(pencils) else "")

    def above(self) -> dict[str, Any] | None:
        """A table above the list; for the noun to override."""
        return None

    def instead(self) -> Answer | None:
        """Where an address leads that asks for no page; nothing for the others."""
        return None

    @expose("/list/", methods=["GET"])
    @screen("list")
    def list(self) -> Answer:
        """A page of rows; their number is counted when it is asked for."""
        if elsewhere := self.instead():
            return elsewhere
        names = self.asked_columns(self.list_columns)
        wanted = self.selection(self.keyed(names))
        size, cursor = lists.size_asked(), request.args.get("cursor", "")
        found, following = rows.page(
            web(), wanted, now=security.moment(), limit=size, cursor=cursor
        )  # fmt: skip
        total = len(found) if not cursor and following is None else None
        if total is None and request.args.get("count") == "exact":
            total = rows.count(web(), wanted)
        columns = paths(self.model, names, web().principal)
        marks = self.marks_of(columns)
        turn = Turn(bool(found), bool(cursor), following is not None, total is not None)
        own = {
            "rows": self.drawn_rows(self.lines(columns, found, marks)),
            "cursor": quote_plus(following or ""),
            "total": "" if total is None else words.number(total),
        }
        around = self.around(columns, wanted.sort, marks, turn)
        return frame.put_in(
            titles.many(self.resource), [drawing.filled(part, own) for part in around]
        )

    def drawn_rows(self, lines: Iterable[Line]) -> str:
        """The rows of the table, each with the address of its form where the reader edits rows."""
        form = self.form_address()
        edit = f' data-edit="{form}' if form else ""
        found = (
            f"<tr{edit + str(line.id) + chr(34) if edit and line.id else ''}>{line.cells}</tr>"
            for line in lines
        )
        return "".join(found)

    def form_address(self) -> str:
        """The address of a row's form but for its number; nothing for who edits no rows."""
        edits = self.may("update") and self.writable(self.edit_columns)
        return self.to("edit", pk=0)[:-1] if edits else ""

    def marks_of(self, columns: Sequence[Path]) -> Marks:
        """The same, put together once for everybody who has them."""
        key = ("marks", *self.of_whom(), tuple(c.name for c in columns))
        found: Marks = drawing.drawn(key, lambda: self.marks(columns))
        return found

    def of_whom(self) -> tuple[Hashable, ...]:
        """For whom the noun's screens look alike."""
        who = web().principal
        granted = security.seat_permissions()
        return self.resource, granted, who.kind, who.care, words.locale()

    def around(self, columns: Sequence[Path], sort: str, marks: Marks, turn: "Turn") -> Parts:
        """The page but for its rows: drawn once for all pages that have the same of it."""
        asked = [*request.args.items(multi=True)]
        above = self.above()

        def draw() -> Parts:
            return self._parts(columns, sort, marks, turn, above)

        # A row that is filtered by is called by the name that it has now.
        named = any(name.partition("__")[0] in self.named_filters and v for name, v in asked)
        if named or above:
            return draw()
        key = tuple(pair for pair in asked if pair[0] != "cursor"), tuple(self.kept()), turn
        found: Parts = drawing.drawn(("list", *self.of_whom(), *key), draw)
        return found

    def kept(self) -> Sequence[Hashable]:
        """The lists of this noun that are kept under a name."""
        return ()

    @cached_property
    def named_filters(self) -> frozenset[str]:
        """The filters whose value is a row."""
        return frozenset(n for n in self.filter_columns if fields.target(self.model, n))

    def _parts(
        self, columns: Sequence[Path], sort: str, marks: Marks, turn: "Turn", above: Any
    ) -> Parts:
        filters = self.filter_fields()
        values = {
            "title": titles.many(self.resource),
            "columns": columns,
            "headings": [self.heading(c) for c in columns],
            "layout": layout.choices(self.model, [c.name for c in columns], self.offered_columns()),
            "filters": filters,
            "chips": chips.chips(self.model, filters),
            "hidden": chips.hidden(filters),
            "unfiltered": lists.unfiltered(),
            "sort": sort,
            "verbs": self.verbs(None),
            "edits": self.form_address(),
            "actions": self.bulk_actions() if marks.choose else [],
            "inline_at": self.to("list").removesuffix("list/") + "inline/" if marks.form else "",
        }
        own = {"turn": turn, "above": above, "slots": drawing.SLOTS, **drawing.IN_FORMS}
        return frame.parts("office/list.html", {**self.own_values(), **values, **own})


COUNTED = (int, Decimal, date, time)


def _filters(one: fields.FormField) -> Fields:
    """The filters of a column: a date has two ends, yes and no may also be either."""
    one.required, one.help, one.kind = False, "", {"longtext": "text"}.get(one.kind, one.kind)
    if one.kind == "bool":
        one.kind = "choice"
        one.choices = [("true", gettext("Yes")), ("false", gettext("No"))]
    if one.kind == "choice" and ("", "") not in one.choices:
        one.choices.insert(0, ("", ""))
    if one.kind == "date":
        return [
            replace(one, name=f"{one.name}__gte", label=gettext("%(label)s from", label=one.label)),
            replace(one, name=f"{one.name}__lte", label=gettext("%(label)s to", label=one.label)),
        ]
    return [one]
