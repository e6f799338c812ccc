"""Somebody in front of the screen: finds things by what is written on them, and is counted.

A click, a text typed, a key, a choice and an upload are one interaction each. Signing in is
counted apart: it is the same for every task, and done once a day.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.databases import ENVIRONMENT

MOST = 25


@dataclass
class Person:
    """Who does a task, and how often they have touched the machine for it."""

    page: Page
    interactions: int = 0
    most: int = MOST

    def sign_in(self, username: str) -> None:
        """Sit down as this login, as if at a machine that nobody has used."""
        # What the page before still asks for would bring its cookie back.
        self.page.goto("about:blank")
        self.page.context.clear_cookies()
        self.page.goto("/login/")
        self.page.get_by_label("Nome utente o e-mail").fill(username)
        self.page.get_by_label("Password").fill(ENVIRONMENT["DEMO_PASSWORD"])
        self.page.get_by_role("button", name="Accedi").click()
        expect(self.page.get_by_role("heading", level=1)).not_to_have_text("Accedi")
        out = self.page.get_by_role("button", name="Esci", include_hidden=True)
        expect(out).to_be_attached()

    # ------------------------------------------------------------ what is counted

    def click(self, role: str, name: str | re.Pattern[str], within: Locator | None = None) -> None:
        """Press a button, follow a link, open a menu."""
        self._counted()
        exact = isinstance(name, str)
        found = (within or self.page).get_by_role(role, name=name, exact=exact)  # type: ignore[arg-type]
        found.first.click()

    def open(self, area: str) -> None:
        """Open an area of the menu, if the page is not in it already.

        On a telephone the menu itself is behind a button.
        """
        self.page.wait_for_load_state("domcontentloaded")
        if not self.page.locator("#menu").is_visible():
            self.click("button", "Menu")
        closed = self.page.locator("#menu details:not([open]) > summary").filter(has_text=area)
        if closed.count():
            self._counted()
            closed.click()

    def unfold(self, part: str) -> None:
        """Open a part of the page that is closed at first."""
        self._counted()
        self.page.locator("main summary").filter(has_text=part).click()

    def type(self, label: str, text: str) -> None:
        """Type into the field of that name."""
        self._counted()
        self.field(label).fill(text)

    def press(self, label: str, key: str) -> None:
        """A key in the field of that name."""
        self._counted()
        self.field(label).press(key)

    def select(self, label: str, option: str) -> None:
        """Choose from a list of few."""
        self._counted()
        self.field(label).select_option(label=option)

    def upload(self, label: str, file: Path) -> None:
        """Choose a file."""
        self._counted()
        self.field(label).set_input_files(file)

    def tick(self, label: str) -> None:
        """Tick a box."""
        self._counted()
        self.page.get_by_label(label).check()

    # ------------------------------------------------------------ by the place, not by the words

    def press_on(self, place: Locator) -> None:
        """Press what stands there."""
        self._counted()
        place.click()

    def type_in(self, place: Locator, text: str) -> None:
        """Type into the field there."""
        self._counted()
        place.fill(text)

    def press_in(self, place: Locator, key: str) -> None:
        """A key in the field there."""
        self._counted()
        place.press(key)

    def select_in(self, place: Locator, value: str) -> None:
        """Open the list of few there and choose: two, as with a mouse."""
        self._counted()
        self._counted()
        place.select_option(value)

    def find(self, label: str, text: str, choice: str | re.Pattern[str], nth: int = 0) -> None:
        """Type into a searching select, then take what it finds: two interactions."""
        self._counted()
        combo = self.page.get_by_role("combobox", name=label).nth(nth)
        combo.fill(text)
        self._counted()
        self.page.get_by_role("option", name=choice).first.click()
        expect(combo).not_to_have_value(text)
        expect(combo).to_have_attribute("aria-expanded", "false")

    # ------------------------------------------------------------ what they see

    def field(self, label: str) -> Locator:
        """The field that is labelled so; a star for what is needed may follow."""
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}( \*)?$")).first

    def row(self, text: str | re.Pattern[str]) -> Locator:
        """The line of a table that has this in it."""
        return self.page.get_by_role("row").filter(has_text=text)

    def sees(self, *texts: str | re.Pattern[str]) -> None:
        """All of these are on the screen."""
        for text in texts:
            expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def _counted(self) -> None:
        self.interactions += 1
        assert self.interactions <= self.most, f"more than {self.most} interactions"
