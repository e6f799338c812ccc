"""Fees by means: schemes with their rows, trying them, and the ISEE that families declare."""

from typing import Any, ClassVar

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext

from app import nouns, security
from app.errors import N_
from app.models import FeeScheme, Isee
from app.nouns import fees as noun
from app.operations import fee_schemes, isees
from app.operations import rows as row_operations
from app.query.verbs import verb_schema
from app.transaction import web
from app.views import fields, words
from app.views.base import ResourceView
from app.views.enrollments import fee_line
from app.views.forms import Fields, Refused, attempt
from app.views.screens import Answer, Row, screen
from app.views.verbs import Button


class FeeSchemeView(ResourceView):
    resource = "fee-schemes"
    importable = False
    settled = ("published",)
    list_columns = ["title", "edition", "organization_id", "status", "published_at"]
    show_columns = [
        (N_("Fee scheme"), ["title", "title_en", "organization_id", "edition", "status",
                            "published_at"]),
        (N_("Bounds"), ["floor", "ceiling"]),
    ]  # fmt: skip
    add_columns = ["organization_id", "title", "title_en", "floor", "ceiling"]
    edit_columns = ["title", "title_en", "floor", "ceiling"]
    search_columns = ["title"]
    filter_columns = ["status", "organization_id"]
    order = "-id"
    related = {"fee-bands": "fee_scheme_id", "fee-siblings": "fee_scheme_id",
               "fee-extras": "fee_scheme_id", "workshops": "fee_scheme_id"}  # fmt: skip
    include_route_methods = {*ResourceView.include_route_methods, "simulate"}

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The simulator."""
        if pk is None or not self.may("simulate"):
            return []
        return [Button(gettext("Try the fee"), self.to("simulate", pk=pk), False)]

    @expose("/simulate/<int:pk>", methods=["GET"])
    @screen("simulate")
    def simulate(self, pk: int) -> Answer:
        """What the scheme would ask of a family: the facts, and the fee line by line."""
        row = row_operations.get(web(), FeeScheme, pk)
        known = nouns.noun(self.resource).verbs["simulate"]
        asked = [fields.of_verb(one, "") for one in known.fields]
        if not request.args:
            return self._simulator(pk, asked, {})
        fields.keep_typed(asked, request.args)
        given = fields.sent(asked, request.args, blank=False)

        def tried() -> Any:
            values: Any = verb_schema(known).load(given)
            return fee_schemes.simulate(web(), row, now=security.moment(), **values)

        found = attempt(asked, tried, self.label)
        if isinstance(found, Refused):
            return self._simulator(pk, asked, {"errors": found.errors}), found.status
        told = noun.told(found)
        lines = [fee_line(line) for line in told["lines"]]
        return self._simulator(pk, asked, {"lines": lines, "total": words.money(told["amount"])})

    def _simulator(self, pk: int, asked: Fields, found: dict[str, Any]) -> str:
        title = f"{gettext('Try the fee')}: {self.name(self.read(pk))}"
        given = {"errors": [], "lines": [], "total": "", **found}
        return self.page("simulate", title=title, asked=asked, back=self.to("show", pk=pk), **given)


class FeeBandView(ResourceView):
    resource = "fee-bands"
    edit_columns = ["from_isee", "to_isee", "resident", "non_resident", "resident_to",
                    "non_resident_to"]  # fmt: skip
    list_columns: ClassVar[list[str]] = [*edit_columns, "fee_scheme_id"]
    show_columns = [(N_("ISEE band"), ["fee_scheme_id", *edit_columns])]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    order = "from_isee"


class FeeSiblingView(ResourceView):
    resource = "fee-siblings"
    edit_columns = ["rank", "per_cent", "amount", "residents_only"]
    list_columns: ClassVar[list[str]] = [*edit_columns, "fee_scheme_id"]
    show_columns = [(N_("Reduction for brothers and sisters"), ["fee_scheme_id", *edit_columns])]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    order = "rank"


class FeeExtraView(ResourceView):
    resource = "fee-extras"
    edit_columns = ["code", "title", "title_en", "amount", "always"]
    list_columns = ["title", "code", "amount", "always", "fee_scheme_id"]
    show_columns = [(N_("Extra of a fee"), ["fee_scheme_id", *edit_columns])]
    add_columns = ["fee_scheme_id", *edit_columns]
    filter_columns = ["fee_scheme_id"]
    order = "id"


class IseeView(ResourceView):
    resource = "isee-declarations"
    importable = False
    list_columns = ["person_id", "protocol_number", "expires_on", "created_at"]
    show_columns = [
        (N_("Declared ISEE"), ["person_id", "protocol_number", "expires_on", "created_at"]),
    ]
    add_columns = ["person_id", "amount", "protocol_number", "expires_on"]
    search_columns = ["protocol_number", "person.last_name", "person.first_name"]
    filter_columns = ["person_id", "expires_on"]
    order = "-id"

    def add_fields(self) -> Fields:
        """The amount is a number, though it is kept as a sealed text."""
        asked = super().add_fields()
        for one in asked:
            if one.name == "amount":
                one.kind = "decimal"
        return asked

    def besides(self, row: Row) -> dict[str, Any]:
        """The amount, for who may open it; the reading is logged."""
        if not self.may("amount"):
            return {}
        declared = web().get_one(Isee, row["id"])
        amount = isees.amount_of(web(), declared, now=security.moment())["amount"]
        return {"notes": [f"{gettext('ISEE')}: {words.money(amount)}"]}
