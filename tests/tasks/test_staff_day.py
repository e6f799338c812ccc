"""The office's whole day in a browser, at a desk and on a telephone: nothing is typed above it."""

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Download, Locator, expect

from tests.servers import LiveServer
from tests.tasks.person import Person
from tests.tasks.reading import NARROW, WIDE
from tests.tasks.season import with_full_slots
from tests.views import untidy

BODIES = ("Cooperativa Il Melograno", "Sindacato Uno", "Ditta Ròssi srl")
WORKSHOP = "Officina di Natale"
SERVICE = "Taxi sociale"
REASON = "La sala non è agibile fino all'Epifania."


@dataclass
class Day:
    """Somebody at a screen of a width: what they do there, part by part."""

    person: Person
    width: int

    def part(self) -> Person:
        """The same person, counted anew."""
        self.fits()
        self.person = Person(self.person.page)
        return self.person

    def fits(self) -> None:
        """Nothing on the page is wider than the screen."""
        assert self.person.page.evaluate("document.documentElement.scrollWidth") <= self.width

    def go(self, area: str, entry: str) -> None:
        """To a list, through the menu; on a telephone it is opened first."""
        self.person.open(area)
        self.person.click("link", re.compile(rf"^{re.escape(entry)}\b"), within=self.menu)
        expect(self.person.page.get_by_role("heading", level=1)).to_be_visible()

    @property
    def menu(self) -> Locator:
        return self.person.page.locator("#menu")

    def search(self, text: str) -> None:
        """Search the list."""
        self.person.type("Cerca", text)
        self.person.click("button", "Cerca")
        expect(self.person.page.get_by_role("list", name="Filtri attivi")).to_contain_text(text)

    def choose(self, action: str, most: int = 2) -> None:
        """Tick the first rows of the list, and say what shall be done with them."""
        boxes = self.person.page.get_by_role("checkbox", name=re.compile("^Scegli: "))
        for n in range(most):
            boxes.nth(n).check()
        expect(self.person.page.get_by_text(f"Selezionate: {most}")).to_be_visible()
        self.person.select("Che cosa farne", action)

    def file(self, role: str, name: str) -> bytes:
        """What a link or a button downloads."""
        with self.person.page.expect_download() as waiting:
            self.person.click(role, name)
        return content(waiting.value)

    def upload(self, sheet: bytes) -> None:
        """A sheet, from the page that asks for it to what its rows come to."""
        file = {"name": "partner.xlsx", "mimeType": XLSX, "buffer": sheet}
        self.person.field("File CSV o XLSX").set_input_files(files=[file])  # type: ignore[list-item]
        self.person.click("button", "Carica")
        self.person.sees("Che cosa sono le colonne")
        self.fits()
        self.person.click("button", "Prova")


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def content(download: Download) -> bytes:
    """A downloaded file's bytes."""
    return download.path().read_bytes()


def table(file: bytes) -> list[dict[str, str]]:
    """The rows of a CSV as an Italian spreadsheet opens it."""
    return list(csv.DictReader(io.StringIO(file.decode("utf-8-sig")), delimiter=";"))


def sheet(file: bytes) -> list[dict[Any, Any]]:
    """The rows of a workbook."""
    lines = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0].iter_rows(values_only=True)
    headings = next(lines)
    return [dict(zip(headings, line, strict=True)) for line in lines]


@pytest.fixture
def day(person: Person, request: pytest.FixtureRequest) -> Iterator[Day]:
    """The staff, signed in; whatever the browser complains of in the day is a failure."""
    person.sign_in("staff")
    wrong: list[str] = []
    person.page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else 0)
    person.page.on("pageerror", lambda error: wrong.append(str(error)))
    person.page.set_viewport_size({"width": request.param, "height": 800})
    yield Day(person, request.param)
    assert not wrong


@pytest.mark.matrix
@pytest.mark.xdist_group("tasks")
@pytest.mark.parametrize("day", [WIDE, NARROW], indirect=True)
def test_the_staff_s_day(day: Day, live_server: LiveServer) -> None:
    """Full slots, a sheet with errors, a bulk that cancels, a price, its history, files."""
    finds_the_full_slots_of_the_season_in_a_view(day, live_server.database_url)
    imports_a_sheet_mends_it_and_takes_it_back(day)
    cancels_what_is_chosen_after_a_preview(day)
    edits_a_price_and_reads_its_history(day)
    takes_files_of_a_selection_and_of_what_is_chosen(day)


