"""Who gets a place, who waits, and what happens when somebody gives one up."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import select

from app import clock
from app.errors import (
    AlreadyEnrolled,
    Conflict,
    Invalid,
    NoFreePlace,
    OfferExpired,
    Overlaps,
    PlacesTaken,
    WindowClosed,
    WrongAge,
    WrongState,
)
from app.models import Enrollment, Message, Person, Slot, StateChange, Workshop
from app.operations import enrollments
from app.transaction import ScopedSession
from tests import factories as f

Enrol = Callable[..., Enrollment]


@pytest.fixture
def workshop(db: ScopedSession) -> Workshop:
    return f.WorkshopFactory(offer_hours=48)


@pytest.fixture
def slot(workshop: Workshop) -> Slot:
    return f.SlotFactory(workshop=workshop, places=1)


@pytest.fixture
def enrol(db: ScopedSession, now: datetime) -> Enrol:
    """A family of its own for each call, unless one is given."""

    def one(slot: Slot, person: Person | None = None, **options: Any) -> Enrollment:
        person = person or f.PersonFactory(alliance=slot.alliance)
        application = f.ApplicationFactory(alliance=slot.alliance, status="draft")
        options = {"now": now, **options}
        return enrollments.enrol(db, application=application, person=person, slot=slot, **options)

    return one


def counts(db: ScopedSession, slot: Slot) -> tuple[int, int]:
    db.refresh(slot)
    return slot.places_taken, slot.waiting_count


def letters(db: ScopedSession, kind: str) -> list[Message]:
    return list(db.scalars(select(Message).where(Message.kind == kind)))


def test_the_last_place_goes_to_one_family_and_the_other_waits(db, slot, enrol):
    first, second = enrol(slot), enrol(slot)
    assert (first.status, first.queue_no) == ("placed", 1)
    assert (second.status, second.queue_no) == ("waiting", 2)
    assert counts(db, slot) == (1, 1)


def test_each_step_of_an_enrolment_is_kept_with_its_time(db, slot, enrol, now):
    made = enrol(slot)
    steps = select(StateChange).where(
        StateChange.noun == "enrollment", StateChange.row_id == made.id
    )
    found = [(s.from_status, s.to_status, s.at) for s in db.scalars(steps.order_by(StateChange.id))]
    assert found == [(None, "submitted", now), ("submitted", "placed", now)]


def test_a_second_wish_for_the_same_slot_is_refused_and_leaves_no_trace(db, slot, enrol):
    child = enrol(slot).person
    with pytest.raises(AlreadyEnrolled) as refusal:
        enrol(slot, child)
    assert refusal.value.field == "slot_id"
    assert counts(db, slot) == (1, 0)
    assert len(db.scalars(select(Enrollment)).all()) == 1


def test_a_child_cannot_be_in_two_places_at_once(db, slot, enrol):
    other = f.SlotFactory(
        workshop__alliance=slot.alliance, starts_on=slot.starts_on, starts_at=slot.starts_at
    )
    child = enrol(slot).person
    with pytest.raises(Overlaps) as refusal:
        enrol(other, child)
    assert refusal.value.field == "slot_id"
    assert counts(db, other) == (0, 0)


def test_a_child_may_wait_for_a_better_place_at_the_same_time(db, slot, enrol):
    enrol(slot)
    backup = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=slot.starts_on)
    child = enrol(backup).person
    assert enrol(slot, child).status == "waiting"


@pytest.mark.parametrize("hours", [-49, 241])
def test_nobody_enrols_outside_the_window(db, slot, enrol, now, hours):
    with pytest.raises(WindowClosed) as refusal:
        enrol(slot, now=now + timedelta(hours=hours))
    assert refusal.value.field == "slot_id"


def test_a_draft_workshop_takes_nobody(db, slot, enrol):
    slot.workshop.status = "suspended"
    with pytest.raises(Conflict):
        enrol(slot)


def test_age_is_taken_on_the_first_day_of_the_slot(db, slot, enrol):
    sixth_birthday = slot.starts_on - relativedelta(years=6)
    old_enough = f.PersonFactory(alliance=slot.alliance, birth_date=sixth_birthday)
    a_day_short = f.PersonFactory(
        alliance=slot.alliance, birth_date=sixth_birthday + timedelta(days=1)
    )
    assert enrol(slot, old_enough).status == "placed"
    with pytest.raises(WrongAge) as refusal:
        enrol(slot, a_day_short)
    assert refusal.value.field == "person_id"
    assert refusal.value.params == {"low": 6, "high": 11}


def test_a_workshop_for_adults_takes_no_child_and_one_for_children_no_adult(db, slot, enrol):
    slot.workshop.min_age = slot.workshop.max_age = None
    grown_up = f.ParentFactory(alliance=slot.alliance)
    with pytest.raises(WrongAge):
        enrol(slot, grown_up)
    slot.workshop.participants = "adults"
    assert enrol(slot, grown_up).status == "placed"
    with pytest.raises(WrongAge):
        enrol(slot)


def test_the_fee_is_kept_with_its_derivation(db, slot, enrol):
    slot.workshop.price_kind, slot.workshop.price = "reduced", Decimal("60")
    slot.workshop.reduced_price, slot.workshop.reduced_for = Decimal("45.50"), "fratelli"
    made = enrol(slot, reduced=True)
    assert made.fee == Decimal("45.50")
    assert made.fee_lines == [{"label": "Reduced price", "amount": "45.50", "detail": "fratelli"}]


def test_a_ranking_collects_wishes_and_gives_no_place(db, slot, enrol):
    slot.workshop.allocation = "ranking"
    made = enrol(slot)
    assert (made.status, made.queue_no) == ("submitted", None)
    assert counts(db, slot) == (0, 0)


# ---------------------------------------------------------------- giving up


def test_a_freed_place_is_offered_at_once_to_the_next_in_the_queue(db, slot, enrol, now):
    placed, second, third = enrol(slot), enrol(slot), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    assert [e.status for e in (placed, second, third)] == ["cancelled", "offered", "waiting"]
    assert second.offer_expires_at == now + timedelta(hours=48)
    assert counts(db, slot) == (1, 1)
    (letter,) = letters(db, "offered")
    assert letter.recipient == second.application.contact_email
    assert letter.payload["expires_at"] == second.offer_expires_at.isoformat()


def test_an_offer_that_nobody_accepts_goes_to_the_one_after(db, slot, enrol, now):
    placed, second, third = enrol(slot), enrol(slot), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    later = now + timedelta(hours=48)
    assert enrollments.expire_offers(db, now=later - timedelta(seconds=1)) == 0
    assert enrollments.expire_offers(db, now=later) == 1
    assert [e.status for e in (second, third)] == ["expired", "offered"]
    assert counts(db, slot) == (1, 0)
    assert enrollments.expire(db, second.id, now=later) is False


def test_a_declined_offer_goes_to_the_one_after(db, slot, enrol, now):
    placed, second, third = enrol(slot), enrol(slot), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    enrollments.decline(db, second, now=now)
    assert [e.status for e in (second, third)] == ["declined", "offered"]


def test_an_accepted_offer_is_a_place(db, slot, enrol, now):
    placed, second = enrol(slot), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    enrollments.accept(db, second, now=now)
    assert (second.status, second.offer_expires_at) == ("placed", None)
    assert counts(db, slot) == (1, 0)
    with pytest.raises(WrongState):
        enrollments.accept(db, second, now=now)


def test_an_offer_cannot_be_accepted_after_its_time(db, slot, enrol, now):
    placed, second = enrol(slot), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    with pytest.raises(OfferExpired):
        enrollments.accept(db, second, now=now + timedelta(hours=48))


def test_who_gives_up_waiting_frees_no_place(db, slot, enrol, now):
    enrol(slot)
    second, third = enrol(slot), enrol(slot)
    enrollments.cancel(db, second, now=now)
    assert third.status == "waiting"
    assert counts(db, slot) == (1, 1)


def test_a_cancelled_enrolment_cannot_be_cancelled_again(db, slot, enrol, now):
    made = enrol(slot)
    enrollments.cancel(db, made, now=now)
    with pytest.raises(WrongState):
        enrollments.cancel(db, made, now=now)
    assert counts(db, slot) == (0, 0)


def test_after_cancelling_a_family_may_enrol_again_at_the_end_of_the_queue(db, slot, enrol, now):
    first, second = enrol(slot), enrol(slot)
    enrollments.cancel(db, first, now=now)
    again = enrol(slot, first.person)
    assert (again.status, again.queue_no) == ("waiting", 3)
    assert second.status == "offered"


def test_a_refusal_needs_its_reason_and_tells_the_family(db, slot, enrol, now):
    made = enrol(slot)
    with pytest.raises(Invalid) as missing:
        enrollments.refuse(db, made, reason="  ", now=now)
    assert missing.value.field == "reason"
    enrollments.refuse(db, made, reason="Fuori territorio", now=now)
    assert (made.status, made.reason) == ("refused", "Fuori territorio")
    assert letters(db, "refused")[0].payload["reason"] == "Fuori territorio"


def test_an_offer_ends_when_the_slot_begins_and_then_none_is_made(db, slot, enrol, now):
    placed, second, third = enrol(slot), enrol(slot), enrol(slot)
    begin = datetime.combine(slot.starts_on, slot.starts_at, clock.ROME)
    enrollments.cancel(db, placed, now=begin - timedelta(hours=2))
    assert second.offer_expires_at == begin
    enrollments.expire_offers(db, now=begin)
    assert third.status == "waiting"
    assert counts(db, slot) == (0, 1)


# ---------------------------------------------------------------- two slots at one time


def test_no_place_lies_idle_because_the_next_in_the_queue_holds_another(db, slot, enrol, now):
    placed = enrol(slot)
    backup = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=slot.starts_on)
    engaged = enrol(backup).person
    passed_over, served = enrol(slot, engaged), enrol(slot)
    enrollments.cancel(db, placed, now=now)
    assert (passed_over.status, served.status) == ("waiting", "offered")
    assert passed_over.queue_no == 2


def test_who_was_passed_over_is_offered_the_place_once_the_other_is_given_up(db, slot, enrol, now):
    placed = enrol(slot)
    backup = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=slot.starts_on)
    held = enrol(backup)
    passed_over = enrol(slot, held.person)
    enrollments.cancel(db, placed, now=now)
    assert counts(db, slot) == (0, 1)
    enrollments.cancel(db, held, now=now)
    assert passed_over.status == "offered"
    assert counts(db, slot) == (1, 0)


def test_a_newcomer_takes_the_place_that_serves_nobody_in_the_queue(db, slot, enrol, now):
    placed = enrol(slot)
    backup = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=slot.starts_on)
    passed_over = enrol(slot, enrol(backup).person)
    enrollments.cancel(db, placed, now=now)
    assert enrol(slot).status == "placed"
    assert passed_over.status == "waiting"
    assert counts(db, slot) == (1, 1)


# ---------------------------------------------------------------- the office


def test_more_places_are_offered_to_the_queue_at_once(db, slot, enrol, now):
    enrol(slot)
    second, third, fourth = enrol(slot), enrol(slot), enrol(slot)
    enrollments.change_places(db, slot, places=3, now=now)
    assert [e.status for e in (second, third, fourth)] == ["offered", "offered", "waiting"]
    assert counts(db, slot) == (3, 1)


def test_a_slot_never_gets_fewer_places_than_are_taken(db, slot, enrol, now):
    enrol(slot)
    with pytest.raises(PlacesTaken) as refusal:
        enrollments.change_places(db, slot, places=0, now=now)
    assert (refusal.value.field, refusal.value.params) == ("places", {"taken": 1})
    assert enrollments.change_places(db, slot, places=1, now=now).places == 1


def test_a_place_out_of_turn_needs_a_reason_and_a_place(db, slot, enrol, now):
    enrol(slot)
    second, third = enrol(slot), enrol(slot)
    with pytest.raises(Invalid):
        enrollments.offer(db, third, reason="", now=now)
    with pytest.raises(NoFreePlace):
        enrollments.offer(db, third, reason="Affido urgente", now=now)
    enrollments.offer(db, third, reason="Affido urgente", add_place=True, now=now)
    assert [e.status for e in (second, third)] == ["waiting", "offered"]
    assert counts(db, slot) == (2, 1)
    change = db.scalars(
        select(StateChange).where(
            StateChange.row_id == third.id, StateChange.to_status == "offered"
        )
    ).one()
    assert change.reason == "Affido urgente"


def test_the_office_can_say_why_a_child_is_waiting(db, slot, enrol, now):
    enrol(slot)
    second, third = enrol(slot), enrol(slot)
    assert enrollments.why(db, second, now=now).message == enrollments.NEXT
    answer = enrollments.why(db, third, now=now)
    assert answer.message % answer.params == (
        "No place is free (places: 1). Ahead in the queue: 1."
    )


def test_a_family_without_any_address_gets_no_letter_and_its_place_all_the_same(db, slot, now):
    application = f.ApplicationFactory(
        alliance=slot.alliance, status="draft", contact_email=None, channel="desk"
    )
    old_woman = f.PersonFactory(alliance=slot.alliance)
    made = enrollments.enrol(db, application=application, person=old_woman, slot=slot, now=now)
    enrollments.cancel(db, made, now=now)
    assert made.status == "cancelled"
    assert letters(db, "cancelled") == []
