"""What every screen of a noun shares: its declarations, permission, transaction and cells."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from flask import request, url_for
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import ColumnElement
from werkzeug.wrappers import Response

from app import permissions, security
from app.errors import Forbidden, Unauthorized
from app.nouns import help as help_
from app.nouns import titles
from app.query.paths import Path, path
from app.transaction import web
from app.views import cells, drafts, frame, lists, words
from app.views.cells import Cell, Drawn, Heading, Line
from app.views.registry import VIEWS

Section = tuple[str, list[str]]
Answer = str | Response | tuple[str, int]
Row = dict[str, Any]


def screen(verb: str) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Permission and transaction around a screen; without a verb, the address names it."""

    def wrap(handler: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(handler)
        def run(self: "Screens", *args: Any, **kwargs: Any) -> Answer:
            if request.method == "POST" and (page := drafts.before_work()) is not None:
                return page

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
    # States in which a row stays as it is.
    settled: ClassVar[tuple[str, ...]] = ()
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
        "list", "csv", "xlsx", "json", "keep", "show", "add", "edit", "delete", "select", "act",
        "act_on_all",
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

    def heading(self, column: Path) -> Heading:
        """What a column is called above a list."""
        return cells.heading(column)

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
        return frame.drawn(f"office/{template}.html", {**self.own_values(), **values})

    def own_values(self) -> dict[str, Any]:
        """What every template of the noun is given."""
        return {
            "view": self,
            "one": titles.one(self.resource),
            "many": titles.many(self.resource),
            "help": help_.of(self.resource),
            "address": lists.address,
        }

    def lines(
        self, columns: Iterable[Path], found: Sequence[Row], marks: cells.Marks | None = None
    ) -> list[Line]:
        """Rows as the lines of a table, each with the address of the row's own page."""
        page = self.to("show", pk=0).removesuffix("0") if self.may("get") else ""
        locale = words.locale()
        drawn = [self.drawn(column, locale) for column in columns]
        return cells.lines(drawn, found, page, marks)

    def drawn(self, column: Path, locale: str) -> Drawn:
        """What all of a column's cells have in common, in a language."""
        return cells.drawn(column, self.said_as.get(column.name), locale)

    def cell(self, column: Path, row: Row, link: bool = False) -> Cell:
        """One value, and a link to the row that it names, where the seat may read that."""
        drawn = self.drawn(column, words.locale())
        return drawn.cell(row, self.href(drawn.resource, row.get(drawn.key)) if link else "")

    def href(self, resource: str, id_: Any) -> str:
        """The address of another noun's row, where this seat may open it."""
        view = VIEWS.get(resource)
        if view is None or not id_ or not self.may("get", resource):
            return ""
        screen_ = "content" if resource == "files" else "show"
        return url_for(f"{view.__name__}.{screen_}", pk=id_)
