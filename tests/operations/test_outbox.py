"""Each letter is written once, in the work's own transaction, to whom it concerns."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from app.models import Message
from app.operations import outbox
from tests import factories as f


@pytest.fixture
def organization(db):
    return f.OrganizationFactory(email="info@ente.example")


def queue(db, organization, now, **changes):
    values = {
        "alliance_id": organization.alliance_id,
        "kind": "receipt",
        "about": "application:1",
        "recipient": "madre@famiglie.example",
        **changes,
    }
    return outbox.queue(db, now=now, **values)


def test_the_same_letter_is_never_written_twice(db, organization, now):
    assert queue(db, organization, now) is True
    assert queue(db, organization, now, payload={"other": 1}) is False
    assert queue(db, organization, now, about="application:2") is True
    assert queue(db, organization, now, recipient="padre@famiglie.example") is True
    assert len(db.scalars(select(Message)).all()) == 3


def test_a_family_s_own_session_may_cause_a_letter_and_read_none(db, as_seat, organization, now):
    family = as_seat("citizen", user_id=1, alliance_id=organization.alliance_id)
    assert queue(family, organization, now)
    assert family.scalars(select(Message)).all() == []


def test_dates_and_money_leave_as_text(db, organization, now):
    payload = {"day": date(2026, 12, 23), "lines": [{"fee": Decimal("12.50")}], "at": now}
    queue(db, organization, now, payload=payload)
    kept = db.scalars(select(Message.payload)).one()
    assert json.loads(json.dumps(kept)) == {
        "day": "2026-12-23", "lines": [{"fee": "12.50"}], "at": now.isoformat(),
    }  # fmt: skip


def test_a_letter_that_nobody_has_words_for_is_a_mistake_of_ours(db, organization, now):
    with pytest.raises(ValueError, match="no letter"):
        queue(db, organization, now, kind="love")


def test_a_secret_is_read_by_the_sender_only():
    hidden = outbox.hide("123456")
    assert "123456" not in hidden
    assert outbox.reveal(hidden) == "123456"


def test_a_body_s_contacts_are_written_to_and_else_the_body_itself(db, organization):
    assert outbox.organizers(db, organization.id) == ["info@ente.example"]
    f.OrganizationContactFactory(organization=organization, email="b@ente.example")
    f.OrganizationContactFactory(organization=organization, email="a@ente.example")
    f.OrganizationContactFactory(organization=organization, email="x@e.example", notify=False)
    assert outbox.organizers(db, organization.id) == ["a@ente.example", "b@ente.example"]


@pytest.mark.parametrize(
    ("channel", "contact", "expected"),
    [
        ("web", "noi@famiglie.example", "noi@famiglie.example"),
        ("web", None, "conto@famiglie.example"),
        ("desk", None, "persona@famiglie.example"),
        ("staff", None, "persona@famiglie.example"),
        ("desk", "noi@famiglie.example", "noi@famiglie.example"),
    ],
)
def test_an_operator_s_address_is_never_the_family_s(db, channel, contact, expected):
    account = f.AccountFactory(email="conto@famiglie.example")
    application = f.ApplicationFactory(user=account, channel=channel, contact_email=contact)
    assert outbox.family(application, "persona@famiglie.example") == expected
