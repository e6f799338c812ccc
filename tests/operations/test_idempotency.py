"""A repeated request gets the first answer, and never does the work twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text

from app import sealed, transaction
from app.errors import KeyReused, Repeated
from app.operations import idempotency
from app.transaction import open_session
from tests import factories as f
from tests.databases import ENVIRONMENT


@pytest.fixture
def ask(db):
    return {"user_id": f.AccountFactory().id, "key": "k-1", "digest": "d-1"}


def remembered(db, **ask):
    """What the work's first statement finds under a key: a status and a text, or nothing."""
    idempotency.remember(db, **ask)
    try:
        transaction.prove(db)
    except idempotency.Answered as before:
        return before.status, before.text
    return None


def test_the_first_answer_is_kept_for_a_day(db, ask, now):
    assert remembered(db, now=now, **ask) is None
    idempotency.store(db, status=201, answer='{"id": 1}', now=now, **ask)
    assert remembered(db, now=now, **ask) == (201, '{"id": 1}')
    late = now + timedelta(hours=24)
    assert remembered(db, now=late, **ask) is None
    idempotency.store(db, status=201, answer='{"id": 2}', now=late, **ask)
    assert remembered(db, now=late, **ask) == (201, '{"id": 2}')


def test_the_same_key_with_another_body_is_refused(db, ask, now):
    idempotency.store(db, status=201, answer="{}", now=now, **ask)
    with pytest.raises(KeyReused):
        remembered(db, now=now, **{**ask, "digest": "d-2"})


def test_keys_are_each_user_s_own(db, ask, now):
    idempotency.store(db, status=201, answer="{}", now=now, **ask)
    other = {**ask, "user_id": f.AccountFactory().id}
    assert remembered(db, now=now, **other) is None


def test_an_answer_is_not_readable_in_the_database(db, ask, now):
    idempotency.store(db, status=201, answer="Rossi Ada", now=now, **ask)
    db.flush()
    kept = db.connection().execute(text("SELECT answer FROM idempotency_key")).scalar_one()
    assert "Rossi" not in kept


def test_two_at_once_are_told_apart(fresh_url, now):
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(fresh_url)
    with open_session(engine, transaction.system("test")) as db, db.begin(), f.into(db):
        ask = {"user_id": f.AccountFactory().id, "key": "k", "digest": "d", "now": now}

    def again() -> object:
        with open_session(engine, transaction.system("test")) as other, other.begin():
            return remembered(other, **ask)

    with ThreadPoolExecutor(1) as pool:
        with open_session(engine, transaction.system("test")) as db, db.begin():
            assert remembered(db, **ask) is None
            with pytest.raises(Repeated):
                pool.submit(again).result(timeout=10)
            idempotency.store(db, status=201, answer="{}", **ask)
        assert pool.submit(again).result(timeout=10) == (201, "{}")
    engine.dispose()
