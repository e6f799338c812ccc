"""The partners' ten minutes: a cooperative proposes, a union joins."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.tasks.person import Person

SERVICE = "Doposcuola Il Glicine"
REASON = "Indicate a quali classi è rivolto: la famiglia deve capirlo prima di chiederlo."
AUDIENCE = "Alunni dalla prima alla terza della scuola primaria."
# The smallest that any reader opens.
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


@pytest.mark.matrix
@pytest.mark.xdist_group("tasks")
def test_a_cooperative_proposes_and_a_union_joins(person: Person, tmp_path: Path) -> None:
    """The whole of the partners' task; what the office does in between is counted apart."""
    office = Person(person.page)

    # The cooperative proposes.
    person.sign_in("provider")
    person.click("link", "Aggiungi: Servizio")
    person.type("Titolo", SERVICE)
    person.find("Categoria", "figli", re.compile("cura dei figli"))
    person.select("Prezzo", "Prezzo fisso")
    person.type("Tariffa intera", "120")
    person.select("Unità", "al mese")
    person.click("button", "Salva e invia in revisione")
    person.sees("In revisione", SERVICE)

    # The office returns it.
    office.sign_in("staff")
    office.click("link", SERVICE)
    office.click("link", "Restituisci")
    office.type("Motivo", REASON)
    office.click("button", "Restituisci")
    office.sees("Restituito con motivi", REASON)

    # The cooperative reads why, corrects and sends it again.
    person.sign_in("provider")
    person.click("link", SERVICE)
    person.sees("Restituito con motivi", REASON)
    person.click("link", "Modifica")
    person.type("A chi è rivolto", AUDIENCE)
    person.click("button", "Salva e invia in revisione")
    person.sees("In revisione", AUDIENCE)

    # The office publishes.
    office.sign_in("staff")
    office.click("link", SERVICE)
    office.click("button", "Pubblica")
    office.sees("Pubblicato")
    office.click("link", "Sul sito pubblico")
    office.sees(SERVICE, "Famiglia Nuova", AUDIENCE, re.compile(r"120,00\s€"))

    # Tomorrow at the playroom, on paper.
    person.sign_in("provider")
    person.click("link", "Elenco dei presenti di domani")
    person.sees(re.compile("Ludoteca Il Cortile"), "Allergie e terapie", "Chi può ritirare")
    printed = person.page.pdf()
    assert printed.startswith(b"%PDF")
    cells = person.page.get_by_role("row").nth(1).locator("td")
    expect(cells).to_have_count(5)
    name, age, _allergies, pickup, _present = cells.all_inner_texts()
    assert re.fullmatch(r"\S+ .+", name)
    assert 3 <= int(age) <= 11
    assert "nonna" in pickup

    # The union sends its two forms.
    person.sign_in("partner")
    for network in ("Rete di conciliazione ATS", "Rete locale"):
        signed = tmp_path / f"{network}.pdf"
        signed.write_bytes(PDF)
        if network == "Rete locale":
            person.click("link", "Intreccio")
        person.click("link", re.compile("Cgil", re.IGNORECASE), within=person.row(network))
        person.click("link", "Invia")
        person.upload("Modulo firmato", signed)
        person.select("Firma", "Autografa")
        person.click("button", "Invia")
        person.sees(network, "Inviata", signed.name)
    expect(person.page.get_by_text("Bozza")).to_have_count(0)
