"""Which state follows which, for every noun that has them; each change says who, when, why."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from app.errors import WrongState
from app.statements import raw
from app.transaction import ScopedSession

OVER: frozenset[str] = frozenset()

TRANSITIONS: dict[str, dict[str, frozenset[str]]] = {
    "application": {"draft": frozenset({"submitted"}), "submitted": OVER},
    "enrollment": {
        "draft": frozenset({"submitted"}),
        "submitted": frozenset({"placed", "waiting", "passed", "cancelled", "refused"}),
        "waiting": frozenset({"offered", "placed", "cancelled", "refused"}),
        "offered": frozenset({"placed", "declined", "expired", "cancelled", "refused"}),
        "placed": frozenset({"cancelled", "refused"}),
        "declined": OVER,
        "expired": OVER,
        "passed": OVER,
        "cancelled": OVER,
        "refused": OVER,
    },
    "criterion_set": {"draft": frozenset({"published"}), "published": OVER},
    "fee_scheme": {"draft": frozenset({"published"}), "published": OVER},
    "ranking": {
        "draft": frozenset({"published"}),
        "published": frozenset({"drawn"}),
        "drawn": frozenset({"provisional"}),
        "provisional": frozenset({"final"}),
        "final": OVER,
    },
    "ranking_entry": {
        "declared": frozenset({"checking", "excluded"}),
        "checking": frozenset({"confirmed", "excluded"}),
        "confirmed": frozenset({"checking", "excluded"}),
        "excluded": OVER,
    },
    "complaint": {
        "received": frozenset({"upheld", "rejected"}),
        "upheld": OVER,
        "rejected": OVER,
    },
    "service_request": {
        "sent": frozenset({"answered", "accepted", "refused", "cancelled"}),
        "answered": frozenset({"accepted", "refused", "cancelled"}),
        "accepted": frozenset({"started", "refused", "cancelled"}),
        "started": frozenset({"closed"}),
        "closed": OVER,
        "refused": OVER,
        "cancelled": OVER,
    },
    "membership": {
        "draft": frozenset({"sent"}),
        "sent": frozenset({"accepted", "refused"}),
        "accepted": frozenset({"ended"}),
        "refused": OVER,
        "ended": OVER,
    },
    "payment_notice": {
        "open": frozenset({"paid", "expired", "cancelled"}),
        "paid": OVER,
        "expired": OVER,
        "cancelled": OVER,
    },
    # Services and workshops alike.
    "offer": {
        "draft": frozenset({"review", "published"}),
        "review": frozenset({"published", "returned"}),
        "returned": frozenset({"review", "published"}),
        "published": frozenset({"suspended"}),
        "suspended": frozenset({"review", "published"}),
    },
}
_TABLE_OF = {"service": "offer", "workshop": "offer"}


def noun_of(row: Any) -> str:
    """The name that a row's changes are kept under."""
    return str(row.__tablename__)


def may_move(row: Any, to: str) -> bool:
    """Whether the table lets the row go to that state."""
    noun = noun_of(row)
    return to in TRANSITIONS[_TABLE_OF.get(noun, noun)].get(row.status, OVER)


def require(row: Any, to: str) -> None:
    """Raise WrongState unless the row may go to that state."""
    if not may_move(row, to):
        raise WrongState(field="status")


def move(db: Session, row: Any, to: str, *, because: str, now: datetime) -> None:
    """Put the row into the state and write down who did it, when and why.

    Raises WrongState. The row is the caller's to write; the record of the change is nobody's.
    """
    require(row, to)
    before = row.status
    row.status = to
    record(db, row, before, because=because, now=now)


RECORD = """
INSERT INTO state_change (alliance_id, noun, row_id, from_status, to_status, reason, user_id, at)
VALUES (%(alliance)s::bigint, %(noun)s::text, %(row)s::bigint, %(before)s::text,
        %(after)s::text, %(reason)s::text, %(user)s::bigint, %(at)s::timestamptz)
"""


def record(db: Session, row: Any, before: str | None, *, because: str, now: datetime) -> None:
    """Write down a change of state that has been made."""
    user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
    change = {
        "alliance": row.alliance_id, "noun": noun_of(row), "row": row.id, "before": before,
        "after": row.status, "reason": because or None, "user": user_id, "at": now,
    }  # fmt: skip
    raw(cast(ScopedSession, db), RECORD, change, answers=False)
