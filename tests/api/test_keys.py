"""Keys of programs at the API: made, used within their scopes, refused when they should be."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from app import clock, models
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import refused
from tests.sessions import Client
from tests.statements import selects

KEYS = "/api/v1/keys/"


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    made: models.Seat = f.SeatFactory(kind="municipality")
    return made


@pytest.fixture
def owner(client: Callable[..., Client], seat: models.Seat) -> Client:
    return client(seat)


def asked(now: datetime, *scopes: str, **values: Any) -> dict[str, Any]:
    until = (now + timedelta(days=90)).isoformat()
    return {"name": "Gestionale", "expires_at": until, "scopes": list(scopes), **values}


def program(owner: Client, now: datetime, *scopes: str) -> Client:
    """A client that sends a new key of the owner's."""
    made = owner.post(KEYS, json=asked(now, *scopes))
    assert made.status_code == 201, made.text
    return Client(owner.http, made.json["key"], owner.seat)


def test_a_key_is_told_once(owner: Client, now: datetime) -> None:
    made = owner.post(KEYS, json=asked(now, "workshops:read", "enrollments:refuse"))
    assert made.status_code == 201, made.text
    key, row = made.json["key"], made.json["result"]
    assert key.startswith(row["prefix"] + "_")
    assert row["scopes"] == ["workshops:read", "enrollments:refuse"]
    assert row["used_at"] is None
    for path in (KEYS, f"{KEYS}{row['id']}"):
        answer = owner.get(path)
        assert answer.status_code == 200
        assert row["prefix"] in answer.text
        assert key not in answer.text
        assert "digest" not in answer.text


def test_a_program_does_what_its_scopes_say_and_nothing_else(
    owner: Client, now: datetime, seat: models.Seat
) -> None:
    reader = program(owner, now, "workshops:read")
    assert reader.get("/api/v1/workshops/").status_code == 200
    assert reader.get("/api/v1/workshops/_info").json["permissions"] == ["get", "list"]
    for path in ("/api/v1/enrollments/", "/api/v1/organizations/", "/api/v1/seats/", KEYS):
        refused(reader.get(path), 403)
        assert owner.get(path).status_code == 200
    refused(reader.post("/api/v1/workshops/", json={}), 403)
    refused(reader.post("/api/v1/workshops/1/publish", json={}), 403)
    writer = program(owner, now, "locations:write", "workshops:publish")
    assert writer.post("/api/v1/locations/", json={}).status_code == 422
    refused(writer.get("/api/v1/locations/"), 403)
    refused(writer.post("/api/v1/workshops/1/publish", json={}), 404)
    refused(writer.post("/api/v1/workshops/1/submit", json={}), 403)


def test_a_program_sees_the_rows_of_its_seat(
    owner: Client, now: datetime, seat: models.Seat, db: ScopedSession
) -> None:
    ours = f.LocationFactory(organization=seat.organization)
    theirs = f.LocationFactory(alliance=seat.alliance)
    db.flush()
    found = program(owner, now, "locations:read").get("/api/v1/locations/").json["result"]
    assert [row["id"] for row in found] == [ours.id]
    assert theirs.id not in [row["id"] for row in found]


def test_a_key_makes_no_keys_and_no_tokens(owner: Client, now: datetime) -> None:
    for scope in ("keys:read", "keys:create", "keys:write", "keys:revoke"):
        refused(owner.post(KEYS, json=asked(now, scope)), 422, "scopes")
    reader = program(owner, now, "workshops:read")
    assert owner.seat is not None
    for path in ("seat", "refresh", "logout"):
        answer = reader.post(f"/api/v1/security/{path}", json={"seat": owner.seat.id})
        assert answer.status_code in (401, 403), path
    assert reader.get("/api/v1/security/me").json["seat"] == owner.seat.id


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["messages:read"]}, {"scopes": "workshops:read"},
     {"scopes": [1]}, {"scopes": None}, {"expires_at": None}, {"expires_at": "domani"},
     {"expires_at": "2090-01-01T00:00:00Z"}, {"expires_at": "2020-01-01T00:00:00Z"},
     {"name": ""}, {"name": "x" * 101}, {"name": "\x00"}, {"digest": "x"}, {"seat_id": 1},
     {"scopes": ["x" * 81]}],
)  # fmt: skip
def test_what_makes_no_sense_in_a_key_is_named(
    owner: Client, now: datetime, wrong: dict[str, Any]
) -> None:
    problem = refused(owner.post(KEYS, json=asked(now, "workshops:read") | wrong), 422)
    assert any(error["field"].partition("[")[0].partition(".")[0] in wrong
               for error in problem["errors"]), problem  # fmt: skip
    assert owner.get(KEYS).json["result"] == []


