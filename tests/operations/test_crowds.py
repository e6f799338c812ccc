"""Many families at once, on real connections: nobody loses a place and none lies idle."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text

from app import clock, transaction
from app.errors import DomainError
from app.models import Application, Enrollment, Message, Person, Slot
from app.operations import applications, checks, enrollments
from app.operations.receipts import receipt_code
from app.transaction import ScopedSession, open_session
from tests import factories as f


@pytest.fixture
def crowd(fresh_url: str) -> Iterator[Callable[[], ScopedSession]]:
    """Sessions that commit, on a database of the test's own."""
    engine = create_engine(fresh_url, pool_size=50)

    def session() -> ScopedSession:
        return open_session(engine, transaction.system("crowd"))

    yield session
    engine.dispose()


@contextmanager
def filled(crowd: Callable[[], ScopedSession]) -> Iterator[ScopedSession]:
    with crowd() as db, db.begin(), f.into(db):
        yield db


def at_once(tasks: list[Callable[[], object]]) -> list[object]:
    """Run all of them from one starting gun; what each returned or raised."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], object]) -> object:
        gate.wait()
        try:
            return task()
        except DomainError as refusal:
            return refusal

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def sent(db: ScopedSession, slot: Slot, now: datetime) -> Application:
    """An application that wishes can be added to."""
    application = Application(
        alliance_id=slot.alliance_id,
        receipt=receipt_code(),
        status="submitted",
        submitted_at=now,
        due_on=clock.local_date(now),
        officer="Ufficio",
        contact_email="madre@famiglie.example",
    )
    db.add(application)
    db.flush()
    return application


def enrolling(crowd, slot_id: int, person_id: int, now: datetime) -> Callable[[], object]:
    def task() -> str:
        with crowd() as db, db.begin():
            slot, person = db.get_one(Slot, slot_id), db.get_one(Person, person_id)
            application = sent(db, slot, now)
            made = enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
            return made.status

    return task


def cancelling(crowd, enrollment_id: int, now: datetime) -> Callable[[], object]:
    def task() -> str:
        with crowd() as db, db.begin():
            row = db.get_one(Enrollment, enrollment_id)
            return enrollments.cancel(db, row, now=now).status

    return task


def test_forty_families_on_five_places_crossed_by_cancellations(crowd, now):
    with filled(crowd) as db:
        slot = f.SlotFactory(places=5)
        people = [f.PersonFactory(alliance=slot.alliance) for _ in range(45)]
        slot_id, ids = slot.id, [p.id for p in people]
    for person_id in ids[:5]:
        enrolling(crowd, slot_id, person_id, now)()
    with crowd() as db:
        held = list(db.scalars(select(Enrollment.id)))
    tasks = [enrolling(crowd, slot_id, person_id, now) for person_id in ids[5:]]
    tasks += [cancelling(crowd, enrollment_id, now) for enrollment_id in held]
    random.Random(5).shuffle(tasks)  # noqa: S311 - the same order in every run
    answers = at_once(tasks)
    assert not [a for a in answers if isinstance(a, Exception)]
    with crowd() as db:
        assert checks.run(db, now=now) == []
        rows = db.scalars(select(Enrollment).order_by(Enrollment.queue_no)).all()
        assert [r.queue_no for r in rows] == list(range(1, 46))
        states = [r.status for r in rows[5:]]
        assert set(states[:5]) <= {"placed", "offered"}
        assert set(states[5:]) == {"waiting"}
        slot = db.get_one(Slot, slot_id)
        assert (slot.places_taken, slot.waiting_count) == (5, 35)


def test_families_in_several_queues_for_the_same_hours_never_wait_for_each_other(crowd, now):
    """Everybody wants all of four slots at one time: promotions meet the same persons."""
    with filled(crowd) as db:
        workshop = f.WorkshopFactory()
        slots = [
            f.SlotFactory(workshop=workshop, places=2, starts_on=workshop.starts_on)
            for _ in range(4)
        ]
        people = [f.PersonFactory(alliance=workshop.alliance) for _ in range(12)]
        slot_ids, ids = [s.id for s in slots], [p.id for p in people]
    chance = random.Random(7)  # noqa: S311
    wishes = [(s, p) for s in slot_ids for p in ids]
    for round_ in range(3):
        chance.shuffle(wishes)
        tasks = [enrolling(crowd, s, p, now) for s, p in wishes[:18]]
        with crowd() as db:
            open_ = select(Enrollment.id).where(Enrollment.status.in_(enrollments.queues.OPEN))
            cancelled = chance.sample(found := list(db.scalars(open_)), min(12, len(found)))
        tasks += [cancelling(crowd, e, now) for e in cancelled]
        at_once(tasks)
        with crowd() as db:
            assert checks.run(db, now=now) == [], round_


def test_one_family_sends_the_same_application_twice_at_once(crowd, now):
    with filled(crowd) as db:
        slot = f.SlotFactory(places=1)
        child = f.PersonFactory(alliance=slot.alliance)
        draft = applications.save_draft(
            db,
            alliance_id=slot.alliance_id,
            wishes=[{"person_id": child.id, "slot_id": slot.id}],
            contact_email="madre@famiglie.example",
            now=now,
        )
        draft_id = draft.id

    def sending() -> str:
        with crowd() as db, db.begin():
            row = db.get_one(Application, draft_id)
            return applications.submit(db, row, now=now).status

    answers = at_once([sending] * 6)
    refusals = [a.code for a in answers if isinstance(a, DomainError)]
    assert refusals == ["wrong-state"] * 5
    with crowd() as db:
        assert checks.run(db, now=now) == []
        assert len(db.scalars(select(Enrollment)).all()) == 1
        assert len(db.scalars(select(Message).where(Message.kind == "receipt")).all()) == 1


def test_an_offer_is_accepted_or_expires_and_never_both(crowd, now):
    with filled(crowd) as db:
        slot = f.SlotFactory(places=1)
        people = [f.PersonFactory(alliance=slot.alliance) for _ in range(3)]
        slot_id, ids = slot.id, [p.id for p in people]
    for person_id in ids:
        enrolling(crowd, slot_id, person_id, now)()
    with crowd() as db:
        first, second, third = db.scalars(select(Enrollment.id).order_by(Enrollment.queue_no))
    cancelling(crowd, first, now)()
    late = now + timedelta(hours=48)

    def accepting() -> str:
        with crowd() as db, db.begin():
            row = db.get_one(Enrollment, second)
            return enrollments.accept(db, row, now=late - timedelta(seconds=1)).status

    def expiring() -> bool:
        with crowd() as db, db.begin():
            return enrollments.expire(db, second, now=late)

    answers = at_once([accepting, expiring, expiring])
    with crowd() as db:
        assert checks.run(db, now=late) == []
        states = [db.get_one(Enrollment, e).status for e in (second, third)]
    assert states in (["placed", "waiting"], ["expired", "offered"])
    assert answers.count(True) == (states[0] == "expired")


def somebody_waits(crowd) -> None:
    """Return as soon as a transaction waits for a lock."""
    with crowd() as db:
        for _ in range(500):
            if db.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
            db.rollback()
            time.sleep(0.01)
    pytest.fail("nobody waits")


def test_who_is_next_and_busy_elsewhere_is_waited_for_without_the_slot_in_hand(crowd, now):
    """A family that enrols its second child here while its first child's turn comes here."""
    with filled(crowd) as db:
        slot = f.SlotFactory(places=1)
        holder, first, second = [f.PersonFactory(alliance=slot.alliance).id for _ in range(3)]
        slot_id = slot.id
    for person_id in (holder, first):
        enrolling(crowd, slot_id, person_id, now)()
    with crowd() as db:
        held = db.scalars(select(Enrollment.id).where(Enrollment.person_id == holder)).one()
    with ThreadPoolExecutor(1) as pool, crowd() as db, db.begin():
        # The family's transaction holds both its children, as `holding` does.
        family = select(Person.id).where(Person.id.in_([first, second])).order_by(Person.id)
        db.execute(family.with_for_update(key_share=True)).all()
        cancelled = pool.submit(cancelling(crowd, held, now))
        somebody_waits(crowd)
        application = sent(db, db.get_one(Slot, slot_id), now)
        enrollments.enrol(
            db,
            application=application,
            person=db.get_one(Person, second),
            slot=db.get_one(Slot, slot_id),
            now=now,
        )
        db.commit()
        assert cancelled.result(timeout=20) == "cancelled"
    with crowd() as db:
        assert checks.run(db, now=now) == []
        states = dict(db.execute(select(Enrollment.person_id, Enrollment.status)).all())
    assert states == {holder: "cancelled", first: "offered", second: "waiting"}
