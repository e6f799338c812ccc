"""Signing in for programs: tokens that name user, seat and the account's version."""

from typing import Any

from flask import Response, g
from flask_appbuilder.api import BaseApi, expose
from flask_jwt_extended import create_access_token, create_refresh_token
from marshmallow import fields, validate

from app import security, throttle
from app.api.exchange import body, json_answer
from app.errors import N_, BadRequest, Forbidden, Unauthorized
from app.operations import tokens
from app.query.schemas import WriteSchema
from app.transaction import prove, web

WRONG = N_("The user name or the password is wrong.")


class Login(WriteSchema):
    """What a program sends to sign in."""

    username = fields.String(required=True, validate=validate.Length(1, 128))
    password = fields.String(required=True, validate=validate.Length(1, 200))
    seat = fields.Integer(load_default=None, allow_none=True)


def _tried() -> str:
    try:
        return str(body().get("username", ""))
    except BadRequest:  # The handler itself says what is wrong with the body.
        return ""


class TokenApi(BaseApi):
    """``/api/v1/security``: log in, renew, change seat, log out."""

    resource_name = "security"
    class_permission_name = "security"
    openapi_spec_tag = "security"

    @expose("/login", methods=["POST"])
    @throttle.attempts(_tried)
    def login(self) -> Response:
        """An access and a refresh token for a user name and a password."""
        given: Any = Login().load(body())
        account = security.sign_in(given["username"], given["password"])
        if account is None:
            raise Unauthorized(WRONG)
        throttle.succeeded()
        held = _held(account.id, "password")
        return _begin(held, _chosen(held, given["seat"]), "password")

    @expose("/refresh", methods=["POST"])
    def refresh(self) -> Response:
        """New tokens for a refresh token, which is good once: the second time all of them end."""
        claims = security.read_token("refresh")
        if not {"fam", "how", "seat", "ver"} <= claims.keys() or not claims["sub"].isdecimal():
            raise Unauthorized()
        family, how = int(claims["fam"]), str(claims["how"])
        held = _held(int(claims["sub"]), how)
        row = next((r for r in held if r.Seat.id == claims["seat"]), None)
        name = None
        if row is not None and row.token_version == claims["ver"]:
            name = tokens.renew(web(), family_id=family, name=claims["jti"], now=security.moment())
        else:
            tokens.end(web(), family_id=family, now=security.moment())
        web.commit()
        if name is None:
            raise Unauthorized()
        return _answer(held, row, how, family, name)

    @expose("/logout", methods=["POST"])
    def logout(self) -> Response:
        """The end of a sign-in: neither its refresh token nor its access tokens open anything."""
        claims = security.read_token("access", "refresh")
        if claims.get("fam") is not None:
            tokens.end(web(), family_id=int(claims["fam"]), now=security.moment())
            web.commit()
        return Response(status=204)

    @expose("/seat", methods=["POST"])
    def seat(self) -> Response:
        """Tokens for another of one's seats; a browser's session gets its first ones here."""
        security.require_csrf()
        if g.principal.user_id is None:
            raise Unauthorized()
        if g.how == "key":  # What a key opens is decided when it is made.
            raise Forbidden()
        prove(web())
        wanted, held = body().get("seat"), list(security.held_seats())
        return _begin(held, _chosen(held, wanted if isinstance(wanted, int) else -1), g.how)

    @expose("/me", methods=["GET"])
    def me(self) -> Response:
        """Who one is, under which seat, and which others one has."""
        if g.principal.user_id is None:
            raise Unauthorized()
        prove(web())
        return json_answer({"name": g.principal.name, "seat": g.principal.seat_id,
                            "seats": [_seat(row) for row in security.held_seats()]})  # fmt: skip


def _held(user_id: int, how: str) -> list[Any]:
    return [row for row in security.seats_of(user_id, how) if row.Seat is not None]


def _chosen(held: list[Any], seat_id: int | None) -> Any:
    """The seat that was asked for, or the first. Raises Forbidden for somebody else's."""
    if seat_id is None:
        found = security.first_seat(held)
    else:
        found = next((row for row in held if row.Seat.id == seat_id), None)
    if found is None:
        raise Forbidden()
    return found


def _begin(held: list[Any], row: Any, how: str) -> Response:
    user_id, seat_id = row.Seat.user_id, row.Seat.id
    family, name = tokens.begin(
        web(), user_id=user_id, seat_id=seat_id, came_by=how, now=security.moment()
    )
    web.commit()
    return _answer(held, row, how, family, name)


def _answer(held: list[Any], row: Any, how: str, family: int, name: str) -> Response:
    user, said = str(row.Seat.user_id), {**security.claims_of(row), "how": how, "fam": family}
    renews = {"seat": row.Seat.id, "ver": row.token_version, "how": how, "fam": family}
    return json_answer(
        {
            "access_token": create_access_token(user, additional_claims=said),
            "refresh_token": create_refresh_token(user, additional_claims={**renews, "jti": name}),
            "seat": _seat(row),
            "seats": [_seat(row) for row in held],
        }
    )


def _seat(row: Any) -> dict[str, Any]:
    return {
        "id": row.Seat.id,
        "kind": row.Seat.kind,
        "alliance": row.slug,
        "organization": row.organization,
    }
