"""A session that ended with a form half filled: what was typed comes back, to who typed it."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import TOKEN, Reader, fields_of, texts, value_of

PAGE = "/office/persons/add"
TYPED = {"last_name": "Bianchi", "first_name": "Nadia", "birth_date": "2019-02-03", "sex": "F",
         "no_fiscal_code": "true"}  # fmt: skip
PASSWORD = "una frase lunga abbastanza"


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    return factories.SeatFactory(kind="staff", user__password=hashed(PASSWORD))


def hashed(password: str) -> str:
    from werkzeug.security import generate_password_hash

    return generate_password_hash(password, "pbkdf2:sha256:1000")


def ended(http: FlaskClient) -> None:
    with http.session_transaction() as session:
        session.clear()


def send_without_session(staff: Reader, **more: Any) -> TestResponse:
    form = fields_of(staff.get(PAGE).text) | TYPED | more
    ended(staff.http)
    return staff.http.post(PAGE, data=form)


def sign_in(http: FlaskClient, page: str, login: str, password: str = PASSWORD) -> TestResponse:
    action = re.search(r'name="login" action="([^"]+)"', page)
    assert action
    given = {"csrf_token": value_of(page, "csrf_token"), "draft": value_of(page, "draft")}
    return http.post(action[1], data=given | {"username": login, "password": password})


def go_back(http: FlaskClient, page: str) -> TestResponse:
    form = page[page.index("<main") :]
    action = re.search(r'action="(/office/[^"]+)"', form)
    assert action
    return http.post(action[1], data={
        "csrf_token": TOKEN.findall(form)[0], "draft": value_of(form, "draft"),
    })  # fmt: skip


def test_the_form_comes_back_filled_after_signing_in_and_is_not_saved_by_itself(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    asked = send_without_session(staff)
    assert asked.status_code == 401
    assert asked.headers["Cache-Control"] == "no-store"
    assert "Bianchi" not in asked.text
    assert "Bianchi" not in asked.request.full_path
    wrong = sign_in(staff.http, asked.text, seat.user.username, "sbagliata")
    assert wrong.status_code == 401
    inside = sign_in(staff.http, wrong.text, seat.user.username)
    assert inside.status_code == 200
    shown = go_back(staff.http, inside.text)
    assert shown.status_code == 200
    assert TYPED.items() <= fields_of(shown.text).items()
    assert db.query(models.Person).filter_by(last_name="Bianchi").count() == 0
    saved = staff.http.post(PAGE, data=fields_of(shown.text))
    assert saved.status_code == 302
    assert db.query(models.Person).filter_by(last_name="Bianchi").count() == 1


def test_nothing_comes_back_to_another_account(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    other = factories.SeatFactory(
        kind="staff", alliance=seat.alliance, user__password=hashed(PASSWORD)
    )
    db.flush()
    asked = send_without_session(staff)
    inside = sign_in(staff.http, asked.text, other.user.username)
    assert inside.status_code == 302
    # Not even when it is asked for by hand.
    own = staff.get(PAGE).text
    taken = staff.http.post(PAGE, data={
        "csrf_token": value_of(own, "csrf_token"), "draft": value_of(asked.text, "draft"),
    })  # fmt: skip
    assert taken.status_code == 400
    assert "Bianchi" not in taken.text
    assert "Bianchi" not in staff.get(PAGE).text


def test_a_token_of_an_older_session_loses_nothing_either(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    form = fields_of(staff.get(PAGE).text) | TYPED
    with staff.http.session_transaction() as session:
        session["csrf_token"] = "another session's"
    asked = staff.http.post(PAGE, data=form)
    assert asked.status_code == 400
    shown = go_back(staff.http, asked.text)
    assert value_of(shown.text, "last_name") == "Bianchi"
    assert db.query(models.Person).filter_by(last_name="Bianchi").count() == 0


def test_a_page_to_sign_in_that_grew_old_keeps_it_too(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    asked = send_without_session(staff)
    ended(staff.http)
    older = sign_in(staff.http, asked.text, seat.user.username)
    assert older.status_code == 401
    inside = sign_in(staff.http, older.text, seat.user.username)
    assert value_of(go_back(staff.http, inside.text).text, "last_name") == "Bianchi"


def test_a_changed_row_is_still_met_as_it_was_when_the_form_was_drawn(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    body = factories.OrganizationFactory(alliance=seat.alliance, name="Prima")
    db.flush()
    path = f"/office/organizations/edit/{body.id}"
    form = fields_of(staff.get(path).text) | {"name": "Mio"}
    # Signed out elsewhere: the account's tokens count no more, the browser's session is there.
    seat.user.token_version += 1
    db.flush()
    asked = staff.http.post(path, data=form)
    assert asked.status_code == 401
    inside = sign_in(staff.http, asked.text, seat.user.username)
    shown = go_back(staff.http, inside.text)
    assert value_of(shown.text, "name") == "Mio"
    body.name = "Loro"
    db.flush()
    met = staff.http.post(path, data=fields_of(shown.text))
    assert met.status_code == 422
    assert 'name="keep.name"' in met.text


def test_a_form_is_saved_from_the_seat_that_it_was_drawn_for(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    company = factories.SeatFactory(kind="company", user__password=hashed(PASSWORD))
    seat = factories.SeatFactory(kind="staff", user=company.user, alliance=company.alliance)
    db.flush()
    staff = reader(seat)
    form = fields_of(staff.get(PAGE).text) | TYPED
    # Changed in another tab, to a seat that may not do it.
    with staff.http.session_transaction() as session:
        session["seat"] = company.id
    asked = staff.http.post(PAGE, data=form)
    assert asked.status_code == 409
    shown = go_back(staff.http, asked.text)
    assert value_of(shown.text, "last_name") == "Bianchi"
    assert staff.http.post(PAGE, data=fields_of(shown.text)).status_code == 302
    # And the seat that one sits down on first is not always the one.
    again = send_without_session(staff, first_name="Altra")
    inside = sign_in(staff.http, again.text, company.user.username)
    assert value_of(go_back(staff.http, inside.text).text, "first_name") == "Altra"


def test_files_have_to_be_chosen_again_and_the_page_says_so(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="partner", user__password=hashed(PASSWORD))
    membership = factories.MembershipFactory(
        organization=seat.organization, status="draft", file=None, network="ats"
    )
    db.flush()
    union = reader(seat)
    path = f"/office/memberships/verb/send/{membership.id}"
    form = fields_of(union.get(path).text) | {"signature": "digital"}
    ended(union.http)
    asked = union.http.post(path, data={**form, "file_id": (BytesIO(b"%PDF-1.7"), "modulo.pdf")})
    assert len(re.findall("<p>", asked.text[asked.text.index("notice-warning") :][:600])) == 2
    shown = go_back(union.http, sign_in(union.http, asked.text, seat.user.username).text)
    assert shown.text.count('class="notice notice-warning"') == 2
    assert 'value="digital" selected' in shown.text
    db.refresh(membership)
    assert membership.status == "draft"


@pytest.mark.parametrize("draft", ["", "x", "k1.AAAA", "\x00è"])
def test_a_mangled_draft_is_refused_by_name_and_brings_nothing(staff: Reader, draft: str) -> None:
    answer = staff.post(PAGE, draft=draft)
    assert answer.status_code == 400
    assert "<code>draft</code>" in answer.text


def test_signing_in_with_no_form_before_is_as_it_was(staff: Reader, seat: models.Seat) -> None:
    ended(staff.http)
    led = staff.get(PAGE)
    page = staff.get(led.headers["Location"]).text
    assert 'name="draft"' not in page
    assert "notice-warning" not in page
    inside = staff.post(
        led.headers["Location"], username=seat.user.username, password=PASSWORD, draft="x"
    )
    assert inside.headers["Location"].startswith(PAGE)
    assert "Bianchi" not in texts(staff.get(PAGE).text)
