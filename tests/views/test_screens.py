"""Every screen of the office, for everybody: light and dark, narrow and wide, in both languages.

`make test` looks at one screen of each kind in one of the eight ways, in turn; `make test-all` at
every screen that the plan office's staff can reach in all of them, and at every other seat's in
turn.
"""

from collections.abc import Iterable, Iterator
from itertools import count

import pytest
from flask import Flask
from playwright.sync_api import Page, ViewportSize

from tests.portal.test_screens import PORTAL
from tests.tasks.test_menu import ACTIONS, FIRST, IN_MENU, NO_SCREENS, SEATS, TABS, _screens
from tests.views.states import STATES, wrong_password
from tests.views.test_browser import sign_in
from tests.ways import EVERY_LAYOUT, WAYS, wrong, wrong_in_both_themes

KINDS = (
    "/office/", "/office/services/list/", "/office/organizations/show/1", "/office/seasons/add",
    "/office/services/edit/1", "/office/slots/roster", "/office/slots/attended",
    "/office/organizations/import", "/office/enrollments/prepare", "/office/job-runs/list/",
    "/office/applications/counter",
)  # fmt: skip
AT_THE_DOOR = ("/login/",)
# These need a row's own address: the matrix finds them on its page.
REACHED = {"related_rows", "delete", "act", "act_on_all", "roster", "simulate",
           "receipts_file"}  # fmt: skip
# What these answer is no page of the office.
NO_PAGES = {
    "LocaleView.index", "UtilView.back", "static", "status.show",
}  # fmt: skip


def test_a_screen_of_each_kind_is_for_everybody(page: Page) -> None:
    sign_in(page, "staff")
    found = []
    for n, address in enumerate(KINDS):
        found += wrong(page, WAYS[n % len(WAYS)], address)
    assert not found


def test_no_kind_of_screen_is_left_out(flask_app: Flask) -> None:
    """Whatever answers a page is looked at in some address above, or said to be none."""
    rules = flask_app.url_map.bind("localhost")
    seen = {
        rules.match(address.partition("?")[0])[0].rpartition(".")[2]
        for address in [*KINDS, *AT_THE_DOOR, *(address for address, _ in STATES)]
    }
    known = {
        rule.endpoint.rpartition(".")[2] if rule.rule.startswith("/office/") else rule.endpoint
        for rule in flask_app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.rule.startswith("/api/")
        and rule.endpoint.partition(".")[0] not in PORTAL
    }  # fmt: skip
    seen = {kind if kind != "login" else "SignInView.login" for kind in seen}
    assert known == seen | REACHED | NO_SCREENS.keys() | NO_PAGES


def test_every_noun_that_has_a_list_is_in_the_menu(flask_app: Flask) -> None:
    """So that the matrix below, which begins at the menu, leaves out none."""
    lists = {
        rule.rule.split("/")[2]
        for rule in flask_app.url_map.iter_rules()
        if rule.rule.startswith("/office/") and rule.rule.endswith("/list/")
    }
    assert lists == IN_MENU


@pytest.mark.matrix
@EVERY_LAYOUT
def test_every_state_in_every_way(page: Page, viewport: ViewportSize, language: str) -> None:
    found = []
    for act in (None, wrong_password):
        found += wrong_in_both_themes(page, viewport, language, "/login/", act)
    sign_in(page, "staff")
    # What a form leads to is read on in the language that was chosen.
    page.goto(f"/office/language/{language}?next=/office/")
    for address, act in STATES:
        found += wrong_in_both_themes(page, viewport, language, address, act)
    assert not found


@pytest.mark.matrix
@EVERY_LAYOUT
def test_every_screen_of_the_staff_in_every_way(
    page: Page, viewport: ViewportSize, language: str
) -> None:
    sign_in(page, "staff")
    found = []
    for address in _reached(page):
        found += wrong_in_both_themes(page, viewport, language, address)
    assert not found


@pytest.mark.matrix
@pytest.mark.parametrize("seat", [seat for seat in SEATS if seat != "staff"])
def test_every_screen_of_the_other_seats_in_turn(page: Page, seat: str) -> None:
    sign_in(page, SEATS[seat])
    found = []
    for n, address in zip(count(), _reached(page), strict=False):
        found += wrong(page, WAYS[n % len(WAYS)], address)
    assert not found


def _reached(page: Page) -> Iterator[str]:
    """Every screen that is reached from the menu: each list, its actions, its first row's."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/office/")
    home = _links(page, ACTIONS)
    menu = page.eval_on_selector_all("#menu a", "all => all.map(a => a.pathname)")
    seen: set[str] = set()
    waiting = [*_screens(["/office/", *home]), *(a for a in menu if a.endswith("/list/"))]
    for address in waiting:
        yield from _new(seen, [address])
        if not address.endswith("/list/"):
            continue
        page.goto(address)
        further = _screens([*_links(page, ACTIONS), *_links(page, FIRST)])
        for one in _new(seen, further):
            yield one
            if "/show/" in one:
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
