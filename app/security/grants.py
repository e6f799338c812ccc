"""What the request's seat may do, and what must come with a request that does it."""

from functools import lru_cache
from typing import cast

from flask import current_app, g, request
from flask_wtf.csrf import CSRFError, validate_csrf
from wtforms import ValidationError as CsrfInvalid

from app import permissions
from app.errors import N_, Forbidden, Unauthorized
from app.security.seats import held_seats
from app.transaction import ask, web

SAFE_METHODS = frozenset(("GET", "HEAD", "OPTIONS"))


def seat_permissions() -> frozenset[tuple[str, str]]:
    """The (permission, resource) pairs of the request's seat."""
    if g.get("permissions") is None:
        return granted("public", None)
    if g.principal.role_id is not None and g.seats is None:
        # A token's seat that a role narrows: read once, where all of its permissions are asked.
        row = next((s for s in held_seats() if s.Seat.id == g.principal.seat_id), None)
        g.permissions = granted(g.principal.kind, row.narrowed if row is not None else [])
    return cast("frozenset[tuple[str, str]]", g.permissions)


@lru_cache
def _base(kind: str) -> frozenset[tuple[str, str]]:
    return frozenset(permissions.permissions(kind))


def granted(kind: str, narrowed: list[list[str]] | None) -> frozenset[tuple[str, str]]:
    """The permissions of a kind of seat; of them only these, where a role narrows it."""
    base = _base(kind)
    if narrowed is None:
        return base
    return base & {(permission, view) for permission, view in narrowed}


def require(verb: str, resource: str) -> None:
    """Raise Unauthorized or Forbidden unless the seat holds the verb.

    What a role takes from a token's seat is said with the token's proof.
    """
    if (f"can_{verb}", resource) not in g.permissions:
        raise Forbidden() if g.principal.user_id else Unauthorized()
    ask(web(), f"can_{verb}", resource)


def require_also(verb: str, resource: str) -> None:
    """A permission besides the one that the request was let in by. Raises Forbidden."""
    if (f"can_{verb}", resource) not in seat_permissions():
        raise Forbidden() if g.principal.user_id else Unauthorized()


def require_csrf() -> None:
    """A cookie that a foreign page may send must come with the token that it cannot read."""
    if not g.by_cookie or request.method in SAFE_METHODS:
        return
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        validate_csrf(request.headers.get("X-CSRFToken"))
    except (CsrfInvalid, CSRFError):
        raise Forbidden(N_("The page is too old. Please load it again.")) from None
