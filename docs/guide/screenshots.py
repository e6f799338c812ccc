"""The guide's pictures, taken from a demo of their own: `make screenshots`.

Twelve screens, light and dark, wide and narrow. Names, places and numbers are the demo's and the
same each time; its dates lie around the day on which it is loaded.
"""

import base64
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from bench.processes import end, free_port, inherited, start, wait_until_up
from tests.browsers import FLAGS, NAMES

FOLDER = Path(__file__).parent / "pictures"
SIZES = {1280: 800, 320: 640}
THEMES = ("light", "dark")
STARTS_WITHIN = 180
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


def take(page: Page, screen: Screen, path: Path) -> None:
    """Open the screen and write its picture."""
    page.goto(screen.address, wait_until="networkidle")
    if screen.press:
        page.locator(screen.press).first.click()
        page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
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


def main() -> None:
    """Start a demo, take every picture, and end the demo."""
    FOLDER.mkdir(exist_ok=True)
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
                        for login, screens in groupby(SCREENS, key=lambda one: one.login):
                            context = browser.new_context(
                                base_url=address, locale="it-IT", timezone_id="Europe/Rome",
                                color_scheme=theme, reduced_motion="reduce",
                                viewport={"width": width, "height": height},
                            )  # fmt: skip
                            page = sign_in(context, login, password)
                            for screen in screens:
                                path = FOLDER / f"{screen.name}-{theme}-{width}.webp"
                                take(page, screen, path)
                            context.close()
                browser.close()
        finally:
            end(process)


if __name__ == "__main__":
    main()
