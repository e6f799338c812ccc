"""Families by the thousand: the same rules hold for them as for the few."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import NullPool, create_engine, func, select
from sqlalchemy.orm import Session

from app import clock, sealed
from app import models as m
from app.demo import many_camps, multitude
from app.operations import checks, codice_fiscale
from app.transaction import open_session, system
from tests.databases import ENVIRONMENT

RATHER_FEW = 12


@pytest.fixture
def crowded(
    copy_of: Callable[[str], str], demo_template: str
) -> Iterator[Callable[[int], tuple[Session, multitude.Written]]]:
    """Call it with a number: a session on the demo with so many families besides."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(copy_of(demo_template), poolclass=NullPool)
    opened: list[Session] = []

    def fill(families: int) -> tuple[Session, multitude.Written]:
        done = multitude.write(engine, families, now=clock.now())
        opened.append(open_session(engine, system("tests")))
        return opened[-1], done

    yield fill
    for db in opened:
        db.close()


def counted(db: Session, model, *where) -> int:
    return db.scalar(select(func.count()).select_from(model).where(*where))


def test_each_family_brings_two_enrolments_and_every_rule_holds(crowded):
    db, _ = crowded(0)
    before = {model: counted(db, model) for model in (m.Person, m.Enrollment, m.Application)}
    db, done = crowded(RATHER_FEW)
    assert done.families == RATHER_FEW
    made = {model: counted(db, model) - many for model, many in before.items()}
    assert made == {m.Person: 3 * 12, m.Enrollment: 2 * 12, m.Application: 12}
    assert checks.run(db) == []
    # Every child could have applied: of the right age, with a code of its own that is true.
    for person in db.scalars(select(m.Person)):
        codice_fiscale.require_born(codice_fiscale.check(person.fiscal_code), person.birth_date)
    camp = db.scalars(select(m.Workshop).where(m.Workshop.title.like("Centro estivo n. %"))).one()
    for enrollment in db.scalars(select(m.Enrollment).where(m.Enrollment.slot_id.in_(ids(camp)))):
        age = enrollment.person.age_on(enrollment.slot.starts_on)
        assert camp.min_age <= age <= camp.max_age
        assert enrollment.span == enrollment.slot.span


def ids(camp: m.Workshop) -> list[int]:
    return [slot.id for slot in camp.slots]


def test_what_was_copied_stands_in_the_trail_like_everything_else(crowded):
    db, _ = crowded(3)
    for model, many in ((m.Person, 9), (m.Enrollment, 6), (m.Relation, 9), (m.Account, 3)):
        name = model.__tablename__
        events = db.scalars(
            select(m.AuditEvent)
            .where(m.AuditEvent.table_name == name, m.AuditEvent.action == "insert")
            .order_by(m.AuditEvent.id.desc())
            .limit(many)
        ).all()
        newest = db.scalars(select(model.id).order_by(model.id.desc()).limit(many)).all()
        assert [event.row_id for event in events] == newest
        assert {event.actor for event in events} == {"demo"}
    # And the trigger goes on: it writes what is changed from now on.
    before = counted(db, m.AuditEvent)
    with db.begin_nested():
        db.scalars(select(m.Person).order_by(m.Person.id.desc()).limit(1)).one().school = "Altra"
        db.flush()
    assert counted(db, m.AuditEvent) == before + 1


def test_a_second_load_adds_what_lacks_and_the_same_number_again_nothing(crowded):
    crowded(3)
    db, done = crowded(5)
    assert done.families == 2
    assert multitude.known(db) == 5
    _, again = crowded(5)
    assert (again.families, again.rows) == (0, 0)
    assert counted(db, m.Account, m.Account.username.startswith(multitude.USERNAME)) == 5
    assert checks.run(db) == []


def test_a_week_fills_up_in_the_order_of_its_numbers():
    camp = many_camps.Camp(1, clock.now(), tuple((week, "") for week in range(many_camps.WEEKS)))
    queues: dict[int, list[tuple[int, object]]] = {}
    for family in range(1, many_camps.BLOCK + 1):
        for child in (0, 1):
            week, _, number = camp.wish(family, child)
            queues.setdefault(week, []).append((number, camp.sent(family)))
    for queue in queues.values():
        assert [number for number, _ in sorted(queue)] == list(range(1, 101))
        # Who came first has the lower number, and so were they noted.
        assert queue == sorted(queue)
        states = [many_camps.status(number) for number, _ in queue]
        assert states.count("placed") == many_camps.PLACES
        assert states.count("waiting") == 6


@pytest.mark.matrix
def test_ten_thousand_and_one_families_keep_every_rule(crowded):
    db, done = crowded(10_001)
    assert done.families == 10_001
    waiting = counted(db, m.Enrollment, m.Enrollment.status == "waiting")
    assert waiting >= 20 * 10 * 6
    assert checks.run(db) == []
    twice = select(m.Person.fiscal_code).group_by(m.Person.fiscal_code).having(func.count() > 1)
    assert db.scalars(twice.where(m.Person.alliance_id == 1)).all() == []
