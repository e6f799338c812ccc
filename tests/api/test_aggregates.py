"""Figures of a list: right, under the policy and the column groups, small cells kept back."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from app import models
from app.query.aggregates import MOST_GROUPS
from app.transaction import ScopedSession
from tests import factories as f
from tests.api.families import refused
from tests.sessions import Client
from tests.statements import selects

ENROLLMENTS = "/api/v1/enrollments/"
WORKSHOPS = "/api/v1/workshops/"
ABOUT_PEOPLE = ("applications", "delegations", "enrollments", "persons", "relations",
                "service-requests", "state-changes")  # fmt: skip


@pytest.fixture
def body(seat: models.Seat) -> models.Organization:
    return f.OrganizationFactory(alliance=seat.alliance)


@pytest.fixture
def workshops(body: models.Organization) -> list[models.Workshop]:
    """Two that cost something and one that does not, beside another alliance's."""
    f.WorkshopFactory(price_kind="fixed", price="99.00", price_unit="week")
    return [
        f.WorkshopFactory(
            organization=body, kind=kind, municipality=None if kind == "online" else town,
            price_kind="fixed" if price else "free", price=price,
            price_unit="week" if price else None, min_age=age, max_age=age and age + 2,
        )
        for town in [f.MunicipalityFactory()]
        for kind, price, age in (
            ("summer_camp", Decimal("80.50"), 6), ("summer_camp", Decimal("20.00"), 7),
            ("online", None, None),
        )
    ]  # fmt: skip


def enrol(body: models.Organization, *places: tuple[str, Any, int]) -> models.Slot:
    """So many enrolments of a status and fee in one slot."""
    slot = f.SlotFactory(workshop__organization=body, places=500)
    for status, fee, count in places:
        for _ in range(count):
            f.EnrollmentFactory(slot=slot, status=status, fee=fee)
    return slot


def figures(http: Client, address: str) -> list[dict[str, Any]]:
    answer = http.get(address)
    assert answer.status_code == 200, answer.text
    assert set(answer.json) == {"result", "next"}
    assert answer.json["next"] is None
    found: list[dict[str, Any]] = answer.json["result"]
    return found


# ---------------------------------------------------------------- figures


def test_groups_come_with_their_figures_in_the_order_of_their_values(
    staff: Client, workshops: list[models.Workshop]
) -> None:
    asked = "group=kind&aggregate=count,sum(price),min(price),max(price),avg(price),sum(min_age)"
    assert figures(staff, f"{WORKSHOPS}?{asked}") == [
        {"kind": "online", "count": 1, "sum(price)": None, "min(price)": None,
         "max(price)": None, "avg(price)": None, "sum(min_age)": None},
        {"kind": "summer_camp", "count": 2, "sum(price)": "100.50", "min(price)": "20.00",
         "max(price)": "80.50", "avg(price)": "50.2500", "sum(min_age)": 13},
    ]  # fmt: skip


def test_without_groups_there_is_one_row_and_without_figures_a_count(
    staff: Client, workshops: list[models.Workshop]
) -> None:
    assert figures(staff, f"{WORKSHOPS}?aggregate=count") == [{"count": 3}]
    assert figures(staff, f"{WORKSHOPS}?aggregate=avg(min_age)") == [{"avg(min_age)": "6.5000"}]
    assert figures(staff, f"{WORKSHOPS}?group=price_kind") == [
        {"price_kind": "fixed", "count": 2},
        {"price_kind": "free", "count": 1},
    ]


def test_nothing_is_counted_as_nothing(staff: Client) -> None:
    assert figures(staff, f"{WORKSHOPS}?aggregate=count,sum(price)") == [
        {"count": 0, "sum(price)": None}
    ]
    assert figures(staff, f"{ENROLLMENTS}?aggregate=count") == [{"count": 0}]
    assert figures(staff, f"{ENROLLMENTS}?group=status") == []


def test_groups_of_related_columns_and_of_what_is_missing(
    staff: Client, workshops: list[models.Workshop], body: models.Organization
) -> None:
    town = workshops[0].municipality
    assert town is not None
    found = figures(staff, f"{WORKSHOPS}?group=municipality.name,organization_id")
    assert found == [
        {"municipality.name": town.name, "organization_id": body.id, "count": 2},
        {"municipality.name": None, "organization_id": body.id, "count": 1},
    ]


