"""Fees by scheme, as families are asked them: editions, ISEE, residence, brothers and sisters."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from app import clock
from app.errors import Conflict, Invalid
from app.operations import applications, fee_schemes, isees, quotes, requests, schemes
from tests import factories as f

D = Decimal


@pytest.fixture
def scheme(db, now):
    """60 euro a week for residents, from nothing to 60 up to an ISEE of 30,000; 100 for others."""
    row = f.FeeSchemeFactory(organization__municipality=f.MunicipalityFactory())
    f.FeeBandFactory(fee_scheme=row, from_isee=0, to_isee=30000, resident=0, resident_to=60)
    f.FeeBandFactory(fee_scheme=row, from_isee=30000, resident=60)
    f.FeeSiblingFactory(fee_scheme=row, rank=2, amount=None, per_cent=50)
    f.FeeExtraFactory(fee_scheme=row, code="meal", amount=4)
    db.flush()
    db.expire_all()
    return fee_schemes.publish(db, row, now=now)


@pytest.fixture
def family(db, scheme):
    """Two children of one parent who live in the town, and the camp that they may go to."""
    workshop = f.WorkshopFactory(
        alliance=scheme.alliance, price_kind="scheme", price=None, fee_scheme=scheme
    )
    camp = f.SlotFactory(workshop=workshop, places=9)
    parent = f.AccountFactory()
    town = scheme.organization.municipality
    children = [f.PersonFactory(municipality=town, alliance=camp.alliance) for _ in range(2)]
    for child in children:
        f.RelationFactory(person=child, user=parent)
    db.flush()
    return camp, children


def wish(child, slot, **more):
    return {"person_id": child.id, "slot_id": slot.id, **more}


def sent(db, slot, *wishes, now):
    return applications.apply_for(
        db, alliance_id=slot.alliance_id, wishes=list(wishes), contact_email="a@b.it", now=now
    )


def fees_of(db, application):
    rows = db.query(f.models.Enrollment).filter_by(application_id=application.id)
    return [(row.fee, [line["label"] for line in row.fee_lines]) for row in rows.order_by("id")]


def test_what_was_quoted_is_what_is_kept_with_its_lines(db, family, now):
    slot, (child, _) = family
    isees.declare(
        db, person_id=child.id, amount=D(15000), protocol_number="INPS-ISEE-2026-01234567A-00",
        expires_on=clock.local_date(now) + timedelta(days=30), now=now,
    )  # fmt: skip
    wished = wish(child, slot, extras=["meal"])
    (quoted,) = quotes.quote(db, wishes=[wished], now=now)
    assert quoted.refusal is None
    assert quoted.amount == D("34.00")
    assert [line["amount"] for line in quoted.lines] == ["30.00", "4.00"]
    made = sent(db, slot, wished, now=now)
    (row,) = db.query(f.models.Enrollment).filter_by(application_id=made.id)
    assert (row.fee, row.fee_lines, row.extras) == (D(34), quoted.lines, ["meal"])


def test_without_an_isee_or_with_one_that_has_expired_the_highest_band_counts(db, family, now):
    slot, (child, other) = family
    f.IseeFactory(person=child, expires_on=clock.local_date(now) - timedelta(days=1))
    made = sent(db, slot, wish(child, slot), now=now)
    again = sent(db, slot, wish(other, slot), now=now)
    assert fees_of(db, made) == [(D(60), [schemes.EXPIRED[0]])]
    assert fees_of(db, again)[0][1][0] == schemes.NO_ISEE[0]


def test_who_lives_elsewhere_or_nowhere_known_pays_as_not_resident(db, family, now):
    slot, (child, other) = family
    child.municipality = f.MunicipalityFactory()
    other.municipality = None
    db.flush()
    made = sent(db, slot, wish(child, slot), wish(other, slot), now=now)
    assert fees_of(db, made) == [(D(100), [schemes.NO_ISEE[1]])] * 2


def test_the_second_child_pays_less_in_the_same_application_or_in_a_later_one(db, family, now):
    slot, (child, other) = family
    first = sent(db, slot, wish(child, slot), wish(other, slot), now=now)
    assert [fee for fee, _ in fees_of(db, first)] == [60, 30]


def test_who_came_first_stays_first_when_more_weeks_are_asked_for(db, family, now):
    slot, (child, other) = family
    later = f.SlotFactory(
        workshop=slot.workshop, starts_on=slot.starts_on + timedelta(days=1),
        ends_on=slot.ends_on + timedelta(days=1),
    )  # fmt: skip
    sent(db, slot, wish(child, slot), now=now)
    second = sent(db, slot, wish(other, slot), now=now)
    third = sent(db, slot, wish(child, later), now=now)
    assert [fee for fee, _ in fees_of(db, second)] == [30]
    assert [fee for fee, _ in fees_of(db, third)] == [60]


def test_a_child_of_another_family_is_no_sibling(db, family, now):
    slot, (child, other) = family
    db.query(f.models.Relation).filter_by(person_id=other.id).one().user = f.AccountFactory()
    db.flush()
    made = sent(db, slot, wish(child, slot), wish(other, slot), now=now)
    assert [fee for fee, _ in fees_of(db, made)] == [60, 60]


def test_a_service_by_scheme_keeps_what_a_unit_costs_the_person(db, family, scheme, now):
    _, (child, _) = family
    service = f.ServiceFactory(
        alliance=child.alliance, status="published", requestable=True, published_at=now,
        price_kind="scheme", price=None, price_unit="day", fee_scheme=scheme,
    )  # fmt: skip
    db.flush()
    row = requests.send(
        db, person_id=child.id, service_id=service.id, extras=["meal"], now=now
    )  # fmt: skip
    kept = db.get(f.models.ServiceRequest, row.id)
    assert (kept.fee, [line["amount"] for line in kept.fee_lines]) == (64, ["60.00", "4.00"])


def test_an_extra_that_the_scheme_does_not_name_is_refused_by_its_place(db, family, now):
    slot, (child, _) = family
    with pytest.raises(Invalid) as refused:
        sent(db, slot, wish(child, slot, extras=["meal", "pony"]), now=now)
    assert refused.value.field == "wishes[0].extras[1]"
    slot.workshop.price_kind, slot.workshop.price, slot.workshop.fee_scheme = "fixed", 10, None
    db.flush()
    with pytest.raises(Invalid) as refused:
        sent(db, slot, wish(child, slot, extras=["meal"]), now=now)
    assert refused.value.field == "wishes[0].extras[0]"


def test_an_edition_stays_as_it_was_published_and_workshops_keep_theirs(db, family, scheme, now):
    slot, (child, _) = family
    with pytest.raises(Conflict):
        fee_schemes.change(db, scheme, {"floor": D(1)}, now=now)
    dearer = update(f.models.FeeBand).values(resident=999)
    with pytest.raises(DBAPIError, match="published fees never change"), db.begin_nested():
        db.execute(dearer)
    db.expire_all()
    made = fee_schemes.revise(db, scheme, now=now)
    db.expire_all()
    assert (made.edition, made.status, len(made.bands), len(made.extras)) == (2, "draft", 2, 1)
    made.bands[1].resident = D(80)
    db.flush()
    fee_schemes.publish(db, made, now=now)
    assert fees_of(db, sent(db, slot, wish(child, slot), now=now))[0][0] == 60


def test_residents_need_a_town_to_live_in(db, now):
    row = f.FeeBandFactory().fee_scheme
    db.flush()
    db.expire_all()
    with pytest.raises(Invalid) as refused:
        fee_schemes.publish(db, row, now=now)
    assert refused.value.field == "organization_id"


@pytest.mark.parametrize(
    ("bands", "field"),
    [
        ([], "bands"),
        ([(0, 10), (20, None)], "bands[1].from_isee"),
        ([(0, 10), (5, None)], "bands[1].from_isee"),
        ([(0, 10)], "bands[0].to_isee"),
    ],
)
def test_bands_with_a_gap_or_an_overlap_are_not_published(db, now, bands, field):
    row = f.FeeSchemeFactory()
    for first, last in bands:
        f.FeeBandFactory(fee_scheme=row, from_isee=first, to_isee=last)
    db.flush()
    db.expire_all()
    with pytest.raises(Invalid) as refused:
        fee_schemes.publish(db, row, now=now)
    assert (refused.value.field, row.status) == (field, "draft")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": D(-1)}, "amount"),
        ({"amount": D("NaN")}, "amount"),
        ({"amount": D("10.001")}, "amount"),
        ({"amount": D("99999999999")}, "amount"),
        ({"protocol_number": "12345"}, "protocol_number"),
        ({"expires_on": -1}, "expires_on"),
        ({"expires_on": 500}, "expires_on"),
        ({"person_id": 10**12}, "person_id"),
    ],
)
def test_an_isee_that_cannot_be_is_refused_by_its_field(db, now, given, field):
    days = given.pop("expires_on", 30) if isinstance(given.get("expires_on"), int) else 30
    whole = {
        "person_id": f.PersonFactory().id, "amount": D(1),
        "protocol_number": "INPS-ISEE-2026-01234567A-00",
        "expires_on": clock.local_date(now) + timedelta(days=days), **given,
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        isees.declare(db, now=now, **whole)
    assert refused.value.field == field
    assert db.query(f.models.Isee).count() == 0
