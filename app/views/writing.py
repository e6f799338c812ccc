"""Forms for a new row, a changed one and a deleted one."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app import nouns, permissions, security
from app.errors import N_, ChangedMeanwhile, NotFound
from app.nouns import titles
from app.operations import rows as row_operations
from app.query.paths import path
from app.query.schemas import write_schema
from app.transaction import web
from app.views import conflicts, fields
from app.views.adding import AddingScreens, in_part
from app.views.conflicts import Conflict, ConflictScreens, Loaded
from app.views.forms import Fields, Refused, attempt, save_uploads
from app.views.screens import Answer, Section, screen

# What a button says that saves and goes one step further.
AND_THEN = {"submit": N_("Save and send for review"), "publish": N_("Save and publish")}


class WriteScreens(ConflictScreens, AddingScreens):
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
                return self.form(asked, title, made.errors), made.status
            if in_part():
                return self.added(made)
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
        named, more = [one.name for one in asked], nouns.noun(self.resource).create_fields
        schema = write_schema(self.model, named, more={n: more[n] for n in named if n in more})
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
        loaded = self.brought(pk)
        try:
            title = f"{gettext('Edit')}: {self.name(self.read(pk))}"
        except NotFound:
            if loaded is None:
                raise
            return self.gone(asked), 404
        if request.method == "POST":
            done = attempt(asked, lambda: self.change(asked, pk, loaded), self.label)
            if isinstance(done, Refused):
                return self.refused(asked, title, pk, loaded, done), done.status
            flash(gettext("Saved."), "success")
            return self.after(pk)
        row = row_operations.get(web(), self.model, pk)
        loaded = Loaded(getattr(row, "version", None), self.standing(asked, row))
        for one in asked:
            one.value = loaded.values.get(one.name, "")
        return self.form(asked, title, row=row, loaded=loaded)

    def change(self, asked: Fields, pk: int, loaded: Loaded | None) -> Any:
        """The row with what was typed, by the noun's rule."""
        version = conflicts.version_sent() or (loaded.version if loaded else None)
        row = row_operations.get(web(), self.model, pk, version)
        if loaded and not hasattr(row, "version") and self.standing(asked, row) != loaded.values:
            raise ChangedMeanwhile()
        theirs = self.chosen(loaded)
        given = fields.sent(asked, request.form, blank=True)
        given = {name: value for name, value in given.items() if name not in theirs}
        given |= save_uploads(asked, {"organization_id": getattr(row, "organization_id", None)})
        schema = write_schema(self.model, [one.name for one in asked], partial=True)
        values: Any = schema.load(given)
        return self.then(nouns.update(web(), self.resource, row, values, now=security.moment()))

    def refused(
        self, asked: Fields, title: str, pk: int, loaded: Loaded | None, done: Refused
    ) -> str:
        """The form once more: as it was sent, or with what somebody else saved meanwhile."""
        row = row_operations.get(web(), self.model, pk)
        if not done.stale:
            return self.form(asked, title, done.errors, row, loaded, loaded and Conflict())
        now = self.standing(asked, row)
        conflict, open_ = self.meet(asked, loaded, now, pk)
        loaded = Loaded(getattr(row, "version", None), now, open_)
        return self.form(asked, title, (), row, loaded, conflict, stale=True)

    def gone(self, asked: Fields) -> str:
        """What was typed for a row that somebody deleted meanwhile, to be copied."""
        fields.keep_typed(asked, request.form)
        typed = [(one.label, self.in_words_of(one, one.value)) for one in asked if one.value]
        return self.page("gone", title=gettext("Deleted in the meantime"), typed=typed)

    # -------------------------------------------------------------- the page

    def form(
        self,
        asked: Fields,
        title: str,
        errors: Iterable[str] = (),
        row: Any = None,
        loaded: Loaded | None = None,
        conflict: Conflict | None = None,
        stale: bool = False,
    ) -> str:
        """A form by the sections of the row's own page."""
        self.name_choices(asked)
        self.offer_additions(asked)
        if conflict is not None and row is not None:
            conflict.asked = self.ask(asked, loaded, row.id, not stale)
        left = {one.name: one for one in asked if not one.choice}
        sections = []
        for section, names in self.form_sections or self.show_columns:
            here = [left.pop(name) for name in names if name in left]
            if here:
                sections.append((gettext(section) if section else "", here))
        if left:
            sections.append(("", list(left.values())))
        return self.page(
            "form_part" if in_part() else "form",
            title=title,
            sections=sections,
            errors=list(errors),
            asked=asked,
            stale=stale,
            conflict=conflict,
            version=loaded.version if loaded else request.form.get("version", ""),
            loaded=self.pack(row.id, loaded) if loaded and row is not None else "",
            next_verbs=[(verb, gettext(AND_THEN[verb])) for verb in self.next_verbs(row)],
            in_part=in_part(),
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
            if done.errors:
                flash(" ".join(done.errors), "danger")
            return redirect(self.to("show", pk=pk))
        title = f"{gettext('Delete')}: {name}"
        return self.page("delete", title=title, back=self.to("show", pk=pk))

    def remove(self, pk: int) -> bool:
        """Delete the row by the noun's rule."""
        row = row_operations.get(web(), self.model, pk)
        nouns.delete(web(), self.resource, row, now=security.moment())
        return True
