"""At eight in the yard, with one hand: who came, who did not, who went home early with whom."""

from collections.abc import Callable

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import clock
from tests.databases import ENVIRONMENT
from tests.servers import LiveServer

pytestmark = pytest.mark.browser

# The provider's slot with most children, held today.
TODAY = """
WITH chosen AS (
    SELECT slot.id FROM slot JOIN seat ON seat.organization_id = slot.organization_id
      JOIN ab_user ON ab_user.id = seat.user_id AND ab_user.username = 'provider'
     WHERE seat.kind = 'provider' ORDER BY places_taken DESC, slot.id LIMIT 1
)
UPDATE slot SET starts_on = %(day)s, ends_on = %(day)s FROM chosen WHERE slot.id = chosen.id
RETURNING slot.id
"""


@pytest.fixture
def yard(
    serve_on: Callable[..., LiveServer], copy_of: Callable[[str], str], demo_template: str
) -> tuple[LiveServer, int]:
    server = serve_on(copy_of(demo_template))
    address = server.database_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(address) as connection:
        row = connection.execute(TODAY, {"day": clock.today()}).fetchone()
    assert row
    return server, row[0]


def test_a_provider_records_a_morning_on_a_telephone(
    page: Page, yard: tuple[LiveServer, int]
) -> None:
    server, slot = yard
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{server.url}/login/")
    page.locator("#username").fill("provider")
    page.locator("#password").fill(ENVIRONMENT["DEMO_PASSWORD"])
    page.locator("#password").press("Enter")
    page.goto(f"{server.url}/office/slots/roster/{slot}")
    rows = page.locator("tr[id^=e-]")
    many = rows.count()
    assert many >= 3
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
    for button in page.locator(".attend .btn").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["x"] + box["width"] <= 320 - 16  # Within its card.

    def pressed(row: int, name: str) -> None:
        rows.nth(row).get_by_role("button", name=name).click()
        chosen = rows.nth(row).locator("[aria-pressed=true]")
        expect(chosen).to_contain_text(name)

    pressed(0, "Presente")
    pressed(1, "Assente")
    pressed(1, "Presente")  # She came after all.
    rows.nth(2).get_by_role("link", name="Uscito prima").click()
    page.locator("#f-left-at").fill("11:30")
    page.locator("#f-picked-up-by").fill("Uno zio mai sentito")
    send = page.locator("form.entry .submit button[type=submit]").first
    send.click()
    expect(page.locator(".notice-danger[role=alert]")).to_contain_text("motivo")
    page.locator("#f-reason").fill("Ha telefonato la madre")
    send.click()
    expect(rows.nth(2).locator("[aria-current=true]")).to_be_visible()
    expect(page.locator(".roster-sum p")).to_contain_text(f"{many - 3}")
    assert not Axe().run(page).response["violations"]
    if many > 3:
        page.get_by_role("button", name="Tutti gli altri presenti").click()
        expect(page.locator("[aria-pressed=true]")).to_have_count(many - 1)
    page.goto(f"{server.url}/office/slots/attended")
    expect(page.locator("tfoot td").first).to_have_text(str(many - 1))
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not Axe().run(page).response["violations"]
