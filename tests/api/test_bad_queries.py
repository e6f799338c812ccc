"""Questions that are bombs, riddles or broken text: a clear 400 that names the parameter."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import refused
from tests.sessions import Client

ORGANIZATIONS = "/api/v1/organizations/"


def names(answer: TestResponse) -> list[str]:
    return [error["field"] for error in refused(answer, 400)["errors"]]


def nested(depth: int) -> str:
    return '{"_and":[' * depth + '{"id":{"_gt":0}}' + "]}" * depth


def many(count: int) -> str:
    return json.dumps({"_or": [{"id": {"_eq": n}} for n in range(count)]})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("filter", nested(6)),
        ("filter", nested(800)),
        ("filter", '{"_and":' * 1200),
        ("filter", many(201)),
        ("filter", json.dumps({"id": {"_in": list(range(201))}})),
        ("filter", json.dumps({"id": {f"_{n}": 1 for n in range(900)}})),
        ("filter", json.dumps({"_and": [{}] * 300}) + " " * 10_000),
        ("filter", '{"id":{"_eq":1e400}}'),
        ("filter", '{"id":{"_eq":' + "9" * 5000 + "}}"),
        ("filter", '{"id":{"_eq":NaN}}'),
        ("filter", '{"id":{"_eq":[1]}}'),
        ("filter", '{"id":{"_eq":{"a":1}}}'),
        ("filter", '{"id":{"_eq":null}}'),
        ("filter", '{"id":{}}'),
        ("filter", '{"id":1}'),
        ("filter", '{"":{"_eq":1}}'),
        ("filter", '{"id":{"":1}}'),
        ("filter", '{"id":{"eq":1}}'),
        ("filter", '{"name":{"_eq":"\\u0000"}}'),
        ("filter", '{"name":{"_in":["a","\\ud83d"]}}'),
        ("filter", '{"name":{"_null":"maybe"}}'),
        ("filter", '{"_not":[{"id":{"_eq":1}}]}'),
        ("filter", '{"__class__":{"_eq":1}}'),
        ("filter", '{"alliance.slug":{"_eq":"x"}}'),
        ("filter", '["id"]'),
        ("filter", "null"),
        ("filter", "1"),
        ("id__in", ",".join(["1"] * 201)),
        ("id__in", "1,,2"),
        ("id__in", ""),
        ("id", ""),
        ("id", "1.0"),
        ("id", "0x1"),
        ("id", "1_0"),
        ("id", "١"),
        ("id__eq__eq", "1"),
        ("id__", "1"),
        ("__id", "1"),
        ("name__roughly", "x"),
        ("kind__contains", "x"),
        ("created_by", "1"),
        ("password", "1"),
        ("alliance_id", "1"),
        ("municipality.nothing", "1"),
        ("municipality.id.id", "1"),
        ("x" * 3000, "1"),
        ("sort", "password"),
        ("sort", "alliance.slug"),
        ("sort", "--name"),
        ("sort", "name;DROP TABLE seat"),
        ("sort", "name,kind,id,email"),
        ("sort", "municipality"),
        ("sort", "name\x00"),
        ("sort", "-"),
        ("fields", "name,,id"),
        ("fields", "*"),
        ("fields", "municipality"),
        ("fields", ","),
        ("include", "everything"),
        ("include", "alliance,"),
        ("count", "true"),
        ("limit", ""),
        ("limit", "+1"),
        ("limit", "1 "),
        ("page", "10001"),
        ("page", "-0"),
        ("format", "../../etc/passwd"),
        ("group", "password"),
        ("aggregate", "sum(name)"),
        ("aggregate", "pg_sleep(9)"),
        ("aggregate", "count("),
        ("search", "x" * 20_000),
        ("search", "a\x00b"),
        ("q", "(a:" * 1600),
        ("q", "!(" * 2400),
        ("q", "(filters:!(" + "(col:id,opr:eq,value:1)," * 400 + "))"),
        ("q", "!"),
        ("q", "(a:!"),
        ("q", "(columns:!(name)"),
        ("q", "(page:0,page:"),
        ("q", "(filters:!((col:id,opr:eq)))"),
        ("q", "(filters:!((col:id,opr:like,value:1)))"),
        ("q", "(filters:!(1,2))"),
        ("q", "(filters:1)"),
        ("q", "(nonsense:1)"),
        ("q", "!(1,2)"),
        ("q", "x" * 6000),
        ("q", "('\x00':1)"),
    ],
    ids=lambda value: value[:24].replace("\x00", "0"),
)  # fmt: skip
def test_a_question_of_another_form(staff: Client, name: str, text: str) -> None:
    [named] = names(staff.get(ORGANIZATIONS, query_string={name: text}))
    assert named[:100] == name[:100]


@pytest.mark.parametrize(
    ("q", "name"),
    [
        ("(page:-1)", "page"),
        ("(page:'0 OR 1=1')", "page"),
        ("(page_size:1000)", "limit"),
        ("(page_size:!t)", "limit"),
        ("(page_size:1.5)", "limit"),
        ("(columns:!(password))", "fields"),
        ("(order_column:password,order_direction:desc)", "sort"),
        ("(order_column:(a:1))", "sort"),
        ("(filters:!((col:password,opr:eq,value:1)))", "password__eq"),
        ("(filters:!((col:kind,opr:eq,value:nonsense)))", "kind__eq"),
        ("(filters:!((col:id,opr:in,value:!(1,x))))", "id__in"),
        ("(filters:!((col:id,opr:eq,value:99999999999999999999)))", "id__eq"),
    ],
)
def test_what_rison_asks_is_held_to_the_same(staff: Client, q: str, name: str) -> None:
    assert names(staff.get(ORGANIZATIONS, query_string={"q": q})) == [name]


def test_beside_rison_the_other_parameters_still_count(staff: Client) -> None:
    assert staff.seat is not None
    f.OrganizationFactory(alliance=staff.seat.alliance)
    found = staff.get(f"{ORGANIZATIONS}?q=(page_size:1)&id=0").json
    assert found["result"] == []
    assert names(staff.get(f"{ORGANIZATIONS}?q=(page_size:1)&nonsense=1")) == ["nonsense"]
    assert names(staff.get(f"{ORGANIZATIONS}?q=(page_size:1)&format=pdf")) == ["format"]
    slug = staff.seat.alliance.slug
    assert staff.get(f"{ORGANIZATIONS}?q=(page_size:1)&alliance={slug}").json["result"]
    assert staff.get(f"{ORGANIZATIONS}?q=(page_size:1)&alliance=elsewhere").json["result"] == []


@pytest.mark.parametrize("said", ["allergies", "-pickup", "note", "person.allergies"])
def test_what_the_seat_may_not_read_is_not_sorted_by(
    staff: Client, client: Callable[..., Client], said: str
) -> None:
    provider = client(f.SeatFactory(kind="provider"))
    for who in (staff, provider):
        for noun in ("persons", "enrollments"):
            assert names(who.get(f"/api/v1/{noun}/?sort={said}")) == ["sort"]


@pytest.mark.parametrize(
    "query",
    [
        b"name=%ff", b"name=\xff", b"%ff=1", b"search=%c3%28", b"sort=%ed%a0%80", b"filter=%80",
        b"fields=name%ff", b"cursor=%ff", b"alliance=%ff", b"=", b"&&&", b"=&=",
        b"name=%", b"name=%2", b"name=%zz", b";;;", b"a" * 4000, b"%00=1",
    ],
)  # fmt: skip
def test_broken_text_in_a_question_is_no_fault_of_ours(staff: Client, query: bytes) -> None:
    answer = staff.get(ORGANIZATIONS, query_string=query.decode("latin-1"))
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 400:
        assert names(answer)


TAGS = ["1", "'1'", '"1', '1"', '""', '"x"', '"-1"', '"1.0"', '"1","2"', "W/1",
        "*,*", '"' + "9" * 40 + '"', "²", '"²"', "\xff", '"1"\x01', "null", "%22"]  # fmt: skip


@pytest.mark.parametrize("method", ["PATCH", "PUT", "DELETE", "POST"])
def test_a_condition_of_another_form_changes_nothing(
    staff: Client, db: ScopedSession, method: str
) -> None:
    assert staff.seat is not None
    body = f.OrganizationFactory(alliance=staff.seat.alliance)
    service = f.ServiceFactory(organization=body, status="review")
    contact = f.OrganizationContactFactory(organization=body, name="Anna")
    db.flush()
    path = f"/api/v1/organization-contacts/{contact.id}"
    sent = {"name": "Berta"}
    if method == "POST":
        path, sent = f"/api/v1/services/{service.id}/publish", {}
    for tag in TAGS:
        answer = staff.open(method, path, json=sent, headers={"If-Match": tag})
        refused(answer, 400, "If-Match")
    db.expire_all()
    assert (contact.name, service.status) == ("Anna", "review")


@pytest.mark.parametrize("tag", ['"999"', '"0"', 'W/"1"'])
def test_a_condition_that_does_not_hold_changes_nothing(
    staff: Client, db: ScopedSession, tag: str
) -> None:
    assert staff.seat is not None
    body = f.OrganizationFactory(alliance=staff.seat.alliance)
    db.flush()
    for method in ("PATCH", "PUT"):
        answer = staff.open(
            method, f"{ORGANIZATIONS}{body.id}", json={"phone": "1"}, headers={"If-Match": tag}
        )
        assert answer.status_code in (400, 412)
    db.expire_all()
    assert body.phone != "1"


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Idempotency-Key", "", 400),
        ("Idempotency-Key", "x" * 201, 400),
        ("Idempotency-Key", "a\x01b", 400),
        ("Idempotency-Key", "\xff", 400),
        ("Accept", "\xff/\xff", 201),
        ("Accept", "a" * 5000, 201),
        ("Accept-Language", "\xff;q=x", 201),
        ("Accept-Language", "it;q=" + "9" * 400, 201),
        ("Content-Type", "application/json; charset=\xff", 201),
        ("Content-Encoding", "gzip", 400),
        ("X-Forwarded-For", "'; DROP TABLE seat --", 201),
        ("Range", "bytes=0-0", 201),
    ],
)
def test_odd_headers(staff: Client, header: str, value: str, status: int) -> None:
    sent: dict[str, Any] = {"data": b'{"name": "Cisl", "kind": "union"}'}
    headers = {"Content-Type": "application/json"} | {header: value}
    if header == "Content-Encoding":
        sent["data"] = b"\x1f\x8b\x08\x00"
    answer = staff.post(ORGANIZATIONS, headers=headers, **sent)
    assert answer.status_code == status, answer.text
    if status == 400:
        refused(answer, 400)
