"""A due time runs once, whoever schedules and whoever dies."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from app import clock
from app.errors import Conflict, NotFound
from app.jobs import runs, schedule
from app.jobs.batch import RowsFailed, Stopped, each, stopping
from app.jobs.schedule import JOBS, Job, last_due, next_due
from app.models import Alliance, JobRun
from app.operations.runs import run_now
from app.transaction import ScopedSession, open_session, system
from tests.factories import AllianceFactory

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Job]]:
    """Call it with a function: a job of the table that runs every minute."""

    def make(run: Callable[..., int]) -> Job:
        made = Job("a_job", "* * * * *", run)
        monkeypatch.setitem(schedule.BY_NAME, made.name, made)
        return made

    return make


def all_runs(engine: Engine) -> list[JobRun]:
    with open_session(engine, system("test")) as db:
        return list(db.scalars(select(JobRun).where(JobRun.job == "a_job").order_by(JobRun.id)))


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_every_line_of_the_table_is_due_before_and_after(job: Job) -> None:
    before, after = last_due(job, NOW), next_due(job, NOW)
    assert before <= NOW < after
    assert next_due(job, before - timedelta(seconds=1)) == before


def test_the_clocks_change_neither_skips_nor_repeats_a_job() -> None:
    for job in JOBS:
        if job.when.startswith("*"):
            continue
        for month, day in ((3, 29), (10, 25)):
            moment = datetime(2026, month, day, tzinfo=clock.ROME)
            found = set()
            for hour in range(24 * 4):
                due = last_due(job, moment.astimezone(UTC) + timedelta(minutes=15 * hour))
                if clock.local_date(due) == moment.date():
                    found.add(due)
            assert len(found) == (0 if "mon" in job.when else 1), job.name


def test_two_schedulers_at_once_run_a_due_time_once(fresh: Engine, job: Callable[..., Job]) -> None:
    ran = []
    mine = job(lambda db, now: ran.append(now) or 1)
    start = threading.Barrier(8)

    def go() -> None:
        start.wait()
        runs.run_due(fresh, mine, NOW)

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == 1
    [run] = all_runs(fresh)
    assert (run.status, run.rows, run.due_at) == ("done", 1, NOW.replace(second=0))


def test_after_a_standstill_only_the_latest_due_time_runs(
    fresh: Engine, job: Callable[..., Job]
) -> None:
    ran = []
    mine = job(lambda db, now: ran.append(now) or 0)
    assert runs.run_due(fresh, mine, NOW)
    assert runs.run_due(fresh, mine, NOW + timedelta(hours=5))
    assert not runs.run_due(fresh, mine, NOW + timedelta(hours=5))
    assert len(ran) == 2


def test_a_run_whose_process_died_is_taken_up_again(fresh: Engine, job: Callable[..., Job]) -> None:
    ran = []
    job(lambda db, now: ran.append(now) or 3)
    with open_session(fresh, system("the dead")) as db:
        number = runs.claim(db, "a_job", NOW, NOW)
        db.commit()
    assert runs.take_up(fresh, NOW) == [number]
    assert runs.execute(fresh, number)
    assert not runs.execute(fresh, number)
    assert [run.status for run in all_runs(fresh)] == ["done"]
    assert len(ran) == 1


def test_a_run_that_is_under_way_is_left_alone(fresh: Engine, job: Callable[..., Job]) -> None:
    seen = []
    mine = job(lambda db, now: seen.append(runs.take_up(fresh, NOW)) or 0)
    runs.run_due(fresh, mine, NOW)
    assert seen == [[]]


def test_a_run_that_kills_its_process_is_given_up_after_a_day(
    fresh: Engine, job: Callable[..., Job]
) -> None:
    job(lambda db, now: 0)
    with open_session(fresh, system("the dead")) as db:
        runs.claim(db, "a_job", NOW, NOW)
        db.commit()
    assert runs.take_up(fresh, NOW + timedelta(days=2)) == []
    assert [run.status for run in all_runs(fresh)] == ["failed"]


def test_a_failure_is_written_down(fresh: Engine, job: Callable[..., Job]) -> None:
    def break_down(db: ScopedSession, now: datetime) -> int:
        raise ValueError("broken\x00")

    runs.run_due(fresh, job(break_down), NOW)
    [run] = all_runs(fresh)
    assert (run.status, run.error) == ("failed", "ValueError")
    assert run.finished_at is not None


def test_a_screen_asks_for_a_run_and_the_process_takes_it_up(
    fresh: Engine, job: Callable[..., Job]
) -> None:
    mine = job(lambda db, now: 2)
    runs.run_due(fresh, mine, NOW)
    with open_session(fresh, system("test")) as db:
        asked = run_now(db, job="a_job", now=NOW + timedelta(seconds=7))
        db.commit()
        number = asked.id
        with pytest.raises(Conflict):
            run_now(db, job="a_job", now=NOW + timedelta(seconds=8))
        with pytest.raises(NotFound):
            run_now(db, job="no_job", now=NOW)
    assert runs.take_up(fresh, NOW) == [number]
    assert runs.execute(fresh, number)
    assert [run.status for run in all_runs(fresh)] == ["done", "done"]


def test_what_comes_next_is_written_down_once(fresh: Engine) -> None:
    runs.plan(fresh, NOW - timedelta(days=3))
    for _ in range(2):
        runs.plan(fresh, NOW)
    with open_session(fresh, system("test")) as db:
        planned = db.scalars(select(JobRun).where(JobRun.status == "planned")).all()
    assert {run.job: run.due_at for run in planned} == {
        job.name: next_due(job, NOW) for job in JOBS
    }
    assert len(planned) == len(JOBS)


def test_a_planned_run_is_claimed_at_its_hour(fresh: Engine) -> None:
    job = JOBS[0]
    runs.plan(fresh, NOW)
    due = next_due(job, NOW)
    assert runs.run_due(fresh, job, due)
    assert not runs.run_due(fresh, job, due + timedelta(seconds=1))


def test_one_bad_row_leaves_the_others_done(fresh: Engine) -> None:
    def rename(slug: str) -> None:
        if slug == "bad":
            raise ValueError("no")
        db.add(AllianceFactory.build(slug=slug))

    with open_session(fresh, system("test")) as db:
        with pytest.raises(RowsFailed) as failed:
            each(db, ["one", "bad", "two"], rename)
        assert failed.value.done == 2
        assert set(db.scalars(select(Alliance.slug))) == {"one", "two"}


def test_asked_to_stop_a_job_finishes_its_row_and_goes_on_next_time(
    fresh: Engine, job: Callable[..., Job]
) -> None:
    done: list[int] = []

    def work(db: ScopedSession, now: datetime) -> int:
        def act(row: int) -> None:
            done.append(row)
            if row == 1:
                stopping.set()

        return each(db, [row for row in range(3) if row not in done], act)

    runs.run_due(fresh, job(work), NOW)
    assert done == [0, 1]
    assert [run.status for run in all_runs(fresh)] == ["running"]
    stopping.clear()
    [number] = runs.take_up(fresh, NOW)
    runs.execute(fresh, number)
    assert done == [0, 1, 2]


def test_stopped_is_no_failure() -> None:
    stopping.set()
    with pytest.raises(Stopped):
        each(ScopedSession(), [1], print)
