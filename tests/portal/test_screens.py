"""Every page of the portal, for everybody: light and dark, narrow and wide, in both languages.

`make test` looks at each page in one of the eight ways, in turn; `make test-all` in all of them.
"""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.databases import ENVIRONMENT
from tests.portal.conftest import Rows
from tests.ways import EVERY_WAY, WAYS, Act, Way, wrong

PORTAL = {"front", "portal", "area", "reference"}


def wrong_password(page: Page) -> None:
    """A form that was refused: its summary and its fields."""
    page.locator("main form [name=username]").fill("parent")
    page.locator("main form [name=password]").fill("non è questa")
    page.locator("main form button.btn-primary").click()
    expect(page.locator(".problems")).to_be_focused()


def empty_form(page: Page) -> None:
    """A form that our script refused."""
    page.locator("main form button[type=submit]:enabled").click()
    expect(page.locator("[data-problems]")).to_be_focused()


def tick(page: Page) -> None:
    """The enrolment form with children, days and a price."""
    expect(page.locator("[data-send]")).to_be_enabled()
    page.locator("input[data-comes]:enabled").first.check()
    page.locator("input[data-slot]:visible:enabled").last.check()
    expect(page.locator("[data-price] tr")).to_have_count(1)


def ask(page: Page) -> None:
    """The question before something is given up."""
    page.locator("button[data-question]:enabled").first.click()
    expect(page.locator("dialog")).to_be_visible()


def console(page: Page) -> None:
    """Swagger UI with an operation open."""
    tag = page.locator('h3[data-tag="calls"]')
    expect(tag).to_be_visible(timeout=60_000)
    tag.click()
    page.locator("#operations-calls-listCalls button.opblock-summary-control").click()
    expect(page.locator("#operations-calls-listCalls .try-out__btn")).to_be_visible()


# Endpoint, address, and what is done there before it is looked at.
PUBLIC: list[tuple[str, str, Act]] = [
    ("front.start", "/?choose", None),
    ("portal.home", "/lodi/", None),
    ("portal.services", "/lodi/servizi/", None),
    ("portal.services", "/lodi/servizi/?q=niente+di+simile", None),
    ("portal.service", "/lodi/servizi/{service}", None),
    ("portal.workshops", "/lodi/laboratori/", None),
    ("portal.workshop", "/lodi/laboratori/{workshop}", None),
    ("portal.calls", "/lodi/avvisi/", None),
    ("portal.call", "/lodi/avvisi/{call}", None),
    ("portal.rankings_", "/lodi/graduatorie/", None),
    ("portal.ranking", "/lodi/graduatorie/{ranking}", None),
    ("portal.ranking", "/lodi/graduatorie/{open_ranking}", None),
    ("portal.privacy", "/lodi/privacy?workshop={workshop}", None),
    ("portal.accessibility", "/lodi/accessibilita", None),
    ("portal.login", "/lodi/accedi", None),
    ("portal.login", "/lodi/accedi", wrong_password),
    ("portal.sign_up", "/lodi/registrati", None),
    ("portal.ask_reset", "/lodi/password", None),
    ("portal.reset", "/lodi/reset/x", None),
    ("portal.confirm", "/lodi/confirm/x", None),
    ("portal.invitation", "/lodi/invitation/x", None),
    ("portal.identity", "/lodi/identita/", None),
    ("", "/lodi/servizi/999999", None),
    ("", "/nowhere/at/all", None),
    ("", "/office/nowhere/at/all", None),
]
FAMILY: list[tuple[str, str, Act]] = [
    ("area.home", "/lodi/area/", None),
    ("area.home", "/lodi/area/", ask),
    ("area.persons", "/lodi/area/persone/", None),
    ("area.new_person", "/lodi/area/persone/nuova", None),
    ("area.new_person", "/lodi/area/persone/nuova", empty_form),
    ("area.person", "/lodi/area/persone/{person}", None),
    ("area.apply", "/lodi/area/iscrizione?workshop={open}", tick),
    ("area.application", "/lodi/area/domande/{application}", None),
    ("area.new_request", "/lodi/area/richieste/nuova?service={service}", None),
    ("area.request_", "/lodi/area/richieste/{request}", None),
    ("area.credit", "/lodi/area/credito", None),
    ("area.isee", "/lodi/area/isee/{ranked}", empty_form),
    ("portal.workshop", "/lodi/laboratori/{priced}", None),
    ("area.apply", "/lodi/area/iscrizione?workshop={priced}", None),
    ("area.declared", "/lodi/area/graduatorie/{open_ranking}/{ranked}", None),
]
# How Swagger UI heads its parts is not ours; what WCAG asks is.
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
CONSOLE: list[tuple[str, str, Act]] = [("reference.console", "/swagger/v1", console)]
# These lead on, or are no page.
LEAD_ON = {
    "front.forgotten", "front.language", "front.theme", "front.identity_back",
    "portal.application_link", "portal.request_link", "reference.show",
}  # fmt: skip


