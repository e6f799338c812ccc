"""The generated endpoints: what a program sees, writes and is refused."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.security import generate_password_hash

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.sessions import Client


def test_what_is_entered_is_read_back(staff: Client) -> None:
    made = staff.post("/api/v1/organizations/", json={"name": "CGIL Lodi", "kind": "union"})
    assert made.status_code == 201, made.text
    read = staff.get(made.headers["Location"])
    assert read.json["result"]["name"] == "CGIL Lodi"
    assert read.headers["ETag"] == '"1"'


def test_the_same_key_gives_the_same_answer_and_one_row(staff: Client, db: ScopedSession) -> None:
    sent = {"json": {"name": "Uil", "kind": "union"}, "headers": {"Idempotency-Key": "a-key"}}
    first, again = (
        staff.post("/api/v1/organizations/", **sent),
        staff.post("/api/v1/organizations/", **sent),
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json == again.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert db.query(models.Organization).filter_by(name="Uil").count() == 1
    other = staff.post(
        "/api/v1/organizations/", json={"name": "Cisl", "kind": "union"}, headers=sent["headers"]
    )
    assert other.status_code == 422
    assert other.json["code"] == "key-reused"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"name": "x", "kind": "nonsense"}, "kind"),
        ({"name": "x" * 201, "kind": "union"}, "name"),
        ({"name": "a\x00b", "kind": "union"}, "name"),
        ({"kind": "union"}, "name"),
        ({"name": "x", "kind": "union", "unheard_of": 1}, "unheard_of"),
        ({"name": "x", "kind": "union", "alliance_id": 1}, "alliance_id"),
        ({"name": "x", "kind": "union", "municipality_id": 10**9}, "municipality_id"),
        ({"name": "x", "kind": "union", "municipality_id": 2**70}, "municipality_id"),
        ({"name": "x", "kind": "union", "municipality_id": "seven"}, "municipality_id"),
        ({"name": ["x"], "kind": "union"}, "name"),
    ],
)
def test_what_cannot_be_written_is_named_and_nothing_is_written(
    staff: Client, db: ScopedSession, sent: dict[str, object], field: str
) -> None:
    before = db.query(models.Organization).count()
    answer = staff.post("/api/v1/organizations/", json=sent)
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"
    assert field in {error["field"] for error in answer.json["errors"]}
    assert db.query(models.Organization).count() == before


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("unheard_of=1", "unheard_of"),
        ("kind=nonsense", "kind"),
        ("name__roughly=x", "name__roughly"),
        ("sort=unheard_of", "sort"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("page=-1", "page"),
        ("cursor=abc", "cursor"),
        ("filter={", "filter"),
        ('filter={"_or":1}', "filter"),
        ("q=(page:", "q"),
        ("fields=name,password", "fields"),
        ("search=%00", "search"),
        ("id=99999999999999999999999", "id"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_name(
    staff: Client, query: str, parameter: str
) -> None:
    answer = staff.get(f"/api/v1/organizations/?{query}")
    assert answer.status_code == 400, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [parameter]


def test_every_row_comes_once_over_the_pages(staff: Client, db: ScopedSession) -> None:
    assert staff.seat is not None
    names = [None, "a", "b", "b", None, "c", "a"]
    for n, website in enumerate(names):
        factories.OrganizationFactory(
            alliance=staff.seat.alliance, name=f"Ente {n}", website=website
        )
    for sort in ("website", "-website", "website,-name"):
        seen, cursor = [], ""
        while True:
            page = staff.get(f"/api/v1/organizations/?limit=2&sort={sort}&cursor={cursor}").json
            seen += [row["id"] for row in page["result"]]
            if not page["next"]:
                break
            cursor = page["next"]
        assert len(seen) == len(set(seen)) == len(names), sort


def test_a_lost_update_is_refused(staff: Client) -> None:
    path = staff.post("/api/v1/organizations/", json={"name": "A", "kind": "union"}).headers[
        "Location"
    ]
    tag = staff.get(path).headers["ETag"]
    assert staff.patch(path, json={"phone": "1"}, headers={"If-Match": tag}).status_code == 200
    late = staff.patch(path, json={"phone": "2"}, headers={"If-Match": tag})
    assert late.status_code == 412
    assert staff.get(path).json["result"]["phone"] == "1"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing-here", 404),
        ("GET", "/api/v1/organizations/99999999", 404),
        ("GET", "/api/v1/organizations/99999999999999999999", 404),
        ("DELETE", "/api/v1/security/login", 405),
        ("POST", "/api/v1/enrollments/1/fly", 403),
    ],
)
def test_every_error_is_a_problem(staff: Client, method: str, path: str, status: int) -> None:
    answer = staff.open(method, path, json={})
    assert answer.status_code == status
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status


def test_a_wrong_token_is_refused(client: Callable[..., Client]) -> None:
    nobody = client(None)
    for token in ("x", "Bearer x", "Bearer a.b.c", "Basic eDp5"):
        answer = nobody.get("/api/v1/organizations/", headers={"Authorization": token})
        assert answer.status_code == 401
        assert answer.content_type == "application/problem+json"


def test_a_disabled_account_is_out_at_the_next_request(staff: Client, db: ScopedSession) -> None:
    assert staff.get("/api/v1/persons/").status_code == 200
    assert staff.seat is not None
    staff.seat.user.active = False
    db.flush()
    assert staff.get("/api/v1/persons/").status_code == 401


def test_ten_wrong_passwords_close_the_door(client: Callable[..., Client]) -> None:
    nobody = client(None)
    sent = {"username": "staff", "password": "wrong"}
    statuses = [nobody.post("/api/v1/security/login", json=sent).status_code for _ in range(11)]
    assert statuses[:10] == [401] * 10
    assert statuses[10] == 429


def test_where_citizens_have_no_passwords_none_lets_them_in(
    client: Callable[..., Client], db: ScopedSession, flask_app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    secret = generate_password_hash("a long enough password")
    account = factories.AccountFactory(password=secret)
    family = factories.SeatFactory(kind="citizen", user=account)
    known = client(family)
    sent = {"username": account.username, "password": "a long enough password"}
    assert client().post("/api/v1/security/login", json=sent).status_code == 200
    without = replace(flask_app.extensions["settings"], citizen_passwords=False)
    monkeypatch.setitem(flask_app.extensions, "settings", without)
    assert client().post("/api/v1/security/login", json=sent).status_code == 401
    assert known.get("/api/v1/persons/").status_code == 401
    factories.SeatFactory(kind="staff", user=account, alliance=family.alliance)
    db.flush()
    asked = client().post("/api/v1/security/login", json=sent)
    assert [seat["kind"] for seat in asked.json["seats"]] == ["staff"]
