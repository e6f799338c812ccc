"""The home of each seat: what waits, what is at hand, what was changed, the figures."""

import json
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from app import clock
from tests import factories as f
from tests.browsers import sign_in
from tests.statements import selects

OFFICES = ("admin", "staff", "municipality", "provider", "partner", "company", "social_point")


def blocks(page: str, part: str) -> dict[str, int]:
    """The nouns of a part of the home, each with the number that stands there."""
    section = page.partition(f'<section class="part" id="{part}"')[2]
    section = section.partition('<section class="part"')[0]
    found = re.findall(
        r'data-block="([^"]+)">.*?<span class="number">(\d+)', section, re.DOTALL
    )  # fmt: skip
    return {resource: int(number) for resource, number in found}


@pytest.mark.parametrize("kind", OFFICES)
def test_where_nothing_waits_one_line_says_so(kind, db, browse):
    page = browse(f.SeatFactory(kind=kind)).get("/office/").text
    assert not blocks(page, "waits")
    waits = page.partition('id="waits"')[2].partition("</section>")[0]
    assert waits.count('class="nothing"') == 1


def test_staff_sees_how_many_wait_and_the_first_of_them(db, browse):
    seat = f.SeatFactory(kind="staff")
    f.ServiceFactory.create_batch(8, alliance=seat.alliance, status="review")
    organization = f.OrganizationFactory(alliance=seat.alliance)
    workshop = f.WorkshopFactory(organization=organization)
    full = f.SlotFactory(workshop=workshop, places=3, places_taken=3)
    free = f.SlotFactory(workshop=workshop, places=3, places_taken=2)
    http = browse(seat)
    page = http.get("/office/").text
    assert blocks(page, "waits") == {"services": 8, "slots": 1}
    assert page.count('data-block="services"') == 1
    # Six of eight, and the way to all.
    services = page.partition('data-block="services"')[2].partition("</section>")[0]
    assert len(re.findall(r'<a href="/office/services/show/\d+">', services)) == 6
    assert "/office/services/list/?status=review" in services.partition("<footer>")[2]
    # The block leads to the list of the same rows.
    slots = page.partition('data-block="slots"')[2].partition("</section>")[0]
    href = re.search(r'<h3><a href="([^"]+)"', slots)[1].replace("&amp;", "&")
    listed = http.get(href).text
    assert f"/office/slots/show/{full.id}" in listed
    assert f"/office/slots/show/{free.id}" not in listed


def test_a_provider_has_its_own_slots_at_hand_and_nobody_elses(db, browse):
    seat = f.SeatFactory(kind="provider")
    workshop = f.WorkshopFactory(organization=seat.organization)
    f.SlotFactory.create_batch(2, workshop=workshop)
    f.SlotFactory(alliance=seat.alliance)
    page = browse(seat).get("/office/").text
    assert blocks(page, "at-hand") == {"slots": 2}


def test_what_one_changed_last_is_one_click_away(db, as_seat, browse):
    seat = f.SeatFactory(kind="staff")
    colleague = f.SeatFactory(kind="staff", alliance=seat.alliance)
    mine = f.OrganizationFactory(alliance=seat.alliance)
    theirs = f.OrganizationFactory(alliance=seat.alliance)
    for who, row, name in ((seat, mine, "Il mio ente"), (colleague, theirs, "Il loro ente")):
        session = as_seat(
            "staff", user_id=who.user_id, seat_id=who.id, alliance_id=seat.alliance_id
        )
        session.get_one(type(row), row.id).name = name
        session.flush()
    page = browse(seat).get("/office/").text
    recent = page.partition('id="recent"')[2].partition("</section>")[0]
    assert re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)', recent) == [
        (f"/office/organizations/show/{mine.id}", "Il mio ente")
    ]


