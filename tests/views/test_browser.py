"""The screens in a real browser: by keyboard, on a telephone's width, for everybody."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browsers import sign_in

pytestmark = pytest.mark.browser


def test_a_relation_is_chosen_by_keyboard_alone(page: Page) -> None:
    sign_in(page, "staff")
    page.goto("/office/applications/counter")
    box = page.get_by_role("combobox").first
    hidden = page.locator("input[name='wishes[0].person_id']")
    options = page.get_by_role("option")
    box.focus()
    box.press("ArrowDown")
    expect(options).to_have_count(21)  # A page of twenty, and the way to more.
    box.press("ArrowUp")
    box.press("Enter")
    expect(options.nth(20)).to_have_attribute("data-id", re.compile(r"\d+"))
    expect(options.nth(20)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(20).get_attribute("data-label") or ""
    box.press("Enter")
    expect(box).to_have_value(chosen)
    expect(box).to_have_attribute("aria-expanded", "false")
    kept = hidden.input_value()
    assert kept.isdigit()
    # What is typed and not chosen does not count.
    box.press_sequentially("zzzzzz")
    expect(page.locator(".combo-list .none").first).to_be_visible()
    box.press("Escape")
    expect(box).to_have_value(chosen)
    assert hidden.input_value() == kept
    # What is emptied is nothing.
    box.fill("")
    box.press("Tab")
    expect(hidden).to_have_value("")


def test_a_refused_form_is_announced_and_leads_to_its_field(page: Page) -> None:
    sign_in(page, "staff")
    page.goto("/office/seasons/add")
    page.locator("#f-title").fill("Estate")
    page.locator("#f-kind").select_option("summer")
    page.locator("#f-school-year").fill("2026-27")
    page.locator("#f-starts-on").fill("2027-06-10")
    page.locator("#f-ends-on").fill("2027-06-01")
    page.locator("form.entry button[type=submit]").click()
    alert = page.locator(".notice-danger[role=alert]")
    expect(alert).to_be_focused()
    alert.locator("a").first.click()
    expect(page.locator("#f-title")).to_have_value("Estate")
    assert page.locator("[aria-invalid=true]").count() == 1


def test_the_menu_opens_and_the_seat_changes(page: Page) -> None:
    sign_in(page, "municipality")
    page.get_by_role("navigation", name="Menu principale").locator("summary").first.click()
    expect(page.locator("#menu a[href='/office/organizations/list/']")).to_be_visible()
    page.locator("#seat").select_option(index=1)
    page.locator("form.seat button").click()
    expect(
        page.locator("[data-note]")
    ).to_be_visible()  # What the company's home says will be there.


@pytest.mark.matrix
def test_the_lists_of_a_row_are_tabs_by_keyboard_and_in_the_address(page: Page) -> None:
    sign_in(page, "staff")
    page.goto("/office/workshops/show/1")
    tabs, panel = page.get_by_role("tab"), page.locator("[role=tabpanel]:not([hidden])")
    expect(tabs.first).to_have_attribute("aria-selected", "true")
    expect(panel).not_to_have_attribute("aria-busy", "true")
    # One stop for the Tab key; the arrows go round, Home and End to the ends.
    assert page.locator("[role=tab][tabindex='0']").count() == 1
    tabs.first.focus()
    for key, at in (("ArrowLeft", -1), ("ArrowRight", 0), ("End", -1), ("Home", 0)):
        page.keyboard.press(key)
        expect(tabs.nth(at)).to_be_focused()
        expect(tabs.nth(at)).to_have_attribute("aria-selected", "true")
    page.locator("#tab-slots").click()
    expect(page).to_have_url(re.compile("#related-slots$"))
    expect(page.locator("#related-slots a[href^='/office/slots/']").first).to_be_visible()
    assert not Axe().run(page).response["violations"]
    # The address alone opens the same tab, and back closes it again.
    page.reload()
    expect(page.locator("#related-slots a[href^='/office/slots/']").first).to_be_visible()
    page.locator("#tab-state-changes").click()
    expect(page.locator("#related-state-changes")).to_be_visible()
    page.go_back()
    expect(page.locator("#related-slots")).to_be_visible()
    expect(page.locator("#related-state-changes")).to_be_hidden()
    # The link to the content is no tab's, and the history is as much for everybody.
    page.locator("#tab-audit-events").click()
    expect(page.locator("#related-audit-events h2").first).to_be_visible()
    page.evaluate("location.hash = '#content'")
    expect(page.locator("#related-audit-events")).to_be_visible()
    assert not Axe().run(page).response["violations"]
    page.locator("#related-audit-events button[type=submit]").click()
    expect(page.locator("tr.differs").first).to_be_visible()


@pytest.mark.matrix
def test_a_list_is_walked_by_keyboard_and_the_keys_can_be_turned_off(page: Page) -> None:
    sign_in(page, "staff")
    path = "/office/organizations/list/"
    page.goto(path)
    expect(page.locator("#keys-open")).to_be_visible()
    rows, marked = page.locator("[data-keys] tbody tr"), page.locator("tr[data-marked]")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("j")
    expect(marked).to_have_count(1)
    expect(rows.nth(1)).to_have_attribute("data-marked", "")
    expect(rows.nth(1).locator("a").first).to_be_focused()
    leads_to = rows.nth(1).locator("a").first.get_attribute("href") or ""
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(leads_to) + "$"))
    page.goto(path)
    page.keyboard.press("j")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile(r"/office/organizations/edit/\d+$"))
    page.goto(path)
    # Where one types, a letter is a letter.
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("j/e?")
    expect(page.locator("#search")).to_have_value("j/e?")
    expect(marked).to_have_count(0)
    page.locator("#search").blur()
    page.keyboard.press("?")
    help_ = page.locator("#keys-help")
    expect(help_).to_be_visible()
    assert not Axe().run(page).response["violations"]
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    page.reload()
    page.keyboard.press("j")
    expect(marked).to_have_count(0)
    # The button still leads to where they are turned on.
    page.locator("#keys-open").click()
    page.locator("#keys-on").check()
    page.keyboard.press("Escape")
    page.locator("#keys-open").blur()
    page.keyboard.press("j")
    expect(marked).to_have_count(1)


@pytest.mark.matrix
def test_a_list_begins_on_the_first_screen_of_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    sign_in(page, "staff")
    page.goto("/office/enrollments/list/")
    box = page.locator("table.rows tbody tr").first.bounding_box()
    assert box
    assert box["y"] < 640, box
    page.locator("#filters > summary").click()
    page.locator("#columns > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not Axe().run(page).response["violations"]
