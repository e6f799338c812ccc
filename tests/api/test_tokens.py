"""Tokens: signing in, renewing, signing out; and every way for a token to be wrong."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app import clock, models
from app.transaction import ScopedSession
from tests import factories as f
from tests.databases import ENVIRONMENT
from tests.sessions import Client

BASE = "/api/v1/security"
PASSWORD = "tre-parole-mie-soltanto"


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    made: models.Seat = f.SeatFactory(kind="staff")
    made.user.password = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")
    db.flush()
    return made


@pytest.fixture
def http(web_on: Flask) -> FlaskClient:
    return web_on.test_client()


def send(http: FlaskClient, path: str, token: str, **options: Any) -> TestResponse:
    headers = {"Authorization": f"Bearer {token}"}
    return http.open(path, headers=headers, **options)


def login(http: FlaskClient, who: models.Seat, **body: Any) -> dict[str, Any]:
    sent = {"username": who.user.username, "password": PASSWORD, **body}
    answer = http.post(f"{BASE}/login", json=sent)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json
    return found


def renew(http: FlaskClient, token: str) -> TestResponse:
    return send(http, f"{BASE}/refresh", token, method="POST")


def opens(http: FlaskClient, token: str) -> bool:
    """Whether a token lets one in; if not, the answer is a problem and says to sign in."""
    answer = send(http, "/api/v1/organizations/", token)
    if answer.status_code == 200:
        return True
    assert answer.status_code == 401, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    return False


# ---------------------------------------------------------------- renewing


def test_a_program_signs_in_and_renews_its_tokens(http: FlaskClient, seat: models.Seat) -> None:
    first = login(http, seat)
    assert first["seat"]["id"] == seat.id
    assert opens(http, first["access_token"])
    second = renew(http, first["refresh_token"])
    assert second.status_code == 200, second.text
    assert second.json["refresh_token"] != first["refresh_token"]
    assert opens(http, second.json["access_token"])
    assert renew(http, second.json["refresh_token"]).status_code == 200


def test_a_refresh_token_that_was_used_ends_the_whole_sign_in(
    http: FlaskClient, seat: models.Seat
) -> None:
    other = login(http, seat)
    stolen = login(http, seat)
    thief = renew(http, stolen["refresh_token"]).json
    assert renew(http, stolen["refresh_token"]).status_code == 401
    assert renew(http, thief["refresh_token"]).status_code == 401
    assert not opens(http, thief["access_token"])
    assert not opens(http, stolen["access_token"])
    assert opens(http, other["access_token"])
    assert renew(http, other["refresh_token"]).status_code == 200


def test_who_signs_out_is_out_with_all_tokens_of_that_sign_in(
    http: FlaskClient, seat: models.Seat
) -> None:
    for which in ("access_token", "refresh_token"):
        tokens, other = login(http, seat), login(http, seat)
        newer = renew(http, tokens["refresh_token"]).json
        assert send(http, f"{BASE}/logout", newer[which], method="POST").status_code == 204
        assert not opens(http, newer["access_token"])
        assert not opens(http, tokens["access_token"])
        assert renew(http, newer["refresh_token"]).status_code == 401
        assert opens(http, other["access_token"])


def test_an_access_token_does_not_renew_and_a_refresh_token_opens_nothing(
    http: FlaskClient, seat: models.Seat
) -> None:
    tokens = login(http, seat)
    assert renew(http, tokens["access_token"]).status_code == 401
    assert not opens(http, tokens["refresh_token"])
    assert opens(http, tokens["access_token"])


def test_a_sign_in_is_for_one_seat_and_leads_to_the_others(
    http: FlaskClient, seat: models.Seat
) -> None:
    other = f.SeatFactory(kind="citizen", user=seat.user, alliance=seat.alliance)
    tokens = login(http, seat, seat=other.id)
    assert tokens["seat"]["id"] == other.id
    assert {s["id"] for s in tokens["seats"]} == {seat.id, other.id}
    moved = send(http, f"{BASE}/seat", tokens["access_token"], method="POST",
                 json={"seat": seat.id})  # fmt: skip
    assert moved.json["seat"]["id"] == seat.id
    assert renew(http, moved.json["refresh_token"]).json["seat"]["id"] == seat.id
    strange = f.SeatFactory()
    for wanted in (strange.id, 0, "x", None):
        answer = send(http, f"{BASE}/seat", tokens["access_token"], method="POST",
                      json={"seat": wanted})  # fmt: skip
        assert answer.status_code == 403, wanted


def test_a_refresh_token_is_kept_as_a_digest(
    http: FlaskClient, seat: models.Seat, db: ScopedSession
) -> None:
    token = login(http, seat)["refresh_token"]
    row = db.scalars(select(models.TokenFamily)).one()
    name = jwt.decode(token, options={"verify_signature": False})["jti"]
    assert name not in (row.digest, token)
    assert (row.user_id, row.seat_id, row.came_by) == (seat.user_id, seat.id, "password")


# ---------------------------------------------------------------- what ends a token


def _disabled(seat: models.Seat) -> None:
    seat.user.active = False


def _new_password(seat: models.Seat) -> None:
    seat.user.token_version += 1


def _seat_taken_away(seat: models.Seat) -> None:
    seat.active = False


@pytest.mark.parametrize("change", [_disabled, _new_password, _seat_taken_away])
def test_from_the_next_request_on_neither_token_is_good(
    http: FlaskClient, seat: models.Seat, db: ScopedSession, change: Callable[..., None]
) -> None:
    tokens = login(http, seat)
    assert opens(http, tokens["access_token"])
    change(seat)
    db.flush()
    assert not opens(http, tokens["access_token"])
    assert renew(http, tokens["refresh_token"]).status_code == 401
    for path in ("/me", "/seat"):
        method = "GET" if path == "/me" else "POST"
        answer = send(http, BASE + path, tokens["access_token"], method=method, json={"seat": 1})
        assert answer.status_code == 401, path


def test_a_sign_in_that_ended_with_the_account_stays_ended_when_that_opens_again(
    http: FlaskClient, seat: models.Seat, db: ScopedSession
) -> None:
    tokens = login(http, seat)
    seat.user.active = False
    db.flush()
    assert renew(http, tokens["refresh_token"]).status_code == 401
    seat.user.active = True
    db.flush()
    assert renew(http, tokens["refresh_token"]).status_code == 401
    assert not opens(http, tokens["access_token"])


def test_a_month_after_signing_in_one_signs_in_again(http: FlaskClient, seat: models.Seat) -> None:
    tokens = login(http, seat)
    with clock.at(clock.now() + timedelta(days=31)):
        assert renew(http, tokens["refresh_token"]).status_code == 401


# ---------------------------------------------------------------- wrong tokens


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _forged(claims: dict[str, Any], which: str) -> str:
    """A token as somebody makes it who has read one and does not know the secret."""
    secret = ENVIRONMENT["SECRET_KEY"]

    def signed(secret: str = secret, algorithm: str = "HS256", **changes: Any) -> str:
        said = {k: v for k, v in {**claims, **changes}.items() if v is not None}
        return jwt.encode(said, secret, algorithm)

    match which:
        case "none" | "None":
            return f"{_part({'alg': which, 'typ': 'JWT'})}.{_part(claims)}."
        case "another secret":
            return signed("x" * 48)
        case "another algorithm":
            return signed(algorithm="HS512")
        case "expired":
            return signed(exp=int(time.time()) - 1)
        case "not a number":
            return signed(sub="x")
        case _:
            return signed(**{which.removeprefix("without "): None})


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(
    "which",
    ["none", "None", "another secret", "another algorithm", "expired", "not a number",
     "without exp", "without sub", "without type", "without seat"],
)  # fmt: skip
def test_a_token_that_is_not_ours_as_it_was_is_no_token(
    http: FlaskClient, seat: models.Seat, which: str
) -> None:
    tokens = login(http, seat)
    for name in ("access_token", "refresh_token"):
        claims = jwt.decode(tokens[name], options={"verify_signature": False})
        forged = _forged(claims, which)
        assert not opens(http, forged)
        assert renew(http, forged).status_code == 401
        assert send(http, f"{BASE}/me", forged).status_code == 401
    assert opens(http, tokens["access_token"])


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer a.b.c", "Basic YTpi", "bearer é.é.é", "Token x",
     "Bearer " + "a" * 5000, "Bearer ik_", "Bearer ik_0123456789ab", "Bearer ik_0123456789ab_",
     "Bearer ik_0123456789ab_" + "x" * 43],
)  # fmt: skip
def test_a_header_that_says_nothing_known_is_refused(http: FlaskClient, header: str) -> None:
    for method, path in (
        ("GET", "/api/v1/organizations/"), ("GET", f"{BASE}/me"), ("POST", f"{BASE}/refresh"),
        ("POST", f"{BASE}/logout"), ("POST", f"{BASE}/seat"),
    ):  # fmt: skip
        answer = http.open(path, method=method, headers={"Authorization": header})
        assert answer.status_code == 401, (header, path, answer.text)
        assert answer.content_type == "application/problem+json"


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(
    http: FlaskClient, seat: models.Seat
) -> None:
    answers = [
        http.post(f"{BASE}/login", json={"username": name, "password": "sbagliata-di-sicuro"})
        for name in (seat.user.username, "nessuno")
    ]
    assert [a.status_code for a in answers] == [401, 401]
    assert answers[0].json["detail"] == answers[1].json["detail"]


def test_nobody_signs_in_to_a_seat_of_somebody_else(
    http: FlaskClient, seat: models.Seat, db: ScopedSession
) -> None:
    other = f.SeatFactory()
    db.flush()
    sent = {"username": seat.user.username, "password": PASSWORD, "seat": other.id}
    assert http.post(f"{BASE}/login", json=sent).status_code == 403


def test_a_browser_s_session_gets_tokens_only_with_its_page_s_token(
    browse: Callable[..., FlaskClient], client: Callable[..., Client], seat: models.Seat
) -> None:
    http = browse(seat)
    assert http.post(f"{BASE}/seat", json={"seat": seat.id}).status_code == 403
