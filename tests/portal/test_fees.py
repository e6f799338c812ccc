"""A family reads what a place costs it by its ISEE, declares one, and pays what it was told."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.portal.conftest import PHONE, Rows, faults


def test_a_family_declares_its_isee_from_a_telephone_and_sees_its_fee(
    page: Page, rows: Rows, sign_in: Callable[..., None]
) -> None:
    page.set_viewport_size(PHONE)
    [(workshop,)] = rows("SELECT id FROM workshop WHERE price_kind = 'scheme'")
    page.goto(f"/lodi/laboratori/{workshop}")
    expect(page.get_by_role("heading", name="Quanto costa")).to_be_visible()
    expect(page.get_by_text("da 20.000,00 €, o senza ISEE")).to_be_visible()
    assert not faults(page)
    sign_in()
    page.goto(f"/lodi/area/iscrizione?workshop={workshop}")
    child = page.locator("input[data-comes]:enabled").first
    child.check()
    [(resident,)] = rows(
        "SELECT p.municipality_id = (SELECT municipality_id FROM organization o"
        " JOIN fee_scheme s ON s.organization_id = o.id) FROM person p WHERE p.id = %s",
        int(child.get_attribute("data-comes") or 0),
    )
    highest, middle, fed = (
        ("18,00 €", "11,50 €", "16,00 €") if resident else ("28,00 €", "21,50 €", "26,00 €")
    )  # fmt: skip
    page.locator("input[data-slot]:enabled:visible").last.check()
    expect(page.locator("[data-total]")).to_have_text(highest)
    expect(page.locator("[data-price] .how")).to_contain_text("enza ISEE")
    page.get_by_role("link", name="ISEE di").click()
    page.get_by_label("ISEE in euro").fill("13.000,00")
    page.get_by_label("Numero di protocollo INPS").fill("123")
    [(day,)] = rows("SELECT to_char(now() + '30 days', 'YYYY-MM-DD')")
    page.get_by_label("Valido fino al").fill(day)
    page.get_by_role("button", name="Dichiara").click()
    expect(page.locator("#f-protocol_number-error")).to_be_visible()
    assert not faults(page)
    page.get_by_label("Numero di protocollo INPS").fill("INPS-ISEE-2026-01234567A-00")
    page.get_by_role("button", name="Dichiara").click()
    # Back at the form, which is as it was left.
    expect(page.locator("[data-total]")).to_have_text(middle)
    page.get_by_role("checkbox", name="Pranzo al sacco").check()
    expect(page.locator("[data-total]")).to_have_text(fed)
    page.get_by_role("button", name="Invia la domanda").click()
    page.wait_for_url("**/lodi/area/domande/*")
    expect(page.get_by_text(fed).first).to_be_visible()
    [(fee, extras)] = rows(
        "SELECT fee::text, extras::text FROM enrollment WHERE extras <> '[]'"
        " ORDER BY id DESC LIMIT 1"
    )
    assert (f"{fee} €".replace(".", ","), extras) == (fed, '["meal"]')
    [(amount,)] = rows("SELECT amount FROM isee ORDER BY id DESC LIMIT 1")
    assert "13000" not in str(amount)
