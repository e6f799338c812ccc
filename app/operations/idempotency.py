"""A request that makes something may be repeated: the second time gets the first answer.

The key is held by an advisory lock while the work goes on, and the answer is stored in the
work's own transaction, so that neither is ever there without the other.
"""

import hashlib
from datetime import datetime, timedelta

from app.errors import KeyReused, Repeated
from app.sealed import Sealed, seal
from app.statements import raw
from app.transaction import ScopedSession, begin

KEPT = timedelta(hours=24)
CONTEXT = "idempotency.answer"
# Asked with the work's first statement. The lock may come in the moment after another has
# stored its answer and before we can see it: then storing ours is refused.
QUESTION = """
pg_try_advisory_xact_lock(%(key_lock)s::bigint),
(SELECT ARRAY[digest, status::text, answer] FROM idempotency_key
  WHERE user_id = %(key_user)s::bigint AND key = %(key)s::text
    AND expires_at > %(key_now)s::timestamptz)
"""
# An answer that has expired gives way.
STORE = """
INSERT INTO idempotency_key AS kept (user_id, key, digest, status, answer, expires_at)
VALUES (%(user)s::bigint, %(key)s::text, %(digest)s::text, %(status)s::int, %(answer)s::text,
        %(expires_at)s::timestamptz)
ON CONFLICT (user_id, key) DO UPDATE SET
    digest = excluded.digest, status = excluded.status, answer = excluded.answer,
    expires_at = excluded.expires_at
 WHERE kept.expires_at <= %(now)s::timestamptz
RETURNING id
"""


def remember(
    db: ScopedSession, *, user_id: int, key: str, digest: str, now: datetime
) -> tuple[int, str] | None:
    """The status and answer stored under the key, or None if the work is still to be done.

    It is the work's first statement (``transaction.begin``). Raises Repeated while another
    request with the key is in flight, and KeyReused if the key was used for a request with
    another path or body.
    """
    parameters = {
        "key_lock": _number(user_id, key), "key_user": user_id, "key": key, "key_now": now
    }  # fmt: skip
    locked, stored = begin(db, QUESTION, parameters)
    if not locked:
        raise Repeated(field="Idempotency-Key")
    if stored is None:
        return None
    if stored[0] != digest:
        raise KeyReused(field="Idempotency-Key")
    return int(stored[1]), Sealed(stored[2], CONTEXT).reveal()


def store(
    db: ScopedSession,
    *,
    user_id: int,
    key: str,
    digest: str,
    status: int,
    answer: str,
    now: datetime,
) -> None:
    """Keep the answer for a day, encrypted: it may hold what only this user may see.

    Raises Repeated if another request stored its own meanwhile.
    """
    kept = {
        "user": user_id, "key": key, "digest": digest, "status": status, "now": now,
        "answer": seal(answer, CONTEXT), "expires_at": now + KEPT,
    }  # fmt: skip
    if not raw(db, STORE, kept):
        raise Repeated(field="Idempotency-Key")


def _number(user_id: int, key: str) -> int:
    """The advisory lock of a user's key: 63 bits, so that two keys do not meet."""
    digest = hashlib.sha256(f"{user_id}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
