"""Welfare plans, credits, payers' funds and the ledger."""

from app.errors import N_
from app.views.base import ResourceView


class WelfarePlanView(ResourceView):
    resource = "welfare-plans"
    list_columns = ["title", "organization_id", "year", "letters", "starts_on", "ends_on"]
    show_columns = [
        (
            N_("Welfare plan"),
            ["title", "organization_id", "year", "letters", "starts_on", "ends_on"],
        )
    ]
    add_columns = ["title", "organization_id", "year", "letters", "starts_on", "ends_on"]
    edit_columns = ["title", "ends_on"]
    search_columns = ["title"]
    filter_columns = ["organization_id", "year"]
    order = "-year"
    related = {"credit-grants": "plan_id", "ledger-accounts": "plan_id"}


class CreditGrantView(ResourceView):
    resource = "credit-grants"
    list_columns = ["fiscal_code", "amount", "expires_on", "letters", "title_voucher", "plan_id"]
    show_columns = [
        (
            N_("Welfare credit"),
            [
                "fiscal_code",
                "amount",
                "expires_on",
                "letters",
                "title_voucher",
                "plan_id",
                "service_id",
                "workshop_id",
                "person_id",
            ],
        )
    ]
    add_columns = [
        "plan_id",
        "fiscal_code",
        "amount",
        "expires_on",
        "letters",
        "title_voucher",
        "service_id",
        "workshop_id",
    ]
    filter_columns = ["plan_id"]
    order = "-id"


class PayerFundView(ResourceView):
    resource = "payer-funds"
    list_columns = ["title", "kind", "per_enrollment", "starts_on", "ends_on"]
    show_columns = [
        (
            N_("Fund of a payer"),
            [
                "title",
                "kind",
                "per_enrollment",
                "starts_on",
                "ends_on",
                "organization_id",
                "project_id",
                "season_id",
                "category_id",
                "residence_id",
            ],
        )
    ]
    add_columns = [
        "kind",
        "title",
        "organization_id",
        "project_id",
        "per_enrollment",
        "season_id",
        "category_id",
        "residence_id",
        "starts_on",
        "ends_on",
    ]
    edit_columns = ["title", "ends_on"]
    search_columns = ["title"]
    filter_columns = ["kind"]
    order = "title"
    related = {"ledger-accounts": "fund_id"}


class LedgerAccountView(ResourceView):
    resource = "ledger-accounts"
    importable = False
    list_columns = ["kind", "balance", "organization_id", "person_id", "plan_id", "fund_id"]
    show_columns = [
        (
            N_("Account of the ledger"),
            [
                "kind",
                "balance",
                "organization_id",
                "person_id",
                "plan_id",
                "fund_id",
                "grant_id",
                "holds_for_id",
                "currency",
            ],
        )
    ]
    filter_columns = ["kind", "organization_id", "person_id", "plan_id", "fund_id"]
    order = "-id"
    related = {"transfers": "debit_id"}


class TransferView(ResourceView):
    resource = "transfers"
    importable = False
    list_columns = ["at", "kind", "amount", "debit_id", "credit_id", "enrollment_id"]
    show_columns = [
        (
            N_("Transfer"),
            [
                "at",
                "kind",
                "amount",
                "debit_id",
                "credit_id",
                "enrollment_id",
                "settles_id",
                "service_request_id",
                "grant_id",
                "note",
            ],
        )
    ]
    filter_columns = ["kind", "debit_id", "credit_id", "enrollment_id"]
    order = "-id"
