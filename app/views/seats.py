"""As whom a reader may sit at the screens."""

from typing import Any

from flask import g
from flask_babel import gettext

from app.models import SEAT_KINDS


def seats() -> list[dict[str, Any]]:
    """The seats of the account, each with its label."""
    return [
        {"id": row.Seat.id, "label": seat_label(row)} for row in g.get("seats", ())
    ]  # fmt: skip


def seat_label(row: Any) -> str:
    """A seat in words: the kind, for whom, and in which alliance."""
    parts = [gettext(SEAT_KINDS[row.Seat.kind]), row.organization, row.alliance]
    return " · ".join(part for part in parts if part)
