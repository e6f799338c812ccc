"""A request that makes something may be repeated: the second time gets the first answer.

The key is held by an advisory lock while the work goes on, and the answer is stored in the
work's own transaction, so that neither is ever there without the other.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from app.errors import KeyReused, Repeated
from app.operations.constraints import explained
from app.sealed import Sealed, seal
from app.statements import Batch, raw
from app.transaction import ScopedSession, beside

KEPT = timedelta(hours=24)
CONTEXT = "idempotency.answer"
# Asked beside the work's first statement. The lock may come in the moment after another has
# stored its answer and before we can see it: then storing ours is refused.
# Nothing: another has the lock; an empty list: it is ours, and no answer is stored.
STORED = """
coalesce((SELECT ARRAY[digest, status::text, answer] FROM idempotency_key
           WHERE user_id = %(key_user)s::bigint AND key = %(key)s::text
             AND expires_at > %(key_now)s::timestamptz), '{}')
"""
QUESTION = f"""
CASE WHEN pg_try_advisory_xact_lock(%(key_lock)s::bigint) THEN {STORED} END
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


# A program is told that its first request is still in flight; a person's second press waits.
WAIT = "SELECT pg_advisory_xact_lock(%(key_lock)s::bigint)::text"


class Answered(Exception):
    """The request was answered before: its status, and its answer as it was stored."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(status)
        self.status, self.text = status, text


def remember(db: ScopedSession, *, user_id: int, key: str, digest: str, now: datetime) -> None:
    """Have the work's first statement (``transaction.begin``) look for an answer under the key.

    That statement raises Answered if there is one, Repeated while another request with the key
    is in flight, and KeyReused if the key was used for a request with another path or body.
    """

    def take(stored: list[str] | None) -> None:
        if stored is None:
            raise Repeated(field="Idempotency-Key")
        _answer(stored, digest)

    parameters = {"key_lock": _number(user_id, key), **_named(user_id, key, now)}
    beside(db, QUESTION, parameters, take)


def look(db: ScopedSession, *, user_id: int, key: str, digest: str, now: datetime) -> None:
    """Raise Answered, or KeyReused, if an answer is stored under the key by now.

    For work that was refused: what stood against it may be what the first request did.
    """
    ((stored,),) = raw(db, f"SELECT {STORED}", _named(user_id, key, now), writes=False)
    _answer(stored, digest)


def _named(user_id: int, key: str, now: datetime) -> dict[str, Any]:
    return {"key_user": user_id, "key": key, "key_now": now}


def _answer(stored: list[str], digest: str) -> None:
    if not stored:
        return
    if stored[0] != digest:
        raise KeyReused(field="Idempotency-Key")
    raise Answered(int(stored[1]), Sealed(stored[2], CONTEXT).reveal())


def wait(db: ScopedSession, *, user_id: int, key: str) -> None:
    """Wait until no other request with the key is in flight, and hold it."""
    raw(db, WAIT, {"key_lock": _number(user_id, key)}, writes=False)


def store(
    db: ScopedSession,
    *,
    user_id: int,
    key: str,
    digest: str,
    status: int,
    answer: str,
    now: datetime,
    kept: timedelta = KEPT,
    ending: Batch | None = None,
) -> None:
    """Keep the answer for a day or as long as is said, encrypted: only this user may see it.

    What waits for the ``ending`` of the work is done with it. Raises Repeated if another
    request stored its own meanwhile, and what the end of the work raises.
    """
    given = {
        "user": user_id, "key": key, "digest": digest, "status": status, "now": now,
        "answer": seal(answer, CONTEXT), "expires_at": now + kept,
    }  # fmt: skip
    last = Batch() if ending is None else ending
    last.add(STORE, given, "stored")
    last.asks = "require_true(EXISTS (SELECT FROM stored))"
    with explained():
        last.close(db)


def _number(user_id: int, key: str) -> int:
    """The advisory lock of a user's key: 63 bits, so that two keys do not meet."""
    digest = hashlib.sha256(f"{user_id}:{key}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)
