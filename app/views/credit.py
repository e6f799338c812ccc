"""Welfare plans, credits, payers' funds and the ledger."""

from typing import Any

from flask import url_for
from flask_babel import gettext

from app import security
from app.errors import N_
from app.models import LedgerAccount, Transfer, WelfarePlan
from app.operations import plan_use, statement
from app.query.paths import path
from app.small_cells import LEAST
from app.transaction import web
from app.views import words
from app.views.base import ResourceView, Row
from app.views.registry import VIEWS

# Of an account's transfers, as many are on its page; all are in the list of transfers.
LINES = 50


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

    def besides(self, row: Row) -> dict[str, Any]:
        """What was used of the plan, month by month, where enough employees did."""
        if not self.may("use"):
            return {}
        plan = web().get_one(WelfarePlan, row["id"])
        months = plan_use.monthly(web(), plan, now=security.moment())
        said = [(words.month(one.month), _used(one)) for one in months]
        return {"told": (gettext("Use by month"), said)} if said else {}


def _used(one: plan_use.Month) -> str:
    if one.employees is None or one.amount is None:
        return gettext("fewer than %(least)s employees: not told", least=LEAST)
    return gettext("%(amount)s, of %(count)s employees", amount=words.money(one.amount),
                   count=one.employees)  # fmt: skip


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

    def besides(self, row: Row) -> dict[str, Any]:
        """The account's statement."""
        if not self.may("list", "transfers"):
            return {}
        found = statement.lines(web(), row["id"], most=LINES)
        return {"statement": [_drawn(self, line) for line in found]} if found else {}


def _drawn(view: ResourceView, line: statement.Line) -> dict[str, str]:
    """A line in words; with links to what the seat may open."""
    kind, other = path(Transfer, "kind"), path(LedgerAccount, "kind")
    whose = f"{words.shown(other, line.other)} {line.name}".strip() if line.other else ""
    about = ""
    if line.about and view.may("get", line.about):
        about = url_for(f"{VIEWS[line.about].__name__}.show", pk=line.about_id)
    return {
        "at": words.instant(line.at),
        "href": url_for("TransferView.show", pk=line.transfer_id),
        "kind": words.shown(kind, line.kind),
        "other": whose,
        "about": about,
        "title": line.title or gettext("No title"),
        "amount": words.money(line.amount),
        "balance": words.money(line.balance),
    }


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
