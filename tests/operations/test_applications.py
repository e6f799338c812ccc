"""One submission: several children, several days, all of it or nothing, one receipt."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app import clock
from app.errors import AlreadyEnrolled, Invalid, NotDelegated, WindowClosed, WrongState
from app.models import Application, Enrollment, Message, Slot
from app.operations import applications, enrollments
from tests import factories as f


@pytest.fixture
def alliance(db):
    return f.AllianceFactory(officer="Dott.ssa Responsabile", term_days=30)


@pytest.fixture
def workshop(alliance):
    return f.WorkshopFactory(alliance=alliance, price_kind="fixed", price=Decimal("12.50"))


@pytest.fixture
def days(workshop):
    return [f.SlotFactory(workshop=workshop, places=2) for _ in range(3)]


@pytest.fixture
def parent(alliance):
    return f.AccountFactory(email="madre@famiglie.example")


def wishes_of(children, days):
    return [{"person_id": c.id, "slot_id": d.id} for c in children for d in days]


def test_two_children_on_three_days_get_one_receipt_and_one_letter_of_each_kind(
    db, family, alliance, children, days, now
):
    sent = applications.apply_for(
        family, alliance_id=alliance.id, wishes=wishes_of(children, days), now=now
    )
    assert (sent.status, sent.officer) == ("submitted", "Dott.ssa Responsabile")
    assert sent.due_on == clock.local_date(now) + timedelta(days=30)
    assert len(sent.receipt) == 10
    states = db.scalars(select(Enrollment.status).where(Enrollment.application_id == sent.id))
    assert set(states) == {"placed"}
    mails = {m.kind: m for m in db.scalars(select(Message))}
    assert set(mails) == {"receipt", "placed"}
    receipt = mails["receipt"]
    assert receipt.recipient == "madre@famiglie.example"
    assert receipt.payload["receipt"] == sent.receipt
    assert receipt.payload["officer"] == "Dott.ssa Responsabile"
    assert receipt.payload["due_on"] == sent.due_on.isoformat()
    assert receipt.payload["total"] == "75.00"
    assert len(receipt.payload["lines"]) == 6


def test_one_bad_wish_stops_the_whole_and_is_named(db, family, alliance, children, days, now):
    closed = f.SlotFactory(workshop__alliance=alliance, workshop__opens_at=now + timedelta(days=1))
    wishes = [*wishes_of(children[:1], days), {"person_id": children[0].id, "slot_id": closed.id}]
    draft = applications.save_draft(family, alliance_id=alliance.id, wishes=wishes, now=now)
    with pytest.raises(WindowClosed) as refusal:
        applications.submit(family, draft, now=now)
    assert refusal.value.field == "wishes[3].slot_id"
    db.expire_all()
    assert db.get(Application, draft.id).status == "draft"
    assert db.scalar(select(func.sum(Slot.places_taken + Slot.last_queue_no))) == 0
    assert db.scalars(select(Message)).all() == []


def test_a_place_lost_at_the_last_wish_gives_back_all_before_it(
    db, family, alliance, children, days, now
):
    held = f.ApplicationFactory(alliance=alliance)
    enrollments.enrol(db, application=held, person=children[1], slot=days[2], now=now)
    wishes = wishes_of(children, days)
    draft = applications.save_draft(family, alliance_id=alliance.id, wishes=wishes, now=now)
    with pytest.raises(AlreadyEnrolled) as refusal:
        applications.submit(family, draft, now=now)
    assert refusal.value.field == "wishes[5].slot_id"
    db.expire_all()
    assert [d.places_taken for d in days] == [0, 0, 1]


def test_every_fault_is_told_at_once(family, alliance, children, days, now):
    baby = children[0]
    wishes = [
        {"person_id": baby.id, "slot_id": 10**9},
        {"person_id": 10**9, "slot_id": days[0].id},
        {"person_id": baby.id, "slot_id": days[1].id},
        {"person_id": baby.id, "slot_id": days[1].id},
    ]
    with pytest.raises(Invalid) as refusal:
        applications.save_draft(family, alliance_id=alliance.id, wishes=wishes, now=now)
    assert [field for field, _, _ in refusal.value.errors] == [
        "wishes[0].slot_id",
        "wishes[1].person_id",
        "wishes[3].slot_id",
    ]


def test_nobody_enrols_another_familys_child(family, alliance, days, now):
    stranger = f.PersonFactory(alliance=alliance)
    with pytest.raises(Invalid) as refusal:
        applications.apply_for(
            family, alliance_id=alliance.id, wishes=wishes_of([stranger], days), now=now
        )
    assert refusal.value.field == "wishes[0].person_id"


def test_a_draft_whose_child_was_taken_out_of_the_familys_hands_is_not_sent(
    db, family, alliance, parent, children, days, now
):
    draft = applications.save_draft(
        family, alliance_id=alliance.id, wishes=wishes_of(children, days), now=now
    )
    children[1].relations[0].ends_on = clock.local_date(now) - timedelta(days=1)
    db.flush()
    with pytest.raises(Invalid) as refusal:
        applications.submit(family, draft, now=now)
    assert refusal.value.field == "wishes[3].person_id"


def test_a_draft_may_be_written_anew_and_is_sent_once(db, family, alliance, children, days, now):
    draft = applications.save_draft(
        family, alliance_id=alliance.id, wishes=wishes_of(children, days), note="a", now=now
    )
    draft = applications.save_draft(
        family,
        alliance_id=alliance.id,
        wishes=wishes_of(children[:1], days[:1]),
        application=draft,
        now=now,
    )
    assert draft.note is None
    applications.submit(family, draft, now=now)
    with pytest.raises(WrongState):
        applications.submit(family, draft, now=now)
    with pytest.raises(WrongState):
        applications.save_draft(
            family, alliance_id=alliance.id, wishes=[], application=draft, now=now
        )
    assert db.scalar(select(func.count(Enrollment.id))) == 1


def test_an_empty_application_is_not_sent(family, alliance, now):
    draft = applications.save_draft(family, alliance_id=alliance.id, wishes=[], now=now)
    with pytest.raises(Invalid) as refusal:
        applications.submit(family, draft, now=now)
    assert refusal.value.field == "wishes"


def test_a_family_cancels_and_another_it_never_sees_is_offered_the_place(
    db, family, as_seat, alliance, children, workshop, now
):
    slot = f.SlotFactory(workshop=workshop, places=1)
    applications.apply_for(
        family, alliance_id=alliance.id, wishes=wishes_of(children[:1], [slot]), now=now
    )
    waiting = enrollments.enrol(
        db,
        application=f.ApplicationFactory(alliance=alliance),
        person=f.PersonFactory(alliance=alliance),
        slot=slot,
        now=now,
    )
    own = family.scalars(select(Enrollment)).one()
    assert enrollments.cancel(family, own, now=now).status == "cancelled"
    assert family.scalars(select(Enrollment)).all() == [own]
    db.expire_all()
    assert waiting.status == "offered"


def test_the_desk_enrols_an_old_woman_without_email_under_her_delegation_only(
    db, as_seat, alliance, now
):
    workshop = f.WorkshopFactory(
        alliance=alliance, participants="adults", min_age=None, max_age=None
    )
    slot = f.SlotFactory(workshop=workshop)
    old_woman = f.PersonFactory(alliance=alliance, age=81)
    point = f.SocialPointFactory(organization__alliance=alliance)
    operator = f.AccountFactory()
    desk = as_seat(
        "social_point",
        user_id=operator.id,
        alliance_id=alliance.id,
        organization_id=point.organization_id,
    )
    ask = {"alliance_id": alliance.id, "wishes": wishes_of([old_woman], [slot]), "now": now}
    with pytest.raises(Invalid) as refusal:
        applications.apply_for(desk, channel="desk", **ask)
    assert refusal.value.field == "wishes[0].person_id"
    other_scope = f.DelegationFactory(person=old_woman, social_point=point, scope="request")
    with pytest.raises(NotDelegated):
        applications.apply_for(desk, channel="desk", **ask)
    other_scope.scope = "enrol"
    db.flush()
    sent = applications.apply_for(desk, channel="desk", **ask)
    assert (sent.delegation_id, sent.user_id) == (other_scope.id, operator.id)
    assert desk.principal.on_behalf_of == old_woman.id
    # The operator's own address is no family's.
    assert db.scalars(select(Message)).all() == []
