"""Whole days of those who offer something, on a desk and on a telephone.

Nobody types an address after signing in: what is not on the screen is not there.
"""

import csv
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app import clock
from tests.tasks.person import Person
from tests.tasks.reading import NARROW, WIDE
from tests.tasks.test_municipality import WEEKS, monday_of_june

REASON = "Scrivete se il pranzo è compreso."
LUNCH = "Il pranzo è compreso; la merenda si porta da casa."
pytestmark = [pytest.mark.matrix, pytest.mark.xdist_group("tasks")]


@pytest.fixture(params=[WIDE, NARROW])
def width(request: pytest.FixtureRequest, person: Person) -> int:
    """How wide the screen is; a day may take more than one task."""
    person.most = 80
    found: int = request.param
    person.page.set_viewport_size({"width": found, "height": 700})
    return found


def go(person: Person, area: str, entry: str) -> None:
    """To a list, by the menu."""
    person.open(area)
    person.click("link", re.compile(f"^{entry}"), within=person.page.locator("#menu"))
    expect(person.page.get_by_role("heading", level=1)).to_have_text(entry)


def test_the_day_of_a_municipality(width: int, person: Person, tmp_path: Path) -> None:
    """It offers a service and a camp of eight weeks, answers, looks at its figures, exports."""
    service, camp = f"SAD del mattino {width}", f"CRED al fiume {width}"
    person.sign_in("municipality")

    # What waits: a family has asked for a service.
    waits = person.page.locator("#waits").get_by_role("region", name="Domande di servizio")
    person.click("link", re.compile(r"^[0-9A-Z]{10}$"), within=waits)
    person.sees("Inviata")
    person.click("button", "Accetta")
    person.sees("Fatto.", "Accettata")

    # Home care, with a tariff and a reduced one.
    person.click("link", "Intreccio")
    person.click("link", "Aggiungi: Servizio")
    person.type("Titolo", service)
    person.find("Categoria", "SAD", re.compile("socio-assistenziali"))
    person.select("Prezzo", "Con prezzo ridotto")
    person.type("Tariffa intera", "19,50")
    person.type("Tariffa ridotta", "9,75")
    person.type("Chi paga il prezzo ridotto", "ISEE fino a 10.000 euro")
    person.select("Unità", "all'ora")
    person.click("button", "Salva e pubblica")
    person.sees("Pubblicato", "19,50 €", "9,75 €")

    # A camp: its weeks are made from its dates, and not typed eight times.
    person.click("link", "Intreccio")
    person.click("link", "Aggiungi: Centro estivo")
    season = person.page.get_by_role("combobox", name="Stagione").input_value()
    first = monday_of_june(int(re.findall(r"\d{4}", season)[-1]))
    person.type("Titolo", camp)
    person.type("Inizio", first.isoformat())
    person.type("Fine", (first + timedelta(weeks=WEEKS) - timedelta(days=3)).isoformat())
    person.type("Chiusura delle iscrizioni", f"{first - timedelta(days=14)}T12:00")
    person.type("Tariffa intera", "78")
    person.click("button", "Salva")
    person.type("Posti", "40")
    person.type("Da", "08:00")
    person.type("A", "16:30")
    person.click("button", "Crea le settimane")
    expect(person.page.locator(".notice-success")).to_contain_text(str(WEEKS))
    expect(person.row(re.compile(r"Settimana \d"))).to_have_count(WEEKS)
    person.click("button", "Pubblica")
    person.sees("Pubblicato")

    # Its figures of that summer, as a table.
    person.click("link", "Intreccio")
    person.select("Un'altra stagione", season)
    person.click("button", "Mostra")
    figure = person.page.locator(".figure").filter(has_text="per laboratorio")
    figure.locator("summary").click()
    expect(figure.get_by_role("row").filter(has_text=camp)).to_contain_text(str(40 * WEEKS))

    # And the weeks for a colleague's workbook.
    go(person, "Stagioni e laboratori", "Turni")
    person.type("Cerca", camp)
    person.click("button", "Cerca")
    expect(person.row(re.compile(r"Settimana \d"))).to_have_count(WEEKS)
    person.unfold("Esportazione")
    with person.page.expect_download() as waiting:
        person.click("link", "Testo per fogli di calcolo (CSV)")
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)
    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["Laboratorio"] for row in rows] == [camp] * WEEKS


