"""The people that the alliance serves, and who acts for them."""

from typing import Any

from flask import request

from app import nouns, security
from app.errors import N_
from app.models import Relation
from app.operations import people
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields
from app.views.base import ResourceView
from app.views.forms import Fields


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
