"""The reference page: everything from our own server, under a policy without inline scripts."""

import pytest
from playwright.sync_api import Page, expect

from tests.portal.conftest import faults

WIDTHS = [320, pytest.param(1280, marks=pytest.mark.matrix)]


@pytest.mark.matrix
@pytest.mark.parametrize("width", WIDTHS)
def test_the_reference_shows_an_operation_and_tries_it_out(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark")
    answer = page.goto("/swagger/v1")
    assert answer
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    # The document is large, and two cores may be busy with other tests.
    tag = page.locator('h3[data-tag="calls"]')
    expect(tag).to_be_visible(timeout=60_000)
    tag.click()
    operation = page.locator("#operations-calls-listCalls")
    operation.locator("button.opblock-summary-control").click()
    expect(operation.get_by_text("limit", exact=True).first).to_be_visible()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table .response-col_status").last
    expect(status).to_contain_text("200", timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not faults(page, runOnly=["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"])


def test_the_site_and_the_office_lead_to_the_reference(page: Page) -> None:
    for address in ("/lodi/", "/login/"):
        page.goto(address)
        links = page.locator('a[href="/swagger/v1"]')
        expect(links.first).to_be_attached()
