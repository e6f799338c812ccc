"""Forms for a new row, a changed one and a deleted one."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app import nouns, permissions, security
from app.errors import N_, NotFound
from app.nouns import titles
from app.operations import care
from app.operations import rows as row_operations
from app.query.paths import path
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields, lists, words
from app.views.forms import Fields, Refused, attempt, save_uploads
from app.views.screens import Answer, Screens, Section, screen

# What a button says that saves and goes one step further.
AND_THEN = {"submit": N_("Save and send for review"), "publish": N_("Save and publish")}


class WriteScreens(Screens):
    """``/add``, ``/edit/<id>`` and ``/delete/<id>``."""

    # The sections of the form where they are not those of the row's own page.
    form_sections: ClassVar[list[Section]] = []

    def writable(self, names: Iterable[str]) -> list[str]:
        """The columns that the seat may write; its own organization is not asked for."""
        principal = web().principal
        groups = permissions.grant(principal.kind, self.resource).write
        own = principal.organization_id is not None
        return [
            name
            for name in names
            if path(self.model, name).info["group"] in groups
            and not (own and name == "organization_id")
        ]

    def form_fields(self, names: Iterable[str]) -> Fields:
        """The fields of a form, in the order that they are declared."""
        return self.chosen_from(
            fields.of_column(self.model, name, self.select_url(name))
            for name in self.writable(names)
        )

    # -------------------------------------------------------------- a new row

    @expose("/add", methods=["GET", "POST"])
    @screen("create")
    def add(self) -> Answer:
        """A form for a new row; the address may preset its fields."""
        if not self.adds():
            raise NotFound()
        asked = self.add_fields()
        title = f"{gettext('Add')}: {titles.one(self.resource)}"
        if request.method == "POST":
            made = attempt(asked, lambda: self.then(self.create(asked)), self.label)
            if isinstance(made, Refused):
                return self.form(asked, title, made.errors), 422
            flash(gettext("Saved."), "success")
            return self.after(made)
        for one in asked:
            one.value = request.args.get(one.name, one.value)
            if one.name == "controller_id" and not one.value:
                one.value = str(web().principal.organization_id or "")
        return self.form(asked, title)

    def add_fields(self) -> Fields:
        """The fields of the form for a new row; for the noun to override."""
        return self.form_fields(self.add_columns)

    def create(self, asked: Fields) -> Any:
        """The new row, by the noun's rule."""
        given = fields.sent(asked, request.form, blank=False)
        given |= save_uploads(asked, given)
        schema = write_schema(self.model, [one.name for one in asked])
        values: Any = schema.load(given)
        return nouns.create(web(), self.resource, values, now=security.moment())

    def next_verbs(self, row: Any = None) -> tuple[str, ...]:
        """Verbs that the form of a row may do at once after saving; for the noun to override."""
        return ()

    def then(self, row: Any) -> int:
        """Do the verb of the button that was pressed, with the saving or not at all; the id."""
        verb = request.form.get("then", "")
        if verb:
            if verb not in self.next_verbs(row):
                raise NotFound()
            nouns.noun(self.resource).verbs[verb].run(web(), row, now=security.moment())
        return int(row.id)

    def after(self, pk: int) -> Response:
        """Where a form leads when its work is done."""
        return redirect(self.to("show", pk=pk) if self.may("get") else self.to("list"))

    # -------------------------------------------------------------- a changed row

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @screen("update")
    def edit(self, pk: int) -> Answer:
        """A form for a row; what somebody else changed in the meantime is not overwritten."""
        asked = self.form_fields(self.edit_columns)
        title = f"{gettext('Edit')}: {self.name(self.read(pk))}"
        if request.method == "POST":
            version = lists.key(request.form.get("version")) or None
            done = attempt(asked, lambda: self.change(asked, pk, version), self.label)
            if isinstance(done, Refused):
                row = row_operations.get(web(), self.model, pk)
                if done.stale:
                    self.show_stored(asked, row)
                return self.form(asked, title, done.errors, row), 422
            flash(gettext("Saved."), "success")
            return self.after(pk)
        row = row_operations.get(web(), self.model, pk)
        sealed = [one.name for one in asked if path(self.model, one.name).sealed]
        opened = care.reveal(web(), [row], sealed, now=security.moment()) if sealed else {}
        for one in asked:
            one.value = words.typed(opened.get(pk, {}).get(one.name, getattr(row, one.name)))
        return self.form(asked, title, row=row)

    def change(self, asked: Fields, pk: int, version: int | None) -> Any:
        """The row with what was typed, by the noun's rule."""
        row = row_operations.get(web(), self.model, pk, version)
        given = fields.sent(asked, request.form, blank=True)
        given |= save_uploads(asked, {"organization_id": getattr(row, "organization_id", None)})
        schema = write_schema(self.model, [one.name for one in asked], partial=True)
        values: Any = schema.load(given)
        return self.then(nouns.update(web(), self.resource, row, values, now=security.moment()))

    def show_stored(self, asked: Fields, row: Any) -> None:
        """Beside each field that differs, what stands in the row now."""
        for one in asked:
            column = path(self.model, one.name)
            stored = getattr(row, one.name)
            if one.kind in ("file", "bool") or column.sealed or words.typed(stored) == one.value:
                continue
            if one.kind == "ref":
                one.stored = self.shown_choice(one.resource, str(stored or "")) or "-"
            else:
                one.stored = words.shown(column, stored) or "-"

    # -------------------------------------------------------------- the page

    def form(
        self, asked: Fields, title: str, errors: Iterable[str] = (), row: Any = None
    ) -> str:  # fmt: skip
        """A form by the sections of the row's own page."""
        self.name_choices(asked)
        left = {one.name: one for one in asked}
        sections = []
        for section, names in self.form_sections or self.show_columns:
            here = [left.pop(name) for name in names if name in left]
            if here:
                sections.append((gettext(section) if section else "", here))
        if left:
            sections.append(("", list(left.values())))
        return self.page(
            "form",
            title=title,
            sections=sections,
            errors=list(errors),
            version=getattr(row, "version", None),
            next_verbs=[(verb, gettext(AND_THEN[verb])) for verb in self.next_verbs(row)],
            back=self.to("list") if row is None else self.to("show", pk=row.id),
        )

    @expose("/delete/<int:pk>", methods=["GET", "POST"])
    @screen("delete")
    def delete(self, pk: int) -> Answer:
        """Ask, then delete; what others refer to stays, and the page says so."""
        name = self.name(self.read(pk))
        if request.method == "POST":
            done = attempt([], lambda: self.remove(pk))
            if not isinstance(done, Refused):
                flash(gettext("Deleted."), "success")
                return redirect(self.to("list"))
            flash(" ".join(done.errors), "danger")
            return redirect(self.to("show", pk=pk))
        title = f"{gettext('Delete')}: {name}"
        return self.page("delete", title=title, back=self.to("show", pk=pk))

    def remove(self, pk: int) -> bool:
        """Delete the row by the noun's rule."""
        row = row_operations.get(web(), self.model, pk)
        nouns.delete(web(), self.resource, row, now=security.moment())
        return True
