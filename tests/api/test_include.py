"""Related rows beside a list's own: under their own policy, in a bounded number of SELECTs."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from app import models, permissions
from app.api import classes
from app.api.base import ResourceApi
from app.api.related import relations
from app.query.includes import MOST_CHILDREN
from app.query.paths import path
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import Family, refused
from tests.sessions import Client
from tests.statements import selects

WORKSHOPS = "/api/v1/workshops/"
APIS = [api for api in classes() if issubclass(api, ResourceApi)]


@pytest.fixture
def workshop(seat: models.Seat) -> models.Workshop:
    return f.WorkshopFactory(organization__alliance=seat.alliance)


def rows(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json["result"]
    return found


def listed(http: Client, address: str) -> dict[str, Any]:
    """The only row of a list."""
    [row] = rows(http.get(address))
    return row


def leaves(found: dict[str, Any]) -> Iterator[Any]:
    """The values of an answer, over its relations."""
    for value in found.values():
        yield from leaves(value) if isinstance(value, dict) else [value]


# ---------------------------------------------------------------- to one


def test_a_relation_to_one_shows_what_its_own_list_shows(
    staff: Client, workshop: models.Workshop
) -> None:
    row = listed(staff, f"{WORKSHOPS}?include=organization,season")
    assert row["organization"] == listed(
        staff, f"/api/v1/organizations/?id={row['organization']['id']}"
    )
    assert row["season"] == listed(staff, "/api/v1/seasons/")
    assert row["title"] == workshop.title


def test_what_is_nested_below_comes_along(staff: Client, workshop: models.Workshop) -> None:
    slot = f.SlotFactory(workshop=workshop)
    row = listed(staff, "/api/v1/slots/?fields=title&include=workshop")
    assert row["title"] == slot.title
    assert row["workshop"]["season"]["title"] == workshop.season.title
    assert set(row) == {"title", "workshop"}


def test_a_relation_that_is_empty_or_not_seen_is_null_throughout(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    ours = f.OrganizationFactory()
    theirs = f.LocationFactory(organization__alliance=ours.alliance)
    provider = client(f.SeatFactory(kind="provider", alliance=ours.alliance, organization=ours))
    for location in (None, theirs):
        workshop = f.WorkshopFactory(organization=ours, location=location)
        db.flush()
        row = listed(provider, f"{WORKSHOPS}?include=location&id={workshop.id}")
        assert "name" in row["location"]
        assert {*leaves(row["location"])} == {None}


def test_a_hidden_column_of_a_relation_stays_hidden(
    client: Callable[..., Client], family: Family
) -> None:
    family.apply()
    provider = client(
        f.SeatFactory(
            kind="provider", alliance=family.alliance, organization=family.slot.organization
        )
    )
    row = listed(provider, "/api/v1/enrollments/?include=person,slot")
    assert row["person"]["last_name"] == family.child.last_name
    # The roster's names, never what is for the office and the family.
    assert "fiscal_code" not in row["person"]
    assert "phone" not in row["person"]
    assert "fee" not in row


def test_a_relation_to_one_costs_no_statement(
    staff: Client, workshop: models.Workshop, db: ScopedSession
) -> None:
    with selects(db.connection()) as found:
        rows(staff.get(f"{WORKSHOPS}?include=organization,season,municipality,location,controller"))
    assert len(found) == 1, found


# ---------------------------------------------------------------- to many


def test_children_are_pages_of_their_own_list(
    staff: Client, workshop: models.Workshop, seat: models.Seat
) -> None:
    for _ in range(3):
        f.SlotFactory(workshop=workshop)
    f.SlotFactory(workshop=f.WorkshopFactory(organization=workshop.organization))
    empty = f.WorkshopFactory(organization=workshop.organization)
    found = {row["id"]: row for row in rows(staff.get(f"{WORKSHOPS}?include=slots"))}
    assert len(found) == 3
    for number, row in found.items():
        assert row["slots"] == staff.get(f"/api/v1/slots/?workshop_id={number}").json
    assert len(found[workshop.id]["slots"]["result"]) == 3
    assert found[empty.id]["slots"] == {"result": [], "next": None}


def test_more_children_than_a_page_are_had_by_their_cursor(
    staff: Client, workshop: models.Workshop
) -> None:
    short = f.WorkshopFactory(organization=workshop.organization)
    for count, one in ((MOST_CHILDREN + 3, workshop), (MOST_CHILDREN, short)):
        for _ in range(count):
            f.SlotFactory(workshop=one)
    found = {row["id"]: row["slots"] for row in rows(staff.get(f"{WORKSHOPS}?include=slots"))}
    page = found[workshop.id]
    assert len(page["result"]) == MOST_CHILDREN
    rest = staff.get(
        f"/api/v1/slots/?workshop_id={workshop.id}&limit=100&cursor={quote(page['next'])}"
    )
    numbers = [row["id"] for row in page["result"] + rows(rest)]
    assert len(numbers) == len(set(numbers)) == MOST_CHILDREN + 3
    assert rest.json["next"] is None
    assert len(found[short.id]["result"]) == MOST_CHILDREN
    assert found[short.id]["next"] is None
    # The cursor is that workshop's, not another's.
    refused(
        staff.get(f"/api/v1/slots/?workshop_id={short.id}&cursor={quote(page['next'])}"),
        400, "cursor",
    )  # fmt: skip


@pytest.mark.parametrize("count", [1, 7])
def test_each_relation_to_many_costs_one_statement_for_all_rows(
    staff: Client, seat: models.Seat, db: ScopedSession, count: int
) -> None:
    for _ in range(count):
        person = f.PersonFactory(alliance=seat.alliance)
        f.RelationFactory(person=person)
        f.EnrollmentFactory(person=person)
    with selects(db.connection()) as found:
        answer = staff.get("/api/v1/persons/?include=relations,enrollments,municipality")
        assert len(rows(answer)) == count
    assert len(found) == 3, found


def test_no_row_asks_for_no_children(staff: Client, db: ScopedSession) -> None:
    with selects(db.connection()) as found:
        assert rows(staff.get(f"{WORKSHOPS}?include=slots")) == []
    assert len(found) == 1


def test_a_row_comes_with_its_children_and_its_version(family: Family, db: ScopedSession) -> None:
    family.apply()
    application = family.http.get("/api/v1/applications/").json["result"][0]["id"]
    with selects(db.connection()) as found:
        answer = family.http.get(f"/api/v1/applications/{application}?include=enrollments,season")
    assert answer.status_code == 200, answer.text
    assert len(found) == 2
    assert answer.headers["ETag"].strip('"').isdigit()
    [enrolment] = answer.json["result"]["enrollments"]["result"]
    assert enrolment["slot"]["id"] == family.slot.id
    assert answer.json["result"]["season"]["id"] is None


def test_children_that_the_seat_does_not_see_are_not_there(
    client: Callable[..., Client], seat: models.Seat, workshop: models.Workshop, db: ScopedSession
) -> None:
    """A citizen's application holds another family's child only in the office's eyes."""
    mine = f.SeatFactory(kind="citizen", alliance=seat.alliance)
    child, other = (f.PersonFactory(alliance=seat.alliance) for _ in range(2))
    f.RelationFactory(user=mine.user, person=child)
    application = f.ApplicationFactory(user=mine.user, alliance=seat.alliance)
    for person in (child, other):
        f.EnrollmentFactory(
            slot=f.SlotFactory(workshop=workshop), person=person, application=application
        )
    address = f"/api/v1/applications/{application.id}?include=enrollments"
    for http, expected in ((client(seat), {child.id, other.id}), (client(mine), {child.id})):
        answer = http.get(address)
        found = answer.json["result"]["enrollments"]["result"]
        assert {row["person"]["id"] for row in found} == expected