def test_what_one_changed_is_called_so_that_one_knows_it(db, as_seat, browse):
    seat = f.SeatFactory(kind="staff")
    workshop = f.WorkshopFactory(alliance=seat.alliance, title="Officina di Natale")
    slot = f.SlotFactory(workshop=workshop, title="Settimana 3")
    person = f.PersonFactory(alliance=seat.alliance, last_name="Bonanno", first_name="Alessia")
    mine = f.EnrollmentFactory(alliance=seat.alliance, person=person, slot=slot)
    session = as_seat("staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id)
    session.get_one(type(mine), mine.id).reason = "Ha telefonato"
    session.flush()
    page = browse(seat).get("/office/").text
    recent = page.partition('id="recent"')[2].partition("</section>")[0]
    assert "Bonanno Alessia Officina di Natale Settimana 3" in recent


def test_the_home_asks_once_for_all_that_waits(db, connection, browse):
    seat = f.SeatFactory(kind="staff")
    f.ServiceFactory.create_batch(2, alliance=seat.alliance, status="review")
    http = browse(seat)
    http.get("/office/")  # What is read once a process is read.
    with selects(connection) as asked:
        http.get("/office/")
    # The seats, the numbers of home and menu, the seasons; the one block, what was changed last.
    assert len(asked) <= 5, asked


# ---------------------------------------------------------------- the season's figures


def figures(page: str) -> dict[str, dict]:
    """What the browser is told of each figure."""
    told = [json.loads(unescape(one)) for one in re.findall(r'data-figure="([^"]+)"', page)]
    return {one["name"]: one for one in told}


FIGURES = {
    "admin": {"jobs"},
    "staff": {"enrollments", "organizers", "weeks", "requests"},
    "municipality": {"enrollments", "workshops", "weeks", "requests"},
    "provider": {"enrollments", "workshops", "weeks", "requests"},
    "partner": {"workshops", "weeks", "services"},
    "company": set(),
    "social_point": {"organizers", "weeks"},
}


@pytest.mark.parametrize("kind", OFFICES)
def test_each_seat_has_the_figures_that_it_may_ask_for(kind, db, browse):
    seat = f.SeatFactory(kind=kind)
    if seat.alliance:
        f.SeasonFactory(alliance=seat.alliance)
    http = browse(seat)
    page = http.get("/office/").text
    found = figures(page)
    assert found.keys() == FIGURES[kind]
    assert ("charts.js" in page) == bool(found)
    for one in found.values():
        answer = http.get(one["address"])
        assert answer.status_code == 200, (one["address"], answer.text)
    for address in re.findall(r'data-file[^>]*href="([^"]+)"', page):
        assert http.get(unescape(address)).status_code == 200, address


def test_the_figures_are_of_the_season_that_runs_or_of_the_one_asked_for(db, browse, now):
    seat = f.SeatFactory(kind="staff")
    today = clock.local_date(now)
    days = {
        name: today + timedelta(days=n) for name, n in (("last", -300), ("now", -3), ("next", 90))
    }
    seasons = {
        name: f.SeasonFactory(
            alliance=seat.alliance, starts_on=day, ends_on=day + timedelta(days=30)
        )
        for name, day in days.items()
    }
    elsewhere = f.SeasonFactory()
    http = browse(seat)

    def shown(query: str) -> int:
        answer = http.get(f"/office/{query}")
        assert answer.status_code == 200
        return int(
            figures(answer.text)["weeks"]["address"].partition("season_id=")[2].split("&")[0]
        )

    assert shown("") == seasons["now"].id
    assert shown(f"?season={seasons['next'].id}") == seasons["next"].id
    # What is no season of the seat's is as if nothing had been asked for.
    for wrong in ("", "x", "-1", "9" * 30, str(elsewhere.id), "%00", "1&season=2"):
        assert shown(f"?season={wrong}") == seasons["now"].id


def test_no_other_page_loads_what_charts_need(db, browse):
    http = browse(f.SeatFactory(kind="staff"))
    for path in ("/office/slots/list/", "/office/seasons/add", "/office/enrollments/list/"):
        page = http.get(path).text
        assert "charts.js" not in page
        assert "echarts" not in page


# ---------------------------------------------------------------- in a browser


def drawn(page: Page, name: str) -> Locator:
    """A figure of the home, once it says what it shows."""
    sheet = page.locator(f"#figure-{name}")
    expect(sheet.locator("[data-says]")).not_to_have_attribute("aria-busy", "true")
    return sheet


def wide(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.browser
def test_a_figure_is_told_tabled_drawn_and_taken_away_as_the_api_has_it(page: Page) -> None:
    sign_in(page, "staff")
    sheet = drawn(page, "enrollments")
    told = json.loads(sheet.get_attribute("data-figure") or "")
    answer = page.request.get(told["address"]).json()["result"]
    sheet.locator("summary").click()
    hidden = json.loads(page.locator("#figures").get_attribute("data-words") or "")["hidden"]
    expected = {
        told["values"][one["status"]]: hidden if one.get("suppressed") else str(one["count"])
        for one in answer
    }
    lines = sheet.locator("tbody tr")
    expect(lines).to_have_count(len(expected))
    for name, number in expected.items():
        line = sheet.locator("tbody tr", has=page.get_by_role("rowheader", name=name, exact=True))
        expect(line.locator("td")).to_have_text(number)
    shown = [one["count"] for one in answer if not one.get("suppressed")]
    expect(sheet.locator("[data-says]")).to_contain_text(str(sum(shown)))
    expect(sheet.locator(".picture svg")).to_be_visible()
    # The file is the table; the picture follows the theme.
    with page.expect_download() as download:
        sheet.locator("[data-file]").click()
    lines_ = Path(download.value.path()).read_text("utf-8-sig").splitlines()
    assert len(lines_) == 1 + len(expected)
    assert dict(tuple(part.strip('"') for part in one.split(";")) for one in lines_[1:]) == expected
    bar = sheet.locator(f".picture svg path[fill='{LIGHT}']").first
    expect(bar).to_be_attached()
    page.emulate_media(color_scheme="dark")
    expect(bar).not_to_be_attached()


MATRIX = (pytest.mark.matrix,)
# A bar's colour on light paper: the token ``--link``.
LIGHT = "rgb(0, 89, 179)"


LOGINS = ("admin", "staff", "municipality", "provider", "partner", "company", "social-point")
# Staff's in light is one of the pages of test_browser.py.
HOMES = [
    pytest.param(login, scheme, marks=() if (login, scheme) == ("staff", "dark") else MATRIX)
    for login in LOGINS
    for scheme in ("light", "dark")
]


@pytest.mark.browser
@pytest.mark.parametrize(("login", "scheme"), HOMES)
def test_a_home_fits_a_phone_and_hides_nothing_from_anybody(
    page: Page, login: str, scheme: str
) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(color_scheme=scheme)
    sign_in(page, login)
    expect(page.locator("[data-says][aria-busy]")).to_have_count(0)
    if login == "staff":
        expect(page.locator("#figure-weeks .picture svg")).to_be_visible()
        page.locator("#figure-weeks summary").click()
    assert wide(page) <= 320
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]


def shortcuts(page: str) -> str:
    """What can be opened from the top of the home; empty if there is nothing."""
    return page.partition('id="shortcuts"')[2].partition("</nav>")[0]


def test_the_lists_of_every_day_are_one_press_from_the_home(db, browse):
    seat = f.SeatFactory(kind="staff")
    f.SavedViewFactory(seat=seat, title="Le mie domande", in_menu=True)
    f.SavedViewFactory(seat=seat, title="Fuori dal menu", in_menu=False)
    found = shortcuts(browse(seat).get("/office/").text)
    for noun in ("persons", "enrollments", "slots", "workshops", "services", "organizations"):
        assert f'href="/office/{noun}/list/"' in found
    assert "Le mie domande" in found
    assert "Fuori dal menu" not in found
    # A person is searched for at once, by the list of persons.
    assert 'action="/office/persons/list/"' in found


def test_a_seat_without_persons_is_offered_none(db, browse):
    found = shortcuts(browse(f.SeatFactory(kind="company")).get("/office/").text)
    assert "/office/persons/" not in found


@pytest.mark.parametrize("kind", ["municipality", "provider", "partner", "company"])
def test_a_form_to_join_that_was_never_sent_waits(kind, db, browse):
    """A union whose two forms lie about as drafts was told that nothing waits."""
    seat = f.SeatFactory(kind=kind)
    f.MembershipFactory(organization=seat.organization, network="local", status="draft")
    page = browse(seat).get("/office/").text
    assert blocks(page, "waits") == {"memberships": 1}
    link = re.search(r'<a href="/office/memberships/show/\d+">([^<]+)</a>', page)
    assert link
    assert link[1] != seat.organization.name


def test_what_the_office_gave_back_says_why_on_the_home(db, browse):
    """A municipality's published offer may be returned too; then it waits for the municipality."""
    seat = f.SeatFactory(kind="municipality")
    f.ServiceFactory(organization=seat.organization, status="returned",
                     review_note="Manca il prezzo.")  # fmt: skip
    page = browse(seat).get("/office/").text
    assert blocks(page, "waits") == {"services": 1}
    assert "Manca il prezzo." in page
