"""Signing in for programs: tokens that name user, seat and the account's version."""

from typing import Any

from flask import Response, g, request
from flask_appbuilder.api import BaseApi, expose
from flask_jwt_extended import (
    create_access_token,
    create_refresh_token,
    get_jwt,
    verify_jwt_in_request,
)
from marshmallow import fields, validate

from app import security
from app.api.exchange import body, json_answer
from app.errors import N_, BadRequest, Forbidden, Unauthorized
from app.extensions import limiter
from app.query.schemas import WriteSchema

WRONG = N_("The user name or the password is wrong.")


class Login(WriteSchema):
    """What a program sends to sign in."""

    username = fields.String(required=True, validate=validate.Length(1, 128))
    password = fields.String(required=True, validate=validate.Length(1, 200))
    seat = fields.Integer(load_default=None, allow_none=True)


def _account_named() -> str:
    """The throttle's key: the account that is being tried, whoever tries."""
    try:
        return "login:" + str(body().get("username", ""))[:128].lower()
    except BadRequest:  # The handler itself says what is wrong with the body.
        return "login:unreadable"


def _address_named() -> str:
    return f"login from {request.remote_addr}"


class TokenApi(BaseApi):
    """``/api/v1/security``: log in, renew, change seat."""

    resource_name = "security"
    class_permission_name = "security"
    openapi_spec_tag = "security"

    @expose("/login", methods=["POST"])
    @limiter.limit("10 per minute", key_func=_account_named)
    @limiter.limit("60 per minute", key_func=_address_named)
    def login(self) -> Response:
        """An access and a refresh token for a user name and a password."""
        given: Any = Login().load(body())
        account = security.sign_in(given["username"], given["password"])
        if account is None:
            raise Unauthorized(WRONG)
        return _tokens(account.id, account.token_version, given["seat"])

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """A new access token for a refresh token."""
        verify_jwt_in_request(refresh=True)
        claims = get_jwt()
        return _tokens(int(claims["sub"]), claims["ver"], claims["seat"])

    @expose("/seat", methods=["POST"])
    def seat(self) -> Response:
        """Tokens for another of one's seats."""
        security.require_csrf()
        if g.principal.user_id is None:
            raise Unauthorized()
        wanted = body().get("seat")
        version = g.seat.token_version
        return _tokens(g.principal.user_id, version, wanted if isinstance(wanted, int) else -1)

    @expose("/me", methods=["GET"])
    def me(self) -> Response:
        """Who one is, under which seat, and which others one has."""
        if g.principal.user_id is None:
            raise Unauthorized()
        return json_answer({"name": g.principal.name, "seat": g.principal.seat_id,
                            "seats": [_seat(row) for row in g.seats]})  # fmt: skip


def _seat(row: Any) -> dict[str, Any]:
    return {
        "id": row.Seat.id,
        "kind": row.Seat.kind,
        "alliance": row.slug,
        "organization": row.organization,
    }


def _tokens(user_id: int, version: int, seat_id: int | None) -> Response:
    held = [row for row in security.seats_of(user_id) if row.Seat is not None]
    chosen = security.first_seat(held)
    if seat_id is not None:
        chosen = next((row for row in held if row.Seat.id == seat_id), None)
    if chosen is None or chosen.token_version != version:
        raise Forbidden()
    claims = {"seat": chosen.Seat.id, "ver": version}
    return json_answer(
        {
            "access_token": create_access_token(str(user_id), additional_claims=claims),
            "refresh_token": create_refresh_token(str(user_id), additional_claims=claims),
            "seat": _seat(chosen),
            "seats": [_seat(row) for row in held],
        }
    )
