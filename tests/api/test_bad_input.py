"""Bad input on the API: a clear 4xx that names the field, and nothing written."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock, models, permissions
from app.operations import codice_fiscale
from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client

WRITTEN = (models.Application, models.Enrollment, models.Message, models.Person,
           models.Relation, models.StateChange, models.ServiceRequest)  # fmt: skip


class Family:
    """A parent with a child of eight, and the client that they use."""

    def __init__(self, db: ScopedSession, client: Callable[..., Client]) -> None:
        self.db = db
        self.seat = f.SeatFactory(kind="citizen")
        self.alliance = self.seat.alliance
        self.child = f.PersonFactory(alliance=self.alliance)
        f.RelationFactory(user=self.seat.user, person=self.child)
        self.slot = f.SlotFactory(workshop__alliance=self.alliance, places=1)
        self.http = client(self.seat)

    def wish(self, **values: Any) -> dict[str, Any]:
        return {"person_id": self.child.id, "slot_id": self.slot.id, **values}

    def apply(self, *wishes: Any, key: str | None = None, **values: Any) -> TestResponse:
        headers = {"Idempotency-Key": key} if key else {}
        sent = {"wishes": list(wishes) or [self.wish()], **values}
        return self.http.post("/api/v1/applications/", json=sent, headers=headers)

    def written(self) -> list[int | None]:
        self.db.expire_all()
        counts = [self.db.scalar(select(func.count()).select_from(m)) for m in WRITTEN]
        slot = self.db.get_one(models.Slot, self.slot.id)
        return [*counts, slot.places_taken, slot.waiting_count, slot.last_queue_no]


@pytest.fixture
def family(db: ScopedSession, client: Callable[..., Client]) -> Family:
    return Family(db, client)


def refused(answer: TestResponse, status: int, *fields: str) -> dict[str, Any]:
    """The problem, after a look at its form; its errors name these fields."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem: dict[str, Any] = answer.json
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    named = {error["field"] for error in problem["errors"]}
    assert set(fields) <= named, problem
    assert all(error["message"] for error in problem["errors"])
    return problem


# ---------------------------------------------------------------- an application's wishes

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


# ---------------------------------------------------------------- a person


def described(**changes: Any) -> dict[str, Any]:
    """A girl with her codice fiscale, and what is sent of her."""
    code = codice_fiscale.encode(
        family_name="Bianchi", given_name="Ada", born=clock.today().replace(year=2018, day=1),
        sex="F", place="E648",
    )  # fmt: skip
    sent = {
        "relation": "parent", "first_name": "Ada", "last_name": "Bianchi", "sex": "F",
        "birth_date": str(clock.today().replace(year=2018, day=1)), "fiscal_code": code,
    }  # fmt: skip
    return {k: v for k, v in {**sent, **changes}.items() if v != "left out"}


def wrong_check(code: str) -> str:
    return code[:15] + ("A" if code[15] != "A" else "B")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fiscal_code": wrong_check(described()["fiscal_code"])}, "fiscal_code"),
        ({"fiscal_code": described()["fiscal_code"][:15]}, "fiscal_code"),
        ({"fiscal_code": "RSSMRA85T10A562S"}, "fiscal_code"),
        ({"fiscal_code": "left out"}, "fiscal_code"),
        ({"fiscal_code": None}, "fiscal_code"),
        ({"no_fiscal_code": "just arrived"}, "no_fiscal_code"),
        ({"sex": "M"}, "sex"),
        ({"sex": "x"}, "sex"),
        ({"first_name": "Zoe"}, "fiscal_code"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": "left out"}, "first_name"),
        ({"first_name": "x" * 101}, "first_name"),
        ({"last_name": "a\x00b"}, "last_name"),
        ({"last_name": {"x": 1}}, "last_name"),
        ({"birth_date": "2018-02-30"}, "birth_date"),
        ({"birth_date": "30/02/2018"}, "birth_date"),
        ({"birth_date": "0001-01-01"}, "birth_date"),
        ({"birth_date": "9999-12-31"}, "birth_date"),
        ({"birth_date": 20180201}, "birth_date"),
        ({"birth_date": "left out"}, "birth_date"),
        ({"municipality_id": 10**9}, "municipality_id"),
        ({"municipality_id": 2**70}, "municipality_id"),
        ({"municipality_id": 1.5}, "municipality_id"),
        ({"municipality_id": "1_0"}, "municipality_id"),
        ({"municipality_id": [1]}, "municipality_id"),
        ({"municipality_id": True}, "municipality_id"),
        ({"relation": "delegate of everybody"}, "relation"),
        ({"alliance_id": 1}, "alliance_id"),
        ({"id": 1}, "id"),
        ({"allergies": "x" * 20_001}, "allergies"),
        ({"allergies": ["nuts"]}, "allergies"),
    ],
    ids=repr,
)
def test_a_person_names_the_field(family: Family, changes: dict[str, Any], field: str) -> None:
    before = family.written()
    refused(family.http.post("/api/v1/persons/", json=described(**changes)), 422, field)
    assert family.written() == before


