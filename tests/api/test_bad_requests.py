"""Requests that do not parse, lead nowhere or ask too much: a clear 4xx, nothing written."""

from collections.abc import Callable

import pytest

from app import permissions
from app.api.exchange import MERGE_PATCH
from tests import factories as f
from tests.api.families import Family, refused
from tests.sessions import Client


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


def test_a_patch_is_a_merge_patch_and_no_other(family: Family) -> None:
    """A list of operations (RFC 6902) is not read as fields; plain JSON is, as RFC 7396 has it."""
    path = f"/api/v1/persons/{family.child.id}"
    before = family.written()
    data = b'{"school": "Primaria"}'
    for content_type in ("application/json-patch+json", "text/plain", ""):
        answer = family.http.patch(path, data=data, content_type=content_type)
        refused(answer, 415)
        assert MERGE_PATCH in answer.json["detail"]
        assert answer.headers["Accept-Patch"] == MERGE_PATCH
    assert family.written() == before
    for content_type in (MERGE_PATCH, f"{MERGE_PATCH}; charset=utf-8", "application/json"):
        answer = family.http.patch(path, data=data, content_type=content_type)
        assert answer.status_code == 200, answer.text
    asked = family.http.open("OPTIONS", path)
    assert asked.headers["Accept-Patch"] == MERGE_PATCH


def test_what_is_no_patch_is_plain_json(family: Family) -> None:
    path, data = f"/api/v1/persons/{family.child.id}", b'{"school": "Primaria"}'
    other = family.http.put(path, data=data, content_type=MERGE_PATCH)
    refused(other, 415)
    assert "Accept-Patch" not in other.headers
    assert family.http.put(path, data=data, content_type="application/json").status_code == 200
    assert "Accept-Patch" not in family.http.open("OPTIONS", "/api/v1/persons/").headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/persons/0", 404),
        ("GET", "/api/v1/persons/-1", 404),
        ("GET", "/api/v1/persons/9223372036854775808", 404),
        ("GET", "/api/v1/persons/" + "9" * 400, 404),
        ("GET", "/api/v1/persons/" + "9" * 5000, 404),
        ("GET", "/api/v1/persons/x", 404),
        ("GET", "/api/v1/persons/1.5", 404),
        ("GET", "/api/v1/persons/%00", 404),
        ("GET", "/api/v1/persons/%ff", 404),
        ("POST", "/api/v1/enrollments/9223372036854775808/cancel", 404),
        ("POST", "/api/v1/enrollments/1/offer", 403),
        ("POST", "/api/v1/enrollments/1/fly", 403),
        ("POST", "/api/v1/enrollments/1/cancel/twice", 404),
        ("POST", "/api/v1/enrollments/", 405),
        ("DELETE", "/api/v1/enrollments/1", 405),
        ("GET", "/api/v1/seasons/x", 405),
        ("FETCH", "/api/v1/enrollments/", 405),
        ("DELETE", "/api/v1/enrollments/", 405),
        ("TRACE", "/api/v1/enrollments/1", 405),
    ],
)
def test_an_address_that_leads_nowhere(family: Family, method: str, path: str, status: int) -> None:
    refused(family.http.open(method, path), status)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "enrollments/", {"GET"}),
        ("PUT", "enrollments/1", {"GET"}),
        ("DELETE", "persons/1", {"GET", "PATCH", "PUT"}),
        ("POST", "persons/1", {"GET", "PATCH", "PUT"}),
        ("POST", "accounts/", {"GET"}),
    ],
)
def test_what_nobody_may_do_is_no_method_and_the_others_are_named(
    client: Callable[..., Client], family: Family, method: str, path: str, allowed: set[str]
) -> None:
    """Signing in, or from another seat, would not help: 401 and 403 would say that it might."""
    for http in (client(), family.http):
        answer = http.open(method, f"/api/v1/{path}", json={})
        refused(answer, 405)
        assert set(answer.headers["Allow"].split(", ")) == allowed | {"HEAD", "OPTIONS"}


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
    assert said == {"it": "Al massimo 2.000 caratteri.", "en": "At most 2,000 characters."}
