"""The people that the alliance serves, and who acts for them."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import select

from app import nouns, security
from app.errors import N_
from app.models import Person, Relation
from app.operations import people
from app.query import rows
from app.query.paths import paths
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields
from app.views.base import ResourceView
from app.views.forms import Fields
from app.views.verbs import Button


class PersonView(ResourceView):
    resource = "persons"
    list_columns = ["last_name", "first_name", "birth_date", "fiscal_code", "municipality_id",
                    "phone"]  # fmt: skip
    show_columns = [
        (N_("Person"), ["last_name", "first_name", "birth_date", "sex", "fiscal_code",
                        "no_fiscal_code"]),
        (N_("How to reach them"), ["municipality_id", "address", "email", "phone"]),
        (N_("School"), ["school"]),
        (N_("Health and safety"), ["allergies", "pickup"]),
    ]  # fmt: skip
    add_columns = [
        "last_name", "first_name", "birth_date", "sex", "fiscal_code", "no_fiscal_code",
        "municipality_id", "address", "email", "phone", "school", "allergies", "pickup",
    ]  # fmt: skip
    edit_columns = add_columns
    search_columns = ["last_name", "first_name", "fiscal_code"]
    filter_columns = ["municipality_id", "birth_date"]
    order = "last_name,first_name"
    related = {
        "enrollments": "person_id",
        "service-requests": "person_id",
        "relations": "person_id",
        "delegations": "person_id",
    }

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The way to the counter with this person."""
        if pk is None or not self.may("create", "applications") or self.is_family():
            return []
        href = url_for("ApplicationView.counter", person_id=pk)
        return [Button(gettext("Enrol at the counter"), href, False)]

    def is_family(self) -> bool:
        """Whether the reader is a family, which has pages of its own."""
        return web().principal.kind == "citizen"

    def adds_in_part(self) -> bool:
        """Desks describe a person with the consent that lets them see it."""
        return self.adds() and web().principal.kind != "social_point"

    def tabs(self) -> dict[str, str]:
        """First the persons whom the same accounts act for: a child's mother, her other child."""
        found = super().tabs()
        if self.may("list", "relations") and not self.is_family():
            found = {self.resource: gettext("Family"), **found}
        return found

    def related_list(self, other: str, pk: int) -> dict[str, Any]:
        """The family is not found by a key of the person's, as the others are."""
        if other != self.resource:
            return super().related_list(other, pk)
        theirs = select(Relation.user_id).where(Relation.person_id == pk)
        same = select(Relation.person_id).where(Relation.user_id.in_(theirs))
        wanted = rows.Selection(
            self.resource,
            self.keyed(self.columns(self.list_columns)),
            filter_columns=tuple(self.list_columns),
            sort="birth_date",
            extra=(Person.id.in_(same), Person.id != pk),
        )
        family, _ = rows.page(web(), wanted, now=security.moment(), limit=rows.PAGE)
        columns = paths(self.model, self.columns(self.list_columns), web().principal)
        lines = self.lines(columns, family)
        return {"headings": [self.heading(c) for c in columns], "lines": lines}

    def add_fields(self) -> Fields:
        """A citizen says besides who the person is to them."""
        asked = super().add_fields()
        if web().principal.kind != "citizen":
            return asked
        relation = fields.of_column(Relation, "kind")
        relation.name = "relation"
        relation.choices = [choice for choice in relation.choices if choice[0] in people.CLAIMED]
        return [relation, *asked]

    def create(self, asked: Fields) -> Any:
        """The person; the relation is the noun's to check."""
        given = fields.sent(asked, request.form, blank=False)
        columns = [one.name for one in asked if one.name != "relation"]
        more = nouns.noun(self.resource).create_fields if "relation" in given else None
        values: Any = write_schema(self.model, columns, more=more).load(given)
        return nouns.create(web(), self.resource, values, now=security.moment())


class RelationView(ResourceView):
    resource = "relations"
    list_columns = ["kind", "user_id", "user.last_name", "user.first_name", "person_id", "ends_on"]
    show_columns = [
        (N_("Relation"), ["kind", "person_id", "user_id", "user.first_name", "user.last_name",
                          "ends_on"])
    ]  # fmt: skip
    add_columns = ["person_id", "user_id", "kind", "ends_on"]
    edit_columns = ["kind", "ends_on"]
    search_columns = ["user.username", "user.last_name", "person.last_name", "person.first_name"]
    filter_columns = ["person_id", "user_id", "kind"]
    order = "-id"
