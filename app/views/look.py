"""How a reader wants the screens, and as whom they may sit at them."""

from datetime import timedelta
from typing import Any

from flask import g, request
from flask_babel import gettext

from app.models import SEAT_KINDS

# How a reader may want the screens: the cookie's parts and their values.
LOOKS = {"theme": ("light", "dark"), "density": ("comfortable", "compact")}
LOOK = "look"
A_YEAR = timedelta(days=365)


def looks() -> dict[str, str]:
    """What the reader chose of the screens' look, in this browser; nothing unknown."""
    said = dict(part.partition("=")[::2] for part in request.cookies.get(LOOK, "").split("&"))
    return {name: said[name] for name, known in LOOKS.items() if said.get(name) in known}


def seats() -> list[dict[str, Any]]:
    """The seats of the account, each with its label."""
    return [
        {"id": row.Seat.id, "label": seat_label(row)} for row in g.get("seats", ())
    ]  # fmt: skip


def seat_label(row: Any) -> str:
    """A seat in words: the kind, for whom, and in which alliance."""
    parts = [gettext(SEAT_KINDS[row.Seat.kind]), row.organization, row.alliance]
    return " · ".join(part for part in parts if part)
