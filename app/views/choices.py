"""Searching selects: the rows that a field may name, twenty a page, under the policy."""

from collections.abc import Iterable
from typing import Any, ClassVar

from flask import jsonify, request
from flask_appbuilder import expose

from app import nouns, permissions, security
from app.errors import NotFound
from app.nouns import titles
from app.query import rows
from app.query.paths import LABEL, Path, path, paths
from app.transaction import web
from app.views import fields, lists, words
from app.views.fields import FormField
from app.views.screens import VIEWS, Answer, Row, Screens, screen

# What a row is called where its label alone would not say it, and what tells namesakes apart.
NAMES: dict[str, tuple[str, ...]] = {
    "slots": ("title", "starts_on"),
    "territories": ("municipality.label",),
    "seats": ("kind", "organization.label"),
    "roles": ("name",),
    "relations": ("kind", "person.label"),
    "memberships": ("organization.label", "network"),
    "project-partners": ("organization.label", "role"),
    "project-extensions": ("project.label", "extended_to"),
    "call-categories": ("category.label",),
    "service-locations": ("location.label",),
    "delegations": ("person.label", "social_point.label"),
    "enrollments": ("person.label", "slot.workshop.title", "slot.title"),
    "state-changes": ("noun", "row_id"),
    "job-runs": ("job", "due_at"),
    "sensitive-reads": ("table_name", "at"),
    "role-scopes": ("role.label",),
    "criterion-sets": ("title", "edition"),
    "fee-schemes": ("title", "edition"),
    "fee-bands": ("fee_scheme.title", "from_isee"),
    "fee-siblings": ("fee_scheme.title", "rank"),
    "isee-declarations": ("person.label", "protocol_number"),
    "attendances": ("enrollment.person.label", "day"),
    "ledger-accounts": ("kind", "id"),
    "payees": ("organization.label", "kind"),
    "payment-notice-lines": ("enrollment.person.label", "amount"),
    "ranking-entries": ("code", "person.label"),
    "ranking-runs": ("ranking.label", "number"),
    "ranking-outcomes": ("code", "slot.title"),
}
DETAILS: dict[str, tuple[str, ...]] = {
    "persons": ("birth_date", "municipality.name"),
    "slots": ("workshop.title", "workshop.organization.name"),
    "workshops": ("organization.name", "season.title"),
    "services": ("organization.name",),
    "locations": ("organization.name", "address"),
    "organizations": ("municipality.name",),
    # A municipality looks for SAD, which is an example and not a title.
    "service-categories": ("examples",),
    "accounts": ("first_name", "last_name"),
    "social-points": ("organization.name",),
    "criterion-sets": ("organization.name",),
    "fee-schemes": ("organization.name",),
    "rankings": ("organization.name", "season.title"),
}


def name_of(resource: str, row: Row) -> str:
    """A row's name in the reader's words."""
    model = permissions.RESOURCES[resource]
    columns = [path(model, c) for c in NAMES.get(resource, (LABEL,))]
    own = VIEWS[resource].said_as if resource in VIEWS else {}
    said = (own[c.name](row) if c.name in own else words.shown(c, row.get(c.name)) for c in columns)
    return " ".join(filter(None, said))


def names_of(resource: str, ids: Iterable[int]) -> dict[int, str]:
    """What rows are called, by id: those that the seat sees, of a noun that it may list."""
    every = sorted(ids)
    if not every or ("can_list", resource) not in security.seat_permissions():
        return {}
    model, found = permissions.RESOURCES[resource], {}
    for start in range(0, len(every), rows.MOST_ROWS):
        some = every[start : start + rows.MOST_ROWS]
        wanted = rows.Selection(
            resource, ("id", *NAMES.get(resource, (LABEL,))), extra=(model.id.in_(some),)
        )
        page, _ = rows.page(web(), wanted, now=security.moment(), limit=rows.MOST_ROWS)
        found |= {row["id"]: name_of(resource, row) for row in page}
    return found


def _joined(columns: Iterable[Path], row: Row, between: str) -> str:
    return between.join(text for c in columns if (text := words.shown(c, row.get(c.name))))


