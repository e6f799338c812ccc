"""Absences without a word cost later places where the workshop says so, and never unheard."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app import clock, mail
from app.jobs import attendance as job
from app.models import Enrollment, Message, Slot
from app.operations import attendance, enrollments
from tests import factories as f

DAY = timedelta(days=1)


@pytest.fixture
def workshop(now):
    start = clock.local_date(now) + 3 * DAY
    return f.WorkshopFactory(absences_allowed=1, starts_on=start, ends_on=start + 20 * DAY)


@pytest.fixture
def places(db, workshop, now):
    """A child's places on six days of the workshop; somebody waits for the last one."""
    application = f.ApplicationFactory(alliance=workshop.alliance, contact_email="ada@x.example")
    child = f.PersonFactory(alliance=workshop.alliance)
    made = []
    for n in range(6):
        day = workshop.starts_on + n * DAY
        slot = f.SlotFactory(workshop=workshop, starts_on=day, places=1)
        made.append(
            enrollments.enrol(db, application=application, person=child, slot=slot, now=now)
        )
    enrollments.enrol(
        db, application=f.ApplicationFactory(alliance=workshop.alliance),
        person=f.PersonFactory(alliance=workshop.alliance), slot=made[-1].slot, now=now,
    )  # fmt: skip
    return made


def evening(place, now, days=1):
    """Some days after the place's own."""
    return now + (place.slot.starts_on - clock.local_date(now)) + days * DAY


def miss(db, place, now, **said):
    attendance.mark(
        db, place, day=place.slot.starts_on, status="absent", now=evening(place, now, 0), **said
    )


def warnings(db):
    return list(db.scalars(select(Message).where(Message.kind == "absences")))


def sent(db, at):
    db.execute(update(Message).where(Message.kind == "absences").values(status="sent", sent_at=at))
    db.expire_all()


def states(db, places):
    db.expire_all()
    return [place.status for place in places]


def test_a_family_is_warned_once_when_no_more_may_be_missed(db, places, now):
    miss(db, places[0], now)
    assert job.mind(db, evening(places[0], now, 0)) == 0  # The roster may still be put right.
    assert job.mind(db, evening(places[0], now)) == 1
    assert job.mind(db, evening(places[0], now, 2)) == 0
    [letter] = warnings(db)
    assert (letter.recipient, letter.payload["days"]) == ("ada@x.example", 1)
    words = mail.render(letter, base_url="https://a.example", sender="i@a.example")
    assert places[-1].slot.title in words.get_body(("plain",)).get_content()
    assert states(db, places) == ["placed"] * 6


def test_one_day_more_gives_the_later_places_to_who_waits(db, places, now):
    miss(db, places[0], now)
    job.mind(db, evening(places[0], now))
    sent(db, evening(places[0], now))
    miss(db, places[3], now)
    at = evening(places[3], now)
    assert job.mind(db, at) == 1
    # The day that runs is the child's; the next goes to who waits for it.
    assert states(db, places) == [*["placed"] * 5, "refused"]
    offered = select(Enrollment.status).where(
        Enrollment.slot_id == places[-1].slot_id, Enrollment.id != places[-1].id
    )
    assert db.scalar(offered) == "offered"
    assert job.mind(db, at) == 0
    letter = db.scalar(select(Message).where(Message.kind == "refused"))
    letter.locale = "it"
    words = mail.render(letter, base_url="https://a.example", sender="i@a.example")
    assert "Assente senza avviso" in words.get_body(("plain",)).get_content()


def test_nobody_loses_a_place_for_days_before_the_letter_was_sent(db, places, now):
    for place in places[:2]:
        miss(db, place, now)
    at = evening(places[1], now)
    assert job.mind(db, at) == 1  # The letter, of two days where one is allowed.
    miss(db, places[2], now)
    assert job.mind(db, at + DAY) == 0  # It was not sent yet.
    sent(db, at + DAY)
    miss(db, places[3], now)  # On the day of the letter: it may have come when nobody could answer.
    assert job.mind(db, at + 2 * DAY) == 0
    assert states(db, places) == ["placed"] * 6


def test_a_letter_promises_one_more_day_and_so_it_is(db, places, now):
    for place in places[:2]:
        miss(db, place, now)
    at = evening(places[1], now)
    job.mind(db, at)
    sent(db, at)
    for later in (1, 2):
        assert job.mind(db, at + later * DAY) == 0  # Nothing more was missed.
    assert states(db, places) == ["placed"] * 6
    miss(db, places[3], now)
    assert job.mind(db, evening(places[3], now)) == 1
    assert states(db, places)[-1] == "refused"


def test_a_day_of_which_the_family_spoke_does_not_count(db, places, now):
    miss(db, places[0], now, excused=True)
    miss(db, places[1], now)
    assert job.mind(db, evening(places[1], now)) == 1
    sent(db, evening(places[1], now))
    assert job.mind(db, evening(places[1], now) + DAY) == 0
    assert states(db, places) == ["placed"] * 6


def test_whom_no_letter_reaches_is_left_to_the_office(db, places, now):
    places[0].application.contact_email = None
    places[0].application.channel = "desk"
    for place in places[:2]:
        miss(db, place, now)
    for days in (1, 2, 3):
        assert job.mind(db, evening(places[1], now, days)) == 0
    assert "refused" not in states(db, places)


def test_without_a_rule_absences_cost_no_place(db, places, workshop, now):
    workshop.absences_allowed = None
    for place in places[:3]:
        miss(db, place, now)
    assert job.mind(db, evening(places[2], now)) == 0


def test_what_is_missed_in_another_workshop_does_not_count(db, places, now):
    other = f.SlotFactory(starts_on=places[0].slot.starts_on, starts_at=places[0].slot.ends_at,
                          ends_at=places[0].slot.ends_at.replace(hour=20))  # fmt: skip
    assert isinstance(other, Slot)
    elsewhere = enrollments.enrol(
        db, application=f.ApplicationFactory(alliance=other.alliance),
        person=f.PersonFactory(alliance=other.alliance), slot=other, now=now,
    )  # fmt: skip
    miss(db, elsewhere, now)
    assert job.mind(db, evening(places[0], now)) == 0
