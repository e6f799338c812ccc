"""A row that is not there yet is added from the select that would name it."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.browsers import sign_in
from tests.views.conftest import Reader, errors_at, fields_of

PART = {"X-Fragment": "1", "Accept": "text/html"}
PAGE = "/office/seasons/add"


def test_only_who_may_enter_such_a_row_is_offered_to(
    staff: Reader, reader: Callable[..., Reader], db: ScopedSession
) -> None:
    page = staff.get("/office/workshops/add").text
    assert 'href="/office/seasons/add" target="_blank"' in page
    assert 'class="combo-add" href="/office/municipalities/add"' not in page
    body = reader(factories.SeatFactory(kind="municipality"))
    of_body = body.get("/office/workshops/add").text
    assert 'href="/office/locations/add" target="_blank"' in of_body
    assert 'class="combo-add" href="/office/seasons/add"' not in of_body
    assert body.get(PAGE, headers=PART).status_code == 403


def test_the_form_comes_as_a_part_with_its_errors_and_then_names_the_row(
    staff: Reader, db: ScopedSession
) -> None:
    part = staff.get(PAGE, headers=PART).text
    assert "<html" not in part
    assert 'id="d-title"' in part
    typed = fields_of(part) | {
        "title": "Natale", "kind": "christmas", "school_year": "2026/27",
        "starts_on": "2026-12-23", "ends_on": "2026-12-01",
    }  # fmt: skip
    wrong = staff.http.post(PAGE, data=typed, headers=PART)
    assert wrong.status_code == 422
    assert "<html" not in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    typed |= {"ends_on": "2027-01-06"}
    made = staff.http.post(PAGE, data=typed, headers=PART)
    assert made.status_code == 201
    season = db.query(models.Season).filter_by(title="Natale").one()
    assert made.json == {"id": season.id, "label": "Natale"}
    # What is said of it is said in the dialog: no page to come has to.
    assert "notice-success" not in staff.get("/office/").text
    assert not errors_at(wrong.text, "title")


@pytest.mark.matrix
@pytest.mark.browser
def test_a_row_is_added_in_a_dialog_by_keyboard_and_the_outer_form_stays(page: Page) -> None:
    sign_in(page, "staff")
    page.goto("/office/workshops/add")
    page.locator("#f-title").fill("Laboratorio di prova")
    add = page.locator("a.combo-add[data-for=f-season-id]")
    dialog = page.locator("dialog.adding")
    add.focus()
    page.keyboard.press("Enter")
    expect(dialog.locator("#d-title")).to_be_focused()
    assert not Axe().run(page).response["violations"]
    page.keyboard.type("Carnevale in dialogo")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(add).to_be_focused()
    page.keyboard.press("Space")
    expect(dialog.locator("#d-title")).to_have_value("Carnevale in dialogo")
    dialog.locator("#d-kind").select_option("carnival")
    dialog.locator("#d-school-year").fill("2026/27")
    dialog.locator("#d-starts-on").fill("2027-02-10")
    dialog.locator("#d-ends-on").fill("2027-02-01")
    dialog.locator("#d-ends-on").press("Enter")
    expect(dialog.locator("[role=alert]")).to_be_focused()
    dialog.locator("#d-ends-on").fill("2027-02-12")
    dialog.locator("#d-ends-on").press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("#f-season-id")).to_be_focused()
    expect(page.locator("#f-season-id")).to_have_value("Carnevale in dialogo")
    expect(page.locator("input[name=season_id]")).not_to_have_value("")
    expect(page.locator("#f-title")).to_have_value("Laboratorio di prova")
