"""Who sits down for the first time is shown round: once, in passing, and again if they ask."""

import re

import pytest
from playwright.sync_api import Page, expect

from app import models
from app.views.tour import DAYS
from tests import factories as f
from tests.browsers import sign_in

TOUR = 'id="tour"'


@pytest.mark.parametrize("kind", sorted(DAYS))
def test_a_new_seat_is_shown_round_until_its_holder_says_no_more(db, reader, kind):
    new = reader(seat := f.SeatFactory(kind=kind, toured_at=None))
    other = f.SeatFactory(kind=kind, toured_at=None)
    assert new.get("/office/").text.count("data-at=") == 5
    assert new.post("/office/toured", page="/office/").status_code == 302
    assert TOUR not in new.get("/office/").text
    assert TOUR in new.get("/office/?tour=1").text
    db.expire_all()
    first = db.get_one(models.Seat, seat.id).toured_at
    assert first is not None
    assert db.get_one(models.Seat, other.id).toured_at is None
    new.post("/office/toured", page="/office/")
    db.expire_all()
    assert db.get_one(models.Seat, seat.id).toured_at == first


def test_nobody_is_shown_round_without_a_seat(web_on):
    answer = web_on.test_client().post("/office/toured")
    assert answer.status_code in (302, 400, 401)


@pytest.mark.matrix
def test_the_steps_lead_round_by_keyboard_and_cover_nothing_that_stays(page: Page):
    sign_in(page, "staff-milano")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/office/")
    tour = page.locator("#tour")
    expect(tour.locator("li:visible")).to_have_count(1)
    expect(page.locator(".toured")).to_have_class(re.compile(r"\bhome\b"))
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    following = tour.locator("[data-step='1']")
    following.focus()
    for step in range(2, 6):
        page.keyboard.press("Enter")
        expect(tour.locator(".tour-at")).to_have_text(f"{step} / 5")
    expect(following).to_be_hidden()
    expect(tour.locator("[type=submit]")).to_be_focused()
    with page.expect_response("**/office/toured"):
        page.keyboard.press("Enter")
    expect(tour).to_have_count(0)
    page.reload()
    expect(page.locator("h1")).to_be_visible()
    expect(tour).to_have_count(0)
