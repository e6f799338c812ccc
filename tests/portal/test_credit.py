"""A family sees what is left of its credit, what it paid, and what is left to pay."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.portal.conftest import PHONE, Rows, faults


def test_a_family_reads_its_credit_and_what_it_paid_on_a_telephone(
    page: Page, rows: Rows, sign_in: Callable[..., None]
) -> None:
    page.set_viewport_size(PHONE)
    [(held, left), *_] = rows(
        "SELECT t.amount::text, a.balance::text FROM transfer t"
        " JOIN ledger_account a ON a.id = t.debit_id AND a.kind = 'wallet'"
        " JOIN relation r ON r.person_id = a.person_id AND r.kind = 'self'"
        " JOIN ab_user u ON u.id = r.user_id AND u.username = 'parent'"
        " WHERE t.kind = 'hold' ORDER BY t.id"
    )
    sign_in()
    page.get_by_role("link", name="Credito welfare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Credito welfare")
    expect(page.get_by_text(f"{left} €".replace(".", ",")).first).to_be_visible()
    expect(page.get_by_text(f"-{held} €".replace(".", ",")).first).to_be_visible()
    assert not faults(page)
    page.goto("/lodi/area/")
    expect(page.get_by_text("a tuo carico: 0,00 €").first).to_be_visible()
    assert not faults(page)
