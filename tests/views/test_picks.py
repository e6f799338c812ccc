"""Choosing rows in a real browser: the choice survives pages and orders, and leads to a preview."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browsers import sign_in

pytestmark = pytest.mark.browser


@pytest.mark.matrix
def test_a_choice_survives_paging_and_sorting_and_leads_to_a_preview(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(page, "staff")
    page.goto("/office/organizations/list/?size=4")
    boxes, number = page.locator("input[name=rows]"), page.locator("#picked [data-number]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    page.locator(".pages a[rel=next]").click()
    expect(page).to_have_url(re.compile("cursor="))
    expect(number).to_contain_text("2")
    page.locator("#pick-page").check()
    expect(number).to_contain_text("6")
    page.goto("/office/organizations/list/?size=4&sort=-name")
    expect(number).to_contain_text("6")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
    # All that the filters find are counted when they are asked for.
    page.locator("#pick-all").check()
    expect(number).not_to_have_text(re.compile(r"\b6\b"))
    page.locator("#picked [data-clear]").click()
    expect(number).to_be_empty()
    page.goto("/office/enrollments/list/?size=3")
    page.locator("#pick-page").check()
    page.locator("#pick-action").select_option("verb:refuse")
    page.locator("#picked button[type=submit]").click()
    page.locator("#f-reason").fill("Turno annullato")
    page.locator(".entry button[type=submit]").click()
    expect(page.locator("tr[data-outcome]")).to_have_count(3)
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
