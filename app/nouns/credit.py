"""Welfare plans, credits, payers' funds and the ledger."""

from datetime import datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import CreditGrant, PayerFund, WelfarePlan
from app.operations import grants, ledger, payer_funds, plan_use
from app.query.verbs import REASON, Field, Noun, Verb

PAID_IN = (Field("amount", N_("Amount"), "money"), Field("note", N_("Note"), required=False))


def create_plan(db: Session, values: dict[str, Any], *, now: datetime) -> WelfarePlan:
    """The office opens a company's plan."""
    return grants.make_plan(db, now=now, **values)


def create_grant(db: Session, values: dict[str, Any], *, now: datetime) -> CreditGrant:
    """A company, or the office for it, gives an employee a credit."""
    return grants.grant(db, now=now, **values)


def create_fund(db: Session, values: dict[str, Any], *, now: datetime) -> PayerFund:
    """The office opens a municipality's or a project's fund."""
    return payer_funds.make(db, now=now, **values)


def told(found: list[plan_use.Month]) -> dict[str, Any]:
    """The months of a plan's use."""
    return {
        "months": [
            {
                "month": one.month.isoformat()[:7],
                "employees": one.employees,
                "amount": None if one.amount is None else str(one.amount),
                "suppressed": one.amount is None,
            }
            for one in found
        ]
    }


NOUNS: dict[str, Noun] = {
    "welfare-plans": Noun(
        create=create_plan,
        verbs={
            "fund": Verb(grants.fund, N_("Pay in"), PAID_IN),
            "use": Verb(plan_use.monthly, N_("Use by month"), says=told),
        },
    ),
    "credit-grants": Noun(
        create=create_grant,
        create_fields={
            # Without it, all of the plan's.
            "letters": fields.String(allow_none=True, validate=validate.Length(max=40))
        },
    ),
    "payer-funds": Noun(
        create=create_fund, verbs={"fund": Verb(payer_funds.fund, N_("Pay in"), PAID_IN)}
    ),
    "transfers": Noun(verbs={"reverse": Verb(ledger.reverse, N_("Reverse"), (REASON,))}),
}