def finds_the_full_slots_of_the_season_in_a_view(day: Day, database_url: str) -> None:
    """Filtered once, kept under a name, and found again in the menu."""
    known, view = with_full_slots(database_url), f"Turni pieni {day.width}"
    person = day.part()
    day.go("Stagioni e laboratori", "Turni")
    person.unfold("Filtri")
    # A stroke would end the expression in the browser.
    begins = re.compile("^" + re.escape(known.season).replace("/", r"\/"))
    person.find("Stagione", known.season.lower(), begins)
    person.type("Posti liberi", "0")
    person.click("button", "Applica i filtri")
    person.sees("Filtri (2)")
    person.unfold("Viste")
    person.type("Nome della vista", view)
    person.click("button", "Salva la vista")
    person.sees("Salvato.")
    person.click("link", "Home", within=person.page.get_by_role("navigation", name="Ti trovi qui"))
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Ufficio di Piano")
    day.go("Stagioni e laboratori", view)
    expect(person.page.get_by_role("list", name="Filtri attivi")).to_contain_text(known.season)
    for title in known.slots:
        expect(person.row(title).first).to_contain_text(re.compile(r"\b(\d+) / \1\b"))
    person.sees(f"In tutto: {len(known.slots)}")


def imports_a_sheet_mends_it_and_takes_it_back(day: Day) -> None:
    """What is wrong stands in its cell; nothing is written until it is said; all of it goes."""
    person = day.part()
    page = person.page
    day.go("Rete", "Enti")
    person.click("link", "Importazione")
    headings = openpyxl.load_workbook(io.BytesIO(day.file("link", "Scarica un modello")))
    assert "Nome" in str([cell.value for cell in headings.worksheets[0][1]])

    day.upload(untidy.partners())
    person.sees(re.compile("2 da inserire, 0 da modificare, 0 invariate, 1 con errori"))
    wrong = page.get_by_role("cell")
    expect(wrong.filter(has_text="azienda agricola").first).to_contain_text(
        "Non è una delle scelte"
    )
    expect(wrong.filter(has_text="Atlantide").first).to_contain_text("Non c'è nessuna riga")
    day.fits()

    person.click("link", "Un altro file")
    day.upload(untidy.partners(wrong=False))
    person.sees(re.compile("3 da inserire, 0 da modificare, 0 invariate, 0 con errori"))
    person.click("button", re.compile("^Import[a ]"))
    person.sees(re.compile("3 inserite"))
    report = table(day.file("link", "Resoconto: CSV"))
    assert [row["Ente"].strip() for row in report] == list(BODIES)
    assert {bool(row["Esito"]) for row in report} == {True}
    assert {row["Motivo"] for row in report} == {""}

    person = day.part()
    person.click("link", "Enti", within=page.get_by_role("main"))
    day.search(BODIES[0])
    expect(page.get_by_role("link", name=BODIES[0])).to_be_visible()
    page.go_back()
    page.go_back()
    person.click("button", "Annulla questa importazione")
    person.sees(re.compile("3 eliminate"))
    person.click("link", "Enti", within=page.get_by_role("main"))
    day.search(BODIES[0])
    person.sees("Nessun risultato")


def cancels_what_is_chosen_after_a_preview(day: Day) -> None:
    """Two of the workshop's places: seen before, done after, and told row by row."""
    person = day.part()
    page = person.page
    day.go("Famiglie", "Iscrizioni")
    person.unfold("Filtri")
    person.select("Stato", "Posto assegnato")
    person.find("Laboratorio", WORKSHOP.lower(), re.compile(WORKSHOP))
    person.click("button", "Applica i filtri")
    person.sees("Filtri (2)")
    names = page.get_by_role("row").filter(has_text=WORKSHOP).get_by_role("link")
    expect(names.nth(1)).to_be_visible()
    chosen = names.all_inner_texts()[:2]

    day.choose("Annulla")
    person.click("button", "Prosegui con le scelte")
    person.type("Motivo", REASON)
    person.click("button", "Anteprima")
    person.sees(re.compile("Righe scelte: 2"))
    for name in chosen:
        line = person.row(f"{name} {WORKSHOP}").first
        expect(line).to_contain_text("Posto assegnato → Annullata")
    day.fits()
    person.click("button", "Annulla: Iscrizioni (2)")
    person.sees("Fatto.", "2 / 2 righe")
    report = table(day.file("link", "Esito in CSV"))
    assert [
        row["Riga"].startswith(f"{name} {WORKSHOP}")
        for name, row in zip(chosen, report, strict=True)
    ] == [True, True]
    assert not any(row["Motivi"] for row in report)

    person.click("link", re.compile(f"^{chosen[0]} {WORKSHOP}"))
    person.sees("Annullata", REASON)


