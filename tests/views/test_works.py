"""The page of a long work, and what other pages say when it ends."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app import models, permissions
from app.query.paths import path
from app.transaction import ScopedSession
from app.views.registry import VIEWS
from app.views.screens import Screens
from tests import factories
from tests.browsers import sign_in
from tests.sessions import Client
from tests.views.conftest import Reader, texts


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


def test_what_a_work_is_about_and_why_a_row_was_refused_is_said_in_words(
    db: ScopedSession, reader: Callable[..., Reader]
) -> None:
    seat = factories.SeatFactory(kind="staff")
    work = factories.WorkFactory(seat=seat, resource="services")
    factories.WorkLineFactory(
        work=work, outcome="refused", errors=[["title", "This is not allowed.", {}]]
    )
    staff = reader(seat)
    listed = texts(staff.get("/office/works/list/?columns=title,resource").text)
    assert "services" not in listed
    assert "Servizi" in listed
    lines = texts(staff.get("/office/work-lines/list/").text)
    assert "{}" not in lines
    assert "title" not in lines


def test_a_column_has_words_of_its_own_in_one_place(flask_app: Flask) -> None:
    """A view that said its values by a method of its own would say them in files alone."""
    assert [v.__name__ for v in VIEWS.values() if v.text is not Screens.text] == []


def test_nothing_that_is_sealed_reaches_the_files_and_the_notes_of_long_work(
    flask_app: Flask,
) -> None:
    """Those lie on the disk, or in a work's payload, as they are."""
    for resource, view in VIEWS.items():
        names = {*view.list_columns, *view.csv_columns, *getattr(view, "bulk_columns", ())}
        columns = [path(permissions.RESOURCES[resource], name) for name in names]
        assert [c.name for c in columns if c.sealed] == [], resource
    assert "persons" in VIEWS
