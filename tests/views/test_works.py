"""The page of a long work, and what other pages say when it ends."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.sessions import Client
from tests.views.test_browser import sign_in


def test_a_work_is_nobody_else_s(
    client: Callable[..., Client], db: ScopedSession, now: datetime
) -> None:
    seat = factories.SeatFactory(kind="staff")
    db.flush()
    work = models.Work(
        seat_id=seat.id, alliance_id=seat.alliance_id, kind="bulk", resource="services",
        title="Sospendi", payload={"reason": "riservato"}, asked_at=now,
    )  # fmt: skip
    db.add(work)
    db.flush()
    own = client(seat).get(f"/api/v1/works/{work.id}")
    assert own.status_code == 200
    assert "riservato" not in own.text
    other = client(factories.SeatFactory(kind="staff", alliance=seat.alliance))
    assert other.get(f"/api/v1/works/{work.id}").status_code == 404
    assert other.post(f"/api/v1/works/{work.id}/stop").status_code == 404
    assert other.get("/api/v1/works/").json["result"] == []


@pytest.mark.browser
@pytest.mark.matrix
def test_whatever_page_is_open_says_when_a_work_has_ended(page: Page) -> None:
    page.clock.install()
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(page, "staff")
    page.goto("/office/municipalities/prepare")
    page.locator("form.entry button[type=submit]").click()
    expect(page).to_have_url(re.compile(r"/office/works/show/\d+$"))
    address = page.url
    expect(page.locator("[data-work] progress")).to_be_visible()
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
    page.goto("/office/seasons/list/")
    toasts = page.locator(".toasts[role=status]")
    with page.expect_response(re.compile("/api/v1/works/")):
        page.reload()
    # Somebody stops it, here the same person in another tab.
    tab = page.context.new_page()
    tab.goto(address)
    tab.locator("form[action*='/verb/stop/'] button").click()
    expect(tab.locator("form[action*='/verb/stop/']")).to_have_count(0)
    expect(tab.locator("[data-work]")).to_have_count(0)
    tab.close()
    page.clock.run_for(16_000)
    expect(toasts.locator("a")).to_have_attribute("href", re.compile(r"/office/works/show/\d+$"))
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
