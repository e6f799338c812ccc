"""Payees, what families are asked to pay, and what was paid."""

from flask_babel import gettext

from app.errors import N_
from app.views.base import ResourceView
from app.views.forms import Fields
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

    def add_fields(self) -> Fields:
        """The last day may be left to the workshops."""
        asked = super().add_fields()
        for one in asked:
            if one.name == "due_on":
                one.required, one.help = False, gettext(LEFT_OPEN)
        return asked

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The paper that the family pays by."""
        if pk is None:
            return []
        return [Button(gettext("The notice (PDF)"), f"/api/v1/payment-notices/{pk}/paper", False)]


class PaymentNoticeLineView(ResourceView):
    resource = "payment-notice-lines"
    importable = False
    list_columns = ["notice_id", "enrollment_id", "amount", "ended"]
    show_columns = [
        (N_("Line of a payment notice"), ["notice_id", "enrollment_id", "amount", "ended"])
    ]
    filter_columns = ["notice_id"]
    order = "-id"


class PaymentReceiptView(ResourceView):
    resource = "payment-receipts"
    importable = False
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
