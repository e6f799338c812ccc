"""The screens of programs' keys: made, copied once, revoked."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from app import models
from app.sealed import Sealed
from app.transaction import ScopedSession
from tests import factories as f
from tests.views.conftest import Reader, errors_at, fields_of, texts, value_of

ADD = "/office/keys/add"
KEY = re.compile(r"ik_[0-9a-z]{12}_[A-Za-z0-9_-]{43}")


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    return f.SeatFactory(kind="municipality")


@pytest.fixture
def office(reader: Callable[..., Reader], seat: models.Seat) -> Reader:
    return reader(seat)


def test_a_key_is_made_shown_once_and_never_again(
    office: Reader, db: ScopedSession, seat: models.Seat
) -> None:
    until = value_of(office.get(ADD).text, "expires_at")
    made = office.post(
        ADD, name="Gestionale", expires_at=until, scopes=["enrollments:read", "slots:read"]
    )
    assert made.status_code == 200, texts(made.text)
    found = KEY.search(unescape(made.text))
    assert found
    key = db.query(models.ProgramKey).one()
    assert key.seat_id == seat.id
    assert key.scopes == ["enrollments:read", "slots:read"]
    shown = office.get(f"/office/keys/show/{key.id}").text
    assert key.prefix in shown
    assert found[0] not in shown
    assert not KEY.search(office.get("/office/keys/list/").text)


def test_a_second_press_makes_no_second_key_and_shows_the_first(
    office: Reader, db: ScopedSession
) -> None:
    form = fields_of(office.get(ADD).text) | {"name": "Gestionale", "scopes": "slots:read"}
    first, second = (office.http.post(ADD, data=form) for _ in range(2))
    assert first.status_code == second.status_code == 200
    shown = [KEY.search(unescape(answer.text)) for answer in (first, second)]
    assert shown[0]
    assert shown[1]
    assert shown[0][0] == shown[1][0]
    assert db.query(models.ProgramKey).count() == 1
    # Nowhere in clear, and the form that is opened anew is another key's.
    assert isinstance(db.query(models.IdempotencyKey).one().answer, Sealed)
    anew = fields_of(office.get(ADD).text) | {"name": "Un altro", "scopes": "slots:read"}
    assert office.http.post(ADD, data=anew).status_code == 200
    assert db.query(models.ProgramKey).count() == 2


def test_a_form_that_is_refused_keeps_what_was_chosen(office: Reader, db: ScopedSession) -> None:
    answer = office.post(ADD, name="Gestionale", expires_at="2040-01-01T10:00",
                         scopes=["enrollments:read"])  # fmt: skip
    assert answer.status_code == 422
    assert errors_at(answer.text, "expires_at")
    assert value_of(answer.text, "name") == "Gestionale"
    assert re.search(r'value="enrollments:read" checked', answer.text)
    nothing = office.post(ADD, name="Gestionale", expires_at=value_of(office.get(ADD).text,
                          "expires_at"))  # fmt: skip
    assert nothing.status_code == 422
    assert db.query(models.ProgramKey).count() == 0


def test_a_key_is_revoked_by_its_owner_and_by_the_office(
    office: Reader, reader: Callable[..., Reader], db: ScopedSession, seat: models.Seat
) -> None:
    own, other = f.ProgramKeyFactory(seat=seat), f.ProgramKeyFactory(seat=seat)
    staff = reader(f.SeatFactory(kind="staff", alliance=seat.alliance))
    for who, key in ((office, own), (staff, other)):
        page = f"/office/keys/show/{key.id}"
        assert who.post(f"/office/keys/verb/revoke/{key.id}", page=page).status_code == 302
        db.expire_all()
        assert key.revoked_at is not None
        assert "verb/revoke" not in who.get(page).text


def test_another_seat_does_not_see_the_key(
    reader: Callable[..., Reader], db: ScopedSession, seat: models.Seat
) -> None:
    key = f.ProgramKeyFactory(seat=seat)
    colleague = f.SeatFactory(
        kind="municipality", alliance=seat.alliance, organization=seat.organization
    )
    for kind in (colleague, f.SeatFactory(kind="staff")):
        assert reader(kind).get(f"/office/keys/show/{key.id}").status_code == 404


def test_a_key_gives_no_more_than_the_form_offers(office: Reader, db: ScopedSession) -> None:
    page = office.get(ADD).text
    assert "messages:read" not in page
    assert "keys:" not in page
    until = value_of(page, "expires_at")
    answer = office.post(ADD, name="x", expires_at=until, scopes=["messages:read"])
    assert answer.status_code == 422
    assert "messages:read" in texts(answer.text)
