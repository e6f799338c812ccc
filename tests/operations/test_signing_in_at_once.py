"""Signing in on several lines at once: one account, one renewal, whoever is first."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeVar

import pytest
from sqlalchemy import Engine, create_engine, func, select

from app.models import Account, DigitalIdentity, Person, Relation, Seat
from app.operations import identities, tokens
from app.transaction import open_session, system
from tests import factories as f

T = TypeVar("T")
LINES = 8


@pytest.fixture
def lines(fresh_url: str) -> Iterator[Engine]:
    engine = create_engine(fresh_url, pool_size=LINES)
    yield engine
    engine.dispose()


def at_once(engine: Engine, work: Callable[..., T]) -> list[T]:
    """Do it on every line at the same time, each in a transaction of its own."""

    def one(_: int) -> T:
        with open_session(engine, system("a line")) as db, db.begin():
            return work(db)

    with ThreadPoolExecutor(LINES) as pool:
        return list(pool.map(one, range(LINES)))


def test_a_first_sign_in_that_comes_many_times_makes_one_of_each(
    lines: Engine, now: datetime
) -> None:
    with open_session(lines, system("test")) as db, db.begin(), f.into(db):
        number = f.AllianceFactory().id
    claims = {
        "fiscal_number": "TINIT-RSSMRA85T10A562S", "given_name": "Mario",
        "family_name": "Rossi", "email": "mario@posta.example",
    }  # fmt: skip
    mario = identities.read(claims, issuer="https://identity.example", now=now)
    entered = at_once(
        lines, lambda db: identities.enter(db, alliance_id=number, identity=mario, now=now)
    )
    assert len(set(entered)) == 1
    with open_session(lines, system("test")) as db:
        for table in (Account, DigitalIdentity, Person, Relation, Seat):
            assert db.scalar(select(func.count()).select_from(table)) == 1


def test_of_many_renewals_with_one_token_one_succeeds_and_the_sign_in_ends(
    lines: Engine, now: datetime
) -> None:
    with open_session(lines, system("test")) as db, db.begin(), f.into(db):
        seat = f.SeatFactory()
        family, name = tokens.begin(
            db, user_id=seat.user_id, seat_id=seat.id, came_by="password", now=now
        )
    renewed = at_once(lines, lambda db: tokens.renew(db, family_id=family, name=name, now=now))
    assert len([found for found in renewed if found is not None]) == 1
    with open_session(lines, system("test")) as db:
        assert not tokens.stands(db, family_id=family, now=now)
