"""Keys of programs: which there are, a new one, and what it may do."""

from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext

from app import nouns, security
from app.clock import ROME
from app.errors import N_
from app.models import ProgramKey
from app.nouns import titles
from app.operations import keys
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields, words
from app.views.base import Answer, ResourceView, Row, screen
from app.views.forms import Fields, Refused, attempt
from app.views.roles import verb_said
from app.views.verbs import Button

ACTIONS = {"read": N_("Read"), "write": N_("Enter, change, delete")}


def said(scope: str) -> str:
    """A scope in words."""
    resource, _, action = scope.partition(":")
    does = words.said(ACTIONS[action]) if action in ACTIONS else verb_said(action, resource)
    return f"{titles.many(resource)}: {does}" if resource in titles.TITLES else scope


def scopes(row: Row) -> str:
    """What the key may do, in words."""
    return ", ".join(said(scope) for scope in row.get("scopes") or ())


class KeyView(ResourceView):
    resource = "keys"
    importable = False
    list_columns = ["name", "prefix", "seat_id", "expires_at", "used_at", "revoked_at"]
    show_columns = [
        (N_("Key of a program"), ["name", "prefix", "seat_id", "scopes"]),
        (N_("Use"), ["created_at", "expires_at", "used_at", "revoked_at"]),
    ]
    add_columns = ["name", "expires_at"]
    search_columns = ["name", "prefix"]
    order = "-id"
    said_as = {"scopes": scopes}

    def adds_in_part(self) -> bool:
        """Its form has pages of its own."""
        return False

    def verbs(self, row: Row | None) -> list[Button]:
        """What was revoked is not revoked again."""
        return [] if row and row.get("revoked_at") else super().verbs(row)

    @expose("/add", methods=["GET", "POST"])
    @screen("create")
    def add(self) -> Answer:
        """A new key of the active seat; its text is shown once, on the page that follows.

        A second press shows the same page: what the first one made would be lost with its answer.
        """
        asked, chosen = self.form_fields(self.add_columns), set(request.form.getlist("scopes"))
        if request.method == "GET":
            until = (security.moment() + keys.LONGEST / 4).astimezone(ROME)
            asked[-1].value = words.typed(until.replace(minute=0, second=0, microsecond=0))
            return self._form(asked, chosen, [])
        made = attempt(asked, lambda: self._make(asked, chosen), self.label)
        if isinstance(made, Refused):
            return self._form(asked, chosen, made.errors), made.status
        return self.page(
            "key", title=made["name"], text=made["text"], back=self.to("show", pk=made["id"])
        )

    def _make(self, asked: Fields, chosen: set[str]) -> dict[str, Any]:
        given = {**fields.sent(asked, request.form, blank=False), "scopes": sorted(chosen)}
        more = nouns.noun(self.resource).create_fields
        schema = write_schema(self.model, [one.name for one in asked], more=more)
        values: Any = schema.load(given)
        made: ProgramKey = nouns.create(web(), self.resource, values, now=security.moment())
        return {"id": made.id, "name": made.name, "text": made.text}

    def _form(self, asked: Fields, chosen: set[str], errors: list[str]) -> str:
        groups: dict[str, list[tuple[str, str]]] = {}
        for scope in keys.offered(web().principal.kind):
            title, _, does = said(scope).partition(": ")
            groups.setdefault(title, []).append((scope, does))
        title = f"{gettext('Add')}: {titles.one(self.resource)}"
        return self.page(
            "key_form", title=title, asked=asked, groups=groups, chosen=chosen, errors=errors,
            back=self.to("list"),
        )  # fmt: skip
