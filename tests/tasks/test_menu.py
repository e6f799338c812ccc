"""Every screen of every seat opens, in Italian, on a telephone and on a desk."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page

from app.permissions import GRANTS
from app.views.menu import AREAS
from tests.tasks.person import Person
from tests.tasks.reading import READ, too_wide, wrong_words

SEATS = {
    "admin": "admin",
    "staff": "staff",
    "municipality": "municipality",
    "provider": "provider",
    "partner": "partner",
    "company": "company",
    "social_point": "social-point",
}
IN_MENU = {resource for _, _, resources in AREAS for resource in resources}
# How each kind of screen is opened here; one that is not named fails the test below.
OPENED = {
    "index": "first of all",
    "list": "from the menu",
    "show": "from its list's first row",
    "related_rows": "from the row's page: the links that its tabs are",
    "add": "from its list",
    "edit": "from the row's page",
    "delete": "from the row's page",
    "act": "from the row's page, where it asks for something",
    "act_on_all": "from its list",
    "prepare": "from its list",
    "imports": "from its list",
    "simulate": "from the scheme's page",
    "roster": "from the slot's page",
    "roster_of_day": "from the home",
    "attended": "from the list of attendances",
    "counter": "from the home",
    "receipts_file": "from the payee's page",
}
ACTIONS = "main .page-top .actions a"
TABS = "main .tab-list a"
FIRST = "main tbody tr:first-child td:first-child a"
NO_SCREENS = {
    "csv": "a file",
    "attended_file": "a file",
    "xlsx": "a file",
    "json": "a file",
    "content": "a file",
    "import_template": "a file",
    "import_report": "a file",
    "import_page": "asks for a sheet that was sent; walked in tests/views/test_imports.py",
    "debts_file": "a file",
    "receipts_look": "asks for a file that was sent; walked in tests/views/test_receipts_file.py",
    "report": "a file",
    "inline": "JSON for a cell that is edited in its place; tests/views/test_inline.py",
    "compare": "asks for two entries of a history; walked in tests/views/test_history.py",
    "select": "JSON for the searching selects",
    "bulk": "asks for chosen rows; walked in tests/views/test_picks.py",
    "bulk_do": "does what was previewed; walked in tests/views/test_picks.py",
    "bulk_count": "JSON for the bar of chosen rows",
    "language": "leads back",
}


@dataclass
class Visit:
    """Which screens somebody opened, and what was wrong with them."""

    page: Page
    opened: set[str] = field(default_factory=set)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def open(self, address: str, links: str = "nothing") -> list[str]:
        """Open a screen as it is seen, once; where the links lead that the selector finds."""
        if address in self.opened:
            return []
        answer = self.page.goto(address, wait_until="load")
        assert answer is not None
        found = self._read("", address, links, answer.status)
        if answer.ok and (faults := too_wide(self.page)):
            self.wrong.setdefault(address, []).extend(faults)
        return found

    def fetch(self, address: str, links: str = "nothing") -> list[str]:
        """Only read what is written on a screen, which is faster; its links likewise."""
        return [] if address in self.opened else self._read(address, address, links)

    def _read(self, where: str, address: str, links: str, status: int = 0) -> list[str]:
        self.opened.add(address)
        read = self.page.evaluate(READ, [where, links])
        status = status or read["status"]
        faults = [f"status {status}"] if status >= 400 else wrong_words(read["texts"])
        if faults:
            self.wrong[address] = faults
        return [link for link in read["links"] if link and link.startswith("/")]


def _screens(addresses: Iterable[str]) -> list[str]:
    """Those of the back-office that are pages."""
    return [
        a for a in addresses
        if a.startswith("/office/")
        and not {"csv", "xlsx", "json", "content", "template"} & set(urlsplit(a).path.split("/"))
    ]  # fmt: skip


def test_every_kind_of_screen_is_opened_here(flask_app: Flask) -> None:
    kinds = {
        rule.endpoint.rpartition(".")[2]
        for rule in flask_app.url_map.iter_rules()
        if rule.rule.startswith("/office/") and "GET" in (rule.methods or ())
    }
    assert kinds <= OPENED.keys() | NO_SCREENS.keys(), "say how this screen is opened"


@pytest.mark.matrix
@pytest.mark.parametrize("seat", SEATS)
def test_every_entry_of_the_menu_opens_in_italian(seat: str, person: Person) -> None:
    """Every list as it is seen; what is written on its first row's page and on its forms."""
    visit, menu, home = _visit(seat, person)
    for address in _screens(home):
        visit.open(address)
    for address in menu:
        for further in _screens(visit.open(address, f"{ACTIONS}, {FIRST}")):
            visit.fetch(further)
    assert not visit.wrong


@pytest.mark.matrix
@pytest.mark.parametrize("seat", SEATS)
def test_every_screen_of_a_row_opens_in_italian(seat: str, person: Person) -> None:
    """All of them as they are seen: what can be done with each list's first row, every verb."""
    visit, menu, _ = _visit(seat, person)
    for address in menu:
        for further in _screens(visit.open(address, f"{ACTIONS}, {FIRST}")):
            for form in _screens(visit.open(further, f"{ACTIONS}, {TABS}")):
                visit.open(form)
    assert not visit.wrong


def _visit(seat: str, person: Person) -> tuple[Visit, list[str], list[str]]:
    """Signed in and at home; the menu holds every list that the seat may read."""
    person.sign_in(SEATS[seat])
    visit = Visit(person.page)
    home = visit.open("/office/", ACTIONS)
    menu = visit.page.eval_on_selector_all("#menu a", "all => all.map(a => a.pathname)")
    lists = [address for address in menu if address.endswith("/list/")]
    listed = {address.split("/")[2] for address in lists}
    assert listed == {r for r, g in GRANTS[seat].items() if "list" in g.verbs} & IN_MENU
    return visit, lists, home


# Of the families' pages those that need to be told what for, and who leads to them.
TOLD = {
    "area.apply": "a workshop's page",
    "area.new_request": "a service's page",
    # The demo knows no gateway to digital identities.
    "portal.identity": "the way to the gateway",
    "front.identity_back": "the way back from it",
}


@pytest.mark.matrix
@pytest.mark.parametrize("username", ["", "parent"])
def test_the_families_pages_are_italian(username: str, person: Person, flask_app: Flask) -> None:
    """Every page of the public site and of a family's area, and the first that each leads to."""
    if username:
        person.sign_in(username)
    visit = Visit(person.page)
    visit.open("/lodi/")
    for rule in flask_app.url_map.iter_rules():
        of_families = rule.endpoint.partition(".")[0] in ("front", "portal", "area")
        if not of_families or rule.endpoint in TOLD or "GET" not in (rule.methods or ()):
            continue
        if rule.arguments <= {"alliance"}:
            address = rule.rule.replace("<alliance>", "lodi")
            for first in visit.open(address, "main h2 a, main h3 a")[:1]:
                for form in visit.open(first, "main a[href*='/area/']")[:1]:
                    visit.open(form)
    assert not visit.wrong
