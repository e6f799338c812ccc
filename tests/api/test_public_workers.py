"""Published data from memory in two real workers, on a database that others write to."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
from sqlalchemy import NullPool, create_engine

from app.public.changes import STALE
from bench.processes import end, kill
from tests import factories as f
from tests.api.published import address, end_listeners, how, listeners, until, writing
from tests.servers import LiveServer, serve

# One server for all of them.
pytestmark = pytest.mark.xdist_group("public workers")
SERVICES = "/api/v1/services/"


@pytest.fixture(scope="module")
def workers(copy_of: Callable[[str], str], template: str) -> Iterator[LiveServer]:
    """Two workers on a database with a service and a slot of three places."""
    url = copy_of(template)
    engine = create_engine(url, poolclass=NullPool)
    with writing(engine):
        f.ServiceFactory(title="Doposcuola")
        f.SlotFactory(title="Prima settimana", places=3)
    engine.dispose()
    started = serve(url)
    yield started
    kill(started.process)


class Crowd:
    """Connections enough to reach both workers."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server

    def get(self, path: str = SERVICES, **headers: str) -> list[httpx.Response]:
        limits = httpx.Limits(max_keepalive_connections=0)
        with httpx.Client(base_url=self.server.url, limits=limits, timeout=30) as http:
            return [http.get(path, headers=headers) for _ in range(24)]

    def warm(self, path: str = SERVICES) -> None:
        """Ask until both workers have it: now and then one of them takes every call of a round."""
        rounds = range(3)
        until(lambda: {how(a) for _ in rounds for a in self.get(path)} == {"hit"}, 20)

    def execute(self, statement: str, *values: object) -> None:
        """A change by somebody who knows nothing of the web server."""
        with psycopg.connect(address(self.server.database_url)) as connection:
            connection.execute(statement, values)


@pytest.fixture
def crowd(workers: LiveServer) -> Crowd:
    found = Crowd(workers)
    found.warm()
    return found


def rename(crowd: Crowd, title: str) -> None:
    crowd.execute("UPDATE service SET title = %s", title)


def test_both_workers_listen(crowd: Crowd) -> None:
    until(lambda: crowd.get() and len(listeners(crowd.server.database_url)) == 2, 20)


def test_a_change_by_another_process_is_in_every_answer_after_a_second(crowd: Crowd) -> None:
    for number in range(3):
        rename(crowd, f"Doposcuola {number}")
        time.sleep(STALE)
        answers = crowd.get()
        assert {a.json()["result"][0]["title"] for a in answers} == {f"Doposcuola {number}"}
        crowd.warm()


def test_free_places_are_a_second_old_at_most(crowd: Crowd) -> None:
    slots = "/api/v1/slots/"
    crowd.get(slots)
    crowd.execute("UPDATE slot SET places_taken = 2")
    assert {how(answer) for answer in crowd.get()} == {"hit"}  # the other lists stay
    time.sleep(STALE)
    answers = crowd.get(slots)
    assert {a.json()["result"][0]["places_taken"] for a in answers} == {2}
    # Two workers ask once each; whoever else came in that second was answered from memory.
    assert Counter(map(how, answers))["hit"] >= 20


@pytest.mark.matrix
def test_workers_that_lose_their_ear_go_round_their_memory(crowd: Crowd) -> None:
    end_listeners(crowd.server.database_url)
    rename(crowd, "Senza orecchio")
    time.sleep(STALE)
    assert {a.json()["result"][0]["title"] for a in crowd.get()} == {"Senza orecchio"}
    crowd.warm()
    rename(crowd, "Con orecchio")
    time.sleep(STALE)
    assert {a.json()["result"][0]["title"] for a in crowd.get()} == {"Con orecchio"}


@pytest.mark.matrix
def test_both_workers_give_the_same_validators(crowd: Crowd) -> None:
    time.sleep(2 * STALE + 1)  # until the date of the last change is one that validates
    answers = crowd.get()
    (tag,) = {answer.headers["ETag"] for answer in answers}
    (date,) = {answer.headers["Last-Modified"] for answer in answers}
    for given in ({"If-None-Match": tag}, {"If-Modified-Since": date}):
        again = crowd.get(**given)
        assert {(answer.status_code, answer.content) for answer in again} == {(304, b"")}


@pytest.mark.matrix
def test_a_connection_serves_many_a_304_and_head(crowd: Crowd) -> None:
    with httpx.Client(base_url=crowd.server.url) as http:
        whole = http.get(SERVICES)
        for _ in range(3):
            again = http.get(SERVICES, headers={"If-None-Match": whole.headers["ETag"]})
            assert (again.status_code, again.content) == (304, b"")
            head = http.head(SERVICES)
            assert head.headers["Content-Length"] == str(len(whole.content))
            assert http.get(SERVICES).content == whole.content


@pytest.mark.matrix
def test_a_server_that_ends_takes_its_ears_along(workers: LiveServer) -> None:
    """The last one: it ends the server of all of them."""
    url = workers.database_url
    until(lambda: len(listeners(url)) == 2, 20)
    said = len(workers.log.read_text())
    end(workers.process)
    until(lambda: listeners(url) == [])
    assert "Traceback" not in workers.log.read_text()[said:]
