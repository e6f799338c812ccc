"""A list under a name: it leads back to the same list, for those whom it was meant for."""

import json
import re
from datetime import date, timedelta
from html import unescape

from sqlalchemy import update

from app import clock
from app.models import SavedView
from tests import factories as f
from tests.views.conftest import texts

LIST = "/office/services/list/"


def keep(reader, query="status=review&sort=-title", **more):
    """Keep a list as its page's form does: the address that it leads to."""
    answer = reader.post("/office/services/views", page=LIST, query=query, title="Da rivedere",
                         **{"audience": "mine", "in_menu": "true", **more})  # fmt: skip
    assert answer.status_code == 302
    return answer.location


def number(location):
    return int(re.search(r"view=(\d+)", location)[1])


def links(page):
    return [unescape(href) for href in re.findall(r'href="([^"]*view=\d+)"', page)]


def test_a_kept_list_has_a_link_and_a_place_in_the_menu(db, reader):
    seat = f.SeatFactory(kind="staff")
    f.ServiceFactory(alliance=seat.alliance, status="review", title="Spazio compiti")
    f.ServiceFactory(alliance=seat.alliance, status="published", title="Sportello")
    staff = reader(seat)
    there = keep(staff, "status=review&cursor=xyz&columns=title&count=exact")
    assert there == f"{LIST}?status=review&columns=title&view={number(there)}"
    page = staff.get(there).text
    assert "Spazio compiti" in page
    assert "Sportello" not in texts(page)
    menu = staff.get("/office/seasons/list/").text.partition("<main")[0]
    assert links(menu) == [f"{LIST}?view={number(there)}"]
    # The link alone leads to what is kept, whatever that is by then.
    assert staff.get(links(menu)[0]).location == there


def test_a_list_is_seen_by_those_whom_it_is_for_and_by_nobody_else(db, reader):
    seat = f.SeatFactory(kind="staff")
    colleague = f.SeatFactory(kind="staff", alliance=seat.alliance)
    provider = f.SeatFactory(kind="provider", alliance=seat.alliance)
    elsewhere = f.SeatFactory(kind="staff")
    staff = reader(seat)
    for audience, seen_by in (
        ("mine", ()), ("role", (colleague,)), ("everybody", (colleague, provider)),
    ):  # fmt: skip
        link = f"{LIST}?view={number(keep(staff, audience=audience))}"
        for other in (colleague, provider, elsewhere):
            answer = reader(other).get(link)
            assert answer.status_code == (302 if other in seen_by else 404), (audience, other.kind)
            menu = reader(other).get(LIST).text.partition("<main")[0]
            assert (link in links(menu)) == (other in seen_by)


def test_who_is_not_staff_keeps_no_list_for_everybody(db, reader):
    provider = reader(f.SeatFactory(kind="provider"))
    there = keep(provider, audience="everybody")
    assert "view=" not in there
    assert "notice-danger" in provider.get(there).text
    assert db.query(SavedView).count() == 0


def test_only_its_owner_puts_another_list_in_its_place(db, reader):
    seat = f.SeatFactory(kind="staff")
    staff = reader(seat)
    colleague = reader(f.SeatFactory(kind="staff", alliance=seat.alliance))
    kept = number(keep(staff, audience="everybody"))
    assert f"view={kept}" in keep(staff, "status=draft", replace=kept)
    assert staff.get(f"{LIST}?view={kept}").location == f"{LIST}?status=draft&view={kept}"
    keep(colleague, "status=published", replace=kept)
    assert staff.get(f"{LIST}?view={kept}").location == f"{LIST}?status=draft&view={kept}"


def test_a_list_whose_field_is_gone_is_shown_without_and_says_so(db, reader):
    staff = reader(f.SeatFactory(kind="staff"))
    kept = number(keep(staff))
    query = "vanished=1&status=review&columns=gone&sort=old&starts_on__gte=soon"
    db.execute(update(SavedView).values(query=query))
    db.commit()
    answer = staff.get(f"{LIST}?view={kept}")
    assert answer.location == f"{LIST}?status=review&view={kept}"
    page = staff.get(answer.location).text
    notice = unescape(re.search(r'notice-warning"[^>]*>(.*?)</div>', page, re.S)[1])
    # By what the screens call it; what is gone altogether, by the name that it had.
    for said in ("“vanished”", "Colonne: “gone”", "Ordine: “old”", "“soon”"):
        assert said in notice
    assert "__" not in notice
    # One column of several is gone: the others stay, in their order.
    db.execute(update(SavedView).values(query="columns=status,gone,title&sort=-title,old"))
    db.commit()
    assert staff.get(f"{LIST}?view={kept}").location == (
        f"{LIST}?columns=status%2Ctitle&sort=-title&view={kept}"
    )
    # Nothing at all is left of it: still no road in a circle.
    db.execute(update(SavedView).values(query="vanished=1"))
    db.commit()
    assert staff.get(staff.get(f"{LIST}?view={kept}").location).status_code == 200
    for wrong in ("0", "x", "9" * 30, str(kept + 1)):
        assert staff.get(f"{LIST}?view={wrong}").status_code == 404


def test_the_full_slots_of_the_days_to_come_stay_those_of_the_days_to_come(db, reader):
    seat = f.SeatFactory(kind="staff")
    today = clock.today()
    for days, taken in ((-1, 4), (3, 4), (4, 3), (40, 4)):
        day = today + timedelta(days=days)
        f.SlotFactory(
            workshop__alliance=seat.alliance, workshop__starts_on=today - timedelta(days=9),
            workshop__ends_on=today + timedelta(days=90), title=f"giorno {days}",
            starts_on=day, ends_on=day, places=4, places_taken=taken,
        )  # fmt: skip
    asked = "free_places=0&starts_on__gte=today&starts_on__lte=today%2B30"
    page = texts(reader(seat).get(f"/office/slots/list/?{asked}").text)
    assert [n for n in (-1, 3, 4, 40) if f"giorno {n}" in page] == [3]
    assert reader(seat).get("/office/slots/list/?starts_on__gte=today%2Bx").status_code == 400


def test_a_selection_for_programs_has_its_values(db, reader):
    seat = f.SeatFactory(kind="staff")
    f.SeasonFactory(alliance=seat.alliance, title='Estate "lunga"', starts_on=date(2027, 6, 10),
                    ends_on=date(2027, 9, 1))  # fmt: skip
    staff = reader(seat)
    answer = staff.get("/office/seasons/json?columns=title,starts_on")
    assert answer.mimetype == "application/json"
    assert json.loads(answer.data) == [{"title": 'Estate "lunga"', "starts_on": "2027-06-10"}]
    assert json.loads(staff.get("/office/seasons/json?title=x").data or "0") == []
