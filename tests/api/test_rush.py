"""A rush on a slot over real HTTP: the places follow the queue, whatever crosses or dies."""

import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import psutil
import pytest
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, select

from app import models, sealed, transaction
from app.operations import checks
from app.transaction import ScopedSession, open_session
from tests import factories as f
from tests.databases import ENVIRONMENT
from tests.servers import LiveServer
from tests.sessions import token_for

AT_ONCE = 32


@dataclass(frozen=True)
class Family:
    """A parent's token and the child they enrol."""

    token: str
    person_id: int


@dataclass
class Scene:
    """A server, a slot, and families of its alliance."""

    server: LiveServer
    engine: Engine
    slot_id: int
    families: list[Family]

    def session(self) -> ScopedSession:
        return open_session(self.engine, transaction.system("rush"))

    def enrolments(self) -> list[models.Enrollment]:
        """Every enrolment there is, by its number in the queue."""
        with self.session() as db:
            return list(db.scalars(select(models.Enrollment).order_by("queue_no")))

    def taken(self) -> tuple[int, int]:
        with self.session() as db:
            slot = db.get_one(models.Slot, self.slot_id)
            return slot.places_taken, slot.waiting_count

    def broken(self) -> list[checks.Broken]:
        with self.session() as db:
            return checks.run(db)

    def enrol(self, http: httpx.Client, family: Family, key: str = "") -> httpx.Response:
        return http.post(
            "/api/v1/applications/",
            json={
                "wishes": [{"person_id": family.person_id, "slot_id": self.slot_id}],
                "contact_email": "famiglia@famiglie.example",
            },
            headers={
                "Authorization": f"Bearer {family.token}",
                "Idempotency-Key": key or str(uuid.uuid4()),
            },
        )

    def cancel(self, http: httpx.Client, family: Family, enrolment_id: int) -> httpx.Response:
        return http.post(
            f"/api/v1/enrollments/{enrolment_id}/cancel",
            json={},
            headers={"Authorization": f"Bearer {family.token}"},
        )


@pytest.fixture
def scene(
    fresh_url: str, flask_app: Flask, serve_on: Callable[..., LiveServer]
) -> Iterator[Callable[[int, int], Scene]]:
    """Call it with the number of families and of places."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(fresh_url, poolclass=NullPool)

    def build(families: int, places: int) -> Scene:
        with open_session(engine, transaction.system("rush")) as db, db.begin(), f.into(db):
            slot = f.SlotFactory(places=places)
            found = [_family(flask_app, slot.alliance) for _ in range(families)]
            slot_id = slot.id
        return Scene(serve_on(fresh_url), engine, slot_id, found)

    yield build
    engine.dispose()


def _family(app: Flask, alliance: models.Alliance) -> Family:
    seat = f.SeatFactory(kind="citizen", alliance=alliance)
    child = f.PersonFactory(alliance=alliance)
    f.RelationFactory(user=seat.user, person=child)
    with app.app_context():
        token = token_for(seat)
    return Family(token, child.id)


def _rush(scene: Scene, first: int) -> None:
    """All but the first families enrol at once while those, enrolled before, cancel."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    with httpx.Client(base_url=scene.server.url, timeout=60, limits=limits) as http:
        early, late = scene.families[:first], scene.families[first:]
        for family in early:
            assert scene.enrol(http, family).status_code == 201
        with scene.session() as db:
            columns = select(models.Enrollment.person_id, models.Enrollment.id)
            held = dict(db.execute(columns).all())
        tasks: list[Callable[[], httpx.Response]] = [
            *(lambda one=family: scene.enrol(http, one) for family in late),
            *(lambda one=family: scene.cancel(http, one, held[one.person_id]) for family in early),
        ]
        random.Random(20).shuffle(tasks)  # noqa: S311 - the same order in every run
        started = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [done.result() for done in [pool.submit(task) for task in tasks]]
    seconds = time.monotonic() - started
    times = sorted(answer.elapsed.total_seconds() for answer in answers)
    print(  # noqa: T201 - shown with -s, and when the test fails
        f"{len(tasks)} requests in {seconds:.1f} s, median {times[len(times) // 2]:.2f} s,"
        f" slowest {times[-1]:.2f} s, {Counter(answer.status_code for answer in answers)}"
    )
    assert {answer.status_code for answer in answers} <= {200, 201}, [
        answer.text for answer in answers if answer.status_code >= 400
    ]


def _follows_the_queue(scene: Scene, families: int, places: int) -> None:
    rows = scene.enrolments()
    assert [row.queue_no for row in rows] == list(range(1, families + 1))
    standing = [row for row in rows if row.status != "cancelled"]
    assert {row.status for row in standing[:places]} <= {"placed", "offered"}
    assert {row.status for row in standing[places:]} <= {"waiting"}
    assert scene.taken() == (places, len(standing) - places)
    assert scene.broken() == []


def test_a_place_is_given_in_the_order_of_arrival(scene: Callable[[int, int], Scene]) -> None:
    rush = scene(48, 5)
    _rush(rush, first=8)
    _follows_the_queue(rush, families=48, places=5)


