"""A bulk of many rows by a real jobs process: killed half-way, and stopped."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from app import bulk, clock, create_app
from app.jobs.works import Worker
from app.models import Service, StateChange, Work, WorkLine
from app.operations.works import stored
from app.transaction import ScopedSession, open_session, system
from bench.processes import Process
from config import Settings
from tests.databases import folder_of
from tests.factories import OrganizationFactory, SeatFactory, ServiceFactory
from tests.jobs.test_processes import start, wait_for

__all__ = ["start"]


def asked(db: ScopedSession, number: int) -> int:
    """So many published services, and work of the staff's that suspends them; its id."""
    seat = SeatFactory(kind="staff")
    body = OrganizationFactory(alliance=seat.alliance)
    services = [
        ServiceFactory(alliance=seat.alliance, organization=body, status="published")
        for _ in range(number)
    ]
    db.flush()
    action = bulk.Action("services", "verb:suspend", {"reason": "Fine del progetto"})
    picked = [(one.id, one.version) for one in services]
    work = Work(
        seat_id=seat.id, alliance_id=seat.alliance_id, kind="bulk", resource="services",
        title="Sospendi", payload=bulk.payload(action, picked, locale="it"), total=number,
        asked_at=clock.now(),
    )  # fmt: skip
    db.add(work)
    db.commit()
    return int(work.id)


def told(engine: Engine, statement: Any) -> Any:
    with open_session(engine, system("test")) as db:
        return db.scalar(statement)


def lines_of(engine: Engine, work_id: int) -> int:
    return int(told(engine, select(func.count()).where(WorkLine.work_id == work_id)))


@pytest.mark.matrix
def test_killed_half_way_it_goes_on_and_does_no_row_twice(
    fresh: Engine, committed: Callable[[], ScopedSession], start: Callable[[], Process]
) -> None:
    work_id = asked(committed(), 600)
    first = start()
    wait_for(lambda: lines_of(fresh, work_id) >= 100)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert lines_of(fresh, work_id) < 600
    start()
    wait_for(lambda: told(fresh, select(Work.status).where(Work.id == work_id)) == "done")
    with open_session(fresh, system("test")) as db:
        work = db.get_one(Work, work_id)
        assert (work.done, work.failed) == (600, 0)
        assert set(db.scalars(select(Service.status))) == {"suspended"}
    suspended = select(func.count()).where(StateChange.to_status == "suspended")
    assert told(fresh, suspended) == 600


@pytest.mark.matrix
def test_asked_to_stop_it_stops_and_what_was_done_stays_done(
    fresh: Engine, committed: Callable[[], ScopedSession], start: Callable[[], Process]
) -> None:
    work_id = asked(committed(), 600)
    start()
    wait_for(lambda: lines_of(fresh, work_id) >= 20)
    with open_session(fresh, system("test")) as db:
        db.get_one(Work, work_id).stop_asked = True
        db.commit()
    wait_for(lambda: told(fresh, select(Work.status).where(Work.id == work_id)) == "cancelled")
    done = told(fresh, select(func.count()).where(Service.status == "suspended"))
    assert 0 < done < 600
    assert done == lines_of(fresh, work_id)


def test_a_file_is_made_as_the_seat_that_asked_sees_the_list(
    fresh: Engine, committed: Callable[[], ScopedSession], settings: Settings
) -> None:
    db = committed()
    seat = SeatFactory(kind="staff")
    for title in ("Doposcuola", "Pasti a casa"):
        ServiceFactory(
            alliance=seat.alliance, title=title,
            organization=OrganizationFactory(alliance=seat.alliance),
        )  # fmt: skip
    ServiceFactory(title="Di altri")
    db.flush()
    work = Work(
        seat_id=seat.id, alliance_id=seat.alliance_id, kind="export", resource="services",
        title="Servizi", asked_at=clock.now(),
        payload={"form": "csv", "columns": ["title"], "locale": "it", "asked": [["sort", "title"]]},
    )  # fmt: skip
    db.add(work)
    db.commit()
    folder = folder_of("works")
    worker = Worker(fresh, lambda: create_app(settings, fresh), folder, threading.Event())
    assert worker.execute(work.id)
    db.refresh(work)
    assert (work.status, work.done, work.file_name) == ("done", 2, "services.csv")
    text = stored(work.file_digest, folder).read_text("utf-8-sig")
    assert text.splitlines()[1:] == ["Doposcuola", "Pasti a casa"]
