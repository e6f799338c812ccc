"""Coming in by SPID or CIE: through a real provider and back, or to a page that says why not."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import jwt
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, expect
from sqlalchemy import create_engine, func, select
from werkzeug.test import TestResponse

from app import models, security, transaction
from app.transaction import ScopedSession, open_session, system
from bench.processes import free_port
from tests import factories as f
from tests.oidc.running import CLIENT, Provider, running
from tests.servers import LiveServer

BACK = "http://localhost:8080/identita/rientro"
CODE = "RSSMRA85T10A562S"


@pytest.fixture(scope="session")
def provider() -> Iterator[Provider]:
    with running(BACK) as made:
        yield made


@dataclass
class Portal:
    """The site of one alliance, and a browser that goes to the provider and back."""

    app: Flask
    provider: Provider
    slug: str
    http: FlaskClient

    def set(self, **values: Any) -> None:
        self.app.extensions["settings"] = replace(self.app.extensions["settings"], **values)

    def begin(self, query: str = "") -> str:
        answer = self.http.get(f"/{self.slug}/identita/{query}")
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def come(self, who: str, query: str = "") -> TestResponse:
        return self.http.get(self.provider.sign_in(self.begin(query), who))


@pytest.fixture
def db(flask_app: Flask, fresh_url: str) -> Iterator[ScopedSession]:
    """A database of its own: the site, the families and the accounts each have a line to it."""
    engine = create_engine(fresh_url)
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    with open_session(engine, system("test")) as session, f.into(session):
        yield session
    for registry in (transaction.web, security.accounts):
        registry.remove()
    engine.dispose()


@pytest.fixture
def portal(flask_app: Flask, db: ScopedSession, provider: Provider) -> Iterator[Portal]:
    before = flask_app.extensions["settings"]
    alliance = f.AllianceFactory(phone="0371 000", email="ufficio@alleanza.example")
    db.commit()
    made = Portal(flask_app, provider, alliance.slug, flask_app.test_client())
    made.set(
        oidc_issuer=provider.issuer, oidc_client_id=CLIENT["client_id"],
        oidc_client_secret=CLIENT["client_secret"],
    )  # fmt: skip
    yield made
    flask_app.extensions["settings"] = before


def count(db: ScopedSession, table: Any) -> int:
    db.rollback()
    return db.scalar(select(func.count()).select_from(table)) or 0


def refused(answer: TestResponse, status: int, words: str) -> None:
    """A page for people that says so, and nobody is signed in."""
    assert answer.status_code == status, answer.text
    assert answer.content_type.startswith("text/html")
    assert "<h1" in answer.text
    assert words in answer.text


# ---------------------------------------------------------------- coming in


def test_a_citizen_comes_in_and_is_known(portal: Portal, db: ScopedSession) -> None:
    answer = portal.come("mario")
    assert answer.status_code == 302, answer.text
    assert answer.headers["Location"] == f"/{portal.slug}/area/"
    page = portal.http.get(answer.headers["Location"])
    assert page.status_code == 200
    assert "Mario Rossi" in page.text
    person = db.scalars(select(models.Person)).one()
    assert (person.fiscal_code, person.last_name) == (CODE, "Rossi")
    assert portal.come("mario").status_code == 302
    assert count(db, models.Account) == 1


def test_somebody_whom_the_office_entered_finds_their_things(
    portal: Portal, db: ScopedSession
) -> None:
    alliance = db.scalars(select(models.Alliance)).one()
    known = f.ParentFactory(alliance=alliance, fiscal_code=CODE)
    db.commit()
    portal.come("mario")
    assert count(db, models.Person) == 1
    relation = db.scalars(select(models.Relation)).one()
    assert (relation.person_id, relation.kind) == (known.id, "self")


def test_who_has_no_address_and_no_birth_date_comes_in_too(
    portal: Portal, db: ScopedSession
) -> None:
    assert portal.come("plain").status_code == 302
    person = db.scalars(select(models.Person)).one()
    assert str(person.birth_date) == "1990-01-01"
    assert portal.http.get(f"/{portal.slug}/area/").status_code == 200


def test_one_goes_on_to_where_one_was_going_and_to_no_other_site(portal: Portal) -> None:
    wanted = f"/{portal.slug}/area/?x=1"
    assert portal.come("mario", f"?next={wanted}").headers["Location"].endswith(wanted)
    foreign = portal.come("mario", "?next=https://elsewhere.example/").headers["Location"]
    assert "elsewhere" not in foreign


def test_a_gateway_that_says_all_in_its_token_is_understood(
    portal: Portal, db: ScopedSession
) -> None:
    with running(BACK, idTokenHoldsAll=True) as other:
        portal.provider = other
        portal.set(oidc_issuer=other.issuer)
        assert portal.come("mario").status_code == 302
    assert db.scalars(select(models.Person)).one().fiscal_code == CODE


# ---------------------------------------------------------------- where passwords are off


def test_without_passwords_it_is_the_way_in_and_stays_one(
    portal: Portal, db: ScopedSession
) -> None:
    portal.set(citizen_passwords=False)
    login = portal.http.get(f"/{portal.slug}/accedi")
    assert f"/{portal.slug}/identita/" in login.text
    assert 'type="password"' not in login.text
    portal.come("mario")
    for _ in range(2):
        assert portal.http.get(f"/{portal.slug}/area/").status_code == 200


def test_a_program_of_theirs_gets_tokens_that_stay_good_without_passwords(
    portal: Portal, db: ScopedSession
) -> None:
    portal.set(citizen_passwords=False)
    portal.come("mario")
    seat = db.scalars(select(models.Seat)).one()
    page = portal.http.get(f"/{portal.slug}/area/").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token
    path, body = "/api/v1/security/seat", {"seat": seat.id}
    assert portal.http.post(path, json=body).status_code == 403
    given = portal.http.post(path, json=body, headers={"X-CSRFToken": token[1]})
    assert given.status_code == 200, given.text
    program = portal.app.test_client()
    for _ in range(2):
        access = {"Authorization": f"Bearer {given.json['access_token']}"}
        assert jwt.decode(given.json["access_token"], options={"verify_signature": False})[
            "how"
        ] == "identity"  # fmt: skip
        assert program.get("/api/v1/persons/", headers=access).status_code == 200
        renew = {"Authorization": f"Bearer {given.json['refresh_token']}"}
        given = program.post("/api/v1/security/refresh", headers=renew)
        assert given.status_code == 200, given.text


def test_a_session_that_began_with_a_password_is_no_citizen_s_where_they_are_off(
    portal: Portal,
) -> None:
    portal.come("mario")
    area = f"/{portal.slug}/area/"
    with portal.http.session_transaction() as session:
        assert session.pop("how") == "identity"
    assert portal.http.get(area).status_code == 200
    portal.set(citizen_passwords=False)
    assert portal.http.get(area).status_code in (302, 403)


def test_the_office_s_forgotten_password_page_is_there_without_citizens_passwords(
    portal: Portal, db: ScopedSession
) -> None:
    portal.set(citizen_passwords=False)
    alliance = db.scalars(select(models.Alliance)).one()
    staff = f.SeatFactory(kind="staff", alliance=alliance, user__email="piano@ente.example")
    citizen = f.SeatFactory(kind="citizen", alliance=alliance, user__email="rita@posta.example")
    db.commit()
    assert "/password" in portal.http.get("/login/").text
    lead = portal.http.get("/password")
    assert lead.headers["Location"] == f"/{portal.slug}/password"
    for seat in (staff, citizen):
        page = portal.http.get(f"/{portal.slug}/password")
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
        assert found
        sent = {"csrf_token": found[1], "email": seat.user.email}
        assert portal.http.post(f"/{portal.slug}/password", data=sent).status_code == 200
    mails = db.scalars(select(models.Message.recipient)).all()
    assert mails == ["piano@ente.example"]


# ---------------------------------------------------------------- not coming in


@pytest.mark.parametrize("who", ["nobody", "foreigner"])
def test_without_a_codice_fiscale_nobody_is_let_in(
    portal: Portal, db: ScopedSession, who: str
) -> None:
    answer = portal.come(who)
    refused(answer, 422, "ufficio@alleanza.example")
    assert count(db, models.Account) == 0
    assert portal.http.get(f"/{portal.slug}/area/").status_code == 302


def test_who_gives_up_reads_so_and_may_try_again(portal: Portal, db: ScopedSession) -> None:
    refused(portal.come(""), 403, f"/{portal.slug}/accedi")
    assert count(db, models.Account) == 0
    assert portal.come("mario").status_code == 302


def test_a_closed_account_stays_closed(portal: Portal, db: ScopedSession) -> None:
    portal.come("mario")
    db.scalars(select(models.Account)).one().active = False
    db.commit()
    portal.http = portal.app.test_client()
    refused(portal.come("mario"), 403, "<h1")
    assert portal.http.get(f"/{portal.slug}/area/").status_code == 302


def test_an_answer_is_good_once_and_in_the_browser_that_asked(
    portal: Portal, db: ScopedSession
) -> None:
    back = portal.provider.sign_in(portal.begin(), "mario")
    stranger = portal.app.test_client()
    refused(stranger.get(back), 400, "<h1")
    assert count(db, models.Account) == 0
    assert portal.http.get(back).status_code == 302
    refused(portal.http.get(back), 400, "<h1")


def test_the_question_carries_state_nonce_and_the_verifier_s_digest(portal: Portal) -> None:
    asked = portal.begin()
    for part in ("code_challenge_method=S256", "code_challenge=", "nonce=", "state=",
                 "response_type=code", "prompt=login"):  # fmt: skip
        assert part in asked
    assert portal.begin() != asked


@pytest.mark.parametrize(
    ("part", "value"),
    [("nonce", "another"), ("code_verifier", "x" * 48), ("redirect_uri", "http://localhost/x")],
)
def test_a_part_that_does_not_fit_is_refused(
    portal: Portal, db: ScopedSession, part: str, value: str
) -> None:
    back = portal.provider.sign_in(portal.begin(), "mario")
    with portal.http.session_transaction() as session:
        (key,) = [name for name in session if name.startswith("_state_identity_")]
        data = session[key]["data"]
        session[key] = {**session[key], "data": {**data, part: value}}
    refused(portal.http.get(back), 403, "<h1")
    assert count(db, models.Account) == 0


@pytest.mark.parametrize(
    "change",
    [("state=", "state=x"), ("code=", "code=x"), ("iss=http", "iss=https"), ("&", "&state=")],
)
def test_an_answer_that_was_changed_is_refused(
    portal: Portal, db: ScopedSession, change: tuple[str, str]
) -> None:
    back = portal.provider.sign_in(portal.begin(), "mario")
    answer = portal.http.get(back.replace(*change, 1))
    assert answer.status_code in (400, 403)
    assert count(db, models.Account) == 0


def test_a_token_for_another_client_is_refused(portal: Portal, db: ScopedSession) -> None:
    back = portal.provider.sign_in(portal.begin(), "mario")
    gateways = portal.app.extensions["identity gateways"]
    gateway = gateways[portal.provider.issuer, CLIENT["client_id"]]
    said = gateway._get_oauth_client

    def as_before(**metadata: Any) -> Any:
        client = said(**metadata)
        client.client_id = CLIENT["client_id"]
        return client

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gateway, "_get_oauth_client", as_before)
        patch.setattr(gateway, "client_id", "somebody-else")
        refused(portal.http.get(back), 403, "<h1")
    assert count(db, models.Account) == 0


def test_a_provider_that_is_another_or_does_not_answer_says_so(portal: Portal) -> None:
    for issuer in (f"http://127.0.0.1:{free_port()}", f"http://localhost:{portal.provider.port}"):
        portal.set(oidc_issuer=issuer)
        refused(portal.http.get(f"/{portal.slug}/identita/"), 503, "ufficio@alleanza.example")


def test_without_a_provider_there_is_no_such_page(portal: Portal) -> None:
    portal.set(oidc_issuer=None)
    assert portal.http.get(f"/{portal.slug}/identita/").status_code == 404
    assert portal.http.get("/identita/rientro?state=x&code=y").status_code == 404
    assert "identita" not in portal.http.get(f"/{portal.slug}/accedi").text


# ---------------------------------------------------------------- in a browser


@pytest.mark.matrix
def test_a_mother_presses_the_button_and_is_in_her_area(
    browser: Browser, live_server: LiveServer, serve_on: Callable[..., LiveServer]
) -> None:
    port = free_port()
    settings = Provider(port, live_server.process).environment()
    site = serve_on(live_server.database_url, CITIZEN_PASSWORDS="no", WEB_WORKERS="1", **settings)
    with running(f"{site.url}/identita/rientro", port=port):
        page = browser.new_page()
        page.goto(f"{site.url}/lodi/area/")
        page.get_by_role("link", name="SPID/CIE").click()
        page.get_by_role("button", name="plain").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Area famiglie")
        expect(page.get_by_text("Anna Verdi").first).to_be_visible()
        page.close()
