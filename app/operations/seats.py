"""What somebody may write of their own seat, which only the administration gives."""

from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import Seat
from app.transaction import ScopedSession, elevated


def toured(db: Session, *, now: datetime) -> None:
    """Note that the seat's holder was shown round, or did not want to be; the first time counts.

    Raises NotFound for nobody's seat.
    """
    principal = cast(ScopedSession, db).principal
    with elevated(db, "note that one was shown round") as system:
        seat = system.get(Seat, principal.seat_id) if principal.seat_id else None
        if seat is None:
            raise NotFound()
        if seat.toured_at is None:
            seat.toured_at = now
