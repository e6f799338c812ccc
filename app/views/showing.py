"""A row by sections, what can be done with it, and the lists that hang on it, as tabs."""

from typing import Any, ClassVar

from flask import make_response, request
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import inspect as inspect_

from app import security
from app.errors import NotFound
from app.nouns import titles
from app.operations import rows as row_operations
from app.query import rows
from app.query.paths import LABEL, paths
from app.transaction import web
from app.views import opened
from app.views.screens import VIEWS, Answer, Row, Screens, screen

RELATED_ROWS = 50


class ShowScreens(Screens):
    """``/show/<id>``, and the lists that hang on a row, each asked for when it is opened."""

    # What of this noun stands on another's page, where it is not what its list shows: by the key
    # that points there.
    below_columns: ClassVar[dict[str, list[str]]] = {}

    def __init__(self) -> None:
        # A noun that has a page of a row has the lists of it.
        if "show" in self.include_route_methods:
            self.include_route_methods = {*self.include_route_methods, "related_rows"}
        super().__init__()

    @expose("/show/<int:pk>", methods=["GET"])
    @screen("get")
    def show(self, pk: int) -> Answer:
        """A row; sections of which nothing is filled in are left out."""
        row = self.read(pk)
        sections = []
        for title, names in self.show_columns:
            columns = paths(self.model, self.columns(names), web().principal)
            cells = [self.cell(c, row, link=True) for c in columns]
            if any(cell.text for cell in cells):
                sections.append((gettext(title) if title else "", cells))
        opened.note(self.resource, pk)
        return self.page(
            "show",
            title=self.name(row),
            pk=pk,
            sections=sections,
            verbs=self.verbs(row),
            tabs=self.tabs(),
            more=self.besides(row),
            can_edit=self.may("update")
            and bool(self.writable(self.edit_columns))
            and row.get("status") not in self.settled,
            can_delete=self.may("delete"),
        )

    def read(self, pk: int) -> Row:
        """The row's shown columns, by one SELECT. Raises NotFound."""
        if not row_operations.numbered(self.model, pk):
            raise NotFound()
        table = inspect_(self.model).columns
        names = (*self.columns(self.shown_columns()), LABEL, *self.name_columns)
        states = ("status",) if "status" in table else ()
        wanted = rows.Selection(
            self.resource,
            self.keyed((*names, *states)),
            extra=(self.model.id == pk,),
        )
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
        if not found:
            raise NotFound()
        return {"id": pk, **found[0]}

    def besides(self, row: Row) -> dict[str, Any]:
        """What a noun's own page says besides; for the noun to override."""
        return {}

    @expose("/show/<int:pk>/related/<other>", methods=["GET"])
    @screen("get")
    def related_rows(self, pk: int, other: str) -> Answer:
        """One of a row's lists: a page of its own, or the part that a tab puts in.

        Raises NotFound, for a noun that does not hang here or that the seat may not list too.
        """
        titles_of = self.tabs()
        if other not in titles_of:
            raise NotFound()
        row = self.read(pk)
        part = request.headers.get("X-Fragment") == "1"
        page = self.page(
            "related_part" if part else "related",
            title=titles_of[other],
            name=self.name(row),
            pk=pk,
            list=self.related_list(other, pk),
        )
        answer = make_response(page)
        # One address with two answers: none is kept in place of the other.
        answer.vary.add("X-Fragment")
        return answer

    def tabs(self) -> dict[str, str]:
        """What each list that hangs on a row is called, by the other noun; asks for no row."""
        found = {other: titles.many(other) for other in self.related if self.may("list", other)}
        if "status" in inspect_(self.model).columns and self.may("list", "state-changes"):
            found["state-changes"] = gettext("What happened")
        return found

    def related_list(self, other: str, pk: int) -> dict[str, Any]:
        """One of the lists of ``tabs``, by one SELECT."""
        view = next(v for v in self.appbuilder.baseviews if type(v) is VIEWS[other])
        if other in self.related:
            found: dict[str, Any] = view.below(self.related[other], pk)
            return found
        return dict(view.of(self.model.__tablename__, pk))

    def below(self, key: str, pk: int) -> dict[str, Any]:
        """This noun's rows that point at another's row, as a table for its page."""
        leading = f"{key.removesuffix('_id')}."
        shown = self.columns(self.below_columns.get(key, self.list_columns))
        names = [n for n in shown if n != f"{leading}{LABEL}"]
        sort = ",".join(p for p in self.order.split(",") if not p.lstrip("-").startswith(leading))
        wanted = rows.Selection(
            self.resource,
            self.keyed(names),
            filter_columns=(*names, *self.columns(self.filter_columns)),
            sort=sort,
            extra=(getattr(self.model, key) == pk,),
        )
        found, more = rows.page(web(), wanted, now=security.moment(), limit=RELATED_ROWS)
        columns = paths(self.model, names, web().principal)
        adds = self.adds() and key in self.writable(self.add_columns)
        return {
            "one": titles.one(self.resource),
            "headings": [self.heading(c) for c in columns],
            "lines": self.lines(columns, found),
            "all": self.to("list", **{key: pk}) if more else "",
            "add": self.to("add", **{key: pk}) if adds else "",
        }
