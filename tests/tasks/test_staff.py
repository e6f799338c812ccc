"""The office's ten minutes: a mother telephones."""

import csv
import re
from pathlib import Path

import pytest

from tests.servers import LiveServer
from tests.tasks.family import of_login
from tests.tasks.person import Person

WORKSHOP = "Giornate insieme"
REASON = "Il fratello di un compagno ha rinunciato: posto aggiunto d'intesa con il Comune."


@pytest.mark.matrix
@pytest.mark.xdist_group("tasks")
def test_a_mother_telephones(live_server: LiveServer, person: Person, tmp_path: Path) -> None:
    """Find her child, say why he waits, offer him a place, enrol his sister, hand the list over."""
    family = of_login(live_server.database_url)
    person.sign_in("staff")

    # Her child, and why he waits.
    person.open("Famiglie")
    person.click("link", "Persone")
    person.type("Cerca", family.surname)
    person.click("button", "Cerca")
    person.click("link", family.surname, within=person.row(family.boy))
    person.click("tab", "Iscrizioni")
    person.click("link", "In lista d'attesa", within=person.row(family.full))
    person.sees(re.compile("Nessun posto libero"), WORKSHOP)

    # A place, with the reason.
    person.click("link", "Offri un posto")
    person.type("Motivo", REASON)
    person.tick("Aggiungi un posto al turno")
    person.click("button", "Offri un posto")
    person.sees("Posto offerto", REASON)

    # His sister, at the counter.
    person.click("link", re.compile(family.boy))
    person.click("link", family.surname, within=person.row(family.sister))
    person.click("link", "Iscrivi allo sportello")
    person.find("Turno", family.free, re.compile(WORKSHOP))
    person.type("Telefono", family.telephone)
    person.click("button", "Invia la domanda")
    person.sees("Ricevuta", "Posto assegnato", family.sister, WORKSHOP)

    # What Codogno is to have.
    person.open("Famiglie")
    person.click("link", "Iscrizioni")
    person.unfold("Filtri")
    person.find("Organizzatore", "Codogno", "Comune di Codogno")
    person.click("button", "Cerca")
    person.unfold("Esportazione")
    with person.page.expect_download() as waiting:
        person.click("link", "Testo per fogli di calcolo (CSV)")
    file = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(file)

    rows = list(csv.DictReader(file.read_text("utf-8-sig").splitlines(), delimiter=";"))
    states = {
        (row["Persona: nome"], row["Turno"]): row["Stato"]
        for row in rows
        if row["Persona: cognome"] == family.surname
    }
    assert states[family.boy, family.full] == "Posto offerto"
    assert states[family.sister, family.free] == "Posto assegnato"
    assert len(rows) > 25, "the whole list, not the page that was on the screen"
    # The camps and workshops of Codogno, and nobody else's.
    assert "Ludoteca Il Cortile" not in {row["Laboratorio"] for row in rows}
    assert all(re.match(r"\d+,\d\d\s€|$", row["Retta"]) for row in rows)
