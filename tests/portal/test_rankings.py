"""A family declares what gives precedence, and is told why the list is as it is."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.portal.conftest import PHONE, Rows, faults


def test_a_family_declares_from_a_telephone_and_finds_its_code(
    page: Page, rows: Rows, sign_in: Callable[..., None]
) -> None:
    page.set_viewport_size(PHONE)
    [(ranking,)] = rows("SELECT id FROM ranking WHERE status = 'published'")
    [(person, *_), *_] = rows(
        "SELECT r.person_id FROM relation r JOIN ab_user u ON u.id = r.user_id"
        " WHERE u.username = 'parent' AND r.kind = 'parent' ORDER BY r.person_id"
    )
    address = f"/lodi/area/graduatorie/{ranking}/{person}"
    sign_in()
    page.goto(address)
    page.get_by_role("checkbox", name="Residente nel Comune").check()
    page.get_by_role("checkbox", name="Entrambi i genitori lavorano").uncheck()
    page.get_by_label("Quante delle preferenze al massimo?").fill("2")
    page.get_by_role("button", name="Dichiara").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Area famiglie")
    page.goto(address)
    expect(page.get_by_role("checkbox", name="Residente nel Comune")).to_be_checked()
    expect(page.get_by_text(re.compile("Codice in graduatoria: [0-9A-Z]{10}"))).to_be_visible()
    page.get_by_label("Quante delle preferenze al massimo?").fill("99")
    page.get_by_role("button", name="Dichiara").click()
    expect(page.locator("#f-weeks-error")).to_be_visible()
    assert not faults(page)


def test_everybody_finds_a_code_in_a_published_list_and_no_name(page: Page, rows: Rows) -> None:
    [(ranking,)] = rows("SELECT id FROM ranking WHERE status = 'final'")
    [(code, name), *_] = rows(
        "SELECT e.code, p.last_name FROM ranking_entry e JOIN person p ON p.id = e.person_id"
        " WHERE e.ranking_id = %s",
        ranking,
    )
    page.goto(f"/lodi/graduatorie/{ranking}")
    page.get_by_label("Codice").fill(code)
    page.get_by_role("button", name="Cerca").click()
    expect(page.locator("tbody code").first).to_have_text(code)
    assert name not in page.content()
    assert not faults(page)
