"""Public money that pays a part of each enrolment: municipal vouchers and project subsidies."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import Organization, PayerFund, Project
from app.operations import amounts, ledger
from app.operations.constraints import UNKNOWN, explained
from app.transaction import elevated

NO_MUNICIPALITY = N_("Municipal vouchers are paid by a municipality.")
ONE_PAYER = N_("Vouchers name the municipality that pays, a subsidy names the project.")


def make(db: Session, *, now: datetime, **values: Any) -> PayerFund:
    """Open a fund, with its account. Raises Invalid."""
    body, project = values.get("organization_id"), values.get("project_id")
    if (values["kind"] == "voucher_fund") != (body is not None) or (body is None) == (
        project is None
    ):
        raise Invalid(ONE_PAYER, field="organization_id")
    payer = db.get(Organization, body) if body is not None else db.get(Project, project)
    if payer is None:
        raise Invalid(UNKNOWN, field="organization_id" if body is not None else "project_id")
    if isinstance(payer, Organization) and payer.kind != "municipality":
        raise Invalid(NO_MUNICIPALITY, field="organization_id")
    values["per_enrollment"] = amounts.require(values["per_enrollment"], "per_enrollment")
    row = PayerFund(alliance_id=payer.alliance_id, **values)
    with explained():
        db.add(row)
        db.flush()
    with elevated(db, "open a fund's account") as system:
        account(system, row)
    return row


def account(system: Session, row: PayerFund) -> int:
    """The account of a fund."""
    owner = {"organization_id": row.organization_id} if row.organization_id else {}
    return ledger.account(
        system, alliance_id=row.alliance_id, kind=row.kind, fund_id=row.id, **owner
    )


def fund(db: Session, row: PayerFund, *, amount: Any, note: str = "", now: datetime) -> PayerFund:
    """Money comes into the fund. Raises Invalid."""
    with elevated(db, "the account of a fund") as system:
        ledger.fund(system, account(system, row), amount=amount, note=note, now=now)
    return row
