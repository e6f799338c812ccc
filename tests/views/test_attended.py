"""An organizer counts who came, by day and slot, on the screen and as a file."""

import csv
import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.models import Enrollment
from app.operations import attendance, enrollments
from tests import factories as f
from tests.views.conftest import texts

ADDRESS = "/office/slots/attended"


@pytest.fixture
def slot(db, now):
    """A week that began yesterday: three with a place, one came and one did not."""
    start = clock.local_date(now) + timedelta(days=1)
    slot = f.SlotFactory(starts_on=start, ends_on=start + timedelta(days=3), places=3)
    for _ in range(3):
        enrollments.enrol(
            db, application=f.ApplicationFactory(alliance=slot.alliance),
            person=f.PersonFactory(alliance=slot.alliance), slot=slot, now=now,
        )  # fmt: skip
    return slot


@pytest.fixture
def day(slot):
    return attendance.days_of(slot)[0]


@pytest.fixture
def address(day):
    return f"?first={day}&last={day}"


@pytest.fixture
def came(db, slot, day, now):
    rows = db.scalars(select(Enrollment).where(Enrollment.slot_id == slot.id)).all()
    at = now + timedelta(days=5)
    attendance.mark(db, rows[0], day=day, status="present", now=at)
    attendance.mark(db, rows[1], day=day, status="absent", excused=True, now=at)
    return rows


def seat(slot, kind="provider", **values):
    return f.SeatFactory(kind=kind, alliance=slot.alliance, **values)


def lines(answer):
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_organizer_counts_its_own_slots(browse, slot, day, address, came):
    http = browse(seat(slot, organization=slot.organization))
    other = f.SlotFactory(workshop__alliance=slot.alliance, starts_on=day)
    page = http.get(f"{ADDRESS}{address}").text
    said = texts(page)
    assert slot.workshop.title in said
    assert other.workshop.title not in said
    answer = http.get(f"{ADDRESS}/csv{address}")
    assert answer.headers["Cache-Control"] == "no-store"
    [_, line] = lines(answer)
    assert line[1:] == [slot.workshop.title, slot.title, "1", "0", "1", "1", "1"]
    assert http.get(f"{ADDRESS}/xlsx{address}").data[:2] == b"PK"


def test_every_day_of_a_week_is_a_line(browse, slot, came):
    http = browse(seat(slot, organization=slot.organization))
    held = attendance.days_of(slot)
    answer = http.get(f"{ADDRESS}/csv?first={held[0]}&last={held[-1]}")
    assert len(lines(answer)) == 1 + len(held)


def test_who_left_after_the_day_is_still_counted_as_having_come(
    db, browse, slot, address, came, now
):
    enrollments.refuse(db, came[0], reason="Trasferito", now=now)
    http = browse(seat(slot, organization=slot.organization))
    [_, line] = lines(http.get(f"{ADDRESS}/csv{address}"))
    assert line[3:] == ["1", "0", "1", "1", "1"]


@pytest.mark.parametrize("kind", ["citizen", "partner", "company", "social_point"])
def test_nobody_else_counts(browse, slot, kind, address):
    body = {} if kind in ("citizen", "social_point") else {"organization": slot.organization}
    assert browse(seat(slot, kind, **body)).get(f"{ADDRESS}{address}").status_code in (403, 404)


@pytest.mark.parametrize("asked", ["first=x", "first=9999-12-31", "last=0001-01-01",
                                   "first=2027-01-10&last=2027-01-01"])  # fmt: skip
def test_a_day_that_cannot_be_is_left_out(browse, slot, asked):
    http = browse(seat(slot, "staff"))
    assert http.get(f"{ADDRESS}?{asked}").status_code == 200
    assert http.get(f"{ADDRESS}/pdf?{asked}").status_code == 404
