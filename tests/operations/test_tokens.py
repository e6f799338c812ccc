"""Families of tokens: what renews, and what a stolen copy brings."""

from datetime import datetime, timedelta

import pytest

from app.models import Seat
from app.operations import tokens
from app.transaction import ScopedSession
from tests import factories as f


@pytest.fixture
def seat(db: ScopedSession) -> Seat:
    made: Seat = f.SeatFactory()
    db.flush()
    return made


def begin(db: ScopedSession, seat: Seat, now: datetime) -> tuple[int, str]:
    return tokens.begin(db, user_id=seat.user_id, seat_id=seat.id, came_by="password", now=now)


def test_each_renewal_gives_another_name_and_the_family_stands(
    db: ScopedSession, seat: Seat, now: datetime
) -> None:
    family, first = begin(db, seat, now)
    second = tokens.renew(db, family_id=family, name=first, now=now)
    assert second is not None
    assert second != first
    third = tokens.renew(db, family_id=family, name=second, now=now)
    assert third not in (None, first, second)
    assert tokens.stands(db, family_id=family, now=now)


def test_a_token_that_was_given_up_ends_the_family_for_thief_and_owner(
    db: ScopedSession, seat: Seat, now: datetime
) -> None:
    family, stolen = begin(db, seat, now)
    kept = tokens.renew(db, family_id=family, name=stolen, now=now)
    assert kept is not None
    assert tokens.renew(db, family_id=family, name=stolen, now=now) is None
    assert not tokens.stands(db, family_id=family, now=now)
    assert tokens.renew(db, family_id=family, name=kept, now=now) is None


def test_another_sign_in_of_the_same_account_goes_on(
    db: ScopedSession, seat: Seat, now: datetime
) -> None:
    ended, _ = begin(db, seat, now)
    other, name = begin(db, seat, now)
    tokens.end(db, family_id=ended, now=now)
    assert tokens.renew(db, family_id=other, name=name, now=now) is not None


def test_a_family_ends_after_a_week_of_silence_and_after_a_month_of_renewals(
    db: ScopedSession, seat: Seat, now: datetime
) -> None:
    family, name = begin(db, seat, now)
    late = now + tokens.SILENCE + timedelta(seconds=1)
    assert tokens.renew(db, family_id=family, name=name, now=late) is None
    family, renewing = begin(db, seat, now)
    for day in range(5, 30, 5):
        renewed = tokens.renew(db, family_id=family, name=renewing, now=now + timedelta(days=day))
        assert renewed is not None
        renewing = renewed
    after = now + tokens.LASTS + timedelta(seconds=1)
    assert not tokens.stands(db, family_id=family, now=after)
    assert tokens.renew(db, family_id=family, name=renewing, now=after) is None


def test_the_database_keeps_no_token(db: ScopedSession, seat: Seat, now: datetime) -> None:
    from app.models import TokenFamily

    family, name = begin(db, seat, now)
    row = db.get_one(TokenFamily, family)
    assert len(row.digest) == 64
    assert name not in row.digest
