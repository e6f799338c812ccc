"""Real jobs processes that are started twice, killed, stopped and cut off."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, text

from app import clock
from app.jobs.runner import ONE_WORKS
from app.models import JobRun, Message
from app.operations.runs import run_now
from app.transaction import ScopedSession, open_session, system
from bench import processes
from bench.processes import Process
from tests.databases import ENVIRONMENT, folder_of
from tests.factories import ApplicationFactory, EnrollmentFactory, PersonFactory, SlotFactory
from tests.servers import Mailbox, intreccio


@pytest.fixture
def start(fresh_url: str, smtp: Mailbox) -> Iterator[Callable[[], Process]]:
    """Call it: another `intreccio jobs` on the test's database and mail server."""
    log = folder_of("logs") / f"jobs-{os.getpid()}.log"
    started: list[Process] = []
    surroundings = {
        **processes.inherited(),
        **ENVIRONMENT,
        "DATABASE_URL": fresh_url,
        "SMTP_URL": smtp.url,
        "INTRECCIO_VAR": str(folder_of(f"files-{os.getpid()}-jobs")),
    }

    def another() -> Process:
        started.append(processes.start(intreccio("jobs"), surroundings, log))
        return started[-1]

    yield another
    for process in started:
        processes.end(process)


def wait_for(what: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.05)


def children_tomorrow(db: ScopedSession, number: int) -> None:
    """So many families with a place in what starts tomorrow: a reminder is due to each."""
    tomorrow = clock.today() + timedelta(days=1)
    slot = SlotFactory(
        workshop__starts_on=tomorrow, starts_on=tomorrow, places=number, places_taken=number
    )
    for _ in range(number):
        EnrollmentFactory(
            slot=slot, status="placed", queue_no=None,
            application=ApplicationFactory(alliance=slot.alliance, user=None),
            person=PersonFactory(alliance=slot.alliance),
        )  # fmt: skip
    db.commit()


def to_families(smtp: Mailbox) -> Counter[str]:
    """How often each letter to a family arrived, by its Message-ID."""
    return Counter(str(mail["Message-ID"]) for mail in smtp.to("@famiglie.example"))


def leader(engine: Engine) -> int | None:
    """The server's process that holds the lock of the one that works."""
    query = """
        SELECT pid FROM pg_locks JOIN pg_database d ON d.oid = database
        WHERE locktype = 'advisory' AND datname = current_database() AND objid = :key
    """
    with engine.connect() as connection:
        return connection.scalar(text(query), {"key": ONE_WORKS})


def every_letter_is_sent(engine: Engine, number: int) -> bool:
    with open_session(engine, system("test")) as db:
        sent = select(func.count(Message.id)).where(
            Message.kind == "slot_tomorrow", Message.status == "sent"
        )
        return db.scalar(sent) == number


@pytest.mark.matrix
@pytest.mark.parametrize("number", [40, 500])
def test_killed_in_the_middle_every_reminder_arrives_and_at_most_one_twice(
    number: int,
    fresh: Engine,
    committed: Callable[[], ScopedSession],
    smtp: Mailbox,
    start: Callable[[], Process],
) -> None:
    children_tomorrow(committed(), number)
    smtp.seconds = 0.02
    first = start()
    wait_for(lambda: leader(fresh))
    start()  # stands by
    wait_for(lambda: len(smtp.mails) >= number // 3)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    wait_for(lambda: every_letter_is_sent(fresh, number), 120)
    time.sleep(1)  # for whatever should not come
    arrived = to_families(smtp)
    assert len(arrived) == number
    assert sum(arrived.values()) <= number + 1


def test_asked_to_stop_it_finishes_the_mail_in_hand_and_no_other(
    fresh: Engine,
    committed: Callable[[], ScopedSession],
    smtp: Mailbox,
    start: Callable[[], Process],
) -> None:
    children_tomorrow(committed(), 30)
    smtp.seconds = 0.1
    first = start()
    wait_for(lambda: len(smtp.mails) >= 5)
    first.terminate()
    assert first.wait(10) == 0
    assert len(smtp.mails) < 30
    assert not every_letter_is_sent(fresh, 30)
    smtp.seconds = 0
    start()
    wait_for(lambda: every_letter_is_sent(fresh, 30))
    assert set(to_families(smtp).values()) == {1}


def test_two_processes_run_each_due_time_once_and_what_a_screen_asks_for(
    fresh: Engine, start: Callable[[], Process]
) -> None:
    for _ in range(2):
        start()
    with open_session(fresh, system("test")) as db:
        runs = select(JobRun).where(JobRun.job == "clean_up")
        wait_for(lambda: db.scalars(runs.where(JobRun.status == "done")).all() or db.rollback())
        db.rollback()
        asked = run_now(db, job="clean_up", now=clock.now())
        db.commit()
        wait_for(lambda: db.refresh(asked) or asked.status == "done" or db.rollback())
        states = Counter(run.status for run in db.scalars(runs))
        assert states == {"done": 2, "planned": 1}


@pytest.mark.matrix
def test_it_survives_a_database_that_drops_every_connection(
    fresh: Engine,
    committed: Callable[[], ScopedSession],
    smtp: Mailbox,
    start: Callable[[], Process],
) -> None:
    db = committed()
    process = start()
    wait_for(lambda: leader(fresh))
    children_tomorrow(db, 3)
    with fresh.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    fresh.dispose()
    wait_for(lambda: leader(fresh), 20)
    with open_session(fresh, system("test")) as again:
        wait_for(
            lambda: (
                again.scalar(select(func.count()).where(JobRun.job == "remind_slots"))
                or again.rollback()
            )
        )
        run_now(again, job="remind_slots", now=clock.now())
        again.commit()
    wait_for(lambda: every_letter_is_sent(fresh, 3), 20)
    assert process.poll() is None
