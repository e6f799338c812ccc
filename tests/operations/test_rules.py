"""The small rules: which state follows which, what a place costs, what a constraint means."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from app import models
from app.errors import DomainError, Duplicate, Invalid, StillInUse, WrongState
from app.operations import constraints, fees, rows, states
from tests import factories as f

NOUNS = {
    "application": models.Application.STATES,
    "enrollment": models.ENROLLMENT_STATES,
    "service_request": models.REQUEST_STATES,
    "membership": models.MEMBERSHIP_STATES,
    "offer": models.OFFER_STATES,
}


@pytest.mark.parametrize("noun", NOUNS)
def test_the_table_of_transitions_names_every_state_and_no_other(noun):
    table = states.TRANSITIONS[noun]
    assert set(table) == set(NOUNS[noun])
    assert set().union(*table.values()) <= set(NOUNS[noun])


def test_a_family_or_the_office_can_end_an_enrolment_from_every_open_state():
    for status in ("submitted", "waiting", "placed", "offered"):
        assert {"cancelled", "refused"} <= states.TRANSITIONS["enrollment"][status]


def test_a_forbidden_step_changes_nothing_and_leaves_no_record(db, now):
    request = f.ServiceRequestFactory()
    with pytest.raises(WrongState):
        states.move(db, request, "closed", because="", now=now)
    assert request.status == "sent"
    assert db.scalars(select(models.StateChange)).all() == []


# ---------------------------------------------------------------- fees


@pytest.mark.parametrize(
    ("kind", "reduced", "amount", "label"),
    [
        ("free", False, "0.00", fees.FREE),
        ("fixed", False, "60.00", fees.FULL),
        ("reduced", False, "60.00", fees.FULL),
        ("reduced", True, "42.30", fees.REDUCED),
    ],
)
def test_a_fee_is_decimal_and_says_how_it_is_made_up(kind, reduced, amount, label):
    workshop = models.Workshop(price_kind=kind, price=None if kind == "free" else Decimal("60"))
    if kind == "reduced":
        workshop.reduced_price, workshop.reduced_for = Decimal("42.3"), "residenti"
    quote = fees.quote(workshop, models.Person(), reduced)
    assert str(quote.amount) == amount
    assert [line.label for line in quote.lines] == [label]
    assert sum(line.amount for line in quote.lines) == quote.amount


@pytest.mark.parametrize("kind", ["free", "fixed"])
def test_a_reduced_price_that_does_not_exist_cannot_be_asked_for(kind):
    with pytest.raises(Invalid) as refusal:
        fees.quote(models.Workshop(price_kind=kind, price=Decimal(1)), models.Person(), True)
    assert refusal.value.field == "reduced"


# ---------------------------------------------------------------- constraints


def refused(db, row):
    try:
        with constraints.explained(), db.begin_nested():
            db.add(row)
            db.flush()
    except DomainError as refusal:
        return refusal
    return None


def test_what_is_missing_or_unknown_is_told_by_its_column(db):
    alliance = f.AllianceFactory()
    missing = refused(db, models.Location(alliance_id=alliance.id, name="Sede"))
    assert (missing.status, missing.field) == (422, "organization_id")
    unknown = refused(
        db, models.Location(alliance_id=alliance.id, name="Sede", organization_id=10**9)
    )
    assert (unknown.status, unknown.field) == (422, "organization_id")


def test_a_second_row_of_the_same_name_is_a_duplicate(db):
    body = f.OrganizationFactory()
    again = refused(
        db, models.Organization(alliance_id=body.alliance_id, name=body.name, kind="company")
    )
    assert isinstance(again, Duplicate)


def test_a_row_that_others_name_is_still_in_use(db, now):
    location = f.LocationFactory()
    with pytest.raises(StillInUse):
        rows.remove(db, location.organization, now=now)


def test_a_text_that_is_too_long_or_holds_a_nul_is_no_failure_of_the_server(db):
    alliance = f.AllianceFactory()
    for name in ("a" * 201, "a\x00b"):
        row = models.Organization(alliance_id=alliance.id, name=name, kind="company")
        assert refused(db, row).status == 422
