"""Declared verbs as buttons, and as small forms where they ask for something."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext

from app import nouns, security
from app.errors import NotFound
from app.nouns import titles
from app.operations import rows as row_operations
from app.query.verbs import verb_schema
from app.transaction import web
from app.views import fields
from app.views.forms import Fields, Refused, attempt, save_uploads
from app.views.screens import Answer, Row, Screens, screen


@dataclass(frozen=True)
class Button:
    """A verb that the seat may use here."""

    label: str
    href: str
    asks: bool
    # Whether it is the next step, which stands out among the others.
    leads: bool = True


class VerbScreens(Screens):
    """``/verb/<verb>`` on the whole list and ``/verb/<verb>/<id>`` on a row."""

    def verbs(self, row: Row | None) -> list[Button]:
        """The verbs of a row in its state, or those of the list."""
        found = []
        for name, verb in nouns.noun(self.resource).verbs.items():
            fits = row is None or verb.states is None or row.get("status") in verb.states
            told = row is not None and verb.says is not None  # Said on the page, not done.
            if verb.collection == (row is None) and fits and not told and self.may(name):
                href = self._address(name, row)
                # A refusal is never what stands out.
                found.append(
                    Button(gettext(verb.label), href, bool(verb.fields), leads=name != "refuse")
                )
        return found

    def buttons(self, pk: int | None = None) -> list[Button]:
        """Links besides, to a noun's own screens; for the noun to override."""
        return []

    def _address(self, name: str, row: Row | None) -> str:
        if row is None:
            return self.to("act_on_all", verb=name)
        return self.to("act", verb=name, pk=row["id"])

    @expose("/verb/<verb>/<int:pk>", methods=["GET", "POST"])
    @screen("")
    def act(self, verb: str, pk: int) -> Answer:
        """A verb on a row: what it asks for, then doing it."""
        known = self._verb(verb, collection=False)
        asked = self.verb_fields(verb, known)
        if request.method == "POST":
            done = attempt(asked, lambda: self._run(known, asked, pk), self.label)
            if not isinstance(done, Refused):
                flash(self.said_done(verb, done), "success")
                return self.after(done)
            return self._verb_page(verb, known, asked, pk, done.errors), done.status
        return self._verb_page(verb, known, asked, pk, [])

    @expose("/verb/<verb>", methods=["GET", "POST"])
    @screen("")
    def act_on_all(self, verb: str) -> Answer:
        """A verb of the list."""
        known = self._verb(verb, collection=True)
        asked = self.verb_fields(verb, known)
        if request.method == "POST":
            done = attempt(asked, lambda: self._run(known, asked, None), self.label)
            if not isinstance(done, Refused):
                flash(gettext("Done."), "success")
                return redirect(self.to("list"))
            return self._verb_page(verb, known, asked, None, done.errors), done.status
        return self._verb_page(verb, known, asked, None, [])

    def said_done(self, verb: str, pk: int) -> str:
        """What is said of a verb that was done with a row; for the noun to override."""
        return gettext("Done.")

    def _verb(self, name: str, collection: bool) -> nouns.Verb:
        known = nouns.noun(self.resource).verbs.get(name)
        if known is None or known.collection != collection:
            raise NotFound()
        return known

    def verb_fields(self, name: str, known: nouns.Verb) -> Fields:
        """What a verb asks for; for the noun to override."""
        return [fields.of_verb(f, self.select_url(f"{name}:{f.name}")) for f in known.fields]

    def verb_besides(self, name: str, pk: int | None) -> dict[str, Any]:
        """What the page of a verb shows besides its form; for the noun to override."""
        return {}

    def _run(self, known: nouns.Verb, asked: Fields, pk: int | None) -> int:
        """Do it; the id of the row that it is about now, a copy's for one."""
        row = [] if pk is None else [row_operations.get(web(), self.model, pk)]
        given = fields.sent(asked, request.form, blank=False)
        of_row = {"organization_id": getattr(row[0], "organization_id", None)} if row else {}
        given |= save_uploads(asked, of_row)
        values: Any = verb_schema(known).load(given)
        done = known.run(web(), *row, now=security.moment(), **values)
        return done.id if row and isinstance(done, self.model) else pk or 0

    def _verb_page(
        self, name: str, known: nouns.Verb, asked: Fields, pk: int | None, errors: list[str]
    ) -> str:  # fmt: skip
        self.name_choices(asked)
        self.offer_additions(asked)
        subject = titles.many(self.resource) if pk is None else self.name(self.read(pk))
        back = self.to("list") if pk is None else self.to("show", pk=pk)
        title = f"{gettext(known.label)}: {subject}"
        return self.page("verb", title=title, asked=asked, errors=errors, back=back,
                         label=gettext(known.label), **self.verb_besides(name, pk))  # fmt: skip
