"""Coming in: signing up by mail, forgotten passwords, several seats."""

import re
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from bench.processes import end
from tests.portal.conftest import Rows
from tests.servers import LiveServer, Mailbox

PASSWORD = "tre-parole-mie-soltanto"


@pytest.fixture
def mail_to(live_server: LiveServer, smtp: Mailbox) -> Iterator[Callable[[str], EmailMessage]]:
    """Call it with an address: the next mail that the jobs send there."""
    jobs = live_server.start("jobs", SMTP_URL=smtp.url)
    seen = 0

    def wait(address: str) -> EmailMessage:
        nonlocal seen
        deadline = time.monotonic() + 30
        while len(smtp.to(address)) <= seen:
            assert time.monotonic() < deadline, f"no mail to {address}"
            time.sleep(0.2)
        seen += 1
        return smtp.to(address)[seen - 1]

    yield wait
    end(jobs)


def link(mail: EmailMessage) -> str:
    found = re.search(r"http://127\S+", mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert found
    return found.group()


@pytest.mark.matrix
def test_a_parent_signs_up_and_enters_a_child(
    page: Page, mail_to: Callable[[str], EmailMessage]
) -> None:
    page.goto("/lodi/accedi")
    page.get_by_role("link", name="Registrati").click()
    page.get_by_label("Nome", exact=True).fill("Rita")
    page.get_by_label("Cognome").fill("Nuova")
    page.get_by_label("E-mail").fill("rita@famiglia.example")
    page.get_by_label("Password").fill("corta")
    page.get_by_role("button", name="Registrati").click()
    expect(page.locator(".problems")).to_be_focused()
    expect(page.get_by_label("Cognome")).to_have_value("Nuova")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Registrati").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Controlla la tua posta")
    page.goto(link(mail_to("rita@famiglia.example")))
    page.get_by_role("button", name="Conferma").click()
    page.get_by_label("E-mail o nome utente").fill("rita@famiglia.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Accedi").click()
    page.get_by_role("link", name="Aggiungi un figlio", exact=True).click()
    page.get_by_label("Nome", exact=True).fill("Ada")
    page.get_by_label("Cognome").fill("Nuova")
    page.get_by_label("Data di nascita").fill("2018-05-03")
    page.get_by_label("Non ha ancora il codice fiscale").check()
    page.get_by_label("Perché non c'è?").fill("Appena arrivata in Italia.")
    page.get_by_role("button", name="Salva").click()
    expect(page.get_by_role("link", name="Ada Nuova")).to_be_visible()


@pytest.mark.matrix
def test_a_forgotten_password_is_set_anew(
    page: Page, mail_to: Callable[[str], EmailMessage], rows: Rows
) -> None:
    ((email,),) = rows("SELECT email FROM ab_user WHERE username = 'famiglia-lodi-6'")
    page.goto("/lodi/accedi")
    page.get_by_role("link", name="Password dimenticata?").click()
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("button", name="Inviami il link").click()
    address = link(mail_to(email))
    page.goto(address)
    page.get_by_label("Nuova password").fill(PASSWORD)
    page.get_by_role("button", name="Imposta la password").click()
    page.get_by_label("E-mail o nome utente").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Accedi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Area famiglie")
    page.get_by_role("button", name="Esci").click()
    page.goto(address)
    page.get_by_label("Nuova password").fill(PASSWORD)
    page.get_by_role("button", name="Imposta la password").click()
    expect(page.locator(".problems")).to_contain_text("già")


@pytest.mark.matrix
def test_who_works_for_a_municipality_sits_down_as_a_parent(
    page: Page, sign_in: Callable[..., None], rows: Rows
) -> None:
    rows(
        "INSERT INTO seat (user_id, alliance_id, kind)"
        " SELECT u.id, a.id, 'citizen' FROM ab_user u, alliance a"
        " WHERE u.username = 'municipality' AND a.slug = 'lodi' RETURNING id"
    )
    sign_in("municipality")
    expect(page.get_by_text("Ora agisci per la tua famiglia")).to_be_visible()
    page.locator(".seat-note").get_by_role("button", name=re.compile("Codogno")).first.click()
    page.goto("/lodi/area/")
    expect(page.get_by_text("Ora agisci per la tua famiglia")).to_be_visible()


def test_a_wrong_password_says_so_and_keeps_the_name(page: Page) -> None:
    page.goto("/lodi/accedi")
    page.get_by_label("E-mail o nome utente").fill("parent")
    page.get_by_label("Password", exact=True).fill("non è questa")
    page.locator("main").get_by_role("button", name="Accedi").click()
    expect(page.locator(".problems")).to_be_focused()
    expect(page.get_by_label("E-mail o nome utente")).to_have_value("parent")
