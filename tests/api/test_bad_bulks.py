"""Bulks that make no sense: each wrong row is named, and nothing is written."""

from collections.abc import Callable
from typing import Any

import pytest

from app.transaction import ScopedSession
from tests.api.offices import Office
from tests.sessions import Client

PATH = "/api/v1/organization-contacts/bulk"


@pytest.fixture
def office(db: ScopedSession, client: Callable[..., Client]) -> Office:
    return Office(db, client)


def row(**values: Any) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {"id": office.contact.id, **values}


def new(**values: Any) -> Callable[[Office], dict[str, Any]]:
    return lambda office: {"organization_id": office.body.id, "name": "Bruna", **values}


Sent = dict[str, Any]
ODD: list[tuple[Sent, str]] = [
    ({"create": {}}, "create"),
    ({"create": None}, "create"),
    ({"create": "x"}, "create"),
    ({"create": [1]}, "create[0]"),
    ({"create": [None]}, "create[0]"),
    ({"create": [[]]}, "create[0]"),
    ({"create": [{}]}, "create[0].name"),
    ({"create": [new(name="a\x00b")]}, "create[0].name"),
    ({"create": [new(name="x" * 5000)]}, "create[0].name"),
    ({"create": [new(), new(id=1)]}, "create[1].id"),
    ({"create": [new(), new(organization_id=2**70)]}, "create[1].organization_id"),
    ({"create": [new(), new(organization_id=10**9)]}, "create[1].organization_id"),
    ({"create": [new(), new(alliance_id=1)]}, "create[1].alliance_id"),
    ({"create": [new(version=7)]}, "create[0].version"),
    ({"change": [{"name": "x"}]}, "change[0].id"),
    ({"change": [row(id="1")]}, "change[0].id"),
    ({"change": [row(id=1.5)]}, "change[0].id"),
    ({"change": [row(id=True)]}, "change[0].id"),
    ({"change": [row(id=0)]}, "change[0].id"),
    ({"change": [row(id=-1)]}, "change[0].id"),
    ({"change": [row(id=2**63)]}, "change[0].id"),
    ({"change": [row(id=2**70)]}, "change[0].id"),
    ({"change": [row(id=None)]}, "change[0].id"),
    ({"change": [row(version="1")]}, "change[0].version"),
    ({"change": [row(version=2**40)]}, "change[0].version"),
    ({"change": [row(name="Carla"), row(id=10**9, name="x")]}, "change[1]"),
    ({"change": [row(name="Carla"), row(nonsense=1)]}, "change[1].nonsense"),
    ({"change": [row(organization_id=10**9)]}, "change[0].organization_id"),
    ({"delete": [row(name="x")]}, "delete[0].name"),
    ({"delete": [row(), row()]}, "delete[1]"),
    ({"change": [row(name="Carla")], "delete": [row(), row(id=10**9)]}, "delete[1]"),
    ({"create": [new()], "upsert": [new()]}, "upsert"),
    ({"create": [new()], "": []}, ""),
    ({"create": [], "change": [], "delete": []}, "create"),
    ({}, "create"),
    ({"create": [new()] * 501}, "create"),
    ({"create": [new()] * 300, "delete": [row()] * 300}, "create"),
]


def made(part: Any, office: Office) -> Any:
    if isinstance(part, list):
        return [one(office) if callable(one) else one for one in part]
    return part


def test_a_bulk_that_makes_no_sense_is_refused_by_name(office: Office) -> None:
    before = office.written()
    for sent, field in ODD:
        body = {name: made(part, office) for name, part in sent.items()}
        answer = office.http.post(PATH, json=body)
        assert answer.status_code in (400, 422), (sent, answer.text)
        assert answer.content_type == "application/problem+json"
        named = [error["field"] for error in answer.json["errors"]]
        assert any(one.startswith(field) if field else one == "" for one in named), (sent, named)
        assert office.written() == before, sent


def test_a_row_that_is_changed_and_deleted_in_one_bulk_is_gone(office: Office) -> None:
    sent = {"change": [{"id": office.contact.id, "name": "Carla"}],
            "delete": [{"id": office.contact.id}]}  # fmt: skip
    answer = office.http.post(PATH, json=sent)
    assert answer.status_code == 200, answer.text
    assert [line["status"] for line in answer.json["result"]] == [200, 204]


def test_where_there_are_no_bulks_there_is_no_address(office: Office) -> None:
    for noun in ("state-changes", "audit-events", "messages"):
        answer = office.http.post(f"/api/v1/{noun}/bulk", json={"delete": [{"id": 1}]})
        assert answer.status_code in (403, 404, 405), (noun, answer.status_code)