def test_the_day_of_a_provider(width: int, person: Person) -> None:
    """It proposes a workshop, mends what is returned, knows who comes, and sees only its own."""
    workshop, day = f"Officina di primavera {width}", "Sabato delle biciclette"
    office = Person(person.page)
    person.sign_in("provider")
    person.click("link", "Aggiungi: Laboratorio o centro estivo")
    person.type("Titolo", workshop)
    year = clock.now().year + 1
    person.find("Stagione", "Estate", f"Estate {year}")
    first = monday_of_june(year)
    person.find("Comune", "Casalp", re.compile("Casalpusterlengo"))
    person.type("Inizio", first.isoformat())
    person.type("Fine", (first + timedelta(days=20)).isoformat())
    person.type("Chiusura delle iscrizioni", f"{first - timedelta(days=14)}T12:00")
    person.click("button", "Salva")
    person.sees("Salvato.", "Bozza")
    person.click("link", "Aggiungi: Turno")
    person.type("Titolo", day)
    person.type("Inizio", (first + timedelta(days=5)).isoformat())
    person.type("Fine", (first + timedelta(days=5)).isoformat())
    person.type("Da", "09:00")
    person.type("A", "12:00")
    person.type("Posti", "12")
    person.click("button", "Salva")
    person.click("link", workshop, within=person.page.locator("main .values"))
    person.sees(day)
    person.click("button", "Invia in revisione")
    person.sees("In revisione")

    office.sign_in("staff")
    office.click("link", workshop)
    office.click("link", "Restituisci")
    office.type("Motivo", REASON)
    office.click("button", "Restituisci")

    # The reason stands on the home; mended, it goes back in one press.
    person.sign_in("provider")
    expect(person.page.locator("#waits")).to_contain_text(REASON)
    person.click("link", workshop)
    person.click("link", "Modifica")
    person.type("Descrizione", LUNCH)
    person.click("button", "Salva e invia in revisione")
    person.sees("In revisione", LUNCH)

    office.sign_in("staff")
    office.click("link", workshop)
    office.click("button", "Pubblica")
    office.sees("Pubblicato")

    # Who is enrolled, and who comes tomorrow: what is to be minded is seen at once.
    person.sign_in("provider")
    go(person, "Famiglie", "Iscrizioni")
    expect(person.page.locator("main tbody")).not_to_contain_text("CRED Il Gelso")
    person.sees("Posto assegnato")
    person.click("link", "Intreccio")
    person.click("link", "Elenco dei presenti di domani")
    people = person.page.locator("main tbody tr")
    expect(people.first).to_be_visible()
    expect(person.page.locator(".minded").first).to_be_visible()
    expect(person.page.get_by_role("button", name="Stampa")).to_be_visible()
    person.page.emulate_media(media="print")
    person.page.set_viewport_size({"width": 700, "height": 1000})  # A sheet between its margins.
    expect(person.page.get_by_role("columnheader", name="Presente")).to_be_visible()
    expect(people.first.locator("td").last).to_be_visible()
    person.page.emulate_media(media="screen")
    person.page.set_viewport_size({"width": width, "height": 700})
    today = person.page.locator(".roster-days a").nth(1)
    today.click()
    expect(today).to_have_attribute("aria-current", "date")

    # Its own, and nobody else's.
    go(person, "Stagioni e laboratori", "Laboratori e centri estivi")
    expect(person.row(workshop)).to_have_count(1)
    expect(person.page.locator("main tbody")).not_to_contain_text("CRED Il Gelso")


def test_the_day_of_a_partner(width: int, person: Person) -> None:
    """A union keeps its own sheet and its people in order, and sees no other body's."""
    name = f"Sportello {width}"
    person.sign_in("partner")
    go(person, "Rete", "Adesioni")
    expect(person.page.locator("main tbody tr")).to_have_count(2)
    go(person, "Rete", "Referenti")
    person.click("link", "Aggiungi: Referente")
    person.type("Nome", name)
    person.type("Telefono", "0371 000 020")
    person.click("button", "Salva")
    person.sees("Salvato.", name)
    go(person, "Rete", "Enti")
    expect(person.page.locator("main tbody tr")).to_have_count(1)
    person.click("link", re.compile("Cgil", re.IGNORECASE), within=person.page.locator("main"))
    person.click("link", "Modifica")
    person.type("Sito web", f"https://www.cgil.example/{width}")
    person.click("button", "Salva")
    person.sees("Salvato.", re.compile(f"cgil.example/{width}"))
    person.click("tab", "Referenti")
    person.sees(name)
    # What it may join is on its home.
    person.click("link", "Intreccio")
    person.click("link", "Rinnovo dell'adesione all'alleanza locale")
    person.sees("Pubblicato")
