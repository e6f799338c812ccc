"""An account's statement: what came in and went out, with the balance after each."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.models import (
    Enrollment,
    LedgerAccount,
    Organization,
    PayerFund,
    Service,
    ServiceRequest,
    Slot,
    Transfer,
    WelfarePlan,
    Workshop,
)


@dataclass(frozen=True)
class Line:
    """A transfer as the account sees it: in euro, what left it below zero.

    ``other`` is the kind of the account on the other side and ``name`` whose it is; ``about`` is
    the noun that the money was for, with its number and title. Empty where the caller does not
    see them.
    """

    transfer_id: int
    at: datetime
    kind: str
    amount: Decimal
    balance: Decimal
    other: str
    name: str
    about: str
    about_id: int
    title: str


def lines(db: Session, account_id: int, *, most: int) -> list[Line]:
    """The account's last transfers that the caller sees, the latest first."""
    comes = Transfer.credit_id == account_id
    signed = case((comes, Transfer.amount), else_=-Transfer.amount)
    other = aliased(LedgerAccount)
    rows = (
        select(
            Transfer.id,
            Transfer.at,
            Transfer.kind,
            signed,
            func.sum(signed).over(order_by=Transfer.id),
            other.kind,
            func.coalesce(Organization.name, WelfarePlan.title, PayerFund.title, ""),
            Enrollment.id,
            ServiceRequest.id,
            func.coalesce(Workshop.title, Service.title, ""),
        )
        .outerjoin(other, other.id == case((comes, Transfer.debit_id), else_=Transfer.credit_id))
        .outerjoin(Organization, Organization.id == other.organization_id)
        .outerjoin(WelfarePlan, WelfarePlan.id == other.plan_id)
        .outerjoin(PayerFund, PayerFund.id == other.fund_id)
        .outerjoin(Enrollment, Enrollment.id == Transfer.enrollment_id)
        .outerjoin(Slot, Slot.id == Enrollment.slot_id)
        .outerjoin(Workshop, Workshop.id == Slot.workshop_id)
        .outerjoin(ServiceRequest, ServiceRequest.id == Transfer.service_request_id)
        .outerjoin(Service, Service.id == ServiceRequest.service_id)
        .where(or_(Transfer.debit_id == account_id, Transfer.credit_id == account_id))
        .order_by(Transfer.id.desc())
        .limit(most)
    )
    return [_line(*row) for row in db.execute(rows)]


def _line(*row: Any) -> Line:
    *money, other, name, place, request, title = row
    about = "enrollments" if place else "service-requests" if request else ""
    return Line(*(*money, other or "", name, about, place or request or 0, title))
