"""A form is done once, however often its button is pressed."""

import pytest

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import Reader, fields_of

PAGE = "/office/organizations/add"


def test_a_second_press_enters_no_second_row_and_shows_the_first(
    staff: Reader, db: ScopedSession
) -> None:
    form = fields_of(staff.get(PAGE).text) | {"name": "Una sola", "kind": "union"}
    first, second = (staff.http.post(PAGE, data=form) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    assert db.query(models.Organization).filter_by(name="Una sola").count() == 1
    # Whoever goes back and types another name means another row.
    staff.http.post(PAGE, data=form | {"name": "Un'altra"})
    assert db.query(models.Organization).filter_by(name="Un'altra").count() == 1
    # And whoever opens the form anew means one more, which may not be.
    anew = fields_of(staff.get(PAGE).text) | {"name": "Una sola", "kind": "union"}
    assert staff.http.post(PAGE, data=anew).status_code == 422


def test_a_second_press_on_a_change_is_no_conflict_with_oneself(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    body = factories.OrganizationFactory(alliance=seat.alliance)
    db.flush()
    path = f"/office/organizations/edit/{body.id}"
    form = fields_of(staff.get(path).text) | {"name": "Cambiato"}
    assert [staff.http.post(path, data=form).status_code for _ in range(2)] == [302, 302]


def test_what_was_refused_may_be_sent_again(staff: Reader, db: ScopedSession) -> None:
    form = fields_of(staff.get(PAGE).text) | {"name": "x" * 201, "kind": "union"}
    assert staff.http.post(PAGE, data=form).status_code == 422
    assert staff.http.post(PAGE, data=form).status_code == 422
    assert staff.http.post(PAGE, data=form | {"name": "Corto"}).status_code == 302


@pytest.mark.parametrize("once", ["", "x", "k1.AAAA", "\x00è", "k1." + "A" * 5000])
def test_a_mangled_name_of_a_form_stops_nobody(staff: Reader, db: ScopedSession, once: str) -> None:
    form = fields_of(staff.get(PAGE).text) | {"name": "Intera", "kind": "union", "once": once}
    assert staff.http.post(PAGE, data=form).status_code == 302
    assert db.query(models.Organization).filter_by(name="Intera").count() == 1
