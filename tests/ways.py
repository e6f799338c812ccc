"""The eight ways in which somebody looks at a page."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

PHONE: ViewportSize = {"width": 320, "height": 640}
SCREEN: ViewportSize = {"width": 1280, "height": 900}
# What is done on a page before it is looked at.
Act = Callable[[Page], None] | None


@dataclass(frozen=True)
class Way:
    """How somebody looks at a page."""

    viewport: ViewportSize
    theme: Any
    language: str

    def __str__(self) -> str:
        return f"{self.viewport['width']}-{self.theme}-{self.language}"


# Neighbours differ in everything, so that a few pages in turn are seen in all of it.
WAYS = [
    Way(viewport, theme, language)
    for viewport, theme, language in zip(
        [PHONE, SCREEN] * 4,
        ["dark", "light", "dark", "light", "light", "dark", "light", "dark"],
        ["it", "en", "en", "it"] * 2,
        strict=True,
    )
]
EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=str)
# The same eight for what is loaded once for both themes, which differ in nothing but colours.
LAYOUTS = [(viewport, language) for viewport in (PHONE, SCREEN) for language in ("it", "en")]
EVERY_LAYOUT = pytest.mark.parametrize(
    ("viewport", "language"), LAYOUTS, ids=[f"{v['width']}-{language}" for v, language in LAYOUTS]
)


def faults(page: Page, **options: Any) -> list[str]:
    """What axe has to say of the page; its options, such as ``runOnly``, may narrow it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    # What is not wrong nobody reads, and it takes four fifths of the time.
    asked = {"resultTypes": ["violations"], **options}
    found = page.evaluate("asked => axe.run(asked).then(said => said.violations)", asked)
    return [f"{rule['id']}: {node['html'][:160]}" for rule in found for node in rule["nodes"]]


def wrong(page: Page, way: Way, address: str, act: Act = None, **options: Any) -> list[str]:
    """What is wrong with a page, seen in this way; the page fixture sees the rest."""
    page.set_viewport_size(way.viewport)
    page.emulate_media(color_scheme=way.theme)
    page.goto(f"{address}{'&' if '?' in address else '?'}_l_={way.language}")
    expect(page.locator("html")).to_have_attribute("lang", way.language)
    if act is not None:
        act(page)
    where = f"{address} {act.__name__ if act else ''} {way}"
    found = [f"{where}: {fault}" for fault in faults(page, **options)]
    if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        found.append(f"{where}: wider than the screen")
    return found


def wrong_in_both_themes(
    page: Page, viewport: ViewportSize, language: str, address: str, act: Act = None
) -> list[str]:
    """What is wrong with a page by light, and with its colours in the dark; loaded once."""
    found = wrong(page, Way(viewport, "light", language), address, act)
    page.emulate_media(color_scheme="dark")
    where = f"{address} {act.__name__ if act else ''} {viewport['width']}-dark-{language}"
    return found + [f"{where}: {fault}" for fault in faults(page, runOnly=["color-contrast"])]
