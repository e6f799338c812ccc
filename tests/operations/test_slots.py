"""A slot that people hold places in stays where it is; more places reach the queue."""

from datetime import timedelta

import pytest

from app.errors import Conflict, Invalid, PlacesTaken
from app.models import Slot
from app.operations import enrollments, slots
from tests import factories as f


@pytest.fixture
def slot(db, now):
    slot = f.SlotFactory(places=1)
    for _ in range(2):
        enrollments.enrol(
            db,
            application=f.ApplicationFactory(alliance=slot.alliance),
            person=f.PersonFactory(alliance=slot.alliance),
            slot=slot,
            now=now,
        )
    return slot


@pytest.fixture
def provider(as_seat, slot):
    return as_seat("provider", alliance_id=slot.alliance_id, organization_id=slot.organization_id)


def test_the_organizer_adds_a_place_and_the_queue_is_served(db, provider, slot, now):
    mine = provider.get(Slot, slot.id)
    slots.change(provider, mine, {"places": 2, "title": "Lunedì"}, now=now)
    assert (mine.title, mine.places, mine.places_taken, mine.waiting_count) == ("Lunedì", 2, 2, 0)


def test_fewer_places_than_are_taken_are_refused_whole(provider, slot, now):
    mine = provider.get(Slot, slot.id)
    with pytest.raises(PlacesTaken) as refusal:
        slots.change(provider, mine, {"places": 0, "title": "Lunedì"}, now=now)
    assert refusal.value.field == "places"
    assert mine.title == slot.title


def test_a_day_that_people_count_on_is_not_moved(provider, slot, now):
    mine = provider.get(Slot, slot.id)
    with pytest.raises(Conflict) as refusal:
        slots.change(provider, mine, {"starts_on": slot.starts_on + timedelta(days=1)}, now=now)
    assert refusal.value.field == "starts_on"


def test_a_slot_lies_within_its_workshop(db, slot, now):
    day = slot.workshop.ends_on + timedelta(days=1)
    values = {
        "workshop_id": slot.workshop_id, "title": "Fuori", "starts_on": day, "ends_on": day,
        "starts_at": slot.starts_at, "ends_at": slot.ends_at, "places": 3,
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        slots.create(db, values, now=now)
    assert refusal.value.field == "starts_on"