def edits_a_price_and_reads_its_history(day: Day) -> None:
    """In its cell, at a desk by the keyboard alone; the trail says who, when, from what to what."""
    person = day.part()
    page = person.page
    day.go("Catalogo", "Servizi")
    day.search(SERVICE)
    row = person.row(SERVICE)
    expect(row).to_have_count(1)
    before = re.search(r"\d+,\d\d", row.inner_text())
    assert before
    price = f"{int(before[0].partition(',')[0]) + 1},40"
    pencil = page.get_by_role("link", name="Modifica: Tariffa intera")
    expect(page.get_by_role("button", name="Tastiera: ?")).to_be_visible()
    if day.width < WIDE:
        pencil.click()  # There is no keyboard before one types.
    else:
        page.keyboard.press("i")
        page.keyboard.press("i")
        expect(pencil).to_be_focused()
        page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Tariffa intera")).to_be_focused()
    expect(page.get_by_role("textbox", name="Tariffa intera")).to_have_value(before[0])
    page.keyboard.type(price)
    page.keyboard.press("Enter")
    expect(row).to_contain_text(re.compile(rf"{price}\s€"))
    person.sees("Salvato.")

    person.click("link", SERVICE)
    person.sees(re.compile(rf"{price}\s€"))
    person.click("tab", "Cronologia")
    last = page.get_by_role("listitem").filter(has_text="Prima").first
    expect(last).to_contain_text(re.compile(rf"Tariffa intera.*{before[0]}.*{price}", re.S))
    expect(last).to_contain_text(re.compile(r"\d{1,2} \w{3} \d{4} \d\d:\d\d"))
    name = page.locator("#tools strong").text_content()
    assert name
    expect(last).to_contain_text(f"Da: {name}")
    person.click("button", "Confronta i due momenti")
    compared = person.row("Tariffa intera")
    expect(compared).to_contain_text(re.compile(rf"cambiato.*{before[0]}.*{price}", re.S))


def takes_files_of_a_selection_and_of_what_is_chosen(day: Day) -> None:
    """The same rows in each form: all that the filters find, then the two that were ticked."""
    person = day.part()
    day.go("Catalogo", "Servizi")
    person.unfold("Filtri")
    person.select("Prezzo", "Prezzo fisso")
    person.click("button", "Applica i filtri")
    person.sees("Filtri (1)")
    person.unfold("Esportazione")
    rows = table(day.file("link", "Testo per fogli di calcolo (CSV)"))
    titles = [row["Titolo"] for row in rows]
    assert SERVICE in titles
    assert {row["Prezzo"] for row in rows} == {"Prezzo fisso"}
    assert all(re.fullmatch(r"\d+,\d\d\s€", row["Tariffa intera"]) for row in rows)
    cells = sheet(day.file("link", "Foglio di calcolo (XLSX)"))
    assert [row["Titolo"] for row in cells] == titles
    assert all(float(row["Tariffa intera"]) > 0 for row in cells), "to count with"
    values = json.loads(day.file("link", "Per programmi (JSON)"))
    assert [row["title"] for row in values] == titles
    assert {row["price_kind"] for row in values} == {"fixed"}

    person = day.part()
    person.unfold("Esportazione")
    day.choose("Salva come CSV")
    chosen = titles[:2]
    assert [row["Titolo"] for row in table(day.file("button", DO))] == chosen
    person.select("Che cosa farne", "Salva come XLSX")
    assert [row["Titolo"] for row in sheet(day.file("button", DO))] == chosen
    person.select("Che cosa farne", "Salva come JSON")
    assert [row["title"] for row in json.loads(day.file("button", DO))] == chosen
    day.fits()


DO = "Prosegui con le scelte"
