"""The trail of changes says who acted, whatever became of the work's savepoints."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select

from app.models import AuditEvent, Organization
from app.statements import raw
from app.transaction import Principal, ScopedSession, elevated, open_session, system
from tests import factories as f

RENAME = "UPDATE organization SET name = name || ' bis' WHERE id = %(id)s"


@pytest.fixture
def fresh(fresh_url: str) -> Iterator[Engine]:
    """A database that the test may commit to."""
    made = create_engine(fresh_url)
    yield made
    made.dispose()


@pytest.fixture
def body(fresh: Engine) -> Any:
    """A body's number, and the principal of an account of its alliance's staff."""
    with open_session(fresh, system("test")) as db, db.begin(), f.into(db):
        made = f.OrganizationFactory()
        seat = f.SeatFactory(kind="staff", alliance=made.alliance)
        db.flush()
        return made.id, Principal(
            "staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=made.alliance_id, name="Ada"
        )


def actors(fresh: Engine, number: int) -> list[str | None]:
    with open_session(fresh, system("test")) as db:
        asked = select(AuditEvent.actor).where(
            AuditEvent.table_name == "organization", AuditEvent.row_id == number
        )
        return list(db.scalars(asked.order_by(AuditEvent.id)))[1:]


def flushed(db: ScopedSession, number: int) -> None:
    row = db.get(Organization, number)
    assert row is not None
    row.name += " bis"
    db.flush()


def written_out(db: ScopedSession, number: int) -> None:
    with elevated(db, "a test") as beyond:
        raw(beyond, RENAME, {"id": number}, answers=False)


def flushed_beyond(db: ScopedSession, number: int) -> None:
    with elevated(db, "a test") as beyond:
        flushed(beyond, number)


WAYS = (flushed, written_out, flushed_beyond)


@pytest.mark.parametrize("first", WAYS)
@pytest.mark.parametrize("then", WAYS)
def test_who_acts_is_named_after_a_savepoint_was_given_up(
    fresh: Engine, body: Any, first: Any, then: Any
) -> None:
    number, principal = body
    with open_session(fresh, principal) as db:
        savepoint = db.begin_nested()
        first(db, number)
        savepoint.rollback()
        then(db, number)
        db.commit()
    assert actors(fresh, number) == ["Ada"]


@pytest.mark.parametrize("way", WAYS)
def test_a_savepoint_inside_an_elevation_that_is_given_up_takes_no_name_along(
    fresh: Engine, body: Any, way: Any
) -> None:
    number, principal = body
    with open_session(fresh, principal) as db:
        with elevated(db, "a test") as beyond:
            savepoint = beyond.begin_nested()
            way(beyond, number)
            savepoint.rollback()
            way(beyond, number)
        way(db, number)
        db.commit()
    assert actors(fresh, number) == ["Ada", "Ada"]


@pytest.mark.parametrize("then", WAYS)
def test_an_elevation_that_fails_in_a_savepoint_takes_nothing_else_along(
    fresh: Engine, body: Any, then: Any
) -> None:
    number, principal = body
    with open_session(fresh, principal) as db:
        written_out(db, number)
        with db.begin_nested() as savepoint:
            with suppress(ZeroDivisionError), elevated(db, "a test") as beyond:
                raw(beyond, RENAME, {"id": number}, answers=False)
                raise ZeroDivisionError
            savepoint.rollback()
        then(db, number)
        db.commit()
    assert actors(fresh, number) == ["Ada", "Ada"]
