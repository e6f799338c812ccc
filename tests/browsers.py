"""A real browser: the machine's Chromium, which talks to nobody but our server."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    expect,
    sync_playwright,
)

from tests.databases import ENVIRONMENT, folder_of
from tests.servers import LiveServer

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No other host has an address. A route that stops what goes there would do away with the
    # browser's memory of style sheets and scripts, and with a fifth of its speed.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
STRANGER = re.compile(r"^https?://(?!127\.0\.0\.1[:/])")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Chromium, so that a run can leave it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, started once for the process."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.fail("the browser tests need Chromium: install the package chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def page(
    browser: Browser, live_server: LiveServer, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A new visitor on the live server, with an Italian browser.

    Fails the test if a page asks another host for anything or logs an error.
    A failed test leaves its picture in var/test/screens.
    """
    context = browser.new_context(
        base_url=live_server.url, locale="it-IT", timezone_id="Europe/Rome", reduced_motion="reduce"
    )
    strangers: list[str] = []
    errors: list[str] = []

    def guard(asked: Request) -> None:
        if STRANGER.match(asked.url):
            strangers.append(asked.url)

    def note(message: ConsoleMessage) -> None:
        # The browser logs every 4xx: a refusal that a test provokes is no fault of the page. No
        # test provokes the lack of a style sheet, a script or a picture.
        refusal = "Failed to load resource" in message.text
        if message.type == "error" and not (refusal and "/static/" not in message.location["url"]):
            errors.append(f"{message.text} {message.location['url']}")

    context.on("request", guard)
    context.set_default_timeout(10_000)
    visitor = context.new_page()
    visitor.on("console", note)
    visitor.on("pageerror", lambda error: errors.append(str(error)))
    failed_before = request.session.testsfailed
    yield visitor
    if request.session.testsfailed > failed_before:
        name = re.sub(r"\W+", "_", request.node.nodeid)[-150:]
        visitor.screenshot(path=folder_of("screens") / f"{name}.png", full_page=True)
    context.close()
    assert not strangers, f"the page asked other hosts: {strangers}"
    assert not errors, f"the page logged errors: {errors}"


def sign_in(page: Page, login: str) -> None:
    """Sit down at the office as this login of the demo."""
    page.goto("/login/")
    page.locator("#username").fill(login)
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    expect(page).to_have_url(re.compile("/office/"))
