"""What the document says of types, versions and references holds for JSON to the letter."""

from typing import Any

import pytest

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import Family, refused
from tests.sessions import Client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("places", "12"),
        ("places", True),
        ("places", 12.0),
        ("workshop_id", "1"),
    ],
)
def test_a_number_is_no_text(db: ScopedSession, staff: Client, field: str, value: Any) -> None:
    assert staff.seat
    workshop = f.WorkshopFactory(alliance=staff.seat.alliance)
    db.flush()
    sent = {"workshop_id": workshop.id, "title": "Lunedì", "starts_on": "2027-07-05",
            "ends_on": "2027-07-05", "places": 10, field: value}  # fmt: skip
    refused(staff.post("/api/v1/slots/", json=sent), 422, field)


@pytest.mark.parametrize("value", ["true", 1, "yes"])
def test_yes_and_no_are_true_and_false(family: Family, value: Any) -> None:
    answer = family.apply(family.wish(reduced=value))
    refused(answer, 422, "wishes[0].reduced")


@pytest.mark.parametrize("value", [60, 60.5])
def test_money_is_text(db: ScopedSession, staff: Client, value: Any) -> None:
    assert staff.seat
    project = f.ProjectFactory(alliance=staff.seat.alliance)
    db.flush()
    path = f"/api/v1/projects/{project.id}"
    refused(staff.patch(path, json={"budget": value}), 422, "budget")
    assert staff.patch(path, json={"budget": "60.50"}).json["result"]["budget"] == "60.50"


def test_a_noun_without_versions_has_none_that_fits(db: ScopedSession, staff: Client) -> None:
    assert staff.seat
    path = f"/api/v1/alliances/{staff.seat.alliance_id}"
    sent = {"office": "Ufficio"}
    refused(staff.patch(path, json=sent, headers={"If-Match": '"1"'}), 412)
    assert staff.patch(path, json=sent, headers={"If-Match": "*"}).status_code == 200


def test_a_project_with_partners_is_not_deleted(db: ScopedSession, staff: Client) -> None:
    assert staff.seat
    extension = f.ProjectExtensionFactory(project__alliance=staff.seat.alliance)
    db.flush()
    answer = staff.delete(f"/api/v1/projects/{extension.project_id}")
    assert refused(answer, 409)["code"] == "still-in-use"


def test_a_relation_is_a_parent_s_unless_told(db: ScopedSession, staff: Client) -> None:
    assert staff.seat
    person = f.PersonFactory(alliance=staff.seat.alliance)
    seat = f.SeatFactory(kind="citizen", alliance=staff.seat.alliance)
    db.flush()
    answer = staff.post(
        "/api/v1/relations/", json={"person_id": person.id, "user_id": seat.user_id}
    )
    assert answer.status_code == 201
    assert answer.json["result"]["kind"] == "parent"


def test_a_job_is_asked_for_over_the_api(db: ScopedSession, staff: Client) -> None:
    f.JobRunFactory(job="expire_offers", status="done")
    db.flush()
    answer = staff.post("/api/v1/job-runs/run", json={"job": "expire_offers"})
    assert answer.status_code == 200
    assert db.get(models.JobRun, answer.json["result"])


@pytest.mark.parametrize(
    "asked",
    ["format=", "sort=", "fields=", "count=", "page=", "limit=", "group=id,id", "fields=id,id",
     "sort=id,name,kind,email", "dry=", "include=", "aggregate=", "search=" + "x" * 2001],
)  # fmt: skip
def test_a_parameter_says_something_and_no_more_than_it_may(staff: Client, asked: str) -> None:
    refused(staff.get(f"/api/v1/organizations/?{asked}"), 400, asked.partition("=")[0])


@pytest.mark.parametrize("blank", [" ", "\n", "\x1e"])
def test_blanks_count_where_a_text_is_too_long(staff: Client, blank: str) -> None:
    """They are taken off a text that fits, and do not make one fit."""
    made = staff.post("/api/v1/organizations/", json={"name": f" Nuovo{blank}", "kind": "union"})
    assert made.status_code == 201, made.text
    assert made.json["result"]["name"] == "Nuovo"
    sent = {"name": "Nuovo" + blank * 1000, "kind": "union"}
    refused(staff.post("/api/v1/organizations/", json=sent), 422, "name")


@pytest.mark.parametrize(
    ("name", "value"),
    [("decided_on", ""), ("decided_on", " "), ("decided_on", " 2026-01-10"), ("extended_to", "")],
)
def test_a_day_is_written_in_one_form(
    db: ScopedSession, staff: Client, name: str, value: str
) -> None:
    """Blanks are none: a program that sends them has lost the day it meant."""
    assert staff.seat
    extension = f.ProjectExtensionFactory(project__alliance=staff.seat.alliance)
    db.flush()
    path = f"/api/v1/project-extensions/{extension.id}"
    refused(staff.patch(path, json={name: value}), 422, name)


def test_a_choice_has_no_blanks(staff: Client) -> None:
    sent = {"name": "Nuovo", "kind": "union "}
    refused(staff.post("/api/v1/organizations/", json=sent), 422, "kind")
