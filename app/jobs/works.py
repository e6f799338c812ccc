"""Does the long work that seats have asked for, one after the other, and says how far it is."""

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import force_locale
from sqlalchemy import Engine, func, select, update
from sqlalchemy.exc import DBAPIError

from app import clock, security
from app.errors import DomainError
from app.jobs.batch import stopping
from app.models import Seat, Work
from app.operations.works import sweep
from app.problems import translated
from app.transaction import open_session, system, web
from app.works import KINDS, Cancelled, Interrupted, Task

log = logging.getLogger("intreccio.works")

# With a work's number: an advisory lock of whoever does it.
IN_HAND = 7_130_003
TICK = 0.5
# How often a work in hand writes down how far it is, and looks whether it shall stop; seconds.
REPORTS = 0.5
SWEEPS = 3600.0


class Worker:
    """The thread that does long work, in the process that holds the jobs' lock."""

    def __init__(
        self, engine: Engine, make_app: Callable[[], Flask], folder: Path, over: threading.Event
    ) -> None:
        self.engine, self.make_app, self.folder, self.over = engine, make_app, folder, over
        self._app: Flask | None = None
        self._swept = 0.0

    def serve(self) -> None:
        """Work until it is over."""
        while not self.over.wait(TICK):
            try:
                self.sweep()
                for number in self.waiting():
                    if self.over.is_set():
                        return
                    self.execute(number)
            except DBAPIError as error:
                log.warning("the database is away, trying again: %s", error.orig)

    def sweep(self) -> None:
        """Take away old files, now and then."""
        if time.monotonic() - self._swept > SWEEPS or not self._swept:
            self._swept = time.monotonic()
            sweep(self.folder, now=clock.now())

    def waiting(self) -> list[int]:
        """The works to do, the oldest first: those asked for, and those whose process died."""
        with open_session(self.engine, system("long work")) as db:
            to_do = Work.status.in_(("queued", "running"))
            return list(db.scalars(select(Work.id).where(to_do).order_by(Work.id)))

    def execute(self, number: int) -> bool:
        """Do a work; False where somebody else has it in hand."""
        with self.engine.connect() as holder:
            lock = holder.execution_options(isolation_level="AUTOCOMMIT")
            if not lock.scalar(select(func.pg_try_advisory_lock(IN_HAND, number))):
                return False
            try:
                return self._execute(number)
            finally:
                lock.invalidate()  # In the pool it would keep the lock.

    def _execute(self, number: int) -> bool:
        with open_session(self.engine, system("long work")) as db:
            begun = update(Work).where(Work.id == number, Work.status.in_(("queued", "running")))
            values = {
                "status": "running",
                "started_at": func.coalesce(Work.started_at, clock.now()),
            }
            if db.execute(begun.values(values)).rowcount == 0:  # type: ignore[attr-defined]
                return False
            db.commit()
            work = db.get_one(Work, number)
            user_id = db.scalar(select(Seat.user_id).where(Seat.id == work.seat_id))
            task = Task(
                work.id, work.resource, dict(work.payload), work.source_digest, work.undoes_id,
                self.folder, clock.now(), self._reporter(number),
            )  # fmt: skip
            kind, seat_id, locale = work.kind, work.seat_id, work.payload.get("locale", "it")
        self._app = self._app or self.make_app()
        with self._app.test_request_context(), force_locale(locale):
            status, error = "done", None
            try:
                security.act_under(user_id, seat_id)
                KINDS[kind](task)
                web.commit()
            except Interrupted:
                log.info("work %s stopped half-way and goes on at the next start", number)
                return True
            except Cancelled:
                status = "cancelled"
            except DomainError as refusal:
                status = "failed"
                error = "\n".join(translated(m, p) for _, m, p in refusal.errors)
            except Exception as trouble:
                log.exception("work %s failed", number)
                status, error = "failed", type(trouble).__name__
            finally:
                web.remove()
        self._end(number, task, status, error)
        return True

    def _end(self, number: int, task: Task, status: str, error: str | None) -> None:
        name, digest, size = task.file if task.file and status == "done" else (None, None, None)
        with open_session(self.engine, system("long work")) as db:
            db.execute(
                update(Work).where(Work.id == number).values(
                    status=status, error=error, finished_at=clock.now(), done=task.done,
                    failed=task.failed, file_name=name, file_digest=digest, file_size=size,
                )
            )  # fmt: skip
            db.commit()

    def _reporter(self, number: int) -> Callable[[int, int, int | None], None]:
        last = 0.0

        def report(done: int, failed: int, total: int | None) -> None:
            nonlocal last
            if stopping.is_set() or self.over.is_set():
                raise Interrupted
            if total is None and time.monotonic() - last < REPORTS:
                return
            last = time.monotonic()
            values: dict[str, Any] = {"done": done, "failed": failed}
            if total is not None:
                values["total"] = total
            with open_session(self.engine, system("long work")) as db:
                said = update(Work).where(Work.id == number).values(values)
                stop = db.scalar(said.returning(Work.stop_asked))
                db.commit()
            if stop:
                raise Cancelled

        return report
