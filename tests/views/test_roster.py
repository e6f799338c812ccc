"""The roster of a day: who stands in the yard at eight asks for today, not for a date."""

from datetime import timedelta

import pytest

from app import clock
from app.operations import enrollments
from tests import factories as f
from tests.views.conftest import texts


@pytest.fixture
def slot(db, now):
    slot = f.SlotFactory(starts_on=clock.local_date(now) + timedelta(days=1))
    child = f.PersonFactory(alliance=slot.alliance, last_name="Rossi", first_name="Ada",
                            allergies="arachidi")  # fmt: skip
    application = f.ApplicationFactory(alliance=slot.alliance)
    enrollments.enrol(db, application=application, person=child, slot=slot, now=now)
    return slot


@pytest.fixture
def http(slot, browse):
    seat = f.SeatFactory(kind="provider", alliance=slot.alliance, organization=slot.organization)
    return browse(seat)


def test_today_and_the_days_beside_are_one_press_away(http, now):
    page = http.get("/office/slots/roster").text
    days = page.partition('class="roster-days"')[2].partition("</nav>")[0]
    for away in (0, 1, 2):
        assert f"day={(clock.local_date(now) + timedelta(days=away)).isoformat()}" in days
    assert days.count('aria-current="date"') == 1
    # What is to be minded stands out.
    assert '<strong class="minded">arachidi</strong>' in page
    assert "Rossi Ada" in texts(page)
    assert "Rossi Ada" not in http.get(f"/office/slots/roster?day={clock.local_date(now)}").text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "tomorrow", "2026-02-30"])
def test_no_day_is_too_far_to_be_shown(day, http):
    assert http.get(f"/office/slots/roster?day={day}").status_code == 200
