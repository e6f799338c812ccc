"""Roles that narrow what the seats of a kind may do, and never widen it."""

from typing import Any

from flask import flash, request
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import select

from app import nouns, permissions, security
from app.errors import N_
from app.models import SEAT_KINDS, Role, RoleScope
from app.nouns import titles
from app.operations import rows as row_operations
from app.query.schemas import write_schema
from app.transaction import web
from app.views import words
from app.views.base import Answer, ResourceView, Row, screen
from app.views.fields import FormField
from app.views.forms import Refused, attempt

VERBS = {
    "list": N_("See the list"),
    "get": N_("Open one of it"),
    "create": N_("Enter"),
    "update": N_("Change one"),
    "delete": N_("Delete one"),
    "roster": N_("Roster"),
}
# What a role may narrow: everything but the administrator's own.
BASES = {kind: label for kind, label in SEAT_KINDS.items() if kind != "admin"}


def verb_said(verb: str, resource: str) -> str:
    """A permission's verb in words."""
    known = nouns.noun(resource).verbs.get(verb)
    return words.said(known.label if known else VERBS.get(verb, verb))


def base(row: Row) -> str:
    """A base role by what its seats are called."""
    value = row.get("base") or row.get("name") or ""
    return words.said(SEAT_KINDS[value]) if value in SEAT_KINDS else str(value)


class RoleView(ResourceView):
    resource = "roles"
    importable = False
    list_columns = ["name"]
    show_columns = [(N_("Role"), ["name"])]
    add_columns = ["name"]
    edit_columns = ["name"]
    search_columns = ["name"]
    order = "name"
    said_as = {"name": base}
    related = {"role-scopes": "role_id", "seats": "role_id"}

    def adds_in_part(self) -> bool:
        """Its form has pages of its own."""
        return False

    def besides(self, row: Row) -> dict[str, Any]:
        """What the role may do, noun by noun."""
        held: dict[str, set[str]] = {}
        for one in row_operations.get(web(), Role, row["id"]).permissions:
            verb = one.permission.name.removeprefix("can_")
            held.setdefault(one.view_menu.name, set()).add(verb)
        order = [*VERBS]
        told = [
            (titles.many(resource), ", ".join(verb_said(v, resource) for v in sorted(
                held[resource], key=lambda v: (order.index(v) if v in order else 99, v)
            )))
            for resource in permissions.RESOURCES
            if resource in held
        ]  # fmt: skip
        return {"told": (gettext("What it may do"), told)}

    @expose("/add", methods=["GET", "POST"])
    @screen("create")
    def add(self) -> Answer:
        """First the base role, then what of it the new one keeps."""
        base = request.values.get("base", "")
        title = f"{gettext('Add')}: {titles.one(self.resource)}"
        name = FormField("name", words.said(N_("Name")), required=True, longest=50)
        if base not in BASES:
            return self.page("role_base", title=title, bases=BASES, said=words.said)
        chosen = set(request.form.getlist("permissions"))
        if request.method == "POST":
            given = {"name": request.form.get("name"), "base": base, "permissions": [*chosen]}
            done = attempt([name], lambda: self._make(given), self.label)
            if not isinstance(done, Refused):
                flash(gettext("Saved."), "success")
                return self.after(done)
            return self._page(title, base, chosen, [name], done.errors), done.status
        return self._page(title, base, {f"{v} {r}" for v, r in _pairs(base)}, [name], [])

    def _make(self, given: dict[str, Any]) -> int:
        schema = write_schema(self.model, [], more=nouns.noun(self.resource).create_fields)
        values: Any = schema.load(given)
        return int(nouns.create(web(), self.resource, values, now=security.moment()).id)

    @expose("/edit/<int:pk>", methods=["GET", "POST"])
    @screen("update")
    def edit(self, pk: int) -> Answer:
        """Other permissions for a role of one's alliance."""
        role = row_operations.get(web(), Role, pk)
        held = {(p.permission.name, p.view_menu.name) for p in role.permissions}
        scope = web().scalar(select(RoleScope.base).where(RoleScope.role_id == pk)) or ""
        title = f"{gettext('Edit')}: {self.name(self.read(pk))}"
        chosen = {f"{verb.removeprefix('can_')} {resource}" for verb, resource in held}
        errors: list[str] = []
        status = 200
        if request.method == "POST":
            chosen = set(request.form.getlist("permissions"))
            done = attempt([], lambda: self._change(pk, [*chosen]), self.label)
            if not isinstance(done, Refused):
                flash(gettext("Saved."), "success")
                return self.after(pk)
            errors, status = done.errors, done.status
        return self._page(title, scope, chosen, [], errors), status

    def _change(self, pk: int, chosen: list[str]) -> bool:
        role = row_operations.get(web(), Role, pk)
        schema = write_schema(self.model, [], more=nouns.noun(self.resource).update_fields)
        values: Any = schema.load({"permissions": chosen})
        nouns.update(web(), self.resource, role, values, now=security.moment())
        return True

    def _page(
        self, title: str, base: str, chosen: set[str], asked: list[FormField], errors: list[str]
    ) -> str:
        groups = []
        for resource in permissions.RESOURCES:
            verbs = [(f"{v} {r}", verb_said(v, r)) for v, r in _pairs(base) if r == resource]
            if verbs:
                groups.append((titles.many(resource), verbs))
        return self.page(
            "role", title=title, groups=groups, chosen=chosen, asked=asked, errors=errors,
            base=base, base_said=words.said(BASES.get(base, "")), back=self.to("list"),
        )  # fmt: skip


def _pairs(base: str) -> list[tuple[str, str]]:
    """The (verb, noun) of a base role, in the order in which one reads them."""
    order = [*VERBS]
    found = [
        (verb, resource)
        for resource, given in permissions.GRANTS.get(base, {}).items()
        for verb in given.verbs
    ]
    return sorted(found, key=lambda p: (order.index(p[0]) if p[0] in order else 99, p[0]))


class RoleScopeView(ResourceView):
    resource = "role-scopes"
    list_columns = ["role_id", "base", "alliance_id"]
    show_columns = [(N_("Scope of a role"), ["role_id", "base", "alliance_id"])]
    filter_columns = ["role_id", "base"]
    said_as = {"base": base}
