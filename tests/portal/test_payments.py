"""A family finds what it has to pay, until when, and the paper to pay by."""

from collections.abc import Callable
from io import BytesIO

from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.portal.conftest import PHONE, Rows, faults


def test_a_family_finds_what_is_left_to_pay_and_its_notice(
    page: Page, rows: Rows, sign_in: Callable[..., None]
) -> None:
    page.set_viewport_size(PHONE)
    [(notice, number, amount, application, code)] = rows(
        "SELECT n.id, n.number, n.amount::text, n.application_id, a.receipt FROM payment_notice n"
        " JOIN application a ON a.id = n.application_id JOIN ab_user u ON u.id = a.user_id"
        " WHERE u.username = 'parent' AND n.status = 'open'"
    )
    said = f"{amount} €".replace(".", ",")
    sign_in()
    expect(page.get_by_role("heading", name="Da pagare")).to_be_visible()
    assert not faults(page)
    page.goto(f"/lodi/area/domande/{application}")
    # With what the place on the waiting list would cost.
    expect(page.locator(".total", has_text="A tuo carico")).to_contain_text("9,00 €")
    expect(page.get_by_role("heading", level=3, name=said)).to_be_visible()
    assert not faults(page)
    with page.expect_download() as loading:
        page.get_by_role("link", name="L'avviso con cui pagare").click()
    paper = PdfReader(BytesIO(loading.value.path().read_bytes())).pages[0].extract_text()
    assert number in paper.replace(" ", "")
    assert notice
    with page.expect_download() as loading:
        page.locator(f"a[href='/api/v1/applications/{application}/paper']").click()
    receipt = PdfReader(BytesIO(loading.value.path().read_bytes())).pages[0].extract_text()
    assert code in receipt