@pytest.mark.matrix
def test_two_hundred_families_and_thirty_who_give_up(scene: Callable[[int, int], Scene]) -> None:
    rush = scene(230, 20)
    _rush(rush, first=30)
    _follows_the_queue(rush, families=230, places=20)


@pytest.mark.matrix
def test_a_web_worker_is_killed_in_the_rush(scene: Callable[[int, int], Scene]) -> None:
    """Who got an answer keeps the place; who asks again with the same key has it once."""
    rush = scene(40, 10)
    told: list[int] = []
    enough = threading.Event()
    limits = httpx.Limits(max_keepalive_connections=0)  # a dead worker's are no use

    def insist(family: Family) -> httpx.Response:
        key = str(uuid.uuid4())
        for _ in range(60):
            try:
                answer = rush.enrol(http, family, key)
            except httpx.TransportError:
                time.sleep(0.2)  # the connection died with the worker
                continue
            if answer.status_code == 409 and answer.json()["code"] == "repeated":
                time.sleep(0.2)  # what the worker had begun is not undone yet
                continue
            told.append(family.person_id)
            if len(told) >= 8:
                enough.set()
            return answer
        raise AssertionError("no answer in sixty tries")

    with httpx.Client(base_url=rush.server.url, timeout=60, limits=limits) as http:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            coming: list[Future[httpx.Response]] = [
                pool.submit(insist, family) for family in rush.families
            ]
            assert enough.wait(60)
            victim = psutil.Process(rush.server.process.pid).children()[0]
            victim.send_signal(signal.SIGKILL)
            known = list(told)
            answers = [done.result() for done in coming]
        with rush.session() as db:
            kept = set(db.scalars(select(models.Enrollment.person_id)))
        assert {answer.status_code for answer in answers} == {201}
        assert set(known) <= kept
        # Each family once, though it may have asked several times.
        assert len(rush.enrolments()) == len(rush.families)
        assert len({answer.json()["id"] for answer in answers}) == len(rush.families)
    _follows_the_queue(rush, families=40, places=10)


def test_the_same_key_sent_twice_at_once_enrols_once(scene: Callable[[int, int], Scene]) -> None:
    rush = scene(1, 5)
    family, key = rush.families[0], str(uuid.uuid4())
    with httpx.Client(base_url=rush.server.url, timeout=60) as http:
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(lambda _: rush.enrol(http, family, key), range(6)))
        again = rush.enrol(http, family, key)
        other = rush.enrol(http, family)
    assert {(a.status_code, a.json().get("code")) for a in answers} <= {
        (201, None), (409, "repeated"),
    }  # fmt: skip
    assert again.status_code == 201
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "already-enrolled")
    assert len(rush.enrolments()) == 1


def test_place_letters_answer_and_trail_are_committed_by_one_statement(
    scene: Callable[[int, int], Scene],
) -> None:
    rush = scene(2, 1)
    first, second = rush.families
    key = str(uuid.uuid4())
    with httpx.Client(base_url=rush.server.url, timeout=60) as http:
        placed = rush.enrol(http, first, key)
        waits = rush.enrol(http, second)
        again = rush.enrol(http, first, key)
    assert (placed.status_code, waits.status_code) == (201, 201)
    assert (again.status_code, again.json()) == (201, placed.json())
    with rush.session() as db:
        told = db.execute(select(models.Message.kind, models.Message.payload)).all()
        # Nobody waited when the second asked: it is entered and told in one breath, too.
        lines = sorted((kind, payload["lines"][0]["status"]) for kind, payload in told)
        assert lines == [("placed", "placed"), ("receipt", "placed"), ("receipt", "waiting"),
                         ("waiting", "waiting")]  # fmt: skip
        trail = select(models.AuditEvent.user_id).where(
            models.AuditEvent.table_name == "enrollment", models.AuditEvent.action == "insert"
        )
        assert None not in db.scalars(trail).all()
    assert rush.taken() == (1, 1)
    assert not rush.broken()


def test_what_is_refused_with_its_commit_leaves_nothing(scene: Callable[[int, int], Scene]) -> None:
    rush = scene(1, 5)
    (family,) = rush.families
    with rush.session() as db, db.begin(), f.into(db):
        slot = db.get_one(models.Slot, rush.slot_id)
        day = {"starts_on": slot.starts_on, "ends_on": slot.ends_on}
        same_hours = f.SlotFactory(workshop=slot.workshop, places=5, **day).id
    wishes = [{"person_id": family.person_id, "slot_id": one} for one in (rush.slot_id, same_hours)]
    headers = {"Authorization": f"Bearer {family.token}", "Idempotency-Key": "both"}
    with httpx.Client(base_url=rush.server.url, timeout=60) as http:
        sent = {"json": {"wishes": wishes}, "headers": headers}
        answers = [http.post("/api/v1/applications/", **sent) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [409, 409]
        assert answers[0].json()["errors"][0]["field"] == "wishes[0].slot_id"
        assert not rush.enrolments()
        assert rush.taken() == (0, 0)
        mended = {"wishes": wishes[:1]}
        assert http.post("/api/v1/applications/", json=mended, headers=headers).status_code == 201
    assert not rush.broken()
