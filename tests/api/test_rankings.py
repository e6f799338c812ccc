"""Rankings over HTTP: what a family declares and is told, and what everybody reads."""

import json

import pytest

from tests import factories as f
from tests.operations.rankings import Camp


@pytest.fixture
def camp(db, now):
    made = Camp(db, now)
    slot = made.slot()
    made.announce()
    made.children = [made.child(), made.child()]
    for child in made.children:
        made.wish((child, slot))
    return made


@pytest.fixture
def family(db, camp, client):
    """The parent of the first child."""
    seat = f.SeatFactory(kind="citizen", alliance=camp.ranking.alliance)
    f.RelationFactory(person=camp.children[0], user=seat.user)
    db.flush()
    return client(seat)


def entry(camp, n=0, **more):
    given = {"ranking_id": camp.ranking.id, "person_id": camp.children[n].id}
    return {**given, **more}


def listed(camp):
    camp.draw()
    camp.provisional()
    return camp.ranking.run_id


def test_a_family_declares_and_is_told_the_code_it_stands_under(camp, family):
    facts = [{"fact": "resident", "value": "true"}, {"fact": "siblings", "value": "2"}]
    made = family.post("/api/v1/ranking-entries/", json=entry(camp, facts=facts, weeks=1))
    assert made.status_code == 201
    row = made.json["result"]
    assert (row["status"], row["weeks"], len(row["code"])) == ("declared", 1, 10)
    assert "facts" not in row
    again = family.post("/api/v1/ranking-entries/", json=entry(camp, facts=[]))
    assert again.json["result"]["code"] == row["code"]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"facts": [{"fact": "religion", "value": "none"}]}, "facts[0].fact"),
        ({"facts": [{"fact": "resident", "value": "perhaps"}]}, "facts.resident"),
        ({"facts": [{"fact": "siblings", "value": "-1"}]}, "facts.siblings"),
        ({"facts": [{"fact": "siblings", "value": "1"}] * 2}, "facts[1].fact"),
        ({"facts": {"resident": True}}, "facts"),
        ({"weeks": 61}, "weeks"),
        ({"weeks": -1}, "weeks"),
        ({"ranking_id": 999_999_999}, "ranking_id"),
        ({"ranking_id": 2**70}, "ranking_id"),
    ],
)
def test_what_cannot_be_declared_is_refused_by_its_field(camp, family, more, field):
    answer = family.post("/api/v1/ranking-entries/", json={**entry(camp), **more})
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert family.get("/api/v1/ranking-entries/").json["result"] == []


def test_nobody_declares_for_somebody_elses_child(camp, family):
    answer = family.post("/api/v1/ranking-entries/", json=entry(camp, n=1))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "person_id"


def test_everybody_reads_the_list_by_codes_and_nothing_more(camp, client):
    run = listed(camp)
    answer = client().get(f"/api/v1/ranking-outcomes/?run_id={run}&sort=position")
    assert answer.status_code == 200
    rows = answer.json["result"]
    assert [row["state"] for row in rows] == ["placed", "waiting"]
    shown = json.dumps(rows)
    for child in camp.children:
        assert child.last_name not in shown
    assert not {"entry_id", "enrollment_id", "wish", "last_points"} & set(rows[0])
    assert client().get("/api/v1/ranking-scores/").status_code in (401, 405)


def test_a_trial_is_the_offices_alone(camp, client, db):
    camp.draw()
    seat = f.SeatFactory(kind="staff", alliance=camp.ranking.alliance)
    db.flush()
    office = client(seat)
    assert office.post(f"/api/v1/rankings/{camp.ranking.id}/try").status_code == 200
    assert len(office.get("/api/v1/ranking-outcomes/").json["result"]) == 2
    assert client().get("/api/v1/ranking-outcomes/").json["result"] == []
    (run,) = office.get("/api/v1/ranking-runs/").json["result"]
    said = office.post(f"/api/v1/ranking-runs/{run['id']}/replay").json["result"]
    assert said["same"] is True


def test_a_family_is_told_why_and_complains_once(camp, family):
    family.post("/api/v1/ranking-entries/", json=entry(camp))
    listed(camp)
    (own,) = family.get("/api/v1/ranking-entries/").json["result"]
    said = family.post(f"/api/v1/ranking-entries/{own['id']}/why").json["result"]
    assert len(said["reasons"]) == 1
    assert said["reasons"][0]["why"]
    complaint = {"entry_id": own["id"], "complaint": "Siamo residenti."}
    made = family.post("/api/v1/complaints/", json=complaint)
    assert made.status_code == 201
    assert made.json["result"]["receipt"]
    assert family.post("/api/v1/complaints/", json=complaint).status_code == 409
    blank = family.post("/api/v1/complaints/", json={**complaint, "complaint": " "})
    assert blank.json["errors"][0]["field"] == "complaint"
    assert family.post(f"/api/v1/complaints/{made.json['id']}/uphold").status_code == 403