def test_only_the_fields_that_are_asked_for_and_the_number_that_children_hang_on(
    staff: Client, workshop: models.Workshop
) -> None:
    f.SlotFactory(workshop=workshop)
    row = listed(staff, f"{WORKSHOPS}?fields=title&include=slots")
    assert set(row) == {"id", "title", "slots"}


def test_the_public_sees_free_places_beside_the_workshops(
    client: Callable[..., Client], workshop: models.Workshop
) -> None:
    slot = f.SlotFactory(workshop=workshop)
    row = listed(client(), f"{WORKSHOPS}?include=slots,organization")
    assert [one["id"] for one in row["slots"]["result"]] == [slot.id]
    assert row["organization"]["kind"] == workshop.organization.kind
    refused(client().get("/api/v1/slots/?include=enrollments"), 400, "include")
    refused(client().get(f"/api/v1/slots/{slot.id}?include=enrollments"), 400, "include")


# ---------------------------------------------------------------- files


def test_a_file_takes_relations_to_one_as_columns(staff: Client, workshop: models.Workshop) -> None:
    answer = staff.get(f"{WORKSHOPS}?format=csv&fields=id&include=season", buffered=True)
    assert answer.status_code == 200
    head, line = answer.text.splitlines()
    assert head.split(",")[:3] == ["id", "season.id", "season.title"]
    assert line.split(",")[2] == workshop.season.title


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("noun", "query"),
    [
        ("workshops", "include=nothing"),
        ("workshops", "include="),
        ("workshops", "include=slots,"),
        ("workshops", "include=slots.enrollments"),
        ("workshops", "include=copied_from"),
        ("workshops", "include=title"),
        ("workshops", "include=id"),
        ("workshops", "include=organization.municipality"),
        ("workshops", "include=organization,season,municipality,location,controller,slots"),
        ("workshops", "include=slots&format=csv"),
        ("workshops", "include=slots&format=ndjson"),
        ("organizations", "include=seats"),
        ("persons", "include=files"),
    ],
)
def test_a_relation_that_there_is_not_is_refused_by_name(
    staff: Client, noun: str, query: str
) -> None:
    refused(staff.get(f"/api/v1/{noun}/?{query}"), 400, "include")


