"""What Law 241/1990 asks of every application and request: number, date, term, officer."""

from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.models import Application
from app.operations.receipts import receipt_code

__all__ = ["receipt_code", "register", "summary", "term"]


def term(alliance: Any, *, now: datetime) -> dict[str, Any]:
    """When it came, by when it is answered, and who is responsible (arts. 2, 5, 18-bis).

    ``alliance`` has the alliance's ``term_days`` and ``officer``.
    """
    return {
        "submitted_at": now,
        "due_on": clock.local_date(now) + timedelta(days=alliance.term_days),
        "officer": alliance.officer,
    }


def register(row: Application, alliance: Any, *, now: datetime) -> None:
    """Note the same on a row; its receipt's number was given when it was made."""
    for name, value in term(alliance, now=now).items():
        setattr(row, name, value)


def summary(row: Any, alliance: Any) -> dict[str, Any]:
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
