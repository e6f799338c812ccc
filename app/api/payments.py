"""Payees, what families are asked to pay, and what was paid."""

from flask import Response
from flask_appbuilder.api import expose

from app import clock, security
from app.api.base import ResourceApi
from app.api.exchange import endpoint, pdf_answer
from app.models import PaymentNotice
from app.operations import certificate, notice_paper, rows
from app.transaction import web


class PayeeApi(ResourceApi):
    resource = "payees"
    one_by_one = True
    list_columns = ["organization_id", "kind", "segregation_code", "iban", "account_holder"]
    edit_columns = ["kind", "segregation_code", "iban", "account_holder"]
    add_columns = ["organization_id", *edit_columns]
    sort = "-id"


class PaymentNoticeApi(ResourceApi):
    resource = "payment-notices"
    one_by_one = True
    list_columns = [
        "number", "status", "amount", "due_on", "issued_at", "paid_on", "debtor_name", "reason",
        "kind", "payee_id", "application_id",
    ]  # fmt: skip
    show_columns = [*list_columns, "debtor_code", "paid_amount"]
    add_columns = ["application_id", "payee_id", "due_on"]
    search_columns = ["number"]
    sort = "-id"
    includes = {"lines": ("payment-notice-lines", "notice_id")}
    include_route_methods = ResourceApi.include_route_methods | {"paper", "certificate"}

    @expose("/<int:pk>/paper", methods=["GET"])
    @endpoint("get")
    def paper(self, pk: int) -> Response:
        """The notice on paper, as a PDF."""
        row: PaymentNotice = rows.get(web(), PaymentNotice, pk)
        return pdf_answer(notice_paper.printed(web(), row), row.number)

    @expose("/<int:pk>/certificate", methods=["GET"])
    @endpoint("get")
    def certificate(self, pk: int) -> Response:
        """What was paid, for the employer of who paid, as a PDF."""
        row: PaymentNotice = rows.get(web(), PaymentNotice, pk)
        today = clock.local_date(security.moment())
        return pdf_answer(certificate.printed(web(), row, today=today), f"{row.number}-welfare")


class PaymentNoticeLineApi(ResourceApi):
    resource = "payment-notice-lines"
    list_columns = ["notice_id", "enrollment_id", "amount", "ended"]
    filter_columns = ["notice_id"]
    sort = "id"


class PaymentReceiptApi(ResourceApi):
    resource = "payment-receipts"
    list_columns = [
        "iur", "notice_number", "amount", "paid_on", "outcome", "notice_id", "payee_id",
        "received_at",
    ]  # fmt: skip
    search_columns = ["iur", "notice_number"]
    sort = "-id"
