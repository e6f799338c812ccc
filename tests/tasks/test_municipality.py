"""A municipality's ten minutes: what it offers at home, and in summer."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from tests.tasks.person import Person

SERVICE = "Assistenza domiciliare (SAD) serale e festiva"
CAMP = "CRED Sotto il campanile"
WEEKS = 8


def monday_of_june(year: int) -> date:
    """The first Monday from the 14th on: school is over."""
    day = date(year, 6, 14)
    return day + timedelta(days=-day.weekday() % 7)


@pytest.mark.matrix
@pytest.mark.xdist_group("tasks")
def test_codogno_enters_a_service_and_a_summer_camp(person: Person) -> None:
    """Both are on the public site, the service with its tariff and the camp with its weeks."""
    person.sign_in("municipality")

    person.click("link", "Aggiungi: Servizio")
    person.type("Titolo", SERVICE)
    person.find("Categoria", "SAD", re.compile("socio-assistenziali"))
    person.select("Prezzo", "Prezzo fisso")
    person.type("Tariffa intera", "19,50")
    person.select("Unità", "all'ora")
    person.type("Descrizione", "Cura della persona dopo le 18 e nei giorni festivi.")
    person.click("button", "Salva e pubblica")
    person.sees("Pubblicato", "19,50 €", "Codogno")

    person.click("link", "Intreccio")
    person.click("link", "Aggiungi: Centro estivo")
    season = person.page.get_by_role("combobox", name="Stagione").input_value()
    first = monday_of_june(int(re.findall(r"\d{4}", season)[-1]))
    last = first + timedelta(weeks=WEEKS) - timedelta(days=3)
    person.type("Titolo", CAMP)
    person.type("Inizio", first.isoformat())
    person.type("Fine", last.isoformat())
    person.type("Chiusura delle iscrizioni", f"{first - timedelta(days=14)}T12:00")
    person.type("Tariffa intera", "78")
    person.click("button", "Salva")
    person.sees("Salvato.", re.compile("Crea le settimane"))
    person.type("Posti", "40")
    person.type("Da", "08:00")
    person.type("A", "16:30")
    person.click("button", "Crea le settimane")
    for number in range(1, WEEKS + 1):
        expect(person.row(re.compile(rf"Settimana {number}\b"))).to_have_count(1)
    person.click("button", "Pubblica")
    person.sees("Pubblicato")

    # As a family sees them.
    person.click("link", "Sul sito pubblico")
    person.sees(CAMP, "Comune di Codogno", re.compile(r"78,00\s€"))
    expect(person.page.get_by_role("row").filter(has_text="Settimana")).to_have_count(WEEKS)
    person.click("link", "Servizi")
    person.sees(SERVICE)
    card = person.page.get_by_role("article").filter(has_text=SERVICE)
    expect(card).to_contain_text(re.compile(r"19,50\s€"))