def test_dates_times_and_numbers_keep_their_form(
    staff: Client, workshops: list[models.Workshop]
) -> None:
    row = figures(staff, f"{WORKSHOPS}?aggregate=min(starts_on),max(opens_at)")[0]
    listed = staff.get(f"{WORKSHOPS}?sort=-opens_at").json["result"]
    assert row["min(starts_on)"] == listed[0]["starts_on"]
    assert row["max(opens_at)"] == listed[0]["opens_at"]
    by_price = figures(staff, f"{WORKSHOPS}?group=price")
    assert [one["price"] for one in by_price] == ["20.00", "80.50", None]


def test_filters_search_and_the_alliance_hold_as_in_the_list(
    staff: Client, workshops: list[models.Workshop]
) -> None:
    for asked, count in (
        ("kind=summer_camp", 2),
        ("price__gt=30", 1),
        ('filter={"_or":[{"kind":{"_eq":"online"}},{"price":{"_eq":"20"}}]}', 2),
        (f"search={workshops[2].title}", 1),
        (f"alliance={workshops[0].alliance.slug}", 3),
        ("alliance=elsewhere", 0),
        (f"organization.name={workshops[0].organization.name}", 3),
    ):
        assert figures(staff, f"{WORKSHOPS}?aggregate=count&{asked}") == [{"count": count}], asked
        listed = staff.get(f"{WORKSHOPS}?{asked}").json["result"]
        assert len(listed) == count, asked


def test_figures_cost_one_statement(
    staff: Client, workshops: list[models.Workshop], db: ScopedSession
) -> None:
    with selects(db.connection()) as found:
        figures(staff, f"{WORKSHOPS}?group=season.title,kind&aggregate=count,sum(price)")
    assert len(found) == 1, found


def test_figures_as_a_file(staff: Client, body: models.Organization) -> None:
    enrol(body, ("draft", "10.00", 6), ("placed", None, 4), ("waiting", None, 5))
    answer = staff.get(
        f"{ENROLLMENTS}?group=status&aggregate=count,sum(fee)&format=csv", buffered=True
    )
    assert answer.text.splitlines() == [
        "status,count,sum(fee),suppressed", "draft,6,60.00,", "placed,,,true", "waiting,,,true"
    ]  # fmt: skip


# ---------------------------------------------------------------- policy and column groups


def test_each_seat_counts_the_rows_that_it_lists(
    client: Callable[..., Client], seat: models.Seat, body: models.Organization
) -> None:
    enrol(body, ("placed", None, 6), ("draft", None, 7))
    enrol(f.OrganizationFactory(alliance=seat.alliance), ("placed", None, 8))
    enrol(f.OrganizationFactory(), ("placed", None, 9))
    expected = {
        "staff": {"placed": 14, "draft": 7},
        "municipality": {"placed": 6},
        "provider": {"placed": 6},
        "citizen": {},
    }
    for kind, counts in expected.items():
        organization = None if kind in ("staff", "citizen") else body
        http = client(f.SeatFactory(kind=kind, alliance=seat.alliance, organization=organization))
        found = figures(http, f"{ENROLLMENTS}?group=status")
        assert {row["status"]: row["count"] for row in found} == counts, kind
        listed = http.get(f"{ENROLLMENTS}?limit=100").json["result"]
        assert Counter(row["status"] for row in listed) == counts, kind


def test_a_related_row_that_is_not_seen_has_no_group_of_its_own(
    client: Callable[..., Client], body: models.Organization
) -> None:
    """A provider sees the places of its own alone, not the hall that a workshop is held in."""
    theirs = f.LocationFactory(organization__alliance=body.alliance)
    f.WorkshopFactory(organization=body, location=theirs)
    provider = client(f.SeatFactory(kind="provider", alliance=body.alliance, organization=body))
    found = figures(provider, f"{WORKSHOPS}?group=location.name")
    assert found == [{"location.name": None, "count": 1}]


