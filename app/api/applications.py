"""What families submit: several children, several slots, one receipt."""

from decimal import Decimal
from typing import Any, cast

from flask import Response
from flask_appbuilder.api import expose
from flask_babel import gettext

from app import clock, security
from app.api.base import ResourceApi
from app.api.exchange import body, endpoint, json_answer, pdf_answer
from app.models import Application
from app.nouns.families import WISHES
from app.operations import quotes, receipt_paper, rows, split
from app.problems import translated
from app.query.schemas import WriteSchema
from app.transaction import web


class ApplicationApi(ResourceApi):
    resource = "applications"
    list_columns = ["receipt", "status", "submitted_at", "due_on", "channel", "season.title"]
    show_columns = [
        *list_columns,
        "officer",
        "season.id",
        "contact_email",
        "contact_phone",
        "note",
        "photo_consent",
        "protocol_number",
        "protocol_date",
    ]
    edit_columns = ["contact_email", "contact_phone", "note", "photo_consent"]
    search_columns = ["receipt"]
    filter_columns = ["season_id"]
    sort = "-id"
    includes = {"enrollments": ("enrollments", "application_id")}
    small_cells = 5
    include_route_methods = ResourceApi.include_route_methods | {"quote", "paper"}

    @expose("/<int:pk>/paper", methods=["GET"])
    @endpoint("get")
    def paper(self, pk: int) -> Response:
        """The receipt on paper, as a PDF."""
        row: Application = rows.get(web(), Application, pk)
        made = receipt_paper.printed(web(), row, today=clock.local_date(security.moment()))
        return pdf_answer(made, row.receipt)

    @expose("/quote", methods=["POST"])
    @endpoint("create")
    def quote(self) -> Response:
        """What wishes would cost and bring; nothing is kept."""
        schema = WriteSchema.from_dict({"wishes": WISHES})()
        given = cast(Any, schema.load(body()))
        now = security.moment()
        found = quotes.quote(web(), wishes=given["wishes"], now=now)
        total = sum((one.amount or Decimal(0) for one in found if not one.refusal), Decimal(0))
        shares = [
            {"payer": kind, "label": gettext(split.REASONS[kind]), "amount": str(amount)}
            for kind, amount in quotes.shares(web(), found, now=now).items()
        ]
        lines = [_line(one) for one in found]
        return json_answer({"result": lines, "total": str(total), "shares": shares})


def _line(priced: quotes.Priced) -> dict[str, Any]:
    refusal = priced.refusal
    return {
        "person_id": priced.person_id,
        "slot_id": priced.slot_id,
        "amount": None if priced.amount is None else str(priced.amount),
        "lines": [_step(**line) for line in priced.lines],
        "outcome": priced.outcome,
        "error": translated(refusal.message, refusal.params) if refusal else None,
    }


def _step(label: str, amount: str, detail: str) -> dict[str, str]:
    return {"label": gettext(label), "amount": amount, "detail": detail}
