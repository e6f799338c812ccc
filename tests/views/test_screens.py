"""Every screen of the office, for everybody: light and dark, narrow and wide, in both languages.

`make test` looks at one screen of each kind in one of the eight ways, in turn; `make test-all` at
every screen that the plan office's staff can reach and at the states that screens take in all of
them, and at every other seat's screens in turn. That no kind of screen is left out is in
`tests/tasks/test_menu.py`.
"""

import re
from collections.abc import Iterable, Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.tasks.test_menu import ACTIONS, FIRST, SEATS, TABS, _screens
from tests.views.test_browser import sign_in
from tests.ways import LANGUAGES, SCREEN, WAYS, Act, wrong, wrong_in

IN_EACH_LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)
KINDS = (
    "/office/", "/office/services/list/", "/office/organizations/show/1", "/office/seasons/add",
    "/office/services/edit/1", "/office/slots/roster", "/office/organizations/import",
    "/office/enrollments/prepare", "/office/job-runs/list/", "/office/applications/counter",
)  # fmt: skip
SHEET: FilePayload = {
    "name": "enti.csv", "mimeType": "text/csv",
    "buffer": b"Denominazione;Tipo;E-mail\nCoop Prova;Cooperativa;senza chiocciola\n",
}  # fmt: skip


def opened(panel: str) -> Act:
    """A panel above the list, open."""

    def act(page: Page) -> None:
        page.locator(f"#{panel} > summary").click()
        expect(page.locator(f"#{panel}")).to_have_attribute("open", "")

    act.__name__ = panel
    return act


def keys(page: Page) -> None:
    """The keys of a list, in their dialog."""
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_visible()