def test_the_public_counts_what_is_published(
    client: Callable[..., Client], workshops: list[models.Workshop], db: ScopedSession
) -> None:
    workshops[0].status = "draft"
    db.flush()
    alliance = f"alliance={workshops[0].alliance.slug}"
    assert figures(client(), f"{WORKSHOPS}?group=kind&{alliance}") == [
        {"kind": "online", "count": 1}, {"kind": "summer_camp", "count": 1}
    ]  # fmt: skip
    refused(client().get(f"{ENROLLMENTS}?aggregate=count"), 401)


def test_a_company_is_told_no_figures(
    client: Callable[..., Client], seat: models.Seat, workshops: list[models.Workshop]
) -> None:
    company = client(
        f.SeatFactory(kind="company", alliance=seat.alliance, organization__alliance=seat.alliance)
    )
    assert company.get(WORKSHOPS).status_code == 200
    for asked in ("group=kind", "aggregate=count", "group=kind&aggregate=sum(price)"):
        refused(company.get(f"{WORKSHOPS}?{asked}"), 403)


def test_a_hidden_column_is_neither_grouped_nor_summed(
    client: Callable[..., Client], body: models.Organization
) -> None:
    enrol(body, ("placed", "10.00", 6))
    provider = client(f.SeatFactory(kind="provider", alliance=body.alliance, organization=body))
    refused(provider.get(f"{ENROLLMENTS}?group=fee"), 400, "group")
    refused(provider.get(f"{ENROLLMENTS}?group=reason"), 400, "group")
    refused(provider.get(f"{ENROLLMENTS}?aggregate=sum(fee)"), 400, "aggregate")
    refused(provider.get(f"{ENROLLMENTS}?aggregate=count&fee__gt=1"), 400, "fee__gt")


# ---------------------------------------------------------------- small cells


def test_a_small_group_is_kept_back_and_so_is_what_would_give_it_away(
    staff: Client, body: models.Organization
) -> None:
    enrol(
        body, ("draft", "10.00", 5), ("placed", "10.00", 6), ("waiting", "20.00", 4),
        ("cancelled", "5.00", 9),
    )  # fmt: skip
    assert figures(staff, f"{ENROLLMENTS}?group=status&aggregate=count,sum(fee)") == [
        {"status": "cancelled", "count": 9, "sum(fee)": "45.00"},
        {"status": "draft", "count": None, "sum(fee)": None, "suppressed": True},
        {"status": "placed", "count": 6, "sum(fee)": "60.00"},
        {"status": "waiting", "count": None, "sum(fee)": None, "suppressed": True},
    ]


def test_a_small_whole_is_kept_back_too(staff: Client, body: models.Organization) -> None:
    enrol(body, ("placed", "10.00", 4))
    assert figures(staff, f"{ENROLLMENTS}?aggregate=count,max(fee)") == [
        {"count": None, "max(fee)": None, "suppressed": True}
    ]


def test_a_sum_of_few_is_kept_back_however_many_rows_there_are(
    staff: Client, body: models.Organization
) -> None:
    """Of nine enrolments one has a fee: their sum is that family's."""
    enrol(body, ("placed", "12.34", 1), ("placed", None, 8), ("draft", "1.00", 7))
    found = figures(staff, f"{ENROLLMENTS}?group=status&aggregate=count,sum(fee)")
    assert [row.get("suppressed") for row in found] == [True, True]
    counted = figures(staff, f"{ENROLLMENTS}?group=status&aggregate=count")
    assert [row["count"] for row in counted] == [7, 9]


def test_no_line_of_a_table_of_two_dimensions_has_a_single_gap(
    staff: Client, body: models.Organization
) -> None:
    first = enrol(body, ("placed", None, 4), ("draft", None, 9))
    second = enrol(body, ("placed", None, 6), ("draft", None, 8))
    found = figures(staff, f"{ENROLLMENTS}?group=status,slot_id")
    assert [(row["status"], row["slot_id"]) for row in found] == [
        ("draft", first.id), ("draft", second.id), ("placed", first.id), ("placed", second.id)
    ]  # fmt: skip
    assert all(row["count"] is None and row["suppressed"] for row in found)