def test_half_a_key_an_expired_one_and_a_revoked_one_are_no_keys(
    owner: Client, now: datetime, db: ScopedSession
) -> None:
    reader = program(owner, now, "workshops:read")
    assert reader.token is not None
    path, key = "/api/v1/workshops/", reader.token
    assert reader.get(path).status_code == 200
    for part in (key[:15], key[:-1], key[: len(key) // 2], key + "x", key.replace("ik_", "ix_")):
        refused(Client(reader.http, part, None).get(path), 401)
    with clock.at(now + timedelta(days=91)):
        refused(reader.get(path), 401)
    number = owner.get(KEYS).json["result"][0]["id"]
    revoked = owner.post(f"{KEYS}{number}/revoke", json={})
    assert revoked.status_code == 200, revoked.text
    assert revoked.json["result"]["revoked_at"]
    refused(reader.get(path), 401)


def test_a_key_falls_with_its_account_and_its_seat(
    owner: Client, now: datetime, seat: models.Seat, db: ScopedSession
) -> None:
    reader = program(owner, now, "workshops:read")
    path = "/api/v1/workshops/"
    for holder in (seat, seat.user):
        assert reader.get(path).status_code == 200
        holder.active = False
        db.flush()
        refused(reader.get(path), 401)
        holder.active = True
        db.flush()


def test_a_role_that_narrows_the_seat_narrows_its_keys(
    client: Callable[..., Client], now: datetime, db: ScopedSession
) -> None:
    chief = client(f.SeatFactory(kind="staff"))
    assert chief.seat is not None
    made = chief.post("/api/v1/roles/", json={"name": "Sola lettura", "base": "staff",
                      "permissions": ["list organizations", "list keys", "create keys",
                                      "get keys"]})  # fmt: skip
    assert made.status_code == 201, made.text
    colleague = f.SeatFactory(kind="staff", alliance=chief.seat.alliance)
    reader = program(client(colleague), now, "organizations:read", "persons:read")
    assert reader.get("/api/v1/persons/").status_code == 200
    put = chief.post(f"/api/v1/seats/{colleague.id}/narrow", json={"role_id": made.json["id"]})
    assert put.status_code == 200, put.text
    assert reader.get("/api/v1/organizations/").status_code == 200
    refused(reader.get("/api/v1/persons/"), 403)


def test_the_office_sees_and_revokes_its_alliance_s_keys_and_no_other_does(
    client: Callable[..., Client], seat: models.Seat, db: ScopedSession
) -> None:
    key = f.ProgramKeyFactory(seat=seat)
    db.flush()
    office = client(f.SeatFactory(kind="staff", alliance=seat.alliance))
    stranger = client(f.SeatFactory(kind="staff"))
    colleague = client(
        f.SeatFactory(kind="municipality", alliance=seat.alliance, organization=seat.organization)
    )
    for other in (stranger, colleague):
        assert other.get(KEYS).json["result"] == []
        refused(other.post(f"{KEYS}{key.id}/revoke", json={}), 404)
    assert [row["id"] for row in office.get(KEYS).json["result"]] == [key.id]
    assert office.post(f"{KEYS}{key.id}/revoke", json={}).status_code == 200


@pytest.mark.parametrize("kind", ["admin", "citizen", None])
def test_who_has_no_keys_makes_none(
    client: Callable[..., Client], now: datetime, kind: str | None
) -> None:
    who = client(f.SeatFactory(kind=kind) if kind else None)
    answer = who.post(KEYS, json=asked(now, "organizations:read"))
    assert answer.status_code == (403 if kind else 401)


def test_the_use_of_a_key_is_seen_and_its_changes_carry_its_name(
    owner: Client, now: datetime, db: ScopedSession, seat: models.Seat
) -> None:
    writer = program(owner, now, "locations:write", "locations:read")
    town = f.MunicipalityFactory()
    db.flush()
    place = {"name": "Oratorio", "address": "Via Roma 1", "municipality_id": town.id}
    place["organization_id"] = seat.organization_id
    made = writer.post("/api/v1/locations/", json=place)
    assert made.status_code == 201, made.text
    assert owner.get(KEYS).json["result"][0]["used_at"] is not None
    trail = (
        db.query(models.AuditEvent).filter_by(table_name="location", row_id=made.json["id"]).one()
    )
    assert trail.seat_id == seat.id
    assert (trail.actor or "").startswith("Gestionale (")


def test_a_key_costs_a_look_at_it_and_one_at_its_seat(
    owner: Client, now: datetime, db: ScopedSession
) -> None:
    reader = program(owner, now, "workshops:read")
    reader.get("/api/v1/workshops/")
    with selects(db.connection()) as said:
        assert reader.get("/api/v1/workshops/").status_code == 200
    assert 1 <= len(said) <= 3, said
