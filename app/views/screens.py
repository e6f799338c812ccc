"""What every screen of a noun shares: its declarations, permission, transaction and cells."""

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from flask import url_for
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from app import permissions, security
from app.errors import Forbidden, Unauthorized
from app.nouns import titles
from app.query.paths import Path, path
from app.transaction import web
from app.views import frame, kinds, lists, words
from app.views.lists import Cell
from app.views.registry import VIEWS

Section = tuple[str, list[str]]
Answer = str | Response | tuple[str, int]
Row = dict[str, Any]


def screen(verb: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Permission and transaction around a screen; without a verb, the address names it."""

    def wrap(handler: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(handler)
        def run(self: "Screens", *args: Any, **kwargs: Any) -> Answer:
            def done() -> Answer:
                security.require(verb or kwargs["verb"], self.resource)
                answer = handler(self, *args, **kwargs)
                web.commit()
                return answer

            try:
                return done()
            except (Forbidden, Unauthorized):
                if not security.again():
                    raise
            return done()

        run._permission_name = verb or handler.__name__  # type: ignore[attr-defined]
        return run

    return wrap


@dataclass(frozen=True)
class Drawn:
    """A column as it is drawn: what its cells have in common."""

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


@functools.lru_cache(maxsize=4096)
def _drawn(view: "type[Screens]", column: Path, locale: str) -> Drawn:
    names_a_row = column.relations and column.column in lists.NAMES
    said, name = words.sayer(column, locale), column.name
    return Drawn(
        column,
        view.heading(column),
        kinds.kind_of(column),
        lists.resource_of(column) if names_a_row else "",
        f"{'.'.join(column.relations)}.id",
        lists.beside(column),
        lists.lang_of(column),
        view.said_as.get(name) or (lambda row: said(row.get(name))),
    )


class Screens(ModelView):
    """The declarations of a noun, and how its values are shown.

    ``show_columns`` are sections: (title, columns); forms follow their order. ``related`` names
    the lists below a row: the other noun, and its foreign key to this one.
    """

    resource = ""
    list_columns: ClassVar[list[str]] = []
    show_columns: ClassVar[list[Section]] = []
    add_columns: ClassVar[list[str]] = []
    edit_columns: ClassVar[list[str]] = []
    # Searched by text, and filtered by.
    search_columns: ClassVar[list[str]] = []
    filter_columns: ClassVar[list[str]] = []
    csv_columns: ClassVar[list[str]] = []
    order = ""
    # Columns whose values have words of their own: by the row that they stand in.
    said_as: ClassVar[dict[str, Callable[[Row], str]]] = {}
    related: ClassVar[dict[str, str]] = {}
    # Narrower lists of choices than all that the policy lets through, asked for by ``?of=``.
    offered: ClassVar[dict[str, Callable[[], tuple[ColumnElement[bool], ...]]]] = {}

    # Flask-AppBuilder's own roads besides these (actions, downloads by name) are closed.
    include_route_methods: ClassVar[set[str]] = {
        "list", "csv", "xlsx", "show", "add", "edit", "delete", "select", "act", "act_on_all",
    }  # fmt: skip

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.resource:
            VIEWS[cls.resource] = cls

    def __init__(self) -> None:
        # ModelView's own would generate forms that load every related row.
        self.model: Any = permissions.RESOURCES[self.resource]
        self.datamodel = SQLAInterface(self.model)
        self.class_permission_name = self.resource
        self.route_base = f"/office/{self.resource}"
        self.actions: dict[str, Any] = {}
        self.related_views: tuple[Any, ...] = ()
        BaseView.__init__(self)
        for name in (*self.columns(self.list_columns), *self.columns(self.shown_columns())):
            path(self.model, name)  # A declared name that leads nowhere stops the start.

    def shown_columns(self) -> list[str]:
        """Every column of the show page."""
        return [name for _, names in self.show_columns for name in names]

    def columns(self, names: Iterable[str]) -> tuple[str, ...]:
        """What is selected for declared columns."""
        return lists.declared(self.model, names)

    def keyed(self, names: Iterable[str]) -> tuple[str, ...]:
        """The same, with the ids that links need."""
        return lists.with_keys(self.model, names)

    @staticmethod
    def heading(column: Path) -> str:
        """What a column is called above a list."""
        return lists.heading(column)

    def label(self, name: str) -> str:
        """What a column of the noun is called; nothing if it has no such column."""
        try:
            return words.said(path(self.model, name).info["label"])
        except KeyError:
            return ""

    def text(self, column: Path, row: Row) -> str:
        """One value in the reader's words."""
        own = self.said_as.get(column.name)
        return own(row) if own else words.shown(column, row.get(column.name))

    def may(self, verb: str, resource: str = "") -> bool:
        """Whether the active seat holds the verb."""
        return (f"can_{verb}", resource or self.resource) in security.seat_permissions()

    def adds(self) -> bool:
        """Whether the seat enters new rows on a form of the noun."""
        return bool(self.add_columns) and "add" in self.include_route_methods and self.may("create")

    def to(self, name: str, **values: Any) -> str:
        """The address of one of this noun's screens."""
        return url_for(f"{self.endpoint}.{name}", **values)

    def page(self, template: str, **values: Any) -> str:
        """A rendered screen."""
        own = {
            "view": self,
            "one": titles.one(self.resource),
            "many": titles.many(self.resource),
            "address": lists.address,
        }
        return frame.drawn(f"office/{template}.html", {**own, **values})

    def lines(self, columns: Iterable[Path], found: Iterable[Row]) -> list[Any]:
        """Rows as (id, address of the row's own page, cells)."""
        shown = [self.drawn(column) for column in columns]
        page = self.to("show", pk=0).removesuffix("0") if self.may("get") else ""
        result = []
        for row in found:
            key = row.get("id")  # A seat that may not read ids gets no links.
            href = f"{page}{key}" if page and key else ""
            result.append((key or "", href, [self._cell(one, row) for one in shown]))
        return result

    def drawn(self, column: Path) -> "Drawn":
        """What all of a column's cells have in common."""
        return _drawn(type(self), column, words.locale())

    def cell(self, column: Path, row: Row, link: bool = False) -> Cell:
        """One value, and a link to the row that it names, where the seat may read that."""
        return self._cell(self.drawn(column), row, link)

    def _cell(self, drawn: "Drawn", row: Row, link: bool = False) -> Cell:
        kind, value = drawn.kind, row.get(drawn.column.name)
        text = drawn.said(row)
        if kind == "text" and (len(text) > 60 or "\n" in text):
            kind = "long"
        return Cell(
            drawn.heading,
            text,
            self.href(drawn.resource, row.get(drawn.key)) if link and text else "",
            kind,
            kinds.tone(value) if kind == "badge" else "",
            row.get(drawn.whole) if kind == "places" else None,
            value,
            drawn.lang,
        )

    def href(self, resource: str, id_: Any) -> str:
        """The address of another noun's row, where this seat may open it."""
        view = VIEWS.get(resource)
        if view is None or not id_ or not self.may("get", resource):
            return ""
        screen_ = "content" if resource == "files" else "show"
        return url_for(f"{view.__name__}.{screen_}", pk=id_)
