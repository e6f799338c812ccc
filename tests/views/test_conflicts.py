"""Two people on one row: neither loses what the other did not touch, and somebody chooses."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import Reader, errors_at, fields_of, texts, value_of


@pytest.fixture
def body(db: ScopedSession, seat: models.Seat) -> models.Organization:
    made: models.Organization = factories.OrganizationFactory(
        alliance=seat.alliance, name="Prima", address="Via Vecchia", phone="0371 1"
    )
    db.flush()
    return made


def edit(of: models.Organization) -> str:
    return f"/office/organizations/edit/{of.id}"


def save(staff: Reader, of: Any, page: str, **typed: str) -> TestResponse:
    return staff.http.post(edit(of), data={**fields_of(page), **typed})


def test_what_only_one_of_two_changed_is_merged_and_the_rest_is_asked_for(
    staff: Reader, body: models.Organization, db: ScopedSession
) -> None:
    loaded = staff.get(edit(body)).text
    assert save(staff, body, loaded, name="Loro", address="Via Nuova").status_code == 302
    answer = save(staff, body, loaded, name="Mio", phone="0371 2")
    assert answer.status_code == 422
    said = texts(answer.text)
    assert all(text in said for text in ("Prima", "Loro", "Via Vecchia", "Via Nuova"))
    # Who saved it, and when, is known from the trail.
    assert "Via Nuova" in said
    assert f", {seat_name(db)}" in said
    assert value_of(answer.text, "name") == "Mio"
    assert value_of(answer.text, "address") == "Via Nuova"
    assert value_of(answer.text, "phone") == "0371 2"
    assert re.findall(r'name="(keep\.[^"]+)" value="theirs"', answer.text) == ["keep.name"]
    db.refresh(body)
    assert (body.name, body.phone) == ("Loro", "0371 1")

    unchosen = save(staff, body, answer.text)
    assert unchosen.status_code == 422
    assert errors_at(unchosen.text, "name")
    assert "keep.name" in unchosen.text
    assert save(staff, body, unchosen.text, **{"keep.name": "mine"}).status_code == 302
    db.refresh(body)
    assert (body.name, body.address, body.phone) == ("Mio", "Via Nuova", "0371 2")


def seat_name(db: ScopedSession) -> str:
    return str(db.query(models.AuditEvent).order_by(models.AuditEvent.id.desc()).first().actor)


def test_the_other_s_value_can_be_taken_and_a_third_change_is_asked_for_again(
    staff: Reader, body: models.Organization, db: ScopedSession
) -> None:
    loaded = staff.get(edit(body)).text
    save(staff, body, loaded, name="Loro")
    asked = save(staff, body, loaded, name="Mio", phone="0371 2").text
    taken = {"keep.name": "theirs"}
    db.refresh(body)
    body.email = "terzi@enti.example"
    db.flush()
    again = save(staff, body, asked, **taken)
    assert again.status_code == 422
    assert (value_of(again.text, "name"), value_of(again.text, "phone")) == ("Loro", "0371 2")
    assert "keep." not in again.text
    assert save(staff, body, again.text).status_code == 302
    db.refresh(body)
    assert (body.name, body.phone, body.email) == ("Loro", "0371 2", "terzi@enti.example")


def test_a_refused_value_does_not_make_the_form_forget_what_it_was_drawn_of(
    staff: Reader, body: models.Organization, db: ScopedSession
) -> None:
    loaded = staff.get(edit(body)).text
    refused = save(staff, body, loaded, name="")
    assert refused.status_code == 422
    body.phone = "0371 9"
    db.flush()
    answer = save(staff, body, refused.text, name="Mio")
    assert answer.status_code == 422
    assert value_of(answer.text, "phone") == "0371 9"
    db.refresh(body)
    assert body.name == "Prima"


def test_what_was_typed_for_a_row_that_was_deleted_is_shown_to_be_copied(
    staff: Reader, body: models.Organization, db: ScopedSession
) -> None:
    alias = factories.OrganizationAliasFactory(organization=body)
    db.flush()
    path = f"/office/organization-aliases/edit/{alias.id}"
    form = fields_of(staff.get(path).text) | {"name": "Mezz'ora di lavoro"}
    db.delete(alias)
    db.flush()
    answer = staff.http.post(path, data=form)
    assert answer.status_code == 404
    assert "Mezz'ora di lavoro" in texts(answer.text)
    assert staff.http.post(path, data=form | {"loaded": "x"}).status_code == 404
    assert staff.get(path).status_code == 404


@pytest.mark.parametrize(
    ("version", "loaded"), [("1", "x"), ("1", "k1.AAAA"), ("\x00", "è"), ("9" * 40, "")]
)
def test_hidden_values_that_were_mangled_overwrite_nothing(
    staff: Reader, body: models.Organization, db: ScopedSession, version: str, loaded: str
) -> None:
    page = staff.get(edit(body)).text
    body.name = "Loro"
    db.flush()
    answer = save(staff, body, page, name="Mio", version=version, loaded=loaded)
    assert answer.status_code == 422
    # Nobody knows what it was before: whatever differs is asked for.
    assert 'name="keep.name"' in answer.text
    db.refresh(body)
    assert body.name == "Loro"


def test_what_a_form_brings_along_is_another_s_and_another_row_s_no_more_than_it_is_read(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="citizen", organization=None)
    child, other = (
        factories.RelationFactory(
            user=seat.user, person__alliance=seat.alliance, person__allergies=text
        ).person
        for text in ("arachidi", None)
    )
    db.flush()
    staff = reader(seat)
    path = f"/office/persons/edit/{child.id}"
    page = staff.get(path).text
    hidden = value_of(page, "loaded")
    assert "arachidi" in page
    assert "arachidi" not in hidden
    child.allergies = "latte"
    db.flush()
    typed = {**fields_of(page), "allergies": "uova"}
    answer = staff.http.post(path, data=typed)
    assert answer.status_code == 422
    assert all(text in texts(answer.text) for text in ("arachidi", "latte", "uova"))
    # A snapshot of another row is none.
    wrong = staff.http.post(f"/office/persons/edit/{other.id}", data={**typed, "version": "7"})
    assert wrong.status_code == 422
    assert "arachidi" not in wrong.text
