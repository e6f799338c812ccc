"""A list takes the seat as it was a minute ago; what was taken away since is away at once."""

import pytest
from sqlalchemy import update

from app.models import Account, Seat
from tests import factories as f

LIST = "/office/persons/list/"


@pytest.fixture
def sat(db, reader):
    """A reader whose seat is remembered, and the seat."""
    seat = f.SeatFactory(kind="staff")
    f.PersonFactory(alliance=seat.alliance, last_name="Dinostri")
    found = reader(seat)
    for _ in range(2):
        assert "Dinostri" in found.get(LIST).text
    return found, seat


@pytest.mark.parametrize(
    "change",
    [
        update(Seat).values(active=False),
        update(Account).values(active=False),
        update(Account).values(token_version=Account.token_version + 1),
    ],
    ids=["seat", "account", "password"],
)
def test_what_was_taken_away_since_is_away(db, sat, change):
    reader, seat = sat
    key = Seat.id == seat.id if change.table.name == "seat" else Account.id == seat.user_id
    db.execute(change.where(key))
    db.commit()
    answer = reader.get(LIST)
    assert answer.status_code == 302
    assert "/login/" in answer.location


def test_a_seat_that_is_narrowed_since_loses_what_it_loses(db, sat):
    reader, seat = sat
    role = f.RoleFactory()
    f.RoleScopeFactory(role=role, alliance_id=seat.alliance_id)
    db.execute(update(Seat).where(Seat.id == seat.id).values(role_id=role.id))
    db.commit()
    assert reader.get(LIST).status_code == 403


def test_a_seat_in_another_alliance_sees_that_one(db, sat):
    reader, seat = sat
    other = f.PersonFactory(last_name="Daltrove").alliance_id
    db.execute(update(Seat).where(Seat.id == seat.id).values(alliance_id=other))
    db.commit()
    page = reader.get(LIST).text
    assert "Daltrove" in page
    assert "Dinostri" not in page
