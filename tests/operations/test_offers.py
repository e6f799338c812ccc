"""What a provider changes is looked at first; what is published stays meanwhile."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.errors import Duplicate, Forbidden, Invalid, WrongState
from app.models import Service, StateChange, Workshop
from app.operations import offers
from tests import factories as f


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def service(alliance):
    return f.ServiceFactory(alliance=alliance, status="draft", title="Doposcuola")


@pytest.fixture
def provider(as_seat, alliance, service):
    return as_seat("provider", alliance_id=alliance.id, organization_id=service.organization_id)


@pytest.fixture
def staff(as_seat, alliance):
    return as_seat("staff", alliance_id=alliance.id)


def published(db, service, now):
    service.status, service.published_at = "published", now
    db.flush()


def test_a_provider_proposes_sees_it_returned_and_published(provider, staff, service, now):
    mine = provider.get(Service, service.id)
    offers.propose(provider, mine, {"title": "Doposcuola estivo"}, now=now)
    assert mine.title == "Doposcuola estivo"
    offers.submit(provider, mine, now=now)
    with pytest.raises(Forbidden):
        offers.publish(provider, mine, now=now)
    theirs = staff.get(Service, service.id)
    offers.return_(staff, theirs, reason="Manca l'orario", now=now)
    provider.expire_all()
    assert (mine.status, mine.review_note) == ("returned", "Manca l'orario")
    offers.propose(provider, mine, {"timing": "14-18"}, now=now)
    offers.submit(provider, mine, now=now)
    staff.expire_all()
    offers.publish(staff, theirs, now=now)
    assert (theirs.status, theirs.review_note, theirs.published_at) == ("published", None, now)


def test_the_published_version_stays_while_a_change_waits(db, provider, staff, service, now):
    published(db, service, now)
    mine = provider.get(Service, service.id)
    change = {"title": "Nuovo", "price_kind": "fixed", "price": Decimal("8.50"),
              "price_unit": "hour"}  # fmt: skip
    offers.propose(provider, mine, change, now=now)
    assert (mine.title, mine.status, mine.price) == ("Doposcuola", "published", None)
    offers.submit(provider, mine, now=now)
    assert offers.proposed(mine)["price"] == Decimal("8.50")
    theirs = staff.get(Service, service.id)
    offers.publish(staff, theirs, now=now)
    assert (theirs.title, theirs.price, theirs.proposal) == ("Nuovo", Decimal("8.50"), None)


def test_a_returned_change_leaves_the_published_version_alone(db, provider, staff, service, now):
    published(db, service, now)
    mine = provider.get(Service, service.id)
    offers.propose(provider, mine, {"title": "Nuovo"}, now=now)
    offers.submit(provider, mine, now=now)
    theirs = staff.get(Service, service.id)
    offers.return_(staff, theirs, reason="No", now=now)
    assert (theirs.status, theirs.title, theirs.proposal) == (
        "published", "Doposcuola", {"title": "Nuovo"},
    )  # fmt: skip
    with pytest.raises(WrongState):
        offers.return_(staff, theirs, reason="No", now=now)


def test_a_municipality_publishes_its_own_at_once(db, as_seat, alliance, service, now):
    own = as_seat("municipality", alliance_id=alliance.id, organization_id=service.organization_id)
    mine = own.get(Service, service.id)
    offers.publish(own, mine, now=now)
    offers.propose(own, mine, {"title": "Nuovo"}, now=now)
    assert (mine.status, mine.title, mine.proposal) == ("published", "Nuovo", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"price_kind": "fixed"}, "price"),
        ({"price": Decimal("3")}, "price"),
        ({"price_kind": "reduced", "price": Decimal("3")}, "reduced_price"),
        (
            {"price_kind": "reduced", "price": Decimal("3"), "reduced_price": Decimal("4"),
             "reduced_for": "x"},
            "reduced_price",
        ),
        ({"status": "published"}, "status"),
        ({"organization_id": 1}, "organization_id"),
        ({"nonsense": 1}, "nonsense"),
    ],
)  # fmt: skip
def test_a_change_that_does_not_hold_names_its_field(provider, service, now, change, field):
    with pytest.raises(Invalid) as refusal:
        offers.propose(provider, provider.get(Service, service.id), change, now=now)
    assert refusal.value.field == field


def test_a_workshop_without_slots_or_unit_is_not_sent_for_review(db, alliance, now):
    workshop = f.WorkshopFactory(
        alliance=alliance, status="draft", price_kind="fixed", price=Decimal("60")
    )
    with pytest.raises(Invalid) as refusal:
        offers.submit(db, workshop, now=now)
    assert {field for field, _, _ in refusal.value.errors} == {"price_unit", "slots"}
    f.SlotFactory(workshop=workshop)
    workshop.price_unit = "week"
    assert offers.submit(db, workshop, now=now).status == "review"


def test_a_suspension_says_why_and_is_kept(db, staff, service, now):
    published(db, service, now)
    theirs = staff.get(Service, service.id)
    with pytest.raises(Invalid):
        offers.suspend(staff, theirs, reason="", now=now)
    offers.suspend(staff, theirs, reason="Sede chiusa", now=now)
    change = db.scalars(select(StateChange).where(StateChange.noun == "service")).one()
    assert (change.to_status, change.reason) == ("suspended", "Sede chiusa")


def test_a_proposal_that_could_never_be_published_is_refused_at_once(
    db, provider, alliance, service, now
):
    published(db, service, now)
    f.ServiceFactory(organization=service.organization, title="Mensa")
    mine = provider.get(Service, service.id)
    elsewhere = f.ServiceCategoryFactory()
    for change, refused, field in (
        ({"title": "Mensa"}, Duplicate, "title"),
        ({"category_id": elsewhere.id}, Invalid, "category_id"),
        ({"category_id": 10**9}, Invalid, "category_id"),
    ):
        with pytest.raises(refused) as refusal:
            offers.propose(provider, mine, change, now=now)
        assert refusal.value.field == field
    assert (mine.title, mine.proposal) == ("Doposcuola", None)


def test_a_workshop_s_dates_hold_its_slots_and_each_fault_names_its_field(db, alliance, now):
    workshop = f.WorkshopFactory(alliance=alliance, status="draft")
    f.SlotFactory(workshop=workshop, starts_on=workshop.starts_on)
    day = timedelta(days=1)
    for change, field in (
        ({"starts_on": workshop.starts_on + day}, "starts_on"),
        ({"ends_on": workshop.starts_on - day}, "ends_on"),
        ({"closes_at": workshop.opens_at}, "closes_at"),
        ({"municipality_id": None}, "municipality_id"),
        ({"max_age": 3}, "max_age"),
        ({"offer_hours": 0}, "offer_hours"),
        ({"pay_within_days": 0}, "pay_within_days"),
        ({"pay_within_days": 366}, "pay_within_days"),
    ):
        with pytest.raises(Invalid) as refusal, db.begin_nested():
            offers.propose(db, workshop, change, now=now)
        assert refusal.value.field == field


def test_a_provider_cannot_touch_what_another_offers(as_seat, alliance, service, now):
    other = f.WorkshopFactory(alliance=alliance)
    stranger = as_seat("provider", alliance_id=alliance.id, organization_id=other.organization_id)
    assert stranger.get(Service, service.id) is None
    assert stranger.get(Workshop, other.id) is not None