def find(
    resource: str, text: str, number: int, extra: tuple[Any, ...] = ()
) -> tuple[list[dict[str, Any]], bool]:
    """A page of choices as id, label and detail, and whether there are more."""
    model = permissions.RESOURCES[resource]
    shown = NAMES.get(resource, (LABEL,))
    details = paths(model, DETAILS.get(resource, ()), web().principal)
    names = (*shown, *(p.name for p in details))
    wanted = rows.Selection(
        resource,
        ("id", *names),
        search=text.replace("\x00", " "),
        search_columns=names,
        filter_columns=names,
        sort=",".join(_order(resource, shown)),
        extra=extra,
    )
    found, more = rows.page(
        web(), wanted, now=security.moment(), limit=rows.PAGE, offset=(number - 1) * rows.PAGE
    )
    choices = [
        {"id": row["id"], "label": name_of(resource, row), "detail": _joined(details, row, " · ")}
        for row in found
    ]
    return choices, more is not None


def _order(resource: str, shown: tuple[str, ...]) -> tuple[str, ...]:
    return ("starts_on", "workshop.title") if resource == "slots" else shown


class ChoiceScreens(Screens):
    """``/select/<field>``."""

    # Foreign keys that a noun's own forms ask for besides.
    asked: ClassVar[list[str]] = []
    # What the page of a row is called by.
    name_columns: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.name_columns = NAMES.get(self.resource, (LABEL,))

    def name(self, row: Row) -> str:
        """What the row is called in the reader's words."""
        said = [self.text(path(self.model, name), row) for name in self.name_columns]
        return " ".join(filter(None, said)) or f"{titles.one(self.resource)} {row['id']}"

    def select_url(self, field: str) -> str:
        """Where a field's searching select asks."""
        return self.to("select", field=field)

    @expose("/select/<field>", methods=["GET"])
    @screen("list")
    def select(self, field: str) -> Answer:
        """The rows that a field may name. Raises NotFound, Forbidden."""
        resource = self._resource_of(field)
        security.require("list", resource)
        number = lists.number(request.args.get("page"), 1, lists.FARTHEST_PAGE)
        offered = self.offered.get(request.args.get("of", ""))
        found, more = find(
            resource, request.args.get("q", "")[:200], number, offered() if offered else ()
        )
        answer = jsonify(results=found, more=more)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _resource_of(self, field: str) -> str:
        """The noun that a declared field, or one of a verb's, chooses from. Raises NotFound."""
        verb, _, name = field.rpartition(":")
        resource = ""
        if verb:
            security.require(verb, self.resource)
            known = nouns.noun(self.resource).verbs.get(verb)
            asked = [f for f in known.fields if f.name == name] if known else []
            resource = asked[0].type.partition(":")[2] if asked else ""
        elif name in {*self.add_columns, *self.edit_columns, *self.filter_columns, *self.asked}:
            found = path(self.model, name)
            granted = permissions.grant(web().principal.kind, self.resource)
            if found.readable_by(web().principal) or found.info["group"] in granted.write:
                resource = fields.target(self.model, name)
        if not resource:
            raise NotFound()
        return resource

    def chosen_from(self, asked: Iterable[FormField]) -> list[FormField]:
        """The fields without those whose choices, or files, are not for this seat."""
        return [
            one
            for one in asked
            if not one.resource
            or self.may("create" if one.kind == "file" else "list", one.resource)
        ]

    def name_choices(self, asked: Iterable[FormField]) -> None:
        """Say in words what each searching select holds."""
        for one in asked:
            if one.kind == "ref":
                one.shown = self.shown_choice(one.resource, one.value) if one.value else ""
                one.value = one.value if one.shown else ""

    def shown_choice(self, resource: str, value: str) -> str:
        """The name of a row that the seat sees, or nothing."""
        key = lists.key(value)
        if not key or not self.may("list", resource):
            return ""
        names = ("id", *NAMES.get(resource, (LABEL,)))
        model: Any = permissions.RESOURCES[resource]
        wanted = rows.Selection(resource, names, extra=(model.id == key,))
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
        return name_of(resource, found[0]) if found else ""
