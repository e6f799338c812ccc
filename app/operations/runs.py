"""The jobs as the screens know them: what ran, what comes next, and running one now."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, NotFound
from app.models import JobRun
from app.transaction import elevated


def run_now(db: Session, *, job: str, now: datetime) -> JobRun:
    """Ask the jobs process to run a job; it looks every second.

    Raises NotFound for a job that the process has never planned, Conflict when it is asked
    for or running already.
    """
    with elevated(db, "ask for a job's run") as system:
        # The process writes down what it plans, so its table names every job there is.
        if not system.scalar(select(exists().where(JobRun.job == job))):
            raise NotFound(field="job")
        under_way = exists().where(JobRun.job == job, JobRun.status.in_(("requested", "running")))
        if system.scalar(select(under_way)):
            raise Conflict(N_("This job is running, or about to."), field="job")
        run = JobRun(job=job, due_at=now, status="requested")
        system.add(run)
        system.flush()
        number = run.id
    return db.get_one(JobRun, number)
