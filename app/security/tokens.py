"""Tokens: what one says of a seat, and whether we signed it."""

import time
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import jwt
from flask import current_app, request

from app.errors import Unauthorized


def claims_of(row: Any) -> dict[str, Any]:
    """What a token says of a seat (a row of ``seats_of``); each request's first statement
    proves that it still holds."""
    return {
        "ver": row.token_version,
        "seat": row.Seat.id,
        "kind": row.Seat.kind,
        "alliance": row.Seat.alliance_id,
        "organization": row.Seat.organization_id,
        "role": row.Seat.role_id,
        "care": row.Seat.care,
        "name": f"{row.first_name} {row.last_name}",
    }


def bearer() -> str:
    """The token that the request carries. Raises Unauthorized."""
    scheme, _, text = request.environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized()
    return text.strip()


def read_token(*uses: str) -> Mapping[str, Any]:
    """The claims of the request's token. Raises Unauthorized for one that we did not sign."""
    try:
        claims = _signed(bearer(), current_app.config["JWT_SECRET_KEY"])
    except jwt.InvalidTokenError:
        raise Unauthorized() from None
    if claims["type"] not in uses or claims["exp"] <= time.time():
        raise Unauthorized()
    return claims


@lru_cache(maxsize=4096)
def _signed(token: str, secret: str) -> Mapping[str, Any]:
    """The claims of a token that we signed: the signature is checked once, the rest each time.

    Raises jwt.InvalidTokenError.
    """
    claims = jwt.decode(
        token, secret, algorithms=["HS256"],
        options={"require": ["exp", "sub", "type"], "verify_exp": False},
    )  # fmt: skip
    if not isinstance(claims["exp"], int) or not isinstance(claims["sub"], str):
        raise jwt.InvalidTokenError
    return MappingProxyType(claims)
