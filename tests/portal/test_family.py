"""What a family does in its area besides enrolling."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.portal.conftest import Rows
from tests.servers import LiveServer


def test_an_offered_place_is_accepted(page: Page, sign_in: Callable[..., None], rows: Rows) -> None:
    state = "SELECT status FROM enrollment WHERE id = %s"
    (username, enrollment), *_ = rows(
        "SELECT u.username, e.id FROM enrollment e JOIN relation r ON r.person_id = e.person_id"
        " JOIN ab_user u ON u.id = r.user_id WHERE e.status = 'offered' ORDER BY e.id"
    )
    sign_in(username)
    page.get_by_role("button", name=re.compile("Accetta il posto")).first.click()
    expect(page.locator("[data-said]")).to_contain_text("Il posto è tuo")
    assert rows(state, enrollment) == [("placed",)]


def test_a_press_before_the_scripts_came_is_not_lost(
    sign_in: Callable[..., None], page: Page
) -> None:
    """Else the browser would send the form itself, with its data in the address."""

    held: list[Route] = []
    late = True
    sign_in("parent")
    page.route(
        "**/static/portal/*.js", lambda route: held.append(route) if late else route.continue_()
    )
    page.goto("/lodi/area/persone/nuova", wait_until="commit")
    page.get_by_label("Nome", exact=True).fill("Ada")
    page.get_by_label("Nome", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Salva")).to_be_disabled()
    assert page.url.endswith("/lodi/area/persone/nuova")
    late = False
    for route in held:
        route.continue_()
    page.get_by_role("button", name="Salva").click()
    expect(page.locator("[data-problems]")).to_be_focused()
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Ada")


def test_who_waits_is_told_why(sign_in: Callable[..., None], page: Page) -> None:
    sign_in()
    waiting = page.locator("article", has_text="In lista d'attesa").first
    expect(waiting).to_contain_text("Nessun posto libero")


def test_a_place_is_given_up_after_a_question(
    sign_in: Callable[..., None], page: Page, rows: Rows
) -> None:
    (username,), *_ = rows(
        "SELECT u.username FROM enrollment e JOIN relation r ON r.person_id = e.person_id"
        " JOIN ab_user u ON u.id = r.user_id JOIN alliance a ON a.id = e.alliance_id"
        " WHERE e.status = 'placed' AND a.slug = 'lodi' AND u.username <> 'parent' ORDER BY e.id"
    )
    sign_in(username)
    button = page.get_by_role("button", name=re.compile("^Annulla")).first
    button.click()
    page.get_by_role("button", name="No, torna indietro").click()
    expect(button).to_be_focused()
    button.click()
    page.locator("dialog").get_by_role("button", name=re.compile("^Annulla")).click()
    expect(page.locator("[data-said]")).to_contain_text("Annullata")


def test_a_wrong_codice_fiscale_is_said_beside_the_field(
    sign_in: Callable[..., None], page: Page
) -> None:
    sign_in()
    page.get_by_role("link", name="Aggiungi un figlio o un'altra persona").click()
    page.get_by_label("Nome", exact=True).fill("Teo")
    page.get_by_label("Cognome").fill("Prova")
    page.get_by_label("Data di nascita").fill("2018-05-03")
    page.get_by_label("Codice fiscale", exact=True).fill("PRVTEO18E03E648A")
    page.get_by_role("button", name="Salva").click()
    expect(page.locator("[data-problems]")).to_be_focused()
    expect(page.locator("#f-fiscal_code-error")).to_be_visible()
    expect(page.get_by_label("Cognome")).to_have_value("Prova")
    page.get_by_label("Non ha ancora il codice fiscale").check()
    page.get_by_label("Perché non c'è?").fill("Appena arrivato in Italia.")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("link", name="Teo Prova")).to_be_visible()


def test_a_service_is_asked_for(sign_in: Callable[..., None], page: Page) -> None:
    sign_in()
    page.goto("/lodi/servizi/?q=Doposcuola+Il+Cortile")
    page.get_by_role("link", name="Doposcuola Il Cortile").click()
    page.get_by_role("link", name="Chiedi il servizio").click()
    page.get_by_label("Di che cosa hai bisogno?").fill("Tre pomeriggi alla settimana.")
    page.get_by_role("button", name="Invia la richiesta").click()
    expect(page.locator(".number")).to_have_text(re.compile("^[0-9A-Z]{10}$"))
    page.wait_for_load_state()
    page.get_by_role("button", name="Ritira la richiesta").click()
    page.locator("dialog").get_by_role("button", name="Ritira la richiesta").click()
    expect(page.locator("[data-said]")).to_contain_text("ritirata")


@pytest.mark.matrix
def test_photographs_can_be_refused_afterwards(sign_in: Callable[..., None], page: Page) -> None:
    sign_in("famiglia-lodi-4")
    page.locator("#applications + ul a").first.click()
    box = page.get_by_label(re.compile("Acconsento alle fotografie"))
    was = box.is_checked()
    box.click()
    expect(page.locator("[data-said]")).to_contain_text("salvata")
    page.reload()
    assert box.is_checked() != was


@pytest.mark.matrix
def test_without_passwords_a_page_names_the_digital_identity(
    page: Page, live_server: LiveServer, serve_on: Callable[..., LiveServer]
) -> None:
    other = serve_on(live_server.database_url, CITIZEN_PASSWORDS="no")
    page.goto(f"{other.url}/lodi/accedi")
    expect(page.locator("main")).to_contain_text("SPID")
    expect(page.locator("main form")).to_have_count(0)
