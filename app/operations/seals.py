"""The audit's hash chain: an event that is changed, taken away or slipped in later shows.

Events are sealed once they are committed, in the order in which the sealer finds them. A
place in the chain is given at that moment and says nothing of the event's own number: a
transaction that commits late is sealed later, and leaves no gap that could be mistaken for
an event taken away. The chain runs over salted digests, so that the values beside an event
can be erased (GDPR art. 17) and the chain still holds.
"""

import hashlib
import json
from datetime import UTC
from typing import Any

from sqlalchemy import Select, Text, cast, func, select, update
from sqlalchemy.orm import Session

from app.models import AuditEvent, AuditValue

# Two sealers at once would give the same places.
ONE_AT_A_TIME = 7_130_003
BATCH = 2_000
START = b"\x00" * 32

SEALED = (
    AuditEvent.id, AuditEvent.alliance_id, AuditEvent.at, AuditEvent.table_name,
    AuditEvent.row_id, AuditEvent.action, AuditEvent.columns, AuditEvent.user_id,
    AuditEvent.seat_id, AuditEvent.actor, AuditEvent.on_behalf_of, AuditEvent.digest,
)  # fmt: skip


def seal_next(db: Session) -> int:
    """Seal the next events that nobody has sealed yet; return how many, none at the end."""
    db.execute(select(func.pg_advisory_xact_lock(ONE_AT_A_TIME)))
    head = db.execute(_chain().order_by(AuditEvent.seal_no.desc()).limit(1)).first()
    number, last = (head.seal_no or 0, head.seal or START) if head else (0, START)
    rows = db.execute(
        select(*SEALED).where(AuditEvent.seal.is_(None)).order_by(AuditEvent.id).limit(BATCH)
    ).all()
    sealed = []
    for row in rows:
        number += 1
        last = link(last, number, row)
        sealed.append({"id": row.id, "seal_no": number, "seal": last})
    if sealed:
        db.execute(update(AuditEvent), sealed)
    return len(sealed)


def link(last: bytes, number: int, row: Any) -> bytes:
    """The seal of the event that follows the seal ``last`` in the chain."""
    said = [
        number, row.id, row.alliance_id, row.at.astimezone(UTC).isoformat(), row.table_name,
        row.row_id, row.action, row.columns, row.user_id, row.seat_id, row.actor,
        row.on_behalf_of, bytes(row.digest).hex(),
    ]  # fmt: skip
    words = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(last + words.encode()).digest()


def verify(db: Session) -> list[str]:
    """One line for each place where the chain does not hold; none when it does.

    What it cannot see is a chain cut short at its end: keep the head (``head``) elsewhere.
    """
    broken = []
    number, last = 0, START
    rows = db.execute(_chain().order_by(AuditEvent.seal_no), execution_options={"yield_per": BATCH})
    for row in rows:
        number += 1
        if row.seal_no != number:
            broken.append(f"audit_event: places {number} to {row.seal_no - 1} are missing")
            number = row.seal_no
        elif row.seal != link(last, number, row):
            broken.append(f"audit_event {row.id}: is not what was sealed")
        last = row.seal
    return broken + [
        f"audit_value of event {number}: is not what the event says"
        for number in db.scalars(_changed_values())
    ]


def head(db: Session) -> tuple[int, str]:
    """How long the chain is, and its last seal: what to note down where nobody can change it."""
    row = db.execute(_chain().order_by(AuditEvent.seal_no.desc()).limit(1)).first()
    return (row.seal_no, bytes(row.seal).hex()) if row else (0, START.hex())


def _chain() -> Select[*tuple[Any, ...]]:
    return select(*SEALED, AuditEvent.seal_no, AuditEvent.seal).where(AuditEvent.seal.is_not(None))


def _changed_values() -> Select[int]:
    """The events whose values, where they are still kept, have another digest.

    The same expression as the trigger's that wrote them.
    """
    before, after = (
        func.coalesce(cast(value, Text), "") for value in (AuditValue.before, AuditValue.after)
    )
    words = func.convert_to(before + "|" + after, "UTF8")
    digest = func.sha256(AuditValue.salt.op("||")(words))
    return (
        select(AuditEvent.id)
        .join(AuditValue, AuditValue.event_id == AuditEvent.id)
        .where(AuditEvent.digest != digest)
        .order_by(AuditEvent.id)
    )
