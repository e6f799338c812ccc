"""Forms in a real browser lose nothing: not by leaving, not with the session, not by haste."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Dialog, Page, expect

from app.operations.files import LARGEST
from tests.browsers import sign_in
from tests.databases import ENVIRONMENT
from tests.servers import LiveServer

pytestmark = pytest.mark.browser
SAVE = "form.entry .submit button[type=submit] >> nth=0"


@pytest.mark.matrix
def test_a_session_that_ended_gives_the_form_back_and_leaving_asks(page: Page) -> None:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", answer)
    sign_in(page, "staff")
    page.goto("/office/seasons/add")
    page.locator("#f-title").fill("Estate persa e ritrovata")
    page.locator("#f-kind").select_option("summer")
    page.locator("#f-school-year").fill("2026/27")
    page.locator("#f-starts-on").fill("2027-06-10")
    page.locator("#f-ends-on").fill("2027-09-01")
    page.context.clear_cookies()
    page.locator(SAVE).click()
    expect(page.locator(".notice[role=alert]")).to_be_focused()
    page.locator("#username").fill("staff")
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    expect(page).to_have_url(re.compile("/office/seasons/add$"))
    expect(page.locator("#f-title")).to_have_value("Estate persa e ritrovata")
    expect(page.locator("#f-ends-on")).to_have_value("2027-09-01")
    assert asked == []
    page.locator("#f-title").press("End")
    page.locator(".crumbs a").first.click(no_wait_after=True)
    expect(page.locator("#f-title")).to_have_value("Estate persa e ritrovata")
    assert asked == ["beforeunload"]
    page.locator(SAVE).dblclick()
    expect(page).to_have_url(re.compile(r"/office/seasons/show/\d+$"))
    assert asked == ["beforeunload"]


@pytest.mark.matrix
def test_who_saves_second_chooses_by_keyboard_on_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, "staff")
    path = "/office/organizations/edit/4"
    page.goto(path)
    other = page.context.new_page()
    other.goto(path)
    other.locator("#f-description").fill("Scritto dall'altra persona")
    other.locator(SAVE).click()
    expect(other).to_have_url(re.compile("/office/organizations/show/4$"))
    other.close()
    page.locator("#f-description").fill("Scritto da me")
    page.locator(SAVE).click()
    notice = page.locator(".notice[role=alert]")
    expect(notice).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not Axe().run(page).response["violations"]
    notice.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#f-description")).to_be_focused()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    mine = page.locator("input[name='keep.description'][value=mine]")
    expect(mine).to_be_checked()
    page.locator(SAVE).click()
    expect(page.locator("dd", has_text="Scritto da me")).to_be_visible()


@pytest.mark.matrix
def test_a_double_click_saves_one_row_without_a_script_too(
    browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login/")
    page.locator("#username").fill("staff")
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    expect(page).to_have_url(re.compile("/office/"))
    page.goto("/office/persons/add")
    page.locator("#f-last-name").fill("Doppioclic")
    page.locator("#f-first-name").fill("Anna")
    page.locator("#f-birth-date").fill("2019-02-03")
    page.locator("#f-no-fiscal-code").fill("straniera")
    page.locator("#f-sex").select_option("F")
    page.locator(SAVE).dblclick()
    expect(page).to_have_url(re.compile(r"/office/persons/show/\d+$"))
    page.goto("/office/persons/list/?search=Doppioclic")
    expect(page.locator("table.rows tbody tr")).to_have_count(1)
    context.close()


def test_a_file_that_is_too_large_takes_nothing_else_with_it(page: Page) -> None:
    sign_in(page, "staff")
    page.goto("/office/delegations/add")
    page.locator("#f-last-name").fill("Resta")
    file = page.locator("#f-file-id")
    expect(file).to_have_attribute("data-most", str(LARGEST))
    # Ten megabytes take the browser's driver a quarter of a minute.
    file.evaluate("e => e.dataset.most = 20")
    large = {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7" * 3}
    file.set_input_files(files=[large])
    assert not file.evaluate("e => e.validity.valid")
    page.locator(SAVE).click()
    expect(page.locator("#f-last-name")).to_have_value("Resta")
    file.set_input_files(files=[{**large, "buffer": b"%PDF-1.7"}])
    assert file.evaluate("e => e.validity.valid")
