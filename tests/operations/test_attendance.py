"""Who came to which day: recorded by who runs it, put right with a reason, never of tomorrow."""

from datetime import time, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.errors import Conflict, Invalid, WrongState
from app.models import Attendance
from app.operations import attendance, enrollments
from tests import factories as f


@pytest.fixture
def slot(now):
    return f.SlotFactory(places=5, workshop__starts_on=clock.local_date(now) + timedelta(days=3))


@pytest.fixture
def child(slot):
    return f.PersonFactory(alliance=slot.alliance, pickup="La zia Pina Rossi, il nonno")


@pytest.fixture
def place(db, slot, child, now):
    application = f.ApplicationFactory(alliance=slot.alliance)
    return enrollments.enrol(db, application=application, person=child, slot=slot, now=now)


@pytest.fixture
def day(slot):
    return slot.starts_on


@pytest.fixture
def then(slot, now):
    """The evening of the slot's day."""
    return now + (slot.starts_on - clock.local_date(now))


def kept(db):
    return db.scalars(select(Attendance).order_by(Attendance.id)).all()


def test_a_day_is_recorded_once_and_put_right(db, place, day, then):
    for status in ("present", "present", "absent"):
        attendance.mark(db, place, day=day, status=status, now=then)
    (row,) = kept(db)
    assert (row.status, row.excused) == ("absent", False)


def test_who_leaves_early_goes_with_somebody_whom_the_family_named(db, place, day, then):
    early = {"day": day, "status": "left_early", "left_at": time(11), "now": then}
    attendance.mark(db, place, picked_up_by="pina  rossi", **early)
    for stranger in ("Uno sconosciuto", "Pin", "Rossi il"):
        with pytest.raises(Invalid) as refused:
            attendance.mark(db, place, picked_up_by=stranger, **early)
        assert refused.value.field == "reason"
    attendance.mark(db, place, picked_up_by="Ada Neri", reason="La madre ha telefonato", **early)
    (row,) = kept(db)
    assert (row.picked_up_by, row.reason) == ("Ada Neri", "La madre ha telefonato")


def test_who_no_longer_acts_for_a_child_does_not_take_it_home(db, place, child, day, then):
    early = {"day": day, "status": "left_early", "left_at": time(11), "now": then}
    for name, until in (("Ada", day), ("Ivo", None), ("Leo", day - timedelta(days=1))):
        user = f.AccountFactory(first_name=name, last_name="Neri")
        f.RelationFactory(person=child, user=user, kind="carer", ends_on=until)
    attendance.mark(db, place, picked_up_by="Ada Neri", **early)
    attendance.mark(db, place, picked_up_by="Ivo Neri", **early)
    with pytest.raises(Invalid) as refused:
        attendance.mark(db, place, picked_up_by="Leo Neri", **early)
    assert refused.value.field == "reason"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"status": "left_early"}, "picked_up_by"),
        ({"status": "left_early", "left_at": time(11)}, "picked_up_by"),
        ({"status": "left_early", "left_at": time(11), "picked_up_by": "."}, "picked_up_by"),
        (
            {"status": "left_early", "left_at": time(11), "picked_up_by": "-", "reason": "Fretta"},
            "picked_up_by",
        ),
        ({"status": "present", "left_at": time(11), "picked_up_by": "Pina Rossi"}, "picked_up_by"),
        ({"status": "present", "excused": True}, "excused"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(db, place, day, then, given, field):
    with pytest.raises(Invalid) as refused:
        attendance.mark(db, place, day=day, now=then, **given)
    assert (refused.value.field, kept(db)) == (field, [])


def test_nothing_is_recorded_of_tomorrow_nor_of_a_day_without_the_slot(db, place, day, now, then):
    for wrong, at in ((day, now), (day + timedelta(days=1), then + timedelta(days=9))):
        with pytest.raises(Invalid) as refused:
            attendance.mark(db, place, day=wrong, status="present", now=at)
        assert refused.value.field == "day"


def test_an_old_day_is_the_offices_with_a_reason(db, as_seat, slot, place, day, then):
    late = then + timedelta(days=8)
    provider = as_seat(
        "provider", alliance_id=slot.alliance_id, organization_id=slot.organization_id
    )
    with pytest.raises(Conflict):
        attendance.mark(provider, place, day=day, status="absent", reason="Errore", now=late)
    with pytest.raises(Invalid):
        attendance.mark(db, place, day=day, status="absent", now=late)
    attendance.mark(db, place, day=day, status="absent", reason="Errore", now=late)


def test_all_are_present_but_those_of_whom_something_is_known(db, slot, place, day, now, then):
    application = f.ApplicationFactory(alliance=slot.alliance)
    other = enrollments.enrol(
        db, application=application, person=f.PersonFactory(alliance=slot.alliance), slot=slot,
        now=now,
    )  # fmt: skip
    attendance.mark(db, place, day=day, status="absent", excused=True, now=then)
    for _ in range(2):
        attendance.mark_all(db, slot, day=day, now=then)
    found = {row.enrollment_id: row.status for row in kept(db)}
    assert found == {place.id: "absent", other.id: "present"}


def test_who_has_no_place_is_not_recorded(db, place, day, then, now):
    enrollments.cancel(db, place, now=now)
    with pytest.raises(WrongState):
        attendance.mark(db, place, day=day, status="present", now=then)
