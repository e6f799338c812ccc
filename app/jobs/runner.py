"""The jobs process: the only one that schedules, and the one that sends mail.

Several may be started; the one that holds the lock works, the others stand by and one of
them takes over when it dies.
"""

import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from app import clock, database, sealed
from app.jobs import runs
from app.jobs.batch import stopping
from app.jobs.schedule import JOBS, Job
from app.jobs.sender import sender
from app.jobs.works import Worker
from config import Settings

log = logging.getLogger("intreccio.jobs")

ONE_WORKS = 7_130_002
TICK = 1.0
AFTER_TROUBLE = 3.0
THREADS = 3


MakeApp = Callable[[Settings, Engine], Flask]


def main(settings: Settings, make_app: MakeApp) -> None:
    """Work until SIGTERM or SIGINT; what is in hand then is finished.

    ``make_app`` gives the application under which long work is done, when there is some.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s: %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    sealed.configure(settings.data_key)
    # A connection for the lock, one to listen, two for each run, one for the sender, four for
    # long work.
    url = database.url_of(settings)
    engine = create_engine(url, pool_pre_ping=True, pool_size=THREADS * 2 + 8)
    try:
        serve(engine, settings, make_app)
    finally:
        engine.dispose()


def serve(engine: Engine, settings: Settings, make_app: MakeApp) -> None:
    """Stand by until the lock is free, then work; start again after trouble."""
    while not stopping.is_set():
        try:
            with leadership(engine) as lock:
                if lock is not None:
                    log.info("the jobs run here")
                    work(engine, settings, make_app, lock)
        except DBAPIError as error:
            log.warning("the database is away, trying again: %s", error.orig)
            stopping.wait(AFTER_TROUBLE)


@contextmanager
def leadership(engine: Engine) -> Iterator[Connection | None]:
    """Wait for the lock and hold it; None when the process is to end first.

    The lock lives in a connection of its own: it goes when the process goes, however.
    """
    with engine.connect() as connection:
        lock = connection.execution_options(isolation_level="AUTOCOMMIT")
        ask = select(func.pg_try_advisory_lock(ONE_WORKS))
        standing_by = False
        while not lock.scalar(ask):
            if not standing_by:
                log.info("another process runs the jobs: standing by")
                standing_by = True
            if stopping.wait(TICK):
                yield None
                return
        try:
            yield lock
        finally:
            # Closed for good: in the pool it would keep the lock.
            lock.invalidate()


def work(engine: Engine, settings: Settings, make_app: MakeApp, lock: Connection) -> None:
    """Schedule, run what is asked for and send, until asked to stop or the lock is lost."""
    over = threading.Event()
    post = sender(engine, settings, over)
    sending = threading.Thread(target=post.serve, name="sender")
    worker = Worker(engine, lambda: make_app(settings, engine), settings.var / "works", over)
    working = threading.Thread(target=worker.serve, name="long work")
    scheduler = BackgroundScheduler(
        timezone=clock.ROME,
        executors={"default": ThreadPoolExecutor(THREADS)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    for job in JOBS:
        scheduler.add_job(run, job.trigger, args=[engine, job], id=job.name, name=job.name)
        # Once now, for what was due while nobody was there.
        scheduler.add_job(run, args=[engine, job], name=f"{job.name}, missed")
    sending.start()
    working.start()
    scheduler.start()
    try:
        runs.plan(engine, clock.now())
        while not stopping.wait(TICK):
            lock.execute(text("SELECT 1"))  # Raises when the connection, and the lock, is gone.
            for number in runs.take_up(engine, clock.now()):
                runs.execute(engine, number)
    finally:
        over.set()
        scheduler.shutdown(wait=True)
        sending.join()
        working.join()


def run(engine: Engine, job: Job) -> None:
    """What the scheduler calls."""
    if stopping.is_set():
        return
    try:
        if runs.run_due(engine, job, clock.now()):
            runs.plan(engine, clock.now())
    except DBAPIError as error:
        log.warning("%s: the database is away: %s", job.name, error.orig)
