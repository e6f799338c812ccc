"""Payees, what families are asked to pay, and what was paid."""

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app import nouns, security, streams
from app.errors import N_
from app.models import Payee, PaymentNotice
from app.operations import certificate
from app.operations import rows as row_operations
from app.transaction import web
from app.views.base import Answer, ResourceView, Row, screen
from app.views.forms import Fields
from app.views.receipts_file import ReceiptsFileScreens
from app.views.verbs import Button

LEFT_OPEN = N_("Left empty, it is what the workshops say: the shortest of them.")


class PayeeView(ResourceView):
    resource = "payees"
    importable = False
    list_columns = ["organization_id", "kind", "iban", "segregation_code"]
    show_columns = [
        (N_("Payee"), ["organization_id", "kind", "segregation_code", "iban", "account_holder"])
    ]
    edit_columns = ["kind", "segregation_code", "iban", "account_holder"]
    add_columns = ["organization_id", *edit_columns]
    filter_columns = ["kind"]
    order = "-id"
    related = {"payment-notices": "payee_id", "payment-receipts": "payee_id"}

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The files that go to and come from the payee's own system."""
        found = []
        if pk is not None and self.may("debts", "payment-notices"):
            href = url_for("PaymentNoticeView.debts_file", payee_id=pk)
            found.append(Button(gettext("Open debts (CSV)"), href, False))
        if pk is not None and self.may("receive", "payment-receipts"):
            href = url_for("PaymentReceiptView.receipts_file", payee_id=pk)
            found.append(Button(gettext("Take receipts in"), href, False))
        return found


class PaymentNoticeView(ResourceView):
    resource = "payment-notices"
    importable = False
    list_columns = ["number", "status", "amount", "due_on", "debtor_name", "payee_id", "paid_on"]
    show_columns = [
        (
            N_("Payment notice"),
            [
                "number",
                "status",
                "amount",
                "due_on",
                "reason",
                "kind",
                "payee_id",
                "application_id",
                "issued_at",
            ],
        ),
        (N_("Debtor"), ["debtor_name", "debtor_code"]),
        (N_("Paid on"), ["paid_on", "paid_amount"]),
    ]
    add_columns = ["application_id", "payee_id", "due_on"]
    search_columns = ["number"]
    filter_columns = ["status", "kind", "payee_id", "application_id", "due_on"]
    order = "-id"
    related = {"payment-notice-lines": "notice_id", "payment-receipts": "notice_id"}
    include_route_methods = {*ResourceView.include_route_methods, "debts_file"}

    @expose("/debts/<int:payee_id>/csv", methods=["GET"])
    @screen("debts")
    def debts_file(self, payee_id: int) -> Answer:
        """A payee's open notices, for its own collecting system."""
        row_operations.get(web(), Payee, payee_id)
        run = nouns.noun(self.resource).verbs["debts"].run
        made = run(web(), payee_id=payee_id, now=security.moment())
        return streams.download("csv", f"debiti-{payee_id}", made)

    def _address(self, name: str, row: Row | None) -> str:
        """A file of debts is taken from its payee's page."""
        return "/office/payees/list/" if name == "debts" else super()._address(name, row)

    def add_fields(self) -> Fields:
        """The last day may be left to the workshops."""
        asked = super().add_fields()
        for one in asked:
            if one.name == "due_on":
                one.required, one.help = False, gettext(LEFT_OPEN)
        return asked

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The paper that the family pays by, and what it then hands to an employer."""
        if pk is None:
            return []
        paper = f"/api/v1/payment-notices/{pk}"
        found = [Button(gettext("The notice (PDF)"), f"{paper}/paper", False)]
        row: PaymentNotice = row_operations.get(web(), PaymentNotice, pk)
        told = row.status == "paid" and certificate.readable(web())
        if told and not certificate.lacking(web(), row):
            found.append(Button(gettext("Certificate (PDF)"), f"{paper}/certificate", False))
        return found


class PaymentNoticeLineView(ResourceView):
    resource = "payment-notice-lines"
    importable = False
    list_columns = ["notice_id", "enrollment_id", "amount", "ended"]
    show_columns = [
        (N_("Line of a payment notice"), ["notice_id", "enrollment_id", "amount", "ended"])
    ]
    filter_columns = ["notice_id"]
    order = "-id"


class PaymentReceiptView(ReceiptsFileScreens):
    resource = "payment-receipts"
    importable = False
    include_route_methods = {
        *ResourceView.include_route_methods, "receipts_file", "receipts_look",
    }  # fmt: skip
    list_columns = ["iur", "notice_number", "amount", "paid_on", "outcome", "payee_id"]
    show_columns = [
        (
            N_("Receipt of a payment"),
            [
                "iur",
                "notice_number",
                "amount",
                "paid_on",
                "outcome",
                "notice_id",
                "payee_id",
                "received_at",
            ],
        )
    ]
    search_columns = ["iur", "notice_number"]
    filter_columns = ["outcome", "payee_id", "notice_id", "paid_on"]
    order = "-id"

    def _address(self, name: str, row: Row | None) -> str:
        """A file is taken in from its payee's page."""
        return "/office/payees/list/" if name == "receive" else super()._address(name, row)
