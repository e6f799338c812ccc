"""Social points, and what people delegate to them."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext
from sqlalchemy import select

from app import clock, security
from app.errors import N_
from app.models import Delegation, Person, SocialPoint
from app.operations import delegations
from app.query.schemas import write_schema
from app.transaction import web
from app.views import fields
from app.views.base import ResourceView, Row
from app.views.forms import Fields, save_uploads
from app.views.verbs import Button

# Who delegates: somebody known, or described here.
PERSON = ["last_name", "first_name", "birth_date", "sex", "fiscal_code", "no_fiscal_code",
          "municipality_id", "address", "email", "phone"]  # fmt: skip
KNOWN = N_("Somebody who is known here already; otherwise describe the person below.")
CONSENT = ["social_point_id", "scope", "method", "file_id", "ends_on"]


class SocialPointView(ResourceView):
    resource = "social-points"
    list_columns = ["name", "organization_id", "location_id", "opening_hours", "phone", "email"]
    show_columns = [
        (N_("Social point"), ["name", "organization_id", "location_id"]),
        (N_("How to reach it"), ["opening_hours", "phone", "email"]),
    ]
    add_columns = ["organization_id", "name", "location_id", "opening_hours", "phone", "email"]
    edit_columns = add_columns[1:]
    search_columns = ["name", "organization.name"]
    filter_columns = ["organization_id"]
    order = "name"
    related = {"delegations": "social_point_id"}


def to_counter(row: Row) -> list[Button]:
    """The way to the counter for a person whose consent to that holds today."""
    today = clock.local_date(security.moment())
    holds = row.get("confirmed_at") and not row.get("revoked_at") and row["ends_on"] >= today
    if not holds or row.get("scope") not in ("enrol", "all"):
        return []
    href = url_for("ApplicationView.counter", person_id=row["person.id"])
    return [Button(gettext("Enrol at the counter"), href, asks=True)]


class DelegationView(ResourceView):
    resource = "delegations"
    importable = False
    # A desk reads no name before the consent is confirmed: then the dates tell one from another.
    list_columns = ["person_id", "starts_on", "ends_on", "scope", "confirmed_at", "revoked_at",
                    "method", "social_point_id"]  # fmt: skip
    show_columns = [
        (N_("Delegation"), ["person_id", "social_point_id", "scope", "starts_on", "ends_on"]),
        (N_("Consent"), ["method", "file_id", "confirmed_at", "revoked_at", "operator_id"]),
    ]
    form_sections = [(N_("Person"), ["person_id", *PERSON]), (N_("Consent"), CONSENT)]
    add_columns = ["person_id", *CONSENT]
    search_columns = ["person.last_name", "person.first_name", "social_point.name"]
    filter_columns = ["person_id", "social_point_id", "method", "ends_on"]
    order = "-id"

    def verbs(self, row: Row | None) -> list[Button]:
        """What was confirmed is not confirmed again, what was revoked is over; a consent that
        holds leads to the counter."""
        found = super().verbs(row)
        if row is None:
            return found
        over = {"confirm": row.get("confirmed_at") or row.get("revoked_at"),
                "revoke": row.get("revoked_at")}  # fmt: skip
        left_out = {self.to("act", verb=verb, pk=row["id"]) for verb in over if over[verb]}
        found = [button for button in found if button.href not in left_out]
        return [*to_counter(row), *found] if web().principal.kind == "social_point" else found

    def add_fields(self) -> Fields:
        """Who consents, known or described, and to what."""
        chosen = fields.of_column(Delegation, "person_id", self.select_url("person_id"))
        chosen.required, chosen.help = False, gettext(KNOWN)
        # A desk chooses among all municipalities, as a person's form does.
        url = url_for("PersonView.select", field="municipality_id")
        described = [fields.of_column(Person, name, url) for name in PERSON]
        for one in described:
            one.required = False
        consent = [fields.of_column(Delegation, n, self.select_url(n)) for n in CONSENT]
        own = select(SocialPoint.id).where(
            SocialPoint.organization_id == web().principal.organization_id
        )
        desks = web().scalars(own.limit(2)).all()
        if len(desks) == 1:
            consent[0].value = str(desks[0])
        return [chosen, *described, *consent]

    def create(self, asked: Fields) -> Any:
        """Record the consent; a person who is not chosen is described."""
        given = fields.sent(asked, request.form, blank=False)
        described = {name: given.pop(name) for name in PERSON if name in given}
        given |= save_uploads(asked, given)
        values: Any = write_schema(Delegation, ["person_id", *CONSENT], partial=True).load(given)
        if "person_id" not in values:
            values["person_fields"] = write_schema(Person, PERSON).load(described)
        needed = write_schema(Delegation, ["social_point_id", "method", "ends_on"])
        needed.load({k: v for k, v in given.items() if k in needed.fields})
        return delegations.record(web(), now=security.moment(), **values)