def some_chosen(page: Page) -> None:
    """Two rows chosen, and the bar that says so."""
    boxes = page.locator("input[name=rows]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    expect(page.locator("#picked [data-number]")).not_to_be_empty()


def previewed(page: Page) -> None:
    """What would become of chosen rows: they are in a state that the action refuses."""
    some_chosen(page)
    page.locator("#picked select[name=action]").select_option("verb:accept")
    page.locator("#picked button[type=submit]").click()
    expect(page.locator("[data-outcome]").first).to_be_visible()


def refused(page: Page) -> None:
    """A form that was refused: its summary has the focus."""
    page.evaluate("document.querySelector('form.entry').noValidate = true")
    page.locator("form.entry button[type=submit]").first.click()
    expect(page.locator(".notice-danger[role=alert]")).to_be_focused()


def adding(page: Page) -> None:
    """A related row in a dialog."""
    page.locator(".combo-add").first.click()
    expect(page.locator("dialog.adding form")).to_be_visible()


def choosing(page: Page) -> None:
    """A select that searches, with what it found."""
    page.get_by_role("combobox").first.press("ArrowDown")
    expect(page.get_by_role("option").first).to_be_visible()


def one_cell(page: Page) -> None:
    """A cell that is edited in its place."""
    page.locator("a[data-inline]").first.press("Enter")
    expect(page.locator(".inline-form")).to_be_visible()


def another_tab(page: Page) -> None:
    """The second of a row's lists."""
    page.get_by_role("tab").nth(1).click()
    expect(page.locator("[role=tabpanel]:not([hidden])")).not_to_have_attribute("aria-busy", "true")


def overtaken(page: Page) -> None:
    """Somebody else has saved the row meanwhile, here the same person in another tab."""
    other = page.context.new_page()
    other.goto(page.url)
    for at, said in ((other, "prima"), (page, "dopo")):
        at.locator("form.entry [name=note]").fill(f"{said} {page.url}")
        at.locator("form.entry button[type=submit]").first.click()
        if at is other:
            expect(other).to_have_url(re.compile("/show/"))
    other.close()
    expect(page.locator("[name='keep.note']").first).to_be_visible()


def compared(page: Page) -> None:
    """Two moments of a row, beside each other."""
    page.locator("form[action*='compare'] button[type=submit]").click()
    expect(page).to_have_url(re.compile("/compare"))


def matched(page: Page) -> None:
    """A sheet's columns beside the noun's."""
    page.locator("input[type=file]").set_input_files(SHEET)
    page.locator("form.entry button[type=submit]").first.click()
    expect(page.locator("form.entry select").first).to_be_visible()


def tried(page: Page) -> None:
    """A sheet with an error in its cell."""
    matched(page)
    page.locator(".submit button[type=submit]").click()
    expect(page.locator(".is-wrong")).to_be_visible()


def under_way(page: Page) -> None:
    """Long work that is waited for."""
    page.locator("form.entry button[type=submit]").click()
    expect(page.locator("[data-work] progress")).to_be_visible()


def ended(page: Page) -> None:
    """Long work that was stopped."""
    under_way(page)
    page.locator("form[action*='/verb/stop/'] button").click()
    expect(page.locator("[data-work]")).to_have_count(0)


STATES: list[tuple[str, Act]] = [
    ("/office/slots/list/?free_places__gte=1", opened("filters")),
    ("/office/services/list/?sort=title", opened("columns")),
    ("/office/workshops/list/?search=natale", opened("views")),
    ("/office/organizations/list/", opened("export")),
    ("/office/persons/list/", keys),
    ("/office/enrollments/list/", some_chosen),
    ("/office/enrollments/list/?status=placed", previewed),
    ("/office/services/list/?price_kind=fixed", one_cell),
    ("/office/calls/list/?search=nothing+of+the+kind", None),
    ("/office/slots/list/?starts_on__gte=soon", None),
    ("/office/organizations/add", refused),
    ("/office/services/add", adding),
    ("/office/applications/counter", choosing),
    ("/office/workshops/show/1", another_tab),
    ("/office/organizations/edit/2", overtaken),
    ("/office/services/show/14/related/audit-events", compared),
    ("/office/organizations/import", matched),
    ("/office/organizations/import", tried),
    ("/office/services/prepare", under_way),
    ("/office/services/prepare", ended),
    ("/office/?tour=1", None),
]
# The staff's lists are shared out, so that two processes look at them.
SHARES = 4


def test_a_screen_of_each_kind_is_for_everybody(page: Page) -> None:
    sign_in(page, "staff")
    found = []
    for n, address in enumerate(KINDS):
        found += wrong(page, WAYS[n % len(WAYS)], address)
    assert not found


@pytest.mark.matrix
@IN_EACH_LANGUAGE
@pytest.mark.parametrize("share", range(SHARES))
def test_every_screen_of_the_staff_in_every_way(page: Page, language: str, share: int) -> None:
    sign_in(page, "staff")
    found = []
    for address in _reached(page, share, SHARES):
        found += wrong_in(page, language, address)
    assert not found


@pytest.mark.matrix
@IN_EACH_LANGUAGE
@pytest.mark.parametrize("half", range(2))
def test_every_state_in_every_way(page: Page, language: str, half: int) -> None:
    sign_in(page, "staff")
    found = []
    for address, act in STATES[half::2]:
        found += wrong_in(page, language, address, act)
    assert not found


@pytest.mark.matrix
@IN_EACH_LANGUAGE
def test_the_way_in_is_for_everybody(page: Page, language: str) -> None:
    assert not wrong_in(page, language, "/login/")


@pytest.mark.matrix
@pytest.mark.parametrize("seat", [seat for seat in SEATS if seat != "staff"])
def test_every_screen_of_the_other_seats_in_turn(page: Page, seat: str) -> None:
    sign_in(page, SEATS[seat])
    found = []
    for n, address in enumerate(_reached(page)):
        found += wrong(page, WAYS[n % len(WAYS)], address)
    assert not found


def _reached(page: Page, share: int = 0, shares: int = 1) -> Iterator[str]:
    """Every screen that is reached from the menu: each list, its actions, its first row's.

    Of them every so many lists with what they lead to. Each is given when it was just opened.
    """
    page.goto("/office/")
    home = _links(page, ACTIONS)
    menu = page.eval_on_selector_all("#menu a", "all => all.map(a => a.pathname)")
    seen: set[str] = set()
    if share == 0:
        yield from _new(seen, _screens(["/office/", *home]))
    for address in [a for a in menu if a.endswith("/list/")][share::shares]:
        yield address
        page.set_viewport_size(SCREEN)
        page.goto(address)
        for one in _new(seen, _screens([*_links(page, ACTIONS), *_links(page, FIRST)])):
            yield one
            if "/show/" in one:
                page.set_viewport_size(SCREEN)
                page.goto(one)
                yield from _new(seen, _screens([*_links(page, ACTIONS), *_links(page, TABS)]))


def _links(page: Page, selector: str) -> list[str]:
    """Where these links lead on this server."""
    found = page.eval_on_selector_all(selector, "all => all.map(a => a.pathname + a.search)")
    return [link for link in found if link.startswith("/office/")]


def _new(seen: set[str], addresses: Iterable[str]) -> list[str]:
    """Those that were not looked at before."""
    found = [address for address in dict.fromkeys(addresses) if address not in seen]
    seen.update(found)
    return found
