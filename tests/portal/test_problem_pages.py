"""What somebody reads when something does not work: in their language, and the site around it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from werkzeug.exceptions import HTTPException

from app import problems, security, transaction
from app.errors import ChangedMeanwhile
from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client

PEOPLE = {"Accept": "text/html"}


@pytest.fixture
def nobody_home(flask_app: Flask) -> Iterator[FlaskClient]:
    """A visitor of a server whose database has gone."""
    away = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=away)
    yield flask_app.test_client()
    for registry in (transaction.web, security.accounts):
        registry.remove()
    away.dispose()


@pytest.mark.parametrize(
    ("path", "signed_in", "frame"),
    [
        ("/", False, "portal"),
        ("/lodi/", True, "portal"),
        ("/lodi/area/", True, "portal"),
        ("/office/", True, "office"),
        ("/login/", True, "portal"),
    ],
)
@pytest.mark.parametrize("language", ["it", "en"])
def test_without_a_database_there_is_still_a_page(
    nobody_home: FlaskClient, path: str, signed_in: bool, frame: str, language: str
) -> None:
    with nobody_home.session_transaction() as session:
        session["locale"] = language
        if signed_in:
            session["_user_id"], session["seat"], session["version"] = "1", 1, 0
    answer = nobody_home.get(path, headers=PEOPLE)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert f'<html lang="{language}"' in answer.text
    assert "design/tokens.css" in answer.text
    assert f'<body class="{frame}"' in answer.text


def test_a_page_that_is_not_there_keeps_the_way_around_the_site(
    db: ScopedSession, client: Callable[..., Client]
) -> None:
    f.AllianceFactory(slug="lodi")
    page = client().get("/lodi/servizi/999999", headers=PEOPLE)
    assert page.status_code == 404
    assert 'class="main-nav"' in page.text
    elsewhere = client().get("/nothing/here/at/all", headers=PEOPLE)
    assert elsewhere.status_code == 404
    assert 'class="portal"' in elsewhere.text


def test_an_office_seat_is_led_back_to_its_desk(
    db: ScopedSession, browse: Callable[..., FlaskClient]
) -> None:
    http = browse(f.SeatFactory(kind="staff"))
    for path in ("/office/organizations/show/999999", "/office/nothing/here"):
        page = http.get(path, headers=PEOPLE)
        assert page.status_code == 404
        assert 'class="office"' in page.text
        assert 'class="btn btn-primary" href="/office/"' in page.text


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422, 429, 500, 503])
@pytest.mark.parametrize("path", ["/", "/office/"])
def test_every_refusal_has_a_page(web_on: Flask, status: int, path: str) -> None:
    with web_on.test_request_context(path, headers=PEOPLE):
        answer = problems.page(status, "Così <b>no</b>", "_flt_0_title")
    assert answer.status_code == status
    said = answer.get_data(as_text=True)
    assert "&lt;b&gt;" in said
    assert "_flt_0_title" in said


def test_the_page_survives_whatever_broke_the_one_before(
    db: ScopedSession, client: Callable[..., Client], web_on: Flask
) -> None:
    with web_on.test_request_context("/lodi/", headers=PEOPLE):
        for error in (ZeroDivisionError(), ChangedMeanwhile(), HTTPException("?")):
            answer = web_on.make_response(web_on.handle_user_exception(error))
            assert "<h1>" in answer.get_data(as_text=True)
