"""Names as long as they may be, and from right to left: nothing overflows, nothing is turned."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browsers import sign_in

LONG = "Lungo" * 40
RIGHT = "جمعية الأسرة"
NO_BLANKS = "n" * 1000
# Addresses are among the longest: three hundred characters.
ADDRESS = "V" * 300


def fits(page: Page, width: int, where: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width, where


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, pytest.param(1280, marks=pytest.mark.matrix)])
def test_a_long_name_fits_wherever_it_is_shown(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    sign_in(page, "staff")
    page.goto("/office/organizations/add")
    name = f"{LONG[: 200 - len(str(width))]}{width}"
    page.locator("#f-name").fill(name)
    page.locator("#f-kind").select_option("union")
    page.locator("#f-address").fill(ADDRESS)
    page.locator("#f-description").fill(NO_BLANKS)
    page.locator("form.entry .submit button").first.click()
    expect(page).to_have_url(re.compile(r"/office/organizations/show/(\d+)$"))
    shown = page.url
    expect(page.locator("h1")).to_have_text(name)
    fits(page, width, "show")
    page.goto(shown.replace("/show/", "/edit/"))
    fits(page, width, "edit")
    page.goto(f"{shown}/related/audit-events")
    expect(page.locator(".history li").first).to_be_visible()
    fits(page, width, "history")
    page.goto(f"/office/organizations/list/?search={name}")
    expect(page.locator("table.rows tbody tr").first).to_be_visible()
    fits(page, width, "list")
    page.goto(f"/office/organization-aliases/add?organization_id={shown.rpartition('/')[2]}")
    expect(page.locator("#f-organization-id")).to_have_value(name)
    page.locator("#f-organization-id").fill(name[:40])
    expect(page.get_by_role("option").first).to_be_visible()
    fits(page, width, "choices")


@pytest.mark.browser
def test_a_name_from_right_to_left_is_read_so_and_the_page_stays(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(page, "staff")
    page.goto("/office/organization-aliases/add?organization_id=1")
    page.locator("#f-name").fill(RIGHT)
    assert page.locator("#f-name").evaluate("e => e.matches(':dir(rtl)')")
    page.locator("#f-source").fill("001")
    page.locator("form.entry .submit button").first.click()
    expect(page).to_have_url(re.compile(r"/office/organization-aliases/show/\d+$"))
    named = page.locator("dd", has_text=RIGHT)
    expect(named).to_be_visible()
    assert named.evaluate("e => e.matches(':dir(rtl)')")
    assert page.locator("html").evaluate("e => e.matches(':dir(ltr)')")
    fits(page, 320, "right to left")
