"""What waits for a seat is counted in its menu: a review that nobody sees is never done."""

import re

from tests import factories as f


def waiting(page: str, resource: str) -> int:
    """The number beside a noun's entry in the menu."""
    entry = re.search(rf'href="/office/{resource}/list/".*?</a>', page, re.DOTALL)
    assert entry, f"{resource} is not in the menu"
    number = re.search(r'<span class="waiting">(\d+)', entry[0])
    return int(number[1]) if number else 0


def test_the_menu_counts_what_the_seat_has_to_do(db, browse):
    seat = f.SeatFactory(kind="staff")
    f.ServiceFactory.create_batch(2, alliance=seat.alliance, status="review")
    f.ServiceFactory(alliance=seat.alliance, status="published")
    f.ServiceFactory(status="review")  # another alliance's
    page = browse(seat).get("/office/services/list/").text
    assert waiting(page, "services") == 2
    assert waiting(page, "memberships") == 0


def test_what_waits_is_counted_anew_after_ones_own_change(db, reader, flask_app, monkeypatch):
    monkeypatch.setitem(flask_app.config, "REMEMBERS_COUNTS", True)
    seat = f.SeatFactory(kind="staff")
    service = f.ServiceFactory(alliance=seat.alliance, status="review")
    own, colleague = reader(seat), reader(f.SeatFactory(kind="staff", alliance=seat.alliance))
    address = "/office/services/list/"
    assert waiting(own.get(address).text, "services") == 1
    assert waiting(colleague.get(address).text, "services") == 1
    page = f"/office/services/verb/return/{service.id}"
    assert own.post(page, reason="Manca il prezzo").status_code == 302
    assert waiting(own.get(address).text, "services") == 0
    # A colleague reads the number of some seconds ago in a list, and today's on every other page.
    assert waiting(colleague.get("/office/").text, "services") == 0


def test_what_waits_is_the_seats_own(db, browse, flask_app, monkeypatch):
    monkeypatch.setitem(flask_app.config, "REMEMBERS_COUNTS", True)
    seat, other = f.SeatFactory(kind="staff"), f.SeatFactory(kind="staff")
    f.ServiceFactory(alliance=seat.alliance, status="review")
    assert waiting(browse(seat).get("/office/services/list/").text, "services") == 1
    assert waiting(browse(other).get("/office/services/list/").text, "services") == 0


def test_who_does_not_review_is_not_told_to(db, browse):
    seat = f.SeatFactory(kind="municipality")
    f.ServiceFactory(alliance=seat.alliance, organization=seat.organization, status="review")
    assert waiting(browse(seat).get("/office/services/list/").text, "services") == 0