def test_no_page_of_the_portal_is_left_out(flask_app: Flask) -> None:
    known = {
        rule.endpoint
        for rule in flask_app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in PORTAL and "GET" in (rule.methods or ())
    }
    seen = {endpoint for endpoint, _, _ in PUBLIC + FAMILY + CONSOLE if endpoint}
    assert seen | LEAD_ON == known


@pytest.fixture
def numbers(rows: Rows) -> dict[str, int]:
    """Of what the addresses name."""
    statements = {
        "service": "SELECT id FROM service WHERE title = 'Doposcuola Il Cortile'",
        "workshop": "SELECT id FROM workshop WHERE title = 'Natale alla Girandola'"
        " ORDER BY starts_on DESC",
        "open": "SELECT id FROM workshop WHERE title = 'Giornate insieme' ORDER BY starts_on DESC",
        "call": "SELECT c.id FROM call c JOIN alliance a ON a.id = c.alliance_id"
        " WHERE a.slug = 'lodi' AND c.status = 'published'",
        "priced": "SELECT id FROM workshop WHERE price_kind = 'scheme'",
        "ranking": "SELECT id FROM ranking WHERE status = 'final'",
        "open_ranking": "SELECT id FROM ranking WHERE status = 'published'",
        "ranked": "SELECT r.person_id FROM relation r JOIN ab_user u ON u.id = r.user_id"
        " WHERE u.username = 'parent' AND r.kind = 'parent' ORDER BY r.person_id",
        "person": "SELECT r.person_id FROM relation r JOIN ab_user u ON u.id = r.user_id"
        " WHERE u.username = 'parent' ORDER BY r.person_id",
        "application": "SELECT a.id FROM application a JOIN ab_user u ON u.id = a.user_id"
        " WHERE u.username = 'parent' AND a.status <> 'draft'",
        "request": "SELECT r.id FROM service_request r JOIN ab_user u ON u.id = r.user_id"
        " WHERE u.username = 'parent' AND r.status = 'answered'",
    }
    return {name: rows(statement)[0][0] for name, statement in statements.items()}


def look(page: Page, way: Way, address: str, act: Act) -> None:
    """Nothing is wrong with the page, seen in this way."""
    assert not wrong(page, way, address, act, **(WCAG if act is console else {}))


@pytest.mark.parametrize("half", [0, 1])
def test_every_public_page_is_for_everybody(page: Page, numbers: dict[str, int], half: int) -> None:
    for n, (_, address, act) in list(enumerate(PUBLIC))[half::2]:
        look(page, WAYS[n % len(WAYS)], address.format(**numbers), act)


def test_every_page_of_a_family_is_for_everybody(
    page: Page, numbers: dict[str, int], sign_in: Callable[..., None]
) -> None:
    sign_in()
    for n, (_, address, act) in enumerate(FAMILY):
        look(page, WAYS[n % len(WAYS)], address.format(**numbers), act)


@pytest.mark.matrix
@EVERY_WAY
def test_every_page_in_every_way(
    page: Page, numbers: dict[str, int], sign_in: Callable[..., None], way: Way
) -> None:
    for _, address, act in PUBLIC:
        look(page, way, address.format(**numbers), act)
    for _, address, act in CONSOLE:
        look(page, way, address, act)
    sign_in()
    for _, address, act in FAMILY:
        look(page, way, address.format(**numbers), act)


@pytest.mark.matrix
def test_who_has_no_family_here_is_told_so_in_every_way(page: Page) -> None:
    page.goto("/login/")
    page.locator("#username").fill("staff")
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    expect(page.locator("body.office #menu")).to_be_attached()
    for way in WAYS:
        for address in ("/lodi/area/", "/office/nowhere/at/all", "/office/services/show/999999"):
            look(page, way, address, None)
