"""A cell of a list that is edited in its place; without a script, its row's form is."""

from typing import Any, ClassVar

from flask import jsonify, request
from flask_appbuilder import expose
from flask_babel import gettext

from app import security
from app.errors import NotFound
from app.operations import rows as row_operations
from app.query import rows
from app.query.paths import paths
from app.transaction import web
from app.views import fields, lists, words
from app.views.bulk import BulkScreens
from app.views.cells import Pencil
from app.views.conflicts import Loaded
from app.views.forms import Fields, Refused, attempt
from app.views.screens import Answer, screen


class InlineScreens(BulkScreens):
    """``/inline/<id>/<column>``: a cell's small form, and the row when it is saved, as JSON."""

    # Columns of the list that may be edited in their place.
    inline_columns: ClassVar[list[str]] = []

    def __init__(self) -> None:
        if self.inline_columns:
            self.include_route_methods = {*self.include_route_methods, "inline"}
        super().__init__()

    def inlines(self, names: list[str]) -> list[Pencil | None]:
        """For each column of the list what leads to its cells' forms, where the seat may edit."""
        if not (self.inline_columns and self.may("update") and self.may("get")):
            return [None] * len(names)
        here = set(self.writable(self.inline_columns))
        return [self._pencil(name) if name in here else None for name in names]

    def _pencil(self, name: str) -> Pencil:
        anchor = fields.FormField(name, "").id
        return Pencil(name, anchor, f"{gettext('Edit')}: {self.label(name)}")

    @expose("/inline/<int:pk>/<column>", methods=["GET", "POST"])
    @screen("update")
    def inline(self, pk: int, column: str) -> Answer:
        """The form of one cell, or what its row is after saving. Raises NotFound."""
        if column not in self.writable(self.inline_columns):
            raise NotFound()
        asked = self.form_fields([column])
        row = row_operations.get(web(), self.model, pk)
        if request.method == "GET":
            asked[0].value = words.typed(getattr(row, column))
            return jsonify({"form": self.inline_form(asked, row, [])})
        version = lists.key(request.form.get("version")) or None
        proposed = getattr(row, "proposal", None)
        done = attempt(asked, lambda: self.change(asked, pk, Loaded(version, {})), self.label)
        row = row_operations.get(web(), self.model, pk)
        if isinstance(done, Refused):
            if done.stale:
                stands = self.in_words_of(asked[0], words.typed(getattr(row, column)))
                asked[0].help = gettext("Somebody has just saved: %(value)s", value=stands or "–")
            answer = jsonify({"form": self.inline_form(asked, row, done.errors)})
            answer.status_code = 422
            return answer
        waits = getattr(row, "proposal", None) != proposed
        said = gettext("The change will wait for the review") if waits else gettext("Saved.")
        return jsonify({"row": self.inline_row(pk), "said": said})

    def inline_form(self, asked: Fields, row: Any, errors: list[str]) -> str:
        """The form of one cell."""
        self.name_choices(asked)
        # The page around it may have a filter of that column.
        name, asked[0].prefix = asked[0].name, "inline-f-"
        return self.page(
            "inline_form", field=asked[0], errors=errors, version=getattr(row, "version", None),
            action=self.to("inline", pk=row.id, column=name) + self.filtered(),
        )  # fmt: skip

    def inline_row(self, pk: int) -> str:
        """The row's cells, as the list that it stands in shows them."""
        names = self.asked_columns(self.list_columns)
        wanted = rows.Selection(self.resource, self.keyed(names), extra=(self.model.id == pk,))
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
        columns = paths(self.model, names, web().principal)
        return self.page(
            "inline_row", lines=self.lines(columns, found, self.marks(columns))
        )  # fmt: skip
