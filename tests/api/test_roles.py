"""Roles that narrow: what staff may take away, and that they give nothing more."""

import logging
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from app.transaction import ScopedSession
from tests import factories
from tests.sessions import Client


def test_a_narrower_role_takes_permissions_away_and_adds_none(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    chief = client(factories.SeatFactory(kind="staff"))
    assert chief.seat is not None
    made = chief.post(
        "/api/v1/roles/",
        json={
            "name": "Sola lettura",
            "base": "staff",
            "permissions": ["list organizations", "get organizations"],
        },
    )
    assert made.status_code == 201, made.text
    colleague = factories.SeatFactory(kind="staff", alliance=chief.seat.alliance)
    db.flush()
    put = chief.post(f"/api/v1/seats/{colleague.id}/narrow", json={"role_id": made.json["id"]})
    assert put.status_code == 200, put.text
    db.refresh(colleague)
    reader = client(colleague)
    assert reader.get("/api/v1/organizations/").status_code == 200
    body = {"name": "Nuovo", "kind": "union"}
    assert reader.post("/api/v1/organizations/", json=body).status_code == 403
    assert reader.get("/api/v1/persons/").status_code == 403


def test_a_role_cannot_hold_more_than_its_base(client: Callable[..., Client]) -> None:
    chief = client(factories.SeatFactory(kind="staff"))
    for base, permission, field in (
        ("provider", "list messages", "permissions"),
        ("staff", "create alliances", "permissions"),
        ("admin", "list alliances", "base"),
        ("public", "fly", "permissions"),
    ):
        answer = chief.post(
            "/api/v1/roles/", json={"name": "x", "base": base, "permissions": [permission]}
        )
        assert answer.status_code == 422
        assert answer.json["errors"][0]["field"] == field


def test_a_seat_of_another_alliance_is_not_narrowed(client: Callable[..., Client]) -> None:
    chief = client(factories.SeatFactory(kind="staff"))
    stranger = factories.SeatFactory(kind="staff")
    answer = chief.post(f"/api/v1/seats/{stranger.id}/narrow", json={"role_id": None})
    assert answer.status_code == 404


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**40, 2**63 - 1])
def test_a_number_that_no_role_can_have_is_one_that_no_role_has(
    client: Callable[..., Client],
    browse: Callable[..., FlaskClient],
    caplog: pytest.LogCaptureFixture,
    number: int,
) -> None:
    """A role's number is smaller than other rows': nothing that the database refuses is asked."""
    seat = factories.SeatFactory(kind="staff")
    chief, road = client(seat), f"/api/v1/roles/{number}"
    assert chief.get(road).status_code == 404
    assert chief.patch(road, json={"name": "x"}).status_code == 404
    assert browse(seat).get(f"/office/roles/show/{number}").status_code == 404
    assert not [said for said in caplog.records if said.levelno >= logging.WARNING]


def test_a_filter_beyond_a_role_s_numbers_is_refused_by_name(client: Callable[..., Client]) -> None:
    chief = client(factories.SeatFactory(kind="staff"))
    answer = chief.get(f"/api/v1/roles/?id__in=1,{2**31}")
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json["errors"]] == ["id__in"]
    assert chief.get(f"/api/v1/organizations/?id={2**31}").json["result"] == []
