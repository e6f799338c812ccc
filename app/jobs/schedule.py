"""Every job: its name, when it runs (cron, on the clock of Rome), and the function.

No job runs between two and three in the night, an hour that the change of the clocks skips
or repeats. A function takes a session and the instant, commits row by row, returns how many
rows it made a difference to, and may run twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from app import clock
from app.jobs import (
    attendance,
    audit,
    credit,
    deadlines,
    digest,
    enrolments,
    payments,
    reminders,
    retention,
    rules,
)


@dataclass(frozen=True)
class Job:
    """A line of the table."""

    name: str
    when: str
    run: Callable[[Any, datetime], int]

    @property
    def trigger(self) -> CronTrigger:
        return CronTrigger.from_crontab(self.when, timezone=clock.ROME)


JOBS = (
    Job("expire_offers", "* * * * *", enrolments.expire),
    Job("seal_audit", "*/5 * * * *", audit.seal),
    Job("remind_offers", "*/15 * * * *", reminders.offers),
    Job("digest", "0 7 * * *", digest.digest),
    Job("remind_windows", "0 8 * * *", reminders.windows),
    Job("remind_calls", "10 8 * * *", deadlines.calls),
    Job("remind_memberships", "15 8 * * *", deadlines.memberships),
    Job("remind_reviews", "20 8 * * mon-fri", deadlines.reviews),
    Job("remind_notices", "25 8 * * *", payments.remind),
    Job("remind_slots", "0 16 * * *", reminders.slots),
    Job("mind_absences", "30 18 * * *", attendance.mind),
    Job("expire_credit", "40 0 * * *", credit.expire),
    Job("spend_credit", "50 0 * * *", credit.spend),
    Job("expire_notices", "55 0 * * *", payments.expire),
    Job("clean_up", "30 4 * * *", retention.clean_up),
    Job("check", "0 5 * * *", rules.prove),
)
BY_NAME = {job.name: job for job in JOBS}

_LOOK_BACK = (timedelta(hours=1), timedelta(days=1), timedelta(days=8), timedelta(days=370))


def last_due(job: Job, now: datetime) -> datetime | None:
    """The latest time, up to now, at which the job was due."""
    trigger = job.trigger
    for window in _LOOK_BACK:
        due: datetime | None = None
        following: datetime | None = trigger.get_next_fire_time(None, now - window)
        while following is not None and following <= now:
            due, following = following, trigger.get_next_fire_time(following, following)
        if due is not None:
            return due
    return None


def next_due(job: Job, now: datetime) -> datetime | None:
    """The next time after now."""
    following: datetime | None = job.trigger.get_next_fire_time(
        None, now + timedelta(microseconds=1)
    )
    return following
