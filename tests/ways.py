"""The eight ways in which somebody looks at a page."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize, expect

PHONE: ViewportSize = {"width": 320, "height": 640}
SCREEN: ViewportSize = {"width": 1280, "height": 900}
LANGUAGES = ("it", "en")
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


def ways_in(language: str) -> list[Way]:
    """The four ways of a language, the widest first."""
    return [Way(v, theme, language) for v in (SCREEN, PHONE) for theme in ("light", "dark")]


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
    return list(_seen(page, [way], address, act, options))


def wrong_in(page: Page, language: str, address: str, act: Act = None) -> list[str]:
    """What is wrong with a page, seen in all the ways of a language, one after the other."""
    return list(_seen(page, ways_in(language), address, act, {}))


def _seen(
    page: Page, ways: Iterable[Way], address: str, act: Act, options: Any
) -> Iterator[str]:  # fmt: skip
    """The page is loaded once, for the first way: nothing but its styles knows of the others."""
    first = True
    for way in ways:
        page.set_viewport_size(way.viewport)
        page.emulate_media(color_scheme=way.theme)
        if first:
            page.goto(f"{address}{'&' if '?' in address else '?'}_l_={way.language}")
            expect(page.locator("html")).to_have_attribute("lang", way.language)
            if act is not None:
                act(page)
        first = False
        where = f"{address} {act.__name__ if act else ''} {way}"
        yield from (f"{where}: {fault}" for fault in faults(page, **options))
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            yield f"{where}: wider than the screen"
