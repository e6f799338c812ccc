"""Who pays for a service that was asked for: held when it is asked for, spent when it is accepted.

A request costs what a unit of the service costs. Where no credit can pay, no account is touched:
how many units there will be is settled between the family and the organizer.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.models import ServiceRequest
from app.operations import ledger, payers, paying

# The states after which what is held is not wanted any more.
ENDED = ("refused", "cancelled")


def hold(system: Session, request_id: int, *, now: datetime) -> None:
    """Hold what others than the family may pay of a request that was just sent."""
    row = system.get_one(ServiceRequest, request_id)
    if not row.fee:
        return
    sold = payers.of_service(row.service, now)
    able = payers.payers_of(system, row.person, sold, now=now)
    if able:
        family = paying.family_account(system, row)
        ledger.hold(system, row, row.fee, able, letters=sold.letters, family=family, now=now)


def follow(system: Session, row: ServiceRequest, before: str, *, now: datetime) -> None:
    """Let the money follow a request that moved: spent when it is accepted, given back in the
    reverse order where it ends before the service begins."""
    if not row.fee:
        return
    holds = ledger.open_holds(system, row)
    if row.status == "accepted" and holds:
        provider = ledger.account(
            system, alliance_id=row.alliance_id, kind="provider",
            organization_id=row.service.organization_id,
        )  # fmt: skip
        ledger.capture(system, row, provider=provider, now=now)
    elif row.status in ENDED and holds:
        ledger.release(system, row, now=now)
    elif row.status in ENDED and before == "accepted":
        left = paying.spent(system, row)
        if left > 0:
            ledger.refund(system, row, amount=left, now=now)
