"""The public site: what anybody finds, in two languages, at every width."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect


def test_the_catalogue_is_searched_by_text_category_and_municipality(page: Page) -> None:
    page.goto("/lodi/")
    page.get_by_label("Di che cosa hai bisogno?").fill("doposcuola cortile")
    page.get_by_role("button", name="Cerca nei servizi").click()
    expect(page.get_by_text("1 servizio", exact=True)).to_be_visible()
    page.get_by_role("link", name="Azzera i filtri").click()
    page.get_by_label("Categoria").select_option(label="Servizi psicologici")
    page.get_by_label("Comune").select_option(label="Lodi")
    page.get_by_role("button", name="Cerca", exact=True).click()
    expect(page.get_by_role("link", name="Spazio ascolto genitori")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^SAD"))).to_have_count(0)


def test_what_is_not_published_is_not_found(page: Page) -> None:
    page.goto("/lodi/servizi/?q=Baby+sitting+qualificato")
    expect(page.get_by_text("Nessun risultato")).to_be_visible()


def test_a_service_says_what_a_municipal_page_says(page: Page) -> None:
    page.goto("/lodi/servizi/?q=SAD+Codogno")
    page.get_by_role("heading", name=re.compile("^SAD")).get_by_role("link").first.click()
    expect(page.locator("main .text h2")).to_have_text([
        "A chi è rivolto", "Descrizione", "Come fare", "Cosa serve", "Tempi e scadenze",
        "Costi", "Accedi al servizio", "Contatti",
    ])  # fmt: skip
    expect(page.get_by_text("18,00 € all'ora")).to_be_visible()
    expect(page.get_by_text("lettera f-ter")).to_be_visible()


def test_workshops_are_found_by_municipality_and_age(page: Page) -> None:
    page.goto("/lodi/laboratori/")
    page.get_by_label("Comune").select_option(label="Codogno")
    page.get_by_label("Età").fill("3")
    page.get_by_role("button", name="Cerca", exact=True).click()
    expect(page.get_by_role("link", name="Ludoteca Il Cortile")).to_be_visible()
    expect(page.get_by_role("link", name="Natale alla Girandola")).to_have_count(0)


def test_somebody_who_is_signed_in_sees_the_public_site(
    page: Page, sign_in: Callable[..., None]
) -> None:
    page.goto("/lodi/servizi/")
    shown = page.locator(".count").inner_text()
    page.goto("/login/")
    sign_in()
    page.goto("/lodi/servizi/")
    assert page.locator(".count").inner_text() == shown


def test_the_site_speaks_english_too(page: Page) -> None:
    page.goto("/lodi/")
    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("More time for your family")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_the_alliance_is_chosen_once(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Sud-Sud Est Milano").click()
    page.goto("/")
    expect(page).to_have_url(re.compile("/sud-sud-est-milano/$"))


@pytest.mark.parametrize(
    "path",
    [
        "servizi/?q=%00&category=x&municipality=-1&page=999999999999",
        "laboratori/?season=9999999999&municipality=%00&age=abc&page=-3",
        "servizi/99999999999999999999999",
        "laboratori/0",
        "privacy?workshop=999999",
        "applications/99999999999999999999",
    ],
)
def test_nonsense_in_an_address_is_no_fault_of_the_server(page: Page, path: str) -> None:
    answer = page.goto(f"/lodi/{path}")
    assert answer is not None
    assert answer.status < 500
