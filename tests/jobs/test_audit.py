"""The chain over the audit: it holds, and every hand laid on it shows."""

from sqlalchemy import Engine, delete, select, text, update

from app import clock
from app.jobs import audit
from app.models import AuditEvent, AuditValue
from app.operations import seals
from app.transaction import ScopedSession, open_session, system
from tests.factories import AllianceFactory, into


def events(db: ScopedSession, number: int) -> list[int]:
    """Rows that the trigger writes events of; what was there before is sealed."""
    audit.seal(db, clock.now())
    before = db.scalar(select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1)) or 0
    AllianceFactory.create_batch(number)
    return list(
        db.scalars(select(AuditEvent.id).where(AuditEvent.id > before).order_by(AuditEvent.id))
    )


def test_each_event_is_sealed_once(db: ScopedSession) -> None:
    made = events(db, 3)
    length, _ = seals.head(db)
    assert audit.seal(db, clock.now()) == len(made) == 3
    assert audit.seal(db, clock.now()) == 0
    assert seals.verify(db) == []
    assert seals.head(db)[0] == length + 3


def test_a_changed_event_shows(db: ScopedSession) -> None:
    _, two, _ = events(db, 3)
    audit.seal(db, clock.now())
    db.execute(update(AuditEvent).where(AuditEvent.id == two).values(actor="nobody"))
    assert seals.verify(db) == [f"audit_event {two}: is not what was sealed"]


def test_an_event_taken_away_shows(db: ScopedSession) -> None:
    _, two, _ = events(db, 3)
    audit.seal(db, clock.now())
    db.execute(delete(AuditValue).where(AuditValue.event_id == two))
    db.execute(delete(AuditEvent).where(AuditEvent.id == two))
    place = seals.head(db)[0] - 1
    assert seals.verify(db) == [f"audit_event: places {place} to {place} are missing"]


def test_changed_values_show_and_erased_ones_do_not(db: ScopedSession) -> None:
    one, two = events(db, 2)
    audit.seal(db, clock.now())
    db.execute(delete(AuditValue).where(AuditValue.event_id == one))
    assert seals.verify(db) == []
    changed = {"name": "another"}
    db.execute(update(AuditValue).where(AuditValue.event_id == two).values(after=changed))
    assert seals.verify(db) == [f"audit_value of event {two}: is not what the event says"]


def test_what_commits_late_is_sealed_later_and_missed_by_nobody(fresh: Engine) -> None:
    with open_session(fresh, system("slow")) as slow, open_session(fresh, system("fast")) as fast:
        with into(slow):
            [early] = events(slow, 1)  # has the lower number, and is not committed yet
        with into(fast):
            [late] = events(fast, 1)
        fast.commit()
        assert early < late
        with open_session(fresh, system("job")) as db:
            assert audit.seal(db, clock.now()) == 1
        slow.commit()
        with open_session(fresh, system("job")) as db:
            assert audit.seal(db, clock.now()) == 1
            order = db.scalars(select(AuditEvent.id).order_by(AuditEvent.seal_no)).all()
            assert order[-2:] == [late, early]
            assert seals.verify(db) == []


def test_a_session_s_time_zone_is_no_change(fresh: Engine) -> None:
    with open_session(fresh, system("test")) as db:
        with into(db):
            events(db, 1)
        audit.seal(db, clock.now())
        db.execute(text("SET TIME ZONE 'Europe/Rome'"))
        assert seals.verify(db) == []
