"""The runs of jobs: each due time is claimed by its row, and runs once, whoever schedules.

While a run works, its row is locked by a connection of its own. A run whose process died
is therefore marked as running and locked by nobody: the next process takes it up again.
"""

import logging
from datetime import datetime, timedelta

from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app import clock
from app.jobs.batch import RowsFailed, Stopped
from app.jobs.schedule import BY_NAME, JOBS, Job, last_due, next_due
from app.models import JobRun
from app.transaction import open_session, system

log = logging.getLogger("intreccio.jobs")

# A run that kills its process must not do so for ever.
TAKE_UP_WITHIN = timedelta(days=1)


def plan(engine: Engine, now: datetime) -> None:
    """Write down when each job runs next, for the screens; forget other plans."""
    with open_session(engine, system("jobs")) as db:
        for job in JOBS:
            due = next_due(job, now)
            others = JobRun.due_at != due if due else JobRun.due_at.is_not(None)
            db.execute(
                delete(JobRun).where(JobRun.job == job.name, JobRun.status == "planned", others)
            )
            if due:
                row = insert(JobRun).values(job=job.name, due_at=due, status="planned")
                db.execute(row.on_conflict_do_nothing(index_elements=["job", "due_at"]))
        db.execute(delete(JobRun).where(JobRun.job.not_in(BY_NAME), JobRun.status == "planned"))
        db.commit()


def run_due(engine: Engine, job: Job, now: datetime) -> bool:
    """Run the job for its latest due time, unless that has run; say whether it did.

    Of several due times that a standstill missed only the latest counts: a job does
    whatever is to be done at the moment that it runs.
    """
    due = last_due(job, now)
    if due is None:
        return False
    with open_session(engine, system("jobs")) as db:
        number = claim(db, job.name, due, now)
        db.commit()
    return number is not None and execute(engine, number)


def claim(db: Session, job: str, due: datetime, now: datetime) -> int | None:
    """Take the due time: its run's number, or None when somebody has it."""
    row = insert(JobRun).values(job=job, due_at=due, status="running", started_at=now)
    return db.scalar(
        row.on_conflict_do_update(
            index_elements=["job", "due_at"],
            set_={"status": "running", "started_at": now},
            where=JobRun.status == "planned",
        ).returning(JobRun.id)
    )


def take_up(engine: Engine, now: datetime) -> list[int]:
    """The runs that somebody asked for, and those whose process died: ready to execute."""
    with open_session(engine, system("jobs")) as db:
        rows = db.scalars(
            select(JobRun)
            .where(JobRun.status.in_(("requested", "running")))
            .order_by(JobRun.id)
            .with_for_update(skip_locked=True)
        ).all()
        ready = []
        for run in rows:
            if run.job not in BY_NAME:
                _end(run, "failed", error="no such job")
            elif run.status == "running" and run.due_at < now - TAKE_UP_WITHIN:
                _end(run, "failed", error="the process ended in the middle of it")
            else:
                run.status, run.started_at = "running", now
                ready.append(run.id)
        db.commit()
        return ready


def execute(engine: Engine, number: int) -> bool:
    """Do the work of a claimed run and record how it went; False when somebody else does."""
    with open_session(engine, system("jobs")) as holder:
        run = _hold(holder, number)
        if run is None:
            return False
        try:
            with open_session(engine, system(f"job {run.job}")) as db:
                rows = BY_NAME[run.job].run(db, clock.now())
                db.commit()
        except Stopped:
            log.info("%s stopped half-way and goes on at the next start", run.job)
            return True
        except RowsFailed as error:
            _end(run, "failed", rows=error.done, error=str(error))
        except Exception as error:
            log.exception("%s failed", run.job)
            _end(run, "failed", error=type(error).__name__)
        else:
            _end(run, "done", rows=rows)
            log.log(logging.INFO if rows else logging.DEBUG, "%s: %s rows", run.job, rows)
        holder.commit()
        return True


def _hold(holder: Session, number: int) -> JobRun | None:
    """The run, locked until the session ends; None when somebody works on it or has done so."""
    # Not SKIP LOCKED: whoever claims in vain holds the row for an instant as well.
    holder.execute(select(func.set_config("lock_timeout", "2s", True)))
    claimed = select(JobRun).where(JobRun.id == number, JobRun.status == "running")
    try:
        return holder.scalar(claimed.with_for_update())
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            return None
        raise


def _end(run: JobRun, status: str, *, rows: int = 0, error: str | None = None) -> None:
    run.status = status
    run.finished_at = clock.now()
    run.rows = rows
    run.error = error.replace("\x00", "")[:4000] if error else None
