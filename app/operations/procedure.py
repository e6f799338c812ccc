"""What Law 241/1990 asks of every application and request: number, date, term, officer."""

from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.models import Alliance, Application, ServiceRequest
from app.operations.receipts import receipt_code

__all__ = ["receipt_code", "register", "summary"]


def register(row: Application | ServiceRequest, alliance: Alliance, *, now: datetime) -> None:
    """Note when it came, by when it is answered, and who is responsible (arts. 2, 5, 18-bis).

    The receipt's number was given to the row when it was made.
    """
    row.submitted_at = now
    row.due_on = clock.local_date(now) + timedelta(days=alliance.term_days)
    row.officer = alliance.officer


def summary(row: Application | ServiceRequest, alliance: Alliance) -> dict[str, Any]:
    """What every letter about an application or a request repeats."""
    return {
        "receipt": row.receipt,
        "submitted_at": row.submitted_at.isoformat() if row.submitted_at else None,
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "officer": row.officer,
        "office": alliance.office,
        "alliance": alliance.name,
        "slug": alliance.slug,
    }
