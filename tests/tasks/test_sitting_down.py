"""What everybody does besides their task: sign in, change seat and language, be refused, leave."""

import re

import pytest
from playwright.sync_api import expect

from tests.tasks.person import Person


def test_a_wrong_password_is_said_and_the_name_stays(person: Person) -> None:
    person.page.goto("/login/")
    person.type("Nome utente o e-mail", "staff")
    person.type("Password", "not this one")
    person.click("button", "Accedi")
    person.sees("Il nome utente o la password non sono corretti.")
    expect(person.field("Nome utente o e-mail")).to_have_value("staff")
    expect(person.field("Password")).to_have_value("")


@pytest.mark.matrix
def test_a_municipality_takes_its_other_seat_and_leaves(person: Person) -> None:
    person.sign_in("municipality")
    person.sees("Elenco dei presenti di domani")
    person.select("Agisci come", "Azienda · Comune di Codogno · Alleanza locale LABOR")
    person.click("button", "Cambia incarico")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Azienda")
    expect(person.page.get_by_text("Elenco dei presenti di domani")).to_have_count(0)

    person.click("link", "English")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Company")
    person.click("link", "Italiano")
    expect(person.page.get_by_role("heading", level=1)).to_have_text("Azienda")

    person.click("button", "Esci")
    person.page.goto("/office/")
    expect(person.page.get_by_role("button", name="Accedi")).to_be_visible()


@pytest.mark.matrix
@pytest.mark.xdist_group("tasks")
def test_a_refused_form_keeps_what_was_typed_and_says_why_beside(person: Person) -> None:
    person.sign_in("provider")
    person.click("link", "Aggiungi: Servizio")
    person.type("Titolo", "Doposcuola senza prezzo")
    person.find("Categoria", "figli", "Servizi per la cura dei figli")
    person.select("Prezzo", "Prezzo fisso")
    person.type("Descrizione", "Compiti e merenda.")
    person.click("button", "Salva e invia in revisione")

    price = person.field("Tariffa intera")
    expect(price).to_have_attribute("aria-invalid", "true")
    expect(price).to_have_accessible_description(re.compile("prezzo|necessario"))
    expect(person.field("Titolo")).to_have_value("Doposcuola senza prezzo")
    expect(person.field("Prezzo")).to_have_value("fixed")
    expect(person.field("Descrizione")).to_have_value("Compiti e merenda.")
    expect(person.page.get_by_role("combobox", name="Categoria")).to_have_value(
        "Servizi per la cura dei figli"
    )

    person.type("Tariffa intera", "12 euro")
    person.click("button", "Salva")
    expect(price).to_have_value("12 euro")
    expect(price).to_have_attribute("aria-invalid", "true")

    person.type("Tariffa intera", "12,00")
    person.select("Unità", "a settimana")
    person.click("button", "Salva")
    person.sees("Salvato.", "12,00 €", "Bozza")
