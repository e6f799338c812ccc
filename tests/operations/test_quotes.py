"""Before anything is sent: the price, what it would bring, what speaks against it."""

from decimal import Decimal

import pytest

from app import clock
from app.errors import AlreadyEnrolled, Invalid, Overlaps, WrongAge
from app.models import Application
from app.operations import applications, consents, quotes
from tests import factories as f


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def workshop(alliance):
    return f.WorkshopFactory(
        alliance=alliance, price_kind="reduced", price=Decimal("12.50"),
        reduced_price=Decimal("8.00"), reduced_for="Secondo figlio",
    )  # fmt: skip


def wish(child, slot, **more):
    return {"person_id": child.id, "slot_id": slot.id, **more}


def test_siblings_do_not_get_the_same_last_place(family, workshop, children, now):
    slot = f.SlotFactory(workshop=workshop, places=1)
    first, second = quotes.quote(
        family, wishes=[wish(children[0], slot), wish(children[1], slot, reduced=True)], now=now
    )
    assert (first.outcome, first.amount) == ("place", Decimal("12.50"))
    assert (second.outcome, second.amount) == ("waiting", Decimal("8.00"))


def test_each_line_says_what_speaks_against_it(family, alliance, workshop, children, now):
    slot = f.SlotFactory(workshop=workshop)
    same_day = f.SlotFactory(
        workshop=workshop, starts_on=slot.starts_on, ends_on=slot.ends_on, title="Lo stesso giorno"
    )
    applications.apply_for(
        family, alliance_id=alliance.id, wishes=[wish(children[0], slot)], now=now
    )
    again, beside, other = quotes.quote(
        family,
        wishes=[wish(children[0], slot), wish(children[0], same_day), wish(children[1], slot)],
        now=now,
    )
    assert isinstance(again.refusal, AlreadyEnrolled)
    assert isinstance(beside.refusal, Overlaps)
    assert other.refusal is None


def test_nothing_of_it_is_kept(db, family, workshop, children, now):
    slot = f.SlotFactory(workshop=workshop, places=1)
    quotes.quote(family, wishes=[wish(children[0], slot)], now=now)
    family.flush()
    assert db.query(Application).count() == 0
    db.refresh(slot)
    assert slot.places_taken == 0


def test_a_child_of_another_family_has_no_price(family, alliance, workshop, now):
    stranger = f.PersonFactory(alliance=alliance)
    slot = f.SlotFactory(workshop=workshop)
    with pytest.raises(Invalid) as refusal:
        quotes.quote(family, wishes=[wish(stranger, slot)], now=now)
    assert refusal.value.field == "wishes[0].person_id"


def test_who_is_too_young_is_told_before_sending(family, alliance, parent, workshop, now):
    child = f.PersonFactory(alliance=alliance, birth_date=clock.local_date(now))
    f.RelationFactory(person=child, user=parent)
    slot = f.SlotFactory(workshop=workshop)
    (line,) = quotes.quote(family, wishes=[wish(child, slot)], now=now)
    assert isinstance(line.refusal, WrongAge)


def test_photographs_can_be_refused_after_the_application_was_sent(
    family, alliance, workshop, children, now
):
    wishes = [wish(children[0], f.SlotFactory(workshop=workshop))]
    sent = applications.apply_for(
        family, alliance_id=alliance.id, wishes=wishes, photo_consent=True, now=now
    )
    consents.photographs(family, sent, given=False, now=now)
    assert family.get(Application, sent.id).photo_consent is False
