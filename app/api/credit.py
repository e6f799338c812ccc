"""Welfare plans, credits, payers' funds and the ledger."""

from app.api.base import ResourceApi


class WelfarePlanApi(ResourceApi):
    resource = "welfare-plans"
    list_columns = ["title", "organization.id", "year", "letters", "starts_on", "ends_on"]
    show_columns = [*list_columns]
    add_columns = ["title", "organization_id", "year", "letters", "starts_on", "ends_on"]
    edit_columns = ["title", "ends_on"]
    search_columns = ["title"]
    filter_columns = ["organization_id"]
    sort = "-year"


class CreditGrantApi(ResourceApi):
    resource = "credit-grants"
    list_columns = ["fiscal_code", "amount", "expires_on", "letters", "title_voucher", "plan.id"]
    show_columns = [*list_columns, "service.id", "workshop.id", "person.id"]
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
    sort = "-id"
    small_cells = 5


class PayerFundApi(ResourceApi):
    resource = "payer-funds"
    list_columns = ["title", "kind", "per_enrollment", "starts_on", "ends_on"]
    show_columns = [
        *list_columns,
        "organization.id",
        "project.id",
        "season.id",
        "category.id",
        "residence.id",
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
    filter_columns = []
    sort = "title"


class LedgerAccountApi(ResourceApi):
    resource = "ledger-accounts"
    list_columns = ["kind", "balance", "organization.id", "person.id", "plan.id", "fund.id"]
    show_columns = [*list_columns, "grant.id", "holds_for.id", "currency"]
    filter_columns = ["organization_id", "person_id", "plan_id", "fund_id"]
    sort = "-id"
    small_cells = 5


class TransferApi(ResourceApi):
    resource = "transfers"
    list_columns = ["at", "kind", "amount", "debit.id", "credit.id", "enrollment.id"]
    show_columns = [*list_columns, "settles.id", "service_request.id", "grant.id", "note"]
    filter_columns = ["debit_id", "credit_id", "enrollment_id"]
    sort = "-id"
    small_cells = 5