def test_a_row_refuses_the_same(staff: Client, workshop: models.Workshop) -> None:
    for names in (
        "nothing",
        "",
        "slots,x",
        "season,location,controller,organization,slots,alliance",
    ):
        refused(staff.get(f"{WORKSHOPS}{workshop.id}?include={names}"), 400, "include")
    refused(staff.get(f"{WORKSHOPS}999999999?include=slots"), 404)


def test_a_relation_is_closed_to_a_seat_that_does_not_list_its_noun(
    client: Callable[..., Client], workshop: models.Workshop, seat: models.Seat
) -> None:
    company = client(
        f.SeatFactory(kind="company", alliance=seat.alliance, organization__alliance=seat.alliance)
    )
    assert company.get(WORKSHOPS).status_code == 200
    for name in ("slots", "season", "location"):
        refused(company.get(f"{WORKSHOPS}?include={name}"), 400, "include")


def test_a_role_that_narrows_a_seat_narrows_what_it_includes(
    client: Callable[..., Client], seat: models.Seat, workshop: models.Workshop,
    db: ScopedSession, web_on: Flask,
) -> None:  # fmt: skip
    from flask_appbuilder.security.sqla import models as fab
    from sqlalchemy import select

    pairs = db.scalars(
        select(fab.PermissionView)
        .join(fab.PermissionView.permission)
        .join(fab.PermissionView.view_menu)
        .where(fab.Permission.name == "can_list", fab.ViewMenu.name.in_(["workshops", "seasons"]))
    ).all()
    assert len(pairs) == 2
    role = f.RoleFactory()
    role.permissions = list(pairs)
    f.RoleScopeFactory(role=role, alliance_id=seat.alliance_id)
    narrowed = client(f.SeatFactory(kind="staff", alliance=seat.alliance, role=role))
    assert listed(narrowed, f"{WORKSHOPS}?include=season")["season"]["kind"]
    for name in ("slots", "organization"):
        refused(narrowed.get(f"{WORKSHOPS}?include={name}"), 400, "include")


def test_a_program_includes_what_its_key_reads(
    client: Callable[..., Client], now: datetime, workshop: models.Workshop
) -> None:
    owner = client(
        f.SeatFactory(
            kind="municipality", alliance=workshop.alliance, organization=workshop.organization
        )
    )
    made = owner.post(
        "/api/v1/keys/",
        json={"name": "Sito", "expires_at": (now + timedelta(days=30)).isoformat(),
              "scopes": ["workshops:read", "seasons:read"]},
    )  # fmt: skip
    program = Client(owner.http, made.json["key"], owner.seat)
    assert listed(program, f"{WORKSHOPS}?include=season")["season"]["kind"]
    refused(program.get(f"{WORKSHOPS}?include=slots"), 400, "include")
    assert rows(owner.get(f"{WORKSHOPS}?include=slots"))


# ---------------------------------------------------------------- declarations


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.resource)
def test_every_relation_leads_to_a_list_that_it_can_be_followed_in(
    api: type[ResourceApi], flask_app: Flask
) -> None:
    model = permissions.RESOURCES[api.resource]
    for name, relation in relations(api).items():
        assert relation.name == name
        related = permissions.RESOURCES[relation.resource]
        if relation.key:
            target = next(a for a in APIS if a.resource == relation.resource)
            assert relation.key in target.filter_columns, (api.resource, name)
            keys = related.__table__.c[relation.key].foreign_keys
            assert model.__table__.c.id in {key.column for key in keys}, (api.resource, name)
            assert name not in model.__table__.c
        for column in relation.columns:
            path(related if relation.key else model, column if relation.key else f"{name}.{column}")
