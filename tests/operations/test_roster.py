"""Who runs a slot knows tomorrow who comes and what to mind, and each look is written down."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models import SensitiveRead
from app.operations import enrollments, roster
from tests import factories as f


@pytest.fixture
def slot(db, now):
    slot = f.SlotFactory(places=1)
    for first, allergies in (("Ada", "arachidi"), ("Bea", None)):
        child = f.PersonFactory(
            alliance=slot.alliance, first_name=first, last_name="Rossi", allergies=allergies,
            pickup="la nonna",
        )  # fmt: skip
        application = f.ApplicationFactory(alliance=slot.alliance)
        enrollments.enrol(db, application=application, person=child, slot=slot, now=now)
    db.expire_all()
    return slot


@pytest.fixture
def open_seat(as_seat, slot):
    def sit(kind, **values):
        account = f.AccountFactory()
        return as_seat(kind, user_id=account.id, alliance_id=slot.alliance_id, **values)

    return sit


def reads(db):
    return [(r.columns, len(r.row_ids), r.user_id) for r in db.scalars(select(SensitiveRead))]


def test_the_organizer_sees_who_holds_a_place_and_what_to_mind(db, open_seat, slot, now):
    provider = open_seat("provider", organization_id=slot.organization_id)
    (line,) = roster.roster(provider, slot, now=now)
    assert (line.name, line.allergies, line.pickup) == ("Rossi Ada", "arachidi", "la nonna")
    assert 6 <= line.age <= 11
    assert reads(db) == [(["allergies", "pickup"], 1, provider.principal.user_id)]


def test_staff_see_the_names_and_only_with_the_duty_what_to_mind(db, open_seat, slot, now):
    (line,) = roster.roster(open_seat("staff"), slot, now=now)
    assert (line.name, line.allergies, line.pickup) == ("Rossi Ada", None, None)
    assert reads(db) == []
    (line,) = roster.roster(open_seat("staff", care=True), slot, now=now)
    assert line.allergies == "arachidi"
    assert len(reads(db)) == 1


def test_the_roster_of_a_day_holds_the_organizers_own_slots(db, open_seat, slot, now):
    other = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=slot.starts_on)
    enrollments.enrol(
        db,
        application=f.ApplicationFactory(alliance=slot.alliance),
        person=f.PersonFactory(alliance=slot.alliance),
        slot=other,
        now=now,
    )
    provider = open_seat("provider", organization_id=slot.organization_id)
    lines = roster.roster_of_day(provider, day=slot.starts_on, now=now)
    assert [line.slot_id for line in lines] == [slot.id]
    assert roster.roster_of_day(provider, day=slot.starts_on - timedelta(days=90), now=now) == []
