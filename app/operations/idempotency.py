"""A request that makes something may be repeated: the second time gets the first answer.

The key is held by an advisory lock while the work goes on, and the answer is stored in the
work's own transaction, so that neither is ever there without the other.
"""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.errors import KeyReused, Repeated
from app.models import IdempotencyKey
from app.sealed import Sealed
from app.transaction import elevated

KEPT = timedelta(hours=24)


def remember(
    db: Session, *, user_id: int, key: str, digest: str, now: datetime
) -> tuple[int, str] | None:
    """The status and answer stored under the key, or None if the work is still to be done.

    Raises Repeated while another request with the key is in flight, and KeyReused if the key
    was used for a request with another path or body.
    """
    with elevated(db, "look up an idempotency key") as system:
        if not system.scalar(select(func.pg_try_advisory_xact_lock(_number(user_id, key)))):
            raise Repeated(field="Idempotency-Key")
        stored = system.scalar(
            select(IdempotencyKey).where(
                IdempotencyKey.user_id == user_id,
                IdempotencyKey.key == key,
                IdempotencyKey.expires_at > now,
            )
        )
        if stored is None:
            return None
        if stored.digest != digest:
            raise KeyReused(field="Idempotency-Key")
        answer = stored.answer
        return stored.status, answer.reveal() if isinstance(answer, Sealed) else str(answer)


def store(
    db: Session, *, user_id: int, key: str, digest: str, status: int, answer: str, now: datetime
) -> None:
    """Keep the answer for a day, encrypted: it may hold what only this user may see."""
    with elevated(db, "store an idempotent answer") as system:
        system.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.user_id == user_id, IdempotencyKey.key == key
            )
        )
        system.add(
            IdempotencyKey(
                user_id=user_id,
                key=key,
                digest=digest,
                status=status,
                answer=answer,
                expires_at=now + KEPT,
            )
        )


def _number(user_id: int, key: str) -> int:
    """The advisory lock of a user's key: 63 bits, so that two keys do not meet."""
    digest = hashlib.sha256(f"{user_id}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
