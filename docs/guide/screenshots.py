"""The guide's pictures, taken from a demo of their own: `make screenshots`.

Twelve screens, light and dark, wide and narrow. Names, places and numbers are the demo's and the
same each time; its dates lie around the day on which it is loaded. A screen with English words on
it, or one that is light in the dark, ends the work: no picture of it is kept.

For a look at some of them: ``python -m docs.guide.screenshots FOLDER NAME...``
"""

import base64
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.processes import end, free_port, inherited, start, wait_until_up
from tests.browsers import FLAGS, NAMES
from tests.tasks.reading import READ, wrong_words

FOLDER = Path(__file__).parent / "pictures"
SIZES = {1280: 800, 320: 640}
THEMES = ("light", "dark")
STARTS_WITHIN = 180
# How light the ground is on which the page's content stands, from 0 to 255.
GROUND = """() => {
  for (let one = document.querySelector("main"); one; one = one.parentElement) {
    const [red, green, blue, alpha = 1] =
      getComputedStyle(one).backgroundColor.match(/[\\d.]+/g).map(Number);
    if (alpha) return (red + green + blue) / 3;
  }
  return 255;
}"""
# The quality at which small letters stay sharp and 48 pictures stay under two megabytes.
QUALITY = 60


@dataclass(frozen=True)
class Screen:
    """A picture's name, who is signed in, where, and what is pressed before it is taken."""

    name: str
    login: str
    address: str
    press: str = ""


# By login: each signs in once a size and theme.
SCREENS = (
    Screen("staff-home", "staff", "/office/"),
    Screen("staff-slots", "staff", "/office/slots/list/"),
    Screen("staff-filters", "staff", "/office/enrollments/list/", "#filters > summary"),
    Screen("staff-workshop", "staff", "/office/workshops/list/", "main tbody tr td a"),
    Screen("staff-counter", "staff", "/office/applications/counter"),
    Screen("admin-jobs", "admin", "/office/job-runs/list/"),
    Screen("municipality-camp", "municipality", "/office/workshops/add"),
    Screen("provider-home", "provider", "/office/"),
    Screen("partner-memberships", "partner", "/office/memberships/list/"),
    Screen("company-home", "company", "/office/"),
    Screen("social-point-delegation", "social-point", "/office/delegations/add"),
    Screen("parent-home", "parent", "/office/"),
)


def pictures() -> Iterator[Path]:
    """Where each of the pictures lies."""
    for screen in SCREENS:
        for theme in THEMES:
            for width in SIZES:
                yield FOLDER / f"{screen.name}-{theme}-{width}.webp"


def faults(page: Page, theme: str) -> list[str]:
    """What of the page is not to be shown: English words, and the other theme's ground."""
    found = wrong_words(page.evaluate(READ, [None, "a"])["texts"])
    if (page.evaluate(GROUND) < 128) != (theme == "dark"):
        found.append(f"a ground that is not {theme}")
    return found


def take(page: Page, screen: Screen, path: Path, theme: str) -> None:
    """Open the screen and write its picture. Raises SystemExit for one that is not fit for it."""
    page.goto(screen.address, wait_until="networkidle")
    if screen.press:
        page.locator(screen.press).first.click()
        page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    if wrong := faults(page, theme):
        raise SystemExit(f"{screen.name}: {'; '.join(wrong)}")
    asked = {"format": "webp", "quality": QUALITY}
    found = page.context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    path.write_bytes(base64.b64decode(found["data"]))


def sign_in(context: BrowserContext, login: str, password: str) -> Page:
    """A page of this login's; neither its name nor its password is on any picture."""
    page = context.new_page()
    page.goto("/login/")
    page.locator("#username").fill(login)
    page.locator("#password").fill(password)
    page.locator("main form [type=submit]").click()
    page.wait_for_load_state()
    return page


def main(folder: Path, names: Sequence[str]) -> None:
    """Start a demo, take these screens' pictures or all, and end the demo."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [one for one in SCREENS if not names or one.name in names]
    chromium = next(filter(None, map(shutil.which, NAMES)), None)
    if chromium is None:
        raise SystemExit("the pictures need Chromium: install the package chromium")
    port, password = free_port(), secrets.token_urlsafe(16)
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var:
        surroundings = inherited() | {
            "PORT": str(port), "BASE_URL": address, "DEMO_PASSWORD": password,
            "INTRECCIO_VAR": var,
        }  # fmt: skip
        log = Path(var, "demo.log")
        process = start([sys.executable, "-m", "app.cli", "run"], surroundings, log)
        try:
            wait_until_up(process, port, log, STARTS_WITHIN)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
                for theme in THEMES:
                    for width, height in SIZES.items():
                        for login, screens in groupby(wanted, key=lambda one: one.login):
                            context = browser.new_context(
                                base_url=address, locale="it-IT", timezone_id="Europe/Rome",
                                color_scheme=theme, reduced_motion="reduce",
                                viewport={"width": width, "height": height},
                            )  # fmt: skip
                            page = sign_in(context, login, password)
                            for screen in screens:
                                path = folder / f"{screen.name}-{theme}-{width}.webp"
                                take(page, screen, path, theme)
                            context.close()
                browser.close()
        finally:
            end(process)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FOLDER, sys.argv[2:])
