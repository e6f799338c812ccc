"""The days of a company, of a social point and of the administration, at a desk and on a phone."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect
from sqlalchemy import create_engine

from app import clock
from app.models import JobRun
from app.transaction import open_session, system
from tests.databases import ENVIRONMENT
from tests.servers import LiveServer
from tests.tasks.family import of_login
from tests.tasks.person import Person
from tests.tasks.test_partner import PDF

WIDTHS = {"desk": 1280, "phone": 320}
pytestmark = [pytest.mark.matrix, pytest.mark.parametrize("width", WIDTHS)]
KEY = re.compile(r"ik_[0-9a-z]{12}_[A-Za-z0-9_-]{43}")


class Day(Person):
    """Somebody at work from signing in to signing out, on a screen of some width."""

    def sign_in(self, username: str) -> None:
        """Sit down; what is seen of the page depends on its width."""
        self.page.goto("/login/")
        self.page.get_by_label("Nome utente o e-mail").fill(username)
        self.page.get_by_label("Password").fill(ENVIRONMENT["DEMO_PASSWORD"])
        self.page.get_by_role("button", name="Accedi").click()
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()

    def sign_out(self) -> None:
        """Leave, by the button in the corner."""
        self.tools().get_by_role("button", name="Esci").click()
        expect(self.page.locator("#menu")).to_have_count(0)

    def tools(self) -> Locator:
        """Settings and exit, opened where they are folded."""
        self.page.wait_for_load_state("domcontentloaded")
        folded = self.page.get_by_role("button", name="Impostazioni e uscita")
        if folded.is_visible():
            folded.click()
        return self.page.locator("#tools")

    def go(self, area: str, entry: str) -> None:
        """To an entry of the menu, which a narrow screen folds."""
        self.open(area)
        self.click("link", re.compile(rf"^{entry}\b"), within=self.page.locator("#menu"))
        expect(self.page.get_by_role("heading", level=1, name=entry)).to_be_visible()
        self.fits()

    def home(self) -> None:
        """Back to the first page."""
        self.click("link", "Intreccio")
        expect(self.page.locator("#waits")).to_be_visible()
        self.fits()

    def seek(self, text: str) -> None:
        """Search a list."""
        self.type("Cerca", text)
        self.click("button", "Cerca")

    def take(self, label: str, text: str, choice: str) -> None:
        """Type into the searching select of just this name, then take what begins so."""
        combo = self.page.get_by_role("combobox", name=re.compile(rf"^{label}( \*)?$"))
        combo.fill(text)
        self.page.get_by_role("option", name=re.compile(f"^{choice}")).first.click()
        expect(combo).to_have_value(re.compile(f"^{choice}"))
        expect(combo).to_have_attribute("aria-expanded", "false")

    def fits(self) -> None:
        """Nothing is cut off at the side."""
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def reads(self) -> None:
        """Nothing of the page is hidden from who does not see it."""
        found = Axe().run(self.page).response["violations"]
        assert not found, [(v["id"], v["nodes"][0]["html"]) for v in found]

    def _counted(self) -> None:
        """A day is no task: nobody counts."""


@pytest.fixture
def day(page: Page, width: str) -> Day:
    page.set_viewport_size({"width": WIDTHS[width], "height": 800})
    return Day(page)


def test_a_company_keeps_its_sheet_and_lets_a_program_in(day: Day, width: str) -> None:
    """It sees its own and what is published, of nobody what they use."""
    page, contact = day.page, f"Rosa Referente {width}"
    day.sign_in("company")
    expect(page.locator("[data-note]")).to_contain_text("piano di welfare")
    expect(page.locator("#menu a[href*=enrollments], #menu a[href*=persons]")).to_have_count(0)
    expect(page.locator(".figure")).to_have_count(0)
    day.fits()

    # Its memberships, from its home.
    day.click("link", re.compile("Gesam"), within=day.row("Rete locale"))
    day.sees("Accettata", "Rete locale")
    day.home()

    # Its own sheet.
    page.locator(".page-top .actions a[href*='/organizations/show/']").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Gesam"))
    day.click("link", "Modifica")
    day.type("Telefono", f"0371 000 {WIDTHS[width]}")
    day.click("button", "Salva")
    day.sees("Salvato.", f"0371 000 {WIDTHS[width]}")
    day.fits()

    # Whom to turn to, and all of them in a file.
    day.home()
    day.click("link", "Aggiungi: Referente")
    day.type("Nome", contact)
    day.type("E-mail", f"rosa-{width}@gesam.example")
    day.click("button", "Salva")
    day.sees("Salvato.", contact)
    day.go("Rete", "Referenti")
    day.unfold("Esportazione")
    with page.expect_download() as waiting:
        day.click("link", "Testo per fogli di calcolo (CSV)")
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    assert contact in {row["Nome"] for row in csv.DictReader(text.splitlines(), delimiter=";")}

    # What the alliance offers.
    day.go("Catalogo", "Servizi")
    page.locator("main tbody a").first.click()
    expect(page.get_by_role("link", name="Modifica")).to_have_count(0)
    day.fits()

    # A key for its program: made once, however often one presses; copied; revoked.
    day.go("Piattaforma", "Chiavi dei programmi")
    day.click("link", "Aggiungi: Chiave di un programma")
    day.type("Nome", f"Programma {width}")
    page.get_by_role("group", name="Servizi", exact=True).get_by_label("Lettura").check()
    page.get_by_role("button", name="Crea la chiave").dblclick()
    expect(day.field("Chiave")).to_have_value(KEY)
    day.fits()
    day.click("link", "L'ho copiata")
    expect(page.get_by_text(KEY)).to_have_count(0)
    day.go("Piattaforma", "Chiavi dei programmi")
    expect(day.row(f"Programma {width}")).to_have_count(1)
    day.click("link", f"Programma {width}")
    day.click("button", "Revoca")
    expect(page.locator("dt", has_text="Revocata il")).to_be_visible()
    expect(page.get_by_role("button", name="Revoca")).to_have_count(0)

    # Who comes back goes on where they were; who sits down next is told nothing.
    day.home()
    expect(page.locator("#opened a").first).to_have_text(f"Programma {width}")
    expect(page.locator("#opened")).to_contain_text(contact)
    day.reads()
    day.sign_out()
    day.sign_in("company")
    expect(page.locator("#opened")).to_have_count(0)


def test_a_desk_enrols_a_child_under_its_delegation(
    day: Day, width: str, live_server: LiveServer, tmp_path: Path
) -> None:
    """From the paper that the mother signs to the receipt that she takes home."""
    page, surname, free = day.page, f"Zambelli {width}", of_login(live_server.database_url).free
    born = (clock.now() - timedelta(days=8 * 365)).date().isoformat()
    until = (clock.now() + timedelta(days=90)).date().isoformat()
    paper = tmp_path / "delega.pdf"
    paper.write_bytes(PDF)
    day.sign_in("social-point")
    day.fits()

    # The consent, on paper.
    day.click("link", "Registra una delega")
    describe(day, surname, "Ada", born, until)
    day.select("Consenso dato con", "Modulo firmato su carta")
    day.upload("Modulo firmato su carta", paper)
    day.click("button", "Salva")
    day.sees("Salvato.", "Confermata il", paper.name)
    day.fits()

    # The enrolment, and its receipt on paper.
    day.click("link", "Iscrivi allo sportello")
    expect(page.get_by_role("combobox", name="Persona").first).to_have_value(re.compile(surname))
    day.find("Turno", free, re.compile("Giornate insieme"))
    day.type("Telefono", "0371 000 222")
    day.click("button", "Invia la domanda")
    day.sees("Ricevuta", "Sportello")
    expect(page.locator("main .page-top").get_by_role("button", name="Stampa")).to_be_visible()
    expect(day.row(re.compile(surname))).to_contain_text("Posto assegnato")
    expect(day.row(re.compile(surname))).to_contain_text("€")
    day.fits()
    day.reads()
    assert page.pdf().startswith(b"%PDF")

    # Somebody else is sent a code: that waits until they read it out.
    day.home()
    day.click("link", "Registra una delega")
    describe(day, surname, "Piero", born, until)
    day.type("E-mail", f"piero-{width}@famiglie.example")
    day.select("Consenso dato con", "Codice inviato alla persona")
    day.click("button", "Salva")
    day.sees("Salvato.")
    day.home()
    waits = page.locator("#waits [data-block=delegations]")
    # Before that the desk reads no name.
    expect(waits.locator("tbody tr")).to_have_count(1)
    expect(waits).not_to_contain_text(surname)
    waits.locator("tbody a").click()
    expect(page.get_by_role("link", name="Iscrivi allo sportello")).to_have_count(0)
    day.click("link", "Conferma con il codice")
    day.type("Codice", "000000")
    day.click("button", "Conferma con il codice")
    expect(day.field("Codice")).to_have_attribute("aria-invalid", "true")
    day.click("link", "Indietro")
    day.click("button", "Revoca")
    day.home()
    expect(page.locator("#waits [data-block=delegations]")).to_have_count(0)

    # How does it stand, a week later on the telephone.
    day.go("Famiglie", "Iscrizioni")
    day.seek(surname)
    day.click("link", re.compile(surname))
    day.sees("Il posto è assegnato.", "Giornate insieme")
    day.fits()


def describe(day: Day, surname: str, name: str, born: str, until: str) -> None:
    """Fill in who consents, and until when."""
    day.type("Cognome", surname)
    day.type("Nome", name)
    day.type("Data di nascita", born)
    day.type("Perché manca il codice fiscale", "Lo porta la prossima volta")
    day.type("Fine", until)


@pytest.fixture
def failed(live_server: LiveServer) -> Callable[[str, str], None]:
    """Call it with a job and what went wrong with it."""

    def note(job: str, error: str) -> None:
        engine = create_engine(live_server.database_url)
        with open_session(engine, system("test")) as db:
            db.add(JobRun(job=job, status="failed", due_at=clock.now(), error=error))
            db.commit()
        engine.dispose()

    return note


# The body that a colleague is to act for, at each width another.
BODIES = {"desk": "Lodi", "phone": "Codogno"}
# And the job that did not end well.
JOBS = {"desk": "digest", "phone": "remind_calls"}


def test_the_administration_invites_looks_after_the_jobs_and_reads_the_roles(
    day: Day, width: str, failed: Callable[[str, str], None]
) -> None:
    page, error = day.page, f"Nessuna risposta dal server di posta ({width})"
    failed(JOBS[width], error)
    day.sign_in("admin")
    day.fits()

    # The job that failed, and once more.
    waits = page.locator("#waits [data-block=job-runs]")
    waits.locator("tbody a").first.click()
    day.sees(error)
    day.fits()
    day.click("link", "Esegui ora")
    expect(day.field("Lavoro")).to_have_value(JOBS[width])
    day.click("button", "Esegui ora")
    expect(page.locator("main table").last).to_contain_text("Richiest")

    # A new colleague is invited to a seat.
    day.home()
    page.locator(".page-top .actions a[href*=invite]").click()
    day.type("E-mail", f"nuova-{width}@comune.example")
    day.select("Incarico", "Comune")
    day.take("Ente", BODIES[width], f"Comune di {BODIES[width]}")
    day.take("Alleanza", "LABOR", "Alleanza locale LABOR")
    day.click("button", "Invita")
    day.sees("Fatto.")

    # One who is there is found among all, and given one more.
    day.seek("staff-milano")
    expect(page.locator("main tbody tr")).to_have_count(1)
    day.click("link", "staff-milano")
    day.click("link", "Aggiungi: Incarico")
    expect(page.get_by_role("combobox", name="Utente")).not_to_have_value("")
    day.select("Tipo", "Comune")
    day.take("Alleanza", "LABOR", "Alleanza locale LABOR")
    day.take("Ente", BODIES[width], f"Comune di {BODIES[width]}")
    day.click("button", "Salva")
    day.sees("Salvato.", f"Comune di {BODIES[width]}")
    day.fits()

    # What a municipality's seat may do.
    day.go("Piattaforma", "Ruoli")
    day.click("link", "Comune")
    told = page.locator("section", has=page.locator("#told"))
    expect(told).to_contain_text("Elenco dei presenti")
    day.fits()
    day.reads()

    # The API, to be tried out.
    day.tools().get_by_role("link", name="API").click()
    expect(page.locator(".opblock-tag").first).to_be_visible(timeout=30_000)
    day.fits()
