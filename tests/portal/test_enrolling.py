"""Parents enrol their children by themselves."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bench.processes import end
from tests.databases import ENVIRONMENT
from tests.portal.conftest import PHONE, Hand, Rows, faults
from tests.servers import LiveServer, Mailbox

CHILDREN = "Natale alla Girandola"
AIRONE = "Inverno in Sala dell'Airone"


@pytest.mark.matrix
def test_two_children_on_five_days_from_a_telephone(
    page: Page, live_server: LiveServer, smtp: Mailbox
) -> None:
    page.set_viewport_size(PHONE)
    hand = Hand(page)
    page.goto("/lodi/")
    hand.tap("link", CHILDREN)
    hand.tap("link", "Iscrivi i tuoi figli")
    hand.type("E-mail o nome utente", "parent")
    hand.type("Password", ENVIRONMENT["DEMO_PASSWORD"])
    hand.tap("button", "Accedi")
    for n in range(2):
        hand.touches += 1
        page.locator("input[data-comes]").nth(n).check()
    # The first of the siblings pays in full.
    hand.tap("checkbox", re.compile("Chiedo il prezzo ridotto"))
    days = page.get_by_role("checkbox", name=re.compile("^Tutti – "))
    for n in range(1, 6):
        hand.touches += 1
        days.nth(n).check()
    expect(page.locator("[data-total]")).to_have_text(re.compile(r"^100,00\s€$"))
    hand.tap("button", "Invia la domanda")
    expect(page.get_by_role("heading", level=1)).to_have_text("La tua domanda è arrivata")
    assert hand.touches <= 25
    number = page.locator(".number").inner_text()
    assert re.fullmatch("[0-9A-Z]{10}", number)
    expect(page.get_by_text("Responsabile", exact=True)).to_be_visible()
    expect(page.get_by_text("Posto assegnato")).to_have_count(10)
    assert not faults(page)
    jobs = live_server.start("jobs", SMTP_URL=smtp.url)
    try:
        mail = _wait_for(lambda: [m for m in smtp.mails if number in str(m["Subject"])])[0]
    finally:
        end(jobs)
    text = mail.get_body(("plain",)).get_content()
    assert f"{live_server.url}/lodi/applications/" in text
    page.goto(re.search(r"http\S+/lodi/applications/\d+", text).group())
    expect(page.locator(".number")).to_have_text(number)


def _wait_for(found: Callable[[], list[Any]]) -> list[Any]:
    deadline = time.monotonic() + 30
    while not found() and time.monotonic() < deadline:
        time.sleep(0.2)
    return found()


def test_a_keyboard_alone_is_enough(sign_in: Callable[..., None], page: Page,
                                    workshop_id: Callable[[str], int]) -> None:  # fmt: skip
    sign_in()
    page.goto(f"/lodi/area/iscrizione?workshop={workshop_id(AIRONE)}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Vai al contenuto")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "input[data-comes]")
    page.keyboard.press("Space")
    _tab_to(page, "input[data-slot]")
    page.keyboard.press("Space")
    _tab_to(page, "[data-send]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("La tua domanda è arrivata")


def _tab_to(page: Page, selector: str) -> None:
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"{selector} cannot be reached")


@pytest.mark.matrix
def test_a_draft_is_kept_and_gone_on_with(sign_in: Callable[..., None], page: Page,
                                          workshop_id: Callable[[str], int]) -> None:  # fmt: skip
    sign_in("famiglia-lodi-1")
    page.goto(f"/lodi/area/iscrizione?workshop={workshop_id('Officina di Natale')}")
    page.locator("input[data-comes]:enabled").first.check()
    page.locator("input[data-slot]:visible").nth(2).check()
    page.get_by_label("Nota").fill("Arriva alle nove.")
    page.get_by_role("button", name="Salva la bozza").click()
    expect(page.get_by_text("La bozza è salvata")).to_be_visible()
    page.goto("/lodi/area/")
    page.get_by_role("link", name="Riprendi").first.click()
    expect(page.locator("input[data-slot]:checked")).to_have_count(1)
    expect(page.get_by_label("Nota")).to_have_value("Arriva alle nove.")
    page.locator("input[data-slot]:visible").nth(3).check()
    page.get_by_role("button", name="Invia la domanda").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("La tua domanda è arrivata")
    expect(page.locator("article")).to_have_count(2)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("La tua domanda è arrivata")


@pytest.mark.matrix
def test_one_application_holds_several_workshops(
    sign_in: Callable[..., None], page: Page, workshop_id: Callable[[str], int]
) -> None:
    sign_in("famiglia-lodi-7")
    page.goto(f"/lodi/area/iscrizione?workshop={workshop_id('Officina di Natale')}")
    page.locator("input[data-comes]:enabled").first.check()
    page.locator("input[data-slot]:visible").last.check()
    page.get_by_text("Aggiungi un'altra attività a questa domanda").click()
    page.locator("[data-another]").select_option(label="Ludoteca Il Cortile")
    page.get_by_role("button", name="Aggiungi", exact=True).click()
    expect(page.locator("section h3 a")).to_have_text(["Officina di Natale", "Ludoteca Il Cortile"])
    expect(page.locator("input[data-slot]:checked")).to_have_count(1)
    page.locator("input[data-slot]:visible").last.check()
    expect(page.locator("[data-price] tr")).to_have_count(2)
    page.get_by_role("button", name="Invia la domanda").click()
    expect(page.locator("article")).to_have_count(2)


def test_what_is_refused_is_said_beside_it_and_nothing_is_lost(
    sign_in: Callable[..., None], page: Page, workshop_id: Callable[[str], int]
) -> None:
    sign_in("famiglia-lodi-1")
    page.goto(f"/lodi/area/iscrizione?workshop={workshop_id('Officina di Natale')}")
    page.locator("input[data-comes]:enabled").first.check()
    page.locator("input[data-slot]:visible").last.check()
    page.get_by_label("E-mail").fill("non un indirizzo")
    page.get_by_role("button", name="Invia la domanda").click()
    expect(page.locator("[data-problems]")).to_be_focused()
    expect(page.locator("#f-contact_email-error")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value("non un indirizzo")
    expect(page.locator("input[data-slot]:checked")).to_have_count(1)


def test_a_double_click_sends_one_application(
    sign_in: Callable[..., None], page: Page, workshop_id: Callable[[str], int],
    rows: Rows,
) -> None:  # fmt: skip
    sign_in("famiglia-lodi-2")
    count = "SELECT count(*) FROM application"
    before = rows(count)[0][0]
    page.goto(f"/lodi/area/iscrizione?workshop={workshop_id('Ludoteca Il Cortile')}")
    page.locator("input[data-comes]:enabled").first.check()
    page.locator("input[data-slot]:visible").last.check()
    page.get_by_role("button", name="Invia la domanda").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text("La tua domanda è arrivata")
    assert rows(count)[0][0] == before + 1