def test_without_a_codice_fiscale_there_is_a_reason(family: Family) -> None:
    sent = described(fiscal_code=None, no_fiscal_code="born abroad, code asked for")
    made = family.http.post("/api/v1/persons/", json=sent)
    assert made.status_code == 201, made.text
    assert made.json["result"]["no_fiscal_code"] == "born abroad, code asked for"


def test_a_known_codice_fiscale_tells_nothing(family: Family) -> None:
    known = f.PersonFactory(alliance=family.alliance, age=8)
    before = family.written()
    answer = family.http.post(
        "/api/v1/persons/",
        json=described(
            first_name=known.first_name, last_name=known.last_name, sex=known.sex,
            birth_date=str(known.birth_date), fiscal_code=known.fiscal_code,
        ),
    )  # fmt: skip
    problem = refused(answer, 409, "fiscal_code")
    assert known.last_name not in problem["detail"]
    assert family.written() == before


def test_a_change_is_held_to_the_same(family: Family) -> None:
    path = f"/api/v1/persons/{family.child.id}"
    for sent, field in [
        ({"birth_date": "2018-02-30"}, "birth_date"),
        ({"fiscal_code": wrong_check(family.child.fiscal_code or "")}, "fiscal_code"),
        ({"first_name": None}, "first_name"),
        ({"user_id": 1}, "user_id"),
        ({"municipality_id": 10**9}, "municipality_id"),
    ]:
        refused(family.http.patch(path, json=sent), 422, field)


# ---------------------------------------------------------------- the request itself


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"null", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b'{"a": "\xff\xfe"}', "application/json", 400),
        (b'{"a": "\\ud800"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "application/json", 400),
        (b'{"a": "' + b"x" * 5_000_000 + b'"}', "application/json", 413),
        (b'{"wishes": []}', "text/plain", 415),
        (b"wishes=1", "application/x-www-form-urlencoded", 415),
        (b"<wishes/>", "application/xml", 415),
        (b'{"wishes": []}', "", 415),
    ],
    ids=["cut off", "list", "text", "null", "NaN", "no UTF-8", "half a pair", "deep list",
         "deep object", "5 MB", "plain", "form", "xml", "untold"],
)  # fmt: skip
def test_a_body_that_is_no_json_object(
    family: Family, data: bytes, content_type: str, status: int
) -> None:
    before = family.written()
    options = {"content_type": content_type} if content_type else {}
    refused(family.http.post("/api/v1/applications/", data=data, **options), status)
    assert family.written() == before


def test_a_merge_patch_is_json_too(family: Family) -> None:
    path = f"/api/v1/persons/{family.child.id}"
    answer = family.http.patch(
        path, data=b'{"school": "Primaria"}', content_type="application/merge-patch+json"
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/persons/0", 404),
        ("GET", "/api/v1/persons/-1", 405),
        ("GET", "/api/v1/persons/9223372036854775808", 404),
        ("GET", "/api/v1/persons/" + "9" * 400, 404),
        ("GET", "/api/v1/persons/" + "9" * 5000, 404),
        ("GET", "/api/v1/persons/x", 405),
        ("GET", "/api/v1/persons/1.5", 405),
        ("GET", "/api/v1/persons/%00", 405),
        ("GET", "/api/v1/persons/%ff", 405),
        ("POST", "/api/v1/enrollments/9223372036854775808/cancel", 404),
        ("POST", "/api/v1/enrollments/1/offer", 403),
        ("POST", "/api/v1/enrollments/1/fly", 403),
        ("POST", "/api/v1/enrollments/1/cancel/twice", 404),
        ("POST", "/api/v1/enrollments/", 403),
        ("DELETE", "/api/v1/enrollments/1", 403),
        ("FETCH", "/api/v1/enrollments/", 405),
        ("DELETE", "/api/v1/enrollments/", 405),
        ("TRACE", "/api/v1/enrollments/1", 405),
    ],
)
def test_an_address_that_leads_nowhere(family: Family, method: str, path: str, status: int) -> None:
    refused(family.http.open(method, path), status)


