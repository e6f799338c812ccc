"""Cells that are edited in their place: what is refused stays in the cell, with its reason."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.browsers import sign_in
from tests.views.conftest import TOKEN, Reader, errors_at, value_of


def slot_of(seat: models.Seat, places: int = 10) -> models.Slot:
    body = factories.OrganizationFactory(alliance=seat.alliance)
    return factories.SlotFactory(workshop__organization=body, places=places)


def save(somebody: Reader, path: str, **data: str) -> Any:
    """Open a cell and save it."""
    form = somebody.get(path).json["form"]
    token = TOKEN.search(form)
    assert token
    return somebody.http.post(
        path, data={"csrf_token": token[1], "version": value_of(form, "version"), **data}
    )


def test_a_cell_is_saved_and_its_row_comes_back(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="staff")
    slot = slot_of(seat)
    staff = reader(seat)
    page = staff.get("/office/slots/list/").text
    assert f'data-inline="{slot.id}/places"' in page
    # Without a script it leads to the field of the row's own form.
    assert f'href="/office/slots/edit/{slot.id}#f-places"' in page
    answer = save(staff, f"/office/slots/inline/{slot.id}/places", places="12")
    assert answer.status_code == 200
    assert f'data-inline="{slot.id}/places"' in answer.json["row"]
    assert answer.json["row"].count("<td") == 9
    db.refresh(slot)
    assert slot.places == 12


def test_what_cannot_be_is_said_in_the_cell_and_writes_nothing(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="staff")
    slot = slot_of(seat)
    staff = reader(seat)
    path = f"/office/slots/inline/{slot.id}/places"
    answer = save(staff, path, places="-3")
    assert answer.status_code == 422
    assert errors_at(answer.json["form"].replace("inline-f-", "f-"), "places")
    assert value_of(answer.json["form"], "places") == "-3"
    # Who comes second sees what stands there now, and does not overrule it unseen.
    old = str(slot.version)
    assert save(staff, path, places="15").status_code == 200
    late = save(staff, path, places="11", version=old)
    assert late.status_code == 422
    assert re.search(r'class="hint">[^<]*: 15<', late.json["form"])
    db.refresh(slot)
    assert slot.places == 15


@pytest.mark.parametrize("column", ["places_taken", "starts_on", "alliance_id", "nonsense"])
def test_only_declared_columns_are_edited_in_their_place(
    reader: Callable[..., Reader], db: ScopedSession, column: str
) -> None:
    seat = factories.SeatFactory(kind="staff")
    slot = slot_of(seat)
    staff = reader(seat)
    path = f"/office/slots/inline/{slot.id}/{column}?pk=1&column=x&limit=%00"
    assert staff.get(path).status_code == 404
    assert staff.http.post(path, data={"places": "1"}).status_code in (400, 404)
    company = reader(factories.SeatFactory(kind="company", alliance=seat.alliance))
    assert company.get(f"/office/slots/inline/{slot.id}/places").status_code in (403, 404)


def test_a_provider_s_price_of_what_is_published_waits_and_the_cell_says_so(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="provider")
    service = factories.ServiceFactory(
        alliance=seat.alliance, organization=seat.organization, status="published",
        price_kind="fixed", price=Decimal("10"), price_unit="hour",
    )  # fmt: skip
    provider = reader(seat)
    answer = save(provider, f"/office/services/inline/{service.id}/price", price="12,50")
    assert answer.status_code == 200, answer.json
    db.refresh(service)
    assert service.price == Decimal("10")
    assert service.proposal == {"price": "12.50"}


@pytest.mark.matrix
@pytest.mark.browser
def test_a_price_is_edited_in_its_place_by_keyboard_alone(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    sign_in(page, "staff")
    page.goto("/office/services/list/?price_kind=fixed")
    pencil = page.locator("a[data-inline$='/price']").first
    cell = page.locator("td:has(> a[data-inline$='/price']), td:has(.inline-form)").first
    # The first row is marked by it; its second pencil, and round again, by itself.
    expect(page.locator("#keys-open")).to_be_visible()
    for _ in range(4):
        page.keyboard.press("i")
    expect(pencil).to_be_focused()
    before = cell.inner_text()
    page.keyboard.press("Enter")
    box = page.locator(".inline-form input[name=price]")
    expect(box).to_be_focused()
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]
    box.fill("meno")
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    expect(pencil).to_be_focused()
    expect(cell).to_have_text(re.compile(re.escape(before.strip().partition(" ")[0])))
    page.keyboard.press("Enter")
    box.fill("33,40")
    page.keyboard.press("Enter")
    expect(cell).to_contain_text("33,40")
    expect(pencil).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
