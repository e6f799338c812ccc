"""A family's welfare credit: what is left of it, until when, and what it paid."""

from typing import Any

from sqlalchemy import func, select

from app import clock, security
from app.models import (
    TRANSFER_KINDS,
    CreditGrant,
    Enrollment,
    LedgerAccount,
    Service,
    ServiceRequest,
    Slot,
    Transfer,
    Workshop,
)
from app.portal import site
from app.portal.site import area

# Movements that are shown.
LAST = 50


@area.get("/credito")
def credit() -> Any:
    """Every credit of the family's, and its movements, the latest first."""
    db, today = site.db(), clock.local_date(security.moment())
    credits_ = db.execute(
        select(LedgerAccount.id, LedgerAccount.balance, CreditGrant.amount, CreditGrant.letters,
               CreditGrant.expires_on, CreditGrant.title_voucher)
        .join(CreditGrant, CreditGrant.id == LedgerAccount.grant_id)
        .where(LedgerAccount.kind == "wallet")
        .order_by(CreditGrant.expires_on, LedgerAccount.id)
    ).mappings()  # fmt: skip
    found = [{**row, "over": row["expires_on"] < today} for row in credits_]
    wallets = [row["id"] for row in found]
    moves = db.execute(
        select(Transfer.kind, Transfer.amount, Transfer.at, Transfer.credit_id,
               func.coalesce(Workshop.title, Service.title).label("title"),
               func.coalesce(Workshop.title_en, Service.title_en).label("title_en"))
        .outerjoin(Enrollment, Enrollment.id == Transfer.enrollment_id)
        .outerjoin(Slot, Slot.id == Enrollment.slot_id)
        .outerjoin(Workshop, Workshop.id == Slot.workshop_id)
        .outerjoin(ServiceRequest, ServiceRequest.id == Transfer.service_request_id)
        .outerjoin(Service, Service.id == ServiceRequest.service_id)
        .where(Transfer.debit_id.in_(wallets) | Transfer.credit_id.in_(wallets))
        .order_by(Transfer.id.desc())
        .limit(LAST)
    ).mappings()  # fmt: skip
    said = [
        {**row, "signed": row["amount"] if row["credit_id"] in wallets else -row["amount"]}
        for row in moves
    ]
    return site.render("area/credit.html", credits=found, moves=said, kinds=TRANSFER_KINDS)
