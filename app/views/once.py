"""A form is done once: its second press, and the press after a lost answer, find the first's work.

Each form that is drawn carries a name of its own, encrypted: for which account it was drawn is
known from it even when the session has ended.
"""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

from flask import g, request

from app import security
from app.operations import idempotency
from app.sealed import seal, unseal
from app.transaction import prove, web

CONTEXT = "form.once"
# Long enough for a second press on a slow line; who comes back later means another row.
KEPT = timedelta(minutes=10)


def name() -> str:
    """A new name for a form, of the account and the seat for which it is drawn."""
    of = [g.principal.user_id, g.principal.seat_id, secrets.token_hex(16)]
    return seal(json.dumps(of), CONTEXT)


def author() -> tuple[int, int] | None:
    """The account and the seat for which the form that was sent was drawn.

    None for a form without a name, or with one that is not ours.
    """
    try:
        user_id, seat_id, _ = json.loads(unseal(request.form.get("once", ""), CONTEXT))
    except ValueError:
        return None
    return user_id, seat_id


def key() -> str:
    """What the form that was sent is known by: its name and all that was typed.

    Nothing for a form without a name. Who goes back and types something else means something else.
    """
    if web().principal.user_id is None or author() is None:
        return ""
    typed = [p for p in sorted(request.form.items(multi=True)) if p[0] != "csrf_token"]
    said = [request.full_path, web().principal.seat_id, typed]
    digest = hashlib.sha256(json.dumps(said).encode())
    for field, upload in sorted(request.files.items(multi=True), key=lambda p: p[0]):
        digest.update(json.dumps([field, upload.filename]).encode())
        digest.update(upload.stream.read())
        upload.stream.seek(0)
    return f"form {digest.hexdigest()}"


def found(name: str) -> tuple[Any, ...]:
    """What a form's work gave, if it was done; a work that goes on is waited for."""
    if not name:
        return ()
    db, user_id = web(), web().principal.user_id or 0
    idempotency.wait(db, user_id=user_id, key=name)
    idempotency.remember(db, user_id=user_id, key=name, digest="", now=security.moment())
    try:
        prove(db)
    except idempotency.Answered as before:
        return (json.loads(before.text),)
    return ()


def keep(name: str, result: Any) -> None:
    """Remember what a form's work gave, encrypted, in its own transaction: a row's id, or all that
    the page after it says."""
    if name and isinstance(result, int | dict):
        idempotency.store(
            web(), user_id=web().principal.user_id or 0, key=name, digest="", status=200,
            answer=json.dumps(result), now=security.moment(), kept=KEPT,
        )  # fmt: skip
