"""What is only tried is answered as if it were done, and leaves nothing behind."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import Family
from tests.api.offices import WRITES, Office
from tests.sessions import Client

# Each row's own, and each moment's.
OWN = ("id", "uid", "receipt", "submitted_at", "published_at", "created_at", "key", "prefix")


@pytest.fixture
def office(db: ScopedSession, client: Callable[..., Client]) -> Office:
    return Office(db, client)


def alike(said: Any) -> Any:
    """An answer without what no two of them share."""
    if isinstance(said, dict):
        return {name: alike(value) for name, value in said.items() if name not in OWN}
    if isinstance(said, list):
        return [None if isinstance(one, int) else alike(one) for one in said]
    return said


@pytest.mark.parametrize("name", WRITES)
def test_a_trial_answers_like_the_deed_and_writes_nothing(office: Office, name: str) -> None:
    before = office.written()
    tried = [office.ask(name, "?dry_run=true") for _ in range(2)]
    assert office.written() == before
    done = office.ask(name)
    assert office.written() != before
    for trial in tried:
        assert trial.status_code == done.status_code < 300, trial.text
        assert alike(trial.get_json(silent=True)) == alike(done.get_json(silent=True))
        assert trial.headers["Dry-Run"] == "true"
        assert "Location" not in trial.headers
        assert trial.headers.get("ETag") == done.headers.get("ETag")
    assert "Dry-Run" not in done.headers


def test_a_file_that_is_only_tried_is_not_kept(office: Office, flask_app: Flask) -> None:
    folder: Path = flask_app.extensions["settings"].var / "files"
    before = set(folder.rglob("*"))
    content = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<</Tried true>>\n%%EOF"
    sent = {"file": (BytesIO(content), "modulo.pdf")}
    answer = office.http.post(
        "/api/v1/files/?dry_run=true", data=sent, content_type="multipart/form-data"
    )
    assert answer.status_code == 201, answer.text
    assert set(folder.rglob("*")) == before


def test_who_reads_health_notes_by_a_trial_has_read_them(office: Office, db: ScopedSession) -> None:
    path = f"/api/v1/persons/{office.person.id}?dry_run=true"
    shown = office.http.patch(path, json={"address": "Via Roma 1"})
    assert shown.json["result"]["allergies"] == "arachidi"
    read = db.scalars(select(models.SensitiveRead)).all()
    assert [(r.row_ids, r.user_id) for r in read] == [([office.person.id], office.seat.user_id)]


def test_a_family_tries_an_application_and_has_none(family: Family) -> None:
    before = family.written()
    path = "/api/v1/applications/?dry_run=true"
    tried = family.http.post(path, json={"wishes": [family.wish()]})
    assert tried.status_code == 201, tried.text
    assert family.written() == before
    done = family.apply()
    assert done.status_code == 201
    assert alike(tried.json) == alike(done.json)
    # The place is given once: a second trial says what a second application would.
    again = family.http.post(path, json={"wishes": [family.wish()]})
    assert (again.status_code, again.json["code"]) == (409, "already-enrolled")


@pytest.mark.parametrize("said", ["", "yes", "1", "True", "true,false", "%00", "%ff"])
def test_a_trial_is_asked_for_by_true_alone(office: Office, db: ScopedSession, said: str) -> None:
    before = office.written()
    answer = office.http.post(
        f"/api/v1/organizations/?dry_run={said}", json={"name": "Cisl", "kind": "union"}
    )
    assert answer.status_code == 400, answer.text
    assert [error["field"] for error in answer.json["errors"]] == ["dry_run"]
    assert office.written() == before


def test_what_is_wrong_is_wrong_in_a_trial_too(office: Office) -> None:
    f.OrganizationFactory(alliance=office.alliance)
    for path, sent, status in (
        ("organizations/", {"name": "", "kind": "x"}, 422),
        ("organizations/", {"name": "x", "kind": "union", "municipality_id": 10**9}, 422),
        ("organizations/fly", {}, 404),
        ("services/1/fly", {}, 403),
        ("services/999999999/publish", {}, 404),
    ):
        answer = office.http.post(
            f"/api/v1/{path}?dry_run=true", json=sent, headers={"If-Match": '"1"'}
        )
        assert answer.status_code == status, (path, answer.text)
