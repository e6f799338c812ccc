"""What a company may know of the use of its plan: fixed tables of months that are over.

An employer never learns what one employee used (GDPR art. 5, Law 300/1970 art. 8): a month tells
its sum, and of how many employees, where there are five at least. A month that was told is never
told otherwise: money that comes back later counts in the month in which it came back, and sums of
hidden months are told nowhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app import clock
from app.models import CreditGrant, Transfer, WelfarePlan
from app.small_cells import LEAST
from app.transaction import elevated

# Months that are told: those of the plan's year and of the year before it, at most.
MOST = 24


@dataclass(frozen=True)
class Month:
    """A month by its first day; employees and euro are None where fewer than five used it."""

    month: date
    employees: int | None
    amount: Decimal | None


def monthly(db: Session, plan: WelfarePlan, *, now: datetime) -> list[Month]:
    """The plan's months with any use, the latest first; the running one is not told."""
    month = func.date_trunc("month", func.timezone(str(clock.ROME), Transfer.at))
    signed = case((Transfer.kind == "capture", Transfer.amount), else_=-Transfer.amount)
    used = (
        select(
            month.label("month"),
            func.count(CreditGrant.person_id.distinct()),
            func.sum(signed),
        )
        .join(CreditGrant, CreditGrant.id == Transfer.grant_id)
        .where(
            CreditGrant.plan_id == plan.id,
            Transfer.kind.in_(("capture", "refund")),
            month < clock.local_date(now).replace(day=1),
        )
        .group_by(month)
        .order_by(month.desc())
        .limit(MOST)
    )
    with elevated(db, "the months of a plan's use") as system:
        return [
            Month(first.date(), *((many, amount) if many >= LEAST else (None, None)))
            for first, many, amount in system.execute(used)
        ]
