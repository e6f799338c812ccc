"""Bad applications: a clear 4xx that names the wish and the field, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import Family, refused
from tests.sessions import Client

NOT_IDS = [None, "", "x", "1", 1.5, True, [1], {}, {"id": 1}]
NOBODYS = [0, -1, 10**9, 2**63 - 1, 2**63, 2**70]


@pytest.mark.parametrize("name", ["person_id", "slot_id"])
@pytest.mark.parametrize("value", [*NOT_IDS, *NOBODYS], ids=repr)
def test_a_wish_names_what_it_is_not_about(family: Family, name: str, value: Any) -> None:
    before = family.written()
    refused(family.apply(family.wish(**{name: value})), 422, f"wishes[0].{name}")
    assert family.written() == before


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"wishes": None}, "wishes"),
        ({"wishes": "x"}, "wishes"),
        ({"wishes": {}}, "wishes"),
        ({"wishes": [1]}, "wishes[0]"),
        ({"wishes": [{}]}, "wishes[0].person_id"),
        ({"wishes": []}, "wishes"),
        ({"note": "x" * 2001}, "note"),
        ({"note": "a\x00b"}, "note"),
        ({"note": ["x"]}, "note"),
        ({"note": 7}, "note"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"contact_email": "a" * 320 + "@example.it"}, "contact_email"),
        ({"contact_phone": "3" * 41}, "contact_phone"),
        ({"photo_consent": "perhaps"}, "photo_consent"),
        ({"photo_consent": [True]}, "photo_consent"),
        ({"season_id": 10**9}, "season_id"),
        ({"season_id": 2**70}, "season_id"),
        ({"season_id": 1.0}, "season_id"),
        ({"status": "placed"}, "status"),
        ({"status": 1}, "status"),
        ({"alliance_id": 1}, "alliance_id"),
        ({"receipt": "AAAAAAAAAA"}, "receipt"),
        ({"user_id": 1}, "user_id"),
        ({"unheard of": {}}, "unheard of"),
        ({"": 1}, ""),
    ],
    ids=repr,
)
def test_an_application_names_the_field(family: Family, values: dict[str, Any], field: str) -> None:
    before = family.written()
    sent = {"wishes": [family.wish()], **values}
    refused(family.http.post("/api/v1/applications/", json=sent), 422, field)
    assert family.written() == before


def test_every_bad_wish_is_named_at_once(family: Family) -> None:
    before = family.written()
    answer = family.apply(
        family.wish(person_id=10**9), family.wish(), family.wish(), family.wish(slot_id=10**9)
    )
    refused(answer, 422, "wishes[0].person_id", "wishes[2].slot_id", "wishes[3].slot_id")
    assert family.written() == before


def test_a_hundred_and_one_wishes_are_too_many(family: Family) -> None:
    refused(family.apply(*[family.wish()] * 101), 422, "wishes")


def test_somebody_elses_child_does_not_exist(family: Family) -> None:
    stranger = f.PersonFactory(alliance=family.alliance)
    abroad = f.PersonFactory()
    for person in (stranger, abroad):
        before = family.written()
        problem = refused(family.apply(family.wish(person_id=person.id)), 422)
        nobody = refused(family.apply(family.wish(person_id=10**9)), 422)
        # Nothing tells a child that exists from one that does not.
        assert problem["errors"] == nobody["errors"]
        assert family.written() == before


def test_a_slot_of_elsewhere_or_not_published_does_not_exist(family: Family) -> None:
    elsewhere = f.SlotFactory()
    draft = f.SlotFactory(workshop__alliance=family.alliance, workshop__status="draft")
    for slot in (elsewhere, draft):
        before = family.written()
        refused(family.apply(family.wish(slot_id=slot.id)), 422, "wishes[0].slot_id")
        assert family.written() == before


@pytest.mark.parametrize("age", [3, 14])
def test_a_child_of_the_wrong_age(family: Family, age: int) -> None:
    child = f.PersonFactory(alliance=family.alliance, age=age)
    f.RelationFactory(user=family.seat.user, person=child)
    before = family.written()
    answer = family.apply(family.wish(), family.wish(person_id=child.id))
    problem = refused(answer, 422, "wishes[1].person_id")
    assert problem["code"] == "wrong-age"
    assert family.written() == before  # the sister's wish, which was right, neither


@pytest.mark.parametrize(("opens", "closes"), [(1, 9), (-9, -1)])
def test_a_closed_window(family: Family, opens: int, closes: int) -> None:
    now = clock.now()
    family.slot.workshop.opens_at = now + timedelta(days=opens)
    family.slot.workshop.closes_at = now + timedelta(days=closes)
    family.db.flush()
    before = family.written()
    assert refused(family.apply(), 409, "wishes[0].slot_id")["code"] == "window-closed"
    assert family.written() == before


def test_a_full_slot_puts_on_the_waiting_list(family: Family) -> None:
    sister = f.PersonFactory(alliance=family.alliance)
    f.RelationFactory(user=family.seat.user, person=sister)
    made = [family.apply(), family.apply(family.wish(person_id=sister.id))]
    assert [answer.status_code for answer in made] == [201, 201]
    found = family.http.get("/api/v1/enrollments/?sort=queue_no").json["result"]
    assert [row["status"] for row in found] == ["placed", "waiting"]


def test_a_repeated_submit_is_a_conflict_or_the_same_answer(family: Family) -> None:
    first = family.apply(key="one")
    assert first.status_code == 201
    written = family.written()
    again = family.apply(key="one")
    assert (again.status_code, again.json) == (201, first.json)
    assert refused(family.apply(), 409, "wishes[0].slot_id")["code"] == "already-enrolled"
    problem = refused(family.apply(key="one", note="changed"), 422, "Idempotency-Key")
    assert problem["code"] == "key-reused"
    assert family.written() == written


def test_the_same_key_of_another_family_is_another_key(
    family: Family, db: ScopedSession, client: Callable[..., Client]
) -> None:
    other = Family(db, client)
    assert family.apply(key="one").status_code == other.apply(key="one").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_a_key_that_cannot_be_kept(family: Family, key: str) -> None:
    before = family.written()
    headers = {"Idempotency-Key": key}
    sent = {"wishes": [family.wish()]}
    answer = family.http.post("/api/v1/applications/", json=sent, headers=headers)
    refused(answer, 400, "Idempotency-Key")
    assert family.written() == before
