"""Ten things that the office does every day, and in how few actions each is done.

The figures stand in docs/guide/beside-directus.md, beside those of another system.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench.processes import kill
from config import PROJECT
from tests.servers import LiveServer, serve
from tests.tasks.person import Person

pytestmark = [pytest.mark.matrix, pytest.mark.xdist_group("clicks")]

TABLE = PROJECT / "docs" / "guide" / "beside-directus.md"
SERVICE = "Pasti a domicilio"
HEADINGS = "Titolo;Ente;Categoria;Prezzo;Tariffa intera;Titolare del trattamento"
LINE = "{};Comune di Lodi;Servizi socio-assistenziali;Prezzo fisso;{};Comune di Lodi"
REASON = "La famiglia si è trasferita."

Task = Callable[[Person, Path], None]


@pytest.fixture(scope="module")
def live_server(copy_of: Callable[[str], str], demo_template: str) -> Iterator[LiveServer]:
    """A server of their own: they refuse, change and import what other tasks count on."""
    own = serve(copy_of(demo_template))
    yield own
    kill(own.process)


def figures() -> dict[int, tuple[int, int]]:
    """Of each task of the guide's table: the actions here, and there."""
    lines = re.findall(r"^\| (\d+) \|.*\| (\d+) \| (\d+) \|$", TABLE.read_text(), re.MULTILINE)
    return {int(number): (int(here), int(there)) for number, here, there in lines}


# ---------------------------------------------------------------- the tasks


def shortcut(person: Person, name: str) -> None:
    """A list that is opened from the home."""
    person.click("link", name, within=person.page.locator("#shortcuts"))
    expect(person.page).not_to_have_url(re.compile(r"/office/$"))
    person.page.wait_for_load_state()  # A cell is edited in its place by a script.


def the_full_slots(person: Person, _: Path) -> None:
    person.click("link", "Turni in arrivo al completo")
    expect(person.page.locator("[data-filter=free_places]")).to_be_visible()
    expect(person.page.locator("main tbody tr").first).to_be_visible()


def one_price(person: Person, _: Path) -> None:
    shortcut(person, "Servizi")
    row = person.page.locator("main tbody tr").filter(has_text=SERVICE)
    person.press_on(row.locator("a[data-inline$='/price']"))
    person.type("Tariffa intera", "7,10")
    person.press("Tariffa intera", "Enter")
    expect(person.row(SERVICE).first).to_contain_text("7,10")


def a_service_of_a_new_provider(person: Person, _: Path) -> None:
    shortcut(person, "Servizi")
    person.click("link", "Aggiungi: Servizio")
    person.type("Titolo", "Aiuto nei compiti")
    person.click("button", re.compile(r"Aggiungi: Ente \(Ente\)"))
    dialog = person.page.get_by_role("dialog")
    expect(dialog.locator("[name=name]")).to_be_visible()
    person.type_in(dialog.locator("[name=name]"), "Ludoteca nuova")
    person.select_in(dialog.locator("[name=kind]"), "third_sector")
    person.click("button", "Salva", within=dialog)
    expect(person.page.locator("#f-organization-id")).to_have_value("Ludoteca nuova")
    person.find("Categoria", "cura dei figli", "Servizi per la cura dei figli")
    person.type("Tariffa intera", "20")
    person.click("button", "Salva")
    person.sees("Aiuto nei compiti", "Ludoteca nuova")
    expect(person.page).to_have_url(re.compile(r"/office/services/show/\d+"))


def five_enrolments_refused(person: Person, _: Path) -> None:
    shortcut(person, "Iscrizioni")
    boxes = person.page.locator("input[name=rows][form=picked]")
    for n in range(5):
        person.press_on(boxes.nth(n))
    if person.page.locator("#pick-action").input_value() != "verb:refuse":
        person.select_in(person.page.locator("#pick-action"), "verb:refuse")
    person.click("button", "Prosegui con le scelte")
    person.type("Motivo", REASON)
    person.click("button", "Anteprima")
    expect(person.page.locator("[data-number]").first).to_have_attribute("data-number", "5")
    person.press_on(person.page.locator("form.preview button[type=submit]"))
    expect(person.page).to_have_url(re.compile(r"/office/works/show/\d+"))


def a_filtered_list_as_a_file(person: Person, folder: Path) -> None:
    person.click("link", "In attesa di un posto")
    person.unfold("Esportazione")
    with person.page.expect_download() as waiting:
        person.click("link", "Testo per fogli di calcolo (CSV)")
    waiting.value.save_as(folder / "list.csv")
    states = (folder / "list.csv").read_text("utf-8-sig").splitlines()[1:]
    assert states
    assert all("In lista d'attesa" in line for line in states)


def a_child_by_surname(person: Person, _: Path) -> None:
    found = person.page.locator("#find-person")
    person.type_in(found, "Bonanno")
    person.press_in(found, "Enter")
    person.click("link", "Bonanno", within=person.row("Fiorenzo"))
    expect(person.page).to_have_url(re.compile(r"/office/persons/show/\d+"))


def who_changed_it(person: Person, _: Path) -> None:
    shortcut(person, "Servizi")
    person.click("link", SERVICE)
    person.click("tab", "Cronologia")
    last = person.page.locator(".history > li").first
    expect(last.locator("time")).to_be_visible()
    expect(last.locator("tbody td").last).to_be_visible()


def a_list_kept_and_opened_again(person: Person, _: Path) -> None:
    shortcut(person, "Iscrizioni")
    person.unfold("Filtri")
    person.select_in(person.field("Stato"), "placed")
    person.click("button", "Applica i filtri")
    person.unfold("Viste")
    person.type("Nome della vista", "Chi ha un posto")
    person.press("Nome della vista", "Enter")
    expect(person.page).to_have_url(re.compile(r"view=\d+"))
    person.page.goto("/office/")  # Another day.
    shortcut(person, "Chi ha un posto")
    expect(person.page.locator("[data-filter=status]")).to_be_visible()


def a_sheet_with_an_error(person: Person, folder: Path) -> None:
    file = folder / "servizi.csv"
    rows = (("Ginnastica dolce", "10,00"), ("Ballo", "dieci"), ("Corso di italiano", "12,00"))
    file.write_text("\n".join([HEADINGS, *(LINE.format(*row) for row in rows)]), "utf-8")
    shortcut(person, "Servizi")
    person.click("link", "Importazione")
    person.upload("File CSV o XLSX", file)
    person.click("button", "Carica")
    person.click("button", "Prova")
    expect(person.page.locator("td.is-wrong")).to_have_count(1)
    person.click("button", "Importa senza le righe con errori")
    expect(person.page.locator("#counts form[action*=undo]")).to_be_visible()


def what_waits_today(person: Person, _: Path) -> None:
    expect(person.page.locator("#waits [data-block=services] tbody tr").first).to_be_visible()


TASKS: dict[int, Task] = {
    1: the_full_slots,
    2: one_price,
    3: a_service_of_a_new_provider,
    4: five_enrolments_refused,
    5: a_filtered_list_as_a_file,
    6: a_child_by_surname,
    7: who_changed_it,
    8: a_list_kept_and_opened_again,
    9: a_sheet_with_an_error,
    10: what_waits_today,
}


@pytest.mark.parametrize("number", TASKS)
def test_a_daily_task_takes_no_more_actions_than_the_guide_says(
    number: int, person: Person, tmp_path: Path
) -> None:
    here, there = figures()[number]
    person.sign_in("staff")
    TASKS[number](person, tmp_path)
    assert person.interactions <= here <= there


def test_every_task_of_the_guide_is_done_here() -> None:
    assert set(figures()) == set(TASKS)
