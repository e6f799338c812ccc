"""Every night the rules are proven, and the office hears of a row that breaks one."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from app import clock, mail
from app.jobs import rules
from app.jobs.batch import RowsFailed
from app.models import Message, Slot
from app.transaction import ScopedSession, elevated
from tests.factories import SeatFactory, SlotFactory


def prove(db: ScopedSession, now: datetime) -> list[str]:
    with pytest.raises(RowsFailed) as failed:
        rules.prove(db, now)
    return str(failed.value).splitlines()


def letters(db: ScopedSession) -> list[Message]:
    return list(db.scalars(select(Message).where(Message.kind == "rules_broken")))


def test_nobody_is_written_to_while_every_rule_holds(db: ScopedSession, now: datetime) -> None:
    SeatFactory(kind="staff", alliance=SlotFactory().alliance)
    assert rules.prove(db, now) == 0
    assert not letters(db)


def test_the_office_hears_once_a_day_of_its_own_broken_rows(
    db: ScopedSession, now: datetime
) -> None:
    slot = SlotFactory()
    staff = SeatFactory(kind="staff", alliance=slot.alliance)
    SeatFactory(kind="staff")  # of another alliance
    with elevated(db, "test") as system:
        system.execute(update(Slot).where(Slot.id == slot.id).values(places=5, places_taken=2))
    line = f"slot {slot.id}: places taken are those held"
    assert line in prove(db, now)
    prove(db, now)
    [letter] = letters(db)
    assert letter.recipient == staff.user.email
    assert letter.about == f"rules:{clock.local_date(now)}"
    words = mail.render(letter, base_url="https://a.example", sender="i@a.example")
    assert line in words.get_body(("plain",)).get_content()
    prove(db, now + timedelta(days=1))
    assert len(letters(db)) == 2
