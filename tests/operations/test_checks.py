"""`intreccio check` finds each kind of broken row, and nothing in a sound database."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, literal, select, update

from app import clock
from app.models import Application, Attendance, Enrollment, Slot, StateChange
from app.operations import checks, enrollments
from tests import factories as f


@pytest.fixture
def slot(db, now):
    slot = f.SlotFactory(places=1)
    for _ in range(3):
        enrollments.enrol(
            db,
            application=f.ApplicationFactory(
                alliance=slot.alliance, due_on=clock.local_date(now), officer="Ufficio"
            ),
            person=f.PersonFactory(alliance=slot.alliance),
            slot=slot,
            now=now,
        )
    return slot


def names(db, now):
    return {broken.check for broken in checks.run(db, now=now)}


def test_a_sound_database_breaks_nothing(db, slot, now):
    assert checks.run(db, now=now) == []


BREAKAGES = [
    ("places taken are those held", update(Slot).values(places=5, places_taken=2)),
    ("waiting are those who wait", update(Slot).values(waiting_count=7)),
    ("no number beyond the last one given", update(Slot).values(last_queue_no=1)),
    ("no free place beside a family whom it could serve", update(Slot).values(places=2)),
    (
        "whoever joined a queue has a number",
        update(Enrollment).where(Enrollment.queue_no == 3).values(queue_no=None),
    ),
    (
        "nobody is placed before who came earlier",
        update(Enrollment).where(Enrollment.queue_no == 1).values(queue_no=9),
    ),
    (
        "a decided enrolment belongs to an application that was sent",
        update(Application).values(status="draft"),
    ),
    ("a receipt has its number, term and officer", update(Application).values(officer=None)),
    (
        "an attendance is of a day on which its slot is held",
        insert(Attendance).from_select(
            ["alliance_id", "enrollment_id", "day", "status"],
            select(
                Enrollment.alliance_id, Enrollment.id, literal(date(2020, 1, 7)), literal("present")
            ),
        ),
    ),
    (
        "the last change that was kept led to the present state",
        update(StateChange).where(StateChange.to_status == "placed").values(to_status="waiting"),
    ),
]


@pytest.mark.parametrize(("name", "breakage"), BREAKAGES, ids=[name for name, _ in BREAKAGES])
def test_what_is_broken_is_found(db, slot, now, name, breakage):
    db.execute(breakage.execution_options(synchronize_session=False))
    assert name in names(db, now)


def test_an_offer_that_no_job_ended_is_found(db, slot, now):
    placed = db.query(Enrollment).filter_by(queue_no=1).one()
    enrollments.cancel(db, placed, now=now)
    assert names(db, now + timedelta(hours=50)) == {
        "an offer has not run out for more than an hour"
    }


def test_a_row_that_names_another_alliance_is_found(db, slot, now):
    other = f.PersonFactory()
    db.execute(update(Enrollment).where(Enrollment.queue_no == 2).values(person_id=other.id))
    (broken,) = checks.run(db, now=now)
    assert (broken.check, broken.table, broken.detail) == (
        "no row outside its alliance", "enrollment", "person_id",
    )  # fmt: skip
