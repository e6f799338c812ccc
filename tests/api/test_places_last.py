"""Places are taken last, when the answer is written: nothing of a refused application stays."""

import pytest
from sqlalchemy import select

from app.models import Enrollment, Message
from tests import factories as f
from tests.api.families import refused

MAIL = {"contact_email": "ada@example.org"}


@pytest.mark.parametrize("key", ["once", None])
def test_the_place_the_letters_and_the_answer_stand_together(db, family, key):
    answer = family.apply(key=key, **MAIL)
    assert answer.status_code == 201, answer.text
    known = family.written()
    assert family.slot.places_taken == 1
    assert db.scalars(select(Enrollment.status)).all() == ["placed"]
    assert set(db.scalars(select(Message.kind))) == {"receipt", "placed"}
    (letter,) = db.scalars(select(Message.payload).where(Message.kind == "receipt"))
    assert letter["lines"][0]["status"] == "placed"
    again = family.apply(key=key, **MAIL)
    if key:
        assert again.headers["Idempotent-Replayed"] == "true"
        assert (again.status_code, again.json) == (201, answer.json)
    else:
        refused(again, 409, "wishes[0].slot_id")
    assert family.written() == known


@pytest.mark.parametrize("key", ["once", None])
def test_what_the_database_refuses_at_the_end_leaves_nothing(family, key):
    day = family.slot.starts_on
    same_hours = f.SlotFactory(workshop=family.slot.workshop, starts_on=day, ends_on=day)
    before = family.written()
    both = family.wish(), family.wish(slot_id=same_hours.id)
    refused(family.apply(*both, key=key, **MAIL), 409, "wishes[0].slot_id")
    assert family.written() == before
    # The key stands for nothing yet: the family takes one of the two away, and sends again.
    mended = family.apply(key=key, **MAIL)
    assert mended.status_code == 201, mended.text
    assert "Idempotent-Replayed" not in mended.headers