def test_a_verb_takes_what_it_declares(family: Family) -> None:
    family.apply()
    enrolment = family.http.get("/api/v1/enrollments/").json["result"][0]["id"]
    path = f"/api/v1/enrollments/{enrolment}/cancel"
    before = family.written()
    for sent, field in [
        ({"reason": ["x"]}, "reason"),
        ({"reason": "a\x00"}, "reason"),
        ({"reason": "x" * 20_001}, "reason"),
        ({"status": "placed"}, "status"),
    ]:
        refused(family.http.post(path, json=sent), 422, field)
    assert family.written() == before
    assert family.http.post(path, json={"reason": None}).status_code == 200
    # The place is given up once.
    assert refused(family.http.post(path, json={}), 409)["code"] == "wrong-state"


def test_a_refusal_needs_its_reason(family: Family, client: Callable[..., Client]) -> None:
    family.apply()
    enrolment = family.http.get("/api/v1/enrollments/").json["result"][0]["id"]
    staff = client(f.SeatFactory(kind="staff", alliance=family.alliance))
    for sent in ({}, {"reason": None}, {"reason": " "}):
        refused(staff.post(f"/api/v1/enrollments/{enrolment}/refuse", json=sent), 422, "reason")


@pytest.mark.parametrize("tag", ["x", '"x"', "²", '"1", "2"', "9" * 30])
def test_an_entity_tag_of_another_form(family: Family, tag: str) -> None:
    path = f"/api/v1/persons/{family.child.id}"
    answer = family.http.patch(path, json={"school": "x"}, headers={"If-Match": tag})
    refused(answer, 400, "If-Match")


@pytest.mark.parametrize(
    "query",
    [
        "limit=²", "limit=1e3", "limit=-1", "limit=99999999999", "page=²", "id=²_",
        "birth_date=2026-02-30", "birth_date__gte=x", "birth_date__lt=10000-01-01",
        "first_name__eq=%00", 'filter={"first_name":{"_eq":"\\ud800"}}',
        'filter={"id":{"_in":[1.5,{}]}}', "filter=" + "[" * 3000, "cursor=%F0%9F",
        "cursor=W10", "cursor=eyJhIjoxfQ", "cursor=" + "W1tb" * 900, "sort=pickup",
        "allergies__contains=x", "q=!t", "q=(filters:x)", "fields=id,allergies,nothing",
    ],
)  # fmt: skip
def test_a_list_parameter_of_another_form(family: Family, query: str) -> None:
    problem = refused(family.http.get(f"/api/v1/persons/?{query}"), 400)
    name = query.split("=")[0]
    assert [error["field"] for error in problem["errors"]] == [name]


def test_every_list_may_be_asked_of_one_alliance(
    family: Family, client: Callable[..., Client]
) -> None:
    staff = client(f.SeatFactory(kind="staff", alliance=family.alliance))
    for resource, granted in permissions.GRANTS["staff"].items():
        if "list" in granted.verbs:
            answer = staff.get(f"/api/v1/{resource}/?alliance={family.alliance.slug}")
            assert answer.status_code == 200, (resource, answer.text)


def test_the_language_of_a_refusal_is_the_readers(family: Family) -> None:
    said = {}
    for language in ("it", "en"):
        answer = family.http.post(
            "/api/v1/applications/",
            json={"wishes": [family.wish()], "note": "x" * 2001},
            headers={"Accept-Language": language},
        )
        [error] = refused(answer, 422, "note")["errors"]
        said[language] = error["message"]
    assert said == {"it": "Al massimo 2000 caratteri.", "en": "At most 2000 characters."}
