"""Offers that end, and what is taken away when its time is over."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, select

from app.jobs import enrolments, retention
from app.jobs.batch import RowsFailed
from app.models import (
    AccountToken,
    Enrollment,
    IdempotencyKey,
    JobRun,
    Message,
    RateCount,
    TokenFamily,
)
from app.operations import enrollments, outbox
from app.transaction import ScopedSession
from tests.factories import (
    AccountTokenFactory,
    IdempotencyKeyFactory,
    JobRunFactory,
    MessageFactory,
    RateCountFactory,
    SlotFactory,
    TokenFamilyFactory,
)
from tests.jobs.test_reminders import place

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def queue(db: ScopedSession, now: datetime) -> list[Enrollment]:
    """A slot whose place was given up: the first in the queue has an offer, two wait."""
    slot = SlotFactory(places=1)
    first, *others = (place(db, slot, now) for _ in range(4))
    enrollments.cancel(db, first, now=now)
    for row in others:
        db.refresh(row)
    return others


def statuses(db: ScopedSession, rows: list[Enrollment]) -> list[str]:
    db.expire_all()
    return [row.status for row in rows]


def test_a_place_that_nobody_accepts_goes_down_the_queue(db: ScopedSession, now: datetime) -> None:
    rows = queue(db, now)
    assert enrolments.expire(db, now + 47 * HOUR) == 0
    assert statuses(db, rows) == ["offered", "waiting", "waiting"]
    assert enrolments.expire(db, now + 49 * HOUR) == 1
    assert enrolments.expire(db, now + 49 * HOUR) == 0
    assert statuses(db, rows) == ["expired", "offered", "waiting"]
    assert enrolments.expire(db, now + 98 * HOUR) == 1
    assert statuses(db, rows) == ["expired", "expired", "offered"]


def test_one_offer_that_fails_leaves_the_others_expired(
    db: ScopedSession, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = queue(db, now), queue(db, now)
    db.commit()
    expire = enrollments.expire

    def broken(db: ScopedSession, number: int, *, now: datetime) -> bool:
        if number == bad[0].id:
            raise ValueError("this row is broken")
        return expire(db, number, now=now)

    monkeypatch.setattr(enrollments, "expire", broken)
    with pytest.raises(RowsFailed, match="ValueError") as failed:
        enrolments.expire(db, now + 49 * HOUR)
    assert failed.value.done == 1
    assert statuses(db, good) == ["expired", "offered", "waiting"]
    assert statuses(db, bad) == ["offered", "waiting", "waiting"]


def test_what_has_served_its_time_goes_and_nothing_else(db: ScopedSession, now: datetime) -> None:
    IdempotencyKeyFactory(expires_at=now - HOUR)
    key = IdempotencyKeyFactory(expires_at=now + HOUR)
    AccountTokenFactory(expires_at=now - 8 * DAY)
    AccountTokenFactory(used_at=now - 8 * DAY)
    token = AccountTokenFactory(expires_at=now - DAY)
    JobRunFactory(job="a", status="done", due_at=now - 40 * DAY)
    only = JobRunFactory(job="b", status="done", due_at=now - 40 * DAY)
    idle = {"job": "a", "status": "done", "rows": 0}
    JobRunFactory(**idle, due_at=now - 2 * DAY)
    worked = JobRunFactory(job="a", status="done", rows=3, due_at=now - 2 * DAY - HOUR)
    last = JobRunFactory(**idle, due_at=now - HOUR)
    lost = MessageFactory(
        kind="reset", status="failed", next_at=now - 8 * DAY,
        payload={"name": "Ada", "sealed": {"token": outbox.hide("a-token")}},
    )  # fmt: skip
    TokenFamilyFactory(ended_at=now - 8 * DAY)
    TokenFamilyFactory(expires_at=now - 8 * DAY)
    families = [TokenFamilyFactory(), TokenFamilyFactory(ended_at=now - DAY)]
    db.execute(delete(RateCount))  # Other tests' attempts count past their transactions.
    RateCountFactory(ends_at=now)
    count = RateCountFactory(ends_at=now + HOUR)
    assert retention.clean_up(db, now) == 9
    assert retention.clean_up(db, now) == 0
    db.expire_all()
    assert db.scalars(select(IdempotencyKey)).all() == [key]
    assert db.scalars(select(AccountToken)).all() == [token]
    assert set(db.scalars(select(JobRun))) == {only, worked, last}
    assert db.scalars(select(TokenFamily).order_by(TokenFamily.id)).all() == families
    assert db.scalars(select(RateCount)).all() == [count]
    assert db.get_one(Message, lost.id).payload == {"name": "Ada"}