@pytest.mark.parametrize("noun", ABOUT_PEOPLE)
def test_every_noun_about_people_keeps_small_cells_back(
    noun: str, staff: Client, seat: models.Seat, body: models.Organization
) -> None:
    person = f.PersonFactory(alliance=seat.alliance)
    enrolment = f.EnrollmentFactory(slot__workshop__organization=body, person=person)
    f.RelationFactory(person=person)
    f.DelegationFactory(person=person)
    f.ServiceRequestFactory(service__organization=body, person=person)
    f.StateChangeFactory(alliance=seat.alliance, row_id=enrolment.id)
    found = figures(staff, f"/api/v1/{noun}/?aggregate=count")
    assert found == [{"count": None, "suppressed": True}]


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("noun", "query", "parameter"),
    [
        ("workshops", "group=nothing", "group"),
        ("workshops", "group=", "group"),
        ("workshops", "group=kind,", "group"),
        ("workshops", "group=alliance_id", "group"),
        ("workshops", "group=version", "group"),
        ("workshops", "group=proposal", "group"),
        ("workshops", "group=kind,status,participants,price_kind", "group"),
        ("workshops", "group=organization.fiscal_code", "group"),
        ("workshops", "aggregate=", "aggregate"),
        ("workshops", "aggregate=total", "aggregate"),
        ("workshops", "aggregate=count()", "aggregate"),
        ("workshops", "aggregate=count(id)", "aggregate"),
        ("workshops", "aggregate=sum", "aggregate"),
        ("workshops", "aggregate=sum()", "aggregate"),
        ("workshops", "aggregate=sum(price", "aggregate"),
        ("workshops", "aggregate=SUM(price)", "aggregate"),
        ("workshops", "aggregate=array_agg(title)", "aggregate"),
        ("workshops", "aggregate=sum(nothing)", "aggregate"),
        ("workshops", "aggregate=sum(title)", "aggregate"),
        ("workshops", "aggregate=avg(starts_on)", "aggregate"),
        ("workshops", "aggregate=max(kind)", "aggregate"),
        ("workshops", "aggregate=max(title)", "aggregate"),
        ("workshops", "aggregate=sum(id)", "aggregate"),
        ("workshops", "aggregate=max(organization_id)", "aggregate"),
        ("workshops", "aggregate=sum(organization.id)", "aggregate"),
        ("workshops", "aggregate=sum(price);drop", "aggregate"),
        ("workshops", "aggregate=" + ",".join(["count"] + [
            f"{one}(price)" for one in ("sum", "min", "max", "avg")] + [
            f"{one}(min_age)" for one in ("sum", "min", "max", "avg")] + [
            f"{one}(max_age)" for one in ("sum", "min")]), "aggregate"),
        ("workshops", "group=kind&include=slots", "include"),
        ("workshops", "group=kind&fields=kind", "fields"),
        ("workshops", "group=kind&sort=kind", "sort"),
        ("workshops", "group=kind&limit=10", "limit"),
        ("workshops", "group=kind&cursor=x", "cursor"),
        ("workshops", "group=kind&page=2", "page"),
        ("workshops", "aggregate=count&count=exact", "count"),
        ("workshops", "group=kind&unheard_of=1", "unheard_of"),
        ("persons", "group=allergies", "group"),
        ("persons", "aggregate=max(allergies)", "aggregate"),
        ("persons", "group=school,pickup", "group"),
        ("enrollments", "group=fee_lines", "group"),
        ("enrollments", "group=person.label,application.user_id", "group"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_is_refused_by_name(
    staff: Client, noun: str, query: str, parameter: str
) -> None:
    problem = refused(staff.get(f"/api/v1/{noun}/?{query}"), 400)
    assert [error["field"] for error in problem["errors"]] == [parameter]


def test_more_groups_than_a_table_has_are_refused(
    staff: Client, seat: models.Seat, db: ScopedSession
) -> None:
    def organizations(first: int, last: int) -> None:
        db.add_all(
            models.Organization(alliance_id=seat.alliance_id, name=f"Ente {n}", kind="union")
            for n in range(first, last)
        )
        db.flush()

    organizations(0, MOST_GROUPS)
    found = figures(staff, "/api/v1/organizations/?group=name")
    assert len(found) == MOST_GROUPS
    organizations(MOST_GROUPS, MOST_GROUPS + 1)
    refused(staff.get("/api/v1/organizations/?group=name"), 400, "group")
    assert len(figures(staff, "/api/v1/organizations/?group=name&name__contains=99")) == 19
