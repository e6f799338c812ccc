"""Many rows at once, and what is only tried: all or nothing, and a report that says why."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app import models
from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client


@pytest.fixture
def office(client: Callable[..., Client]) -> Client:
    return client(f.SeatFactory(kind="staff"))


def bodies(db: ScopedSession, office: Client) -> int:
    assert office.seat is not None
    ours = models.Organization.alliance_id == office.seat.alliance_id
    db.expire_all()
    return db.scalar(select(func.count(models.Organization.id)).where(ours)) or 0


def test_rows_are_made_changed_and_deleted_together(office: Client, db: ScopedSession) -> None:
    assert office.seat is not None
    old = f.LocationFactory(
        alliance=office.seat.alliance,
        organization=f.OrganizationFactory(alliance=office.seat.alliance),
    )
    gone = f.LocationFactory(alliance=office.seat.alliance, organization=old.organization)
    db.flush()
    answer = office.post(
        "/api/v1/locations/bulk",
        json={
            "create": [{"organization_id": old.organization_id, "name": "Palestra"}],
            "change": [{"id": old.id, "version": old.version, "name": "Aula magna"}],
            "delete": [{"id": gone.id}],
        },
    )
    assert answer.status_code == 200, answer.text
    report = answer.json["result"]
    assert [(one["action"], one["status"]) for one in report] == [
        ("create", 201), ("change", 200), ("delete", 204),
    ]  # fmt: skip
    assert office.get(f"/api/v1/locations/{report[0]['id']}").json["result"]["name"] == "Palestra"
    assert office.get(f"/api/v1/locations/{old.id}").json["result"]["name"] == "Aula magna"
    assert office.get(f"/api/v1/locations/{gone.id}").status_code == 404


def test_one_wrong_row_leaves_nothing_written_and_every_wrong_one_is_named(
    office: Client, db: ScopedSession
) -> None:
    before = bodies(db, office)
    answer = office.post(
        "/api/v1/organizations/bulk",
        json={
            "create": [
                {"name": "Primo", "kind": "union"},
                {"name": "Secondo", "kind": "nessuno"},
                {"name": "Primo", "kind": "union"},
                {"kind": "union"},
            ],
            "change": [{"id": 999_999_999, "name": "x"}],
        },
    )
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    named = {one["field"] for one in answer.json["errors"]}
    assert {"create[1].kind", "create[2].name", "create[3].name", "change[0]"} <= named
    assert [one["status"] for one in answer.json["result"]] == [201, 422, 409, 422, 404]
    assert bodies(db, office) == before


def test_a_row_that_somebody_changed_meanwhile_stops_the_bulk(
    office: Client, db: ScopedSession
) -> None:
    assert office.seat is not None
    row = f.OrganizationFactory(alliance=office.seat.alliance)
    db.flush()
    answer = office.post(
        "/api/v1/organizations/bulk",
        json={"change": [{"id": row.id, "version": row.version + 1, "name": "Altro"}]},
    )
    assert answer.status_code == 422
    assert answer.json["result"][0]["status"] == 412


def test_a_seat_does_in_bulk_only_what_it_may_do_alone(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = f.SeatFactory(kind="provider", organization=f.OrganizationFactory())
    foreign = f.LocationFactory()
    db.flush()
    provider = client(seat)
    made = {"create": [{"name": "Nuovo", "kind": "union"}]}
    assert provider.post("/api/v1/organizations/bulk", json=made).status_code == 403
    assert client().post("/api/v1/organizations/bulk", json=made).status_code == 401
    for part in ("change", "delete"):
        sent = {part: [{"id": foreign.id}]}
        answer = provider.post("/api/v1/locations/bulk", json=sent)
        assert answer.status_code == 422
        assert answer.json["result"][0]["status"] == 404
    sent = {"create": [{"organization_id": foreign.organization_id, "name": "Altrove"}]}
    assert provider.post("/api/v1/locations/bulk", json=sent).status_code == 422


def test_a_bulk_with_nothing_in_it_or_too_much_is_refused(office: Client) -> None:
    for sent, status in (
        ({}, 422),
        ({"create": []}, 422),
        ({"create": "all"}, 422),
        ({"create": [7]}, 422),
        ({"remove": []}, 422),
        ({"delete": [{"id": 1}]}, 422),
        ({"create": [{"name": "x", "kind": "union"}] * 501}, 400),
    ):
        answer = office.post("/api/v1/organizations/bulk", json=sent)
        assert answer.status_code == status, (sent, answer.text[:300])
        assert answer.json["errors"], sent


def test_a_bulk_sent_twice_under_one_key_is_done_once(office: Client, db: ScopedSession) -> None:
    before = bodies(db, office)
    said = [
        office.post(
            "/api/v1/organizations/bulk",
            json={"create": [{"name": "Una volta", "kind": "union"}]},
            headers={"Idempotency-Key": "bulk-1"},
        ).json
        for _ in range(2)
    ]
    assert said[0] == said[1]
    assert bodies(db, office) == before + 1


def test_what_is_tried_is_answered_and_not_kept(office: Client, db: ScopedSession) -> None:
    before = bodies(db, office)
    sent = {"name": "Prova", "kind": "union"}
    tried = office.post("/api/v1/organizations/?dry_run=true", json=sent)
    assert tried.status_code == 201
    assert tried.headers["Dry-Run"] == "true"
    assert tried.json["result"]["name"] == "Prova"
    assert "Location" not in tried.headers
    assert bodies(db, office) == before
    wrong = office.post("/api/v1/organizations/?dry_run=true", json={"name": "Prova"})
    assert wrong.status_code == 422
    assert wrong.json["errors"][0]["field"] == "kind"
    unclear = office.post("/api/v1/organizations/?dry_run=perhaps", json=sent)
    assert unclear.status_code == 400
    assert unclear.json["errors"][0]["field"] == "dry_run"
    kept = office.post("/api/v1/organizations/?dry_run=false", json=sent)
    assert kept.status_code == 201
    row = kept.json["id"]
    assert (
        office.patch(f"/api/v1/organizations/{row}?dry_run=true", json={"name": "Altro"}).json[
            "result"
        ]["name"]
        == "Altro"
    )
    assert office.get(f"/api/v1/organizations/{row}").json["result"]["name"] == "Prova"
    bulk = office.post("/api/v1/organizations/bulk?dry_run=true", json={"create": [
        {"name": "Due", "kind": "union"}]})  # fmt: skip
    assert bulk.status_code == 200
    assert bodies(db, office) == before + 1


def test_a_trial_takes_no_idempotency_key(office: Client) -> None:
    sent = {"name": "Prova", "kind": "union"}
    key = {"Idempotency-Key": "trial"}
    tried = office.post("/api/v1/organizations/?dry_run=true", json=sent, headers=key)
    done = office.post("/api/v1/organizations/?dry_run=true", json=sent, headers=key)
    assert tried.status_code == done.status_code == 201
    assert "Idempotent-Replayed" not in done.headers


def test_an_offer_is_changed_only_by_who_says_which_version(
    office: Client, db: ScopedSession
) -> None:
    assert office.seat is not None
    row = f.WorkshopFactory(organization__alliance=office.seat.alliance)
    db.flush()
    path = f"/api/v1/workshops/{row.id}"
    unsaid = office.patch(path, json={"title": "Altro"})
    assert unsaid.status_code == 428
    assert unsaid.json["errors"][0]["field"] == "If-Match"
    tag = office.get(path).headers["ETag"]
    for form in ("7", 'W/"1"', '"x"', '""1"', '"1", "2"'):
        assert office.patch(path, json={}, headers={"If-Match": form}).status_code == 400, form
    lost = office.patch(path, json={"title": "Altro"}, headers={"If-Match": '"999"'})
    assert lost.status_code == 412
    done = office.patch(path, json={"title": "Altro"}, headers={"If-Match": tag})
    assert done.status_code == 200, done.text
    assert done.headers["ETag"] != tag
