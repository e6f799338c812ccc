"""The paper that a family keeps of what it sent: number, term, who answers, and what came of it."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from app import clock
from app.errors import Conflict
from app.operations import enrollments, receipt_paper
from tests import factories as f


@pytest.fixture
def slots():
    workshop = f.WorkshopFactory(price_kind="fixed", price=Decimal("60.00"))
    return [f.SlotFactory(workshop=workshop, places=places) for places in (1, 0)]


@pytest.fixture
def application(db, slots, now):
    made = f.ApplicationFactory(
        alliance=slots[0].alliance, submitted_at=now, officer="Ada Verdi",
        due_on=clock.local_date(now) + timedelta(days=30), protocol_number="77/2027",
    )  # fmt: skip
    for slot in slots:
        person = f.PersonFactory(alliance=slot.alliance)
        enrollments.enrol(db, application=made, person=person, slot=slot, now=now)
    db.flush()
    return made


def read(db, application, now):
    made = receipt_paper.printed(db, application, today=clock.local_date(now))
    pdf = PdfReader(BytesIO(made))
    assert pdf.trailer["/Root"]["/Lang"] == "it"
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def test_it_says_what_the_law_asks_of_a_receipt(db, application, now):
    said = read(db, application, now)
    alliance = application.alliance
    for fact in (
        application.receipt, alliance.name, alliance.office, "Ada Verdi", "77/2027",
        application.due_on.strftime("%d/%m/%Y"), clock.local_date(now).strftime("%d/%m/%Y"),
        "art. 18-bis",
    ):  # fmt: skip
        assert fact in said, fact


def test_it_names_each_wish_with_its_outcome_and_its_fee(db, application, slots, now):
    said = read(db, application, now)
    for row in application.enrollments:
        assert row.person.name in said
        assert row.slot.title in said
    assert "Posto assegnato" in said
    assert "In lista d'attesa" in said.replace("’", "'")
    assert "120,00 €" in said


def test_every_outcome_has_its_words():
    known = set(f.models.ENROLLMENT_STATES) - {"draft"}
    assert set(receipt_paper.STATES) == known


def test_what_ended_adds_nothing_to_the_total(db, application, now):
    for row in application.enrollments:
        enrollments.cancel(db, row, now=now)
    said = read(db, application, now)
    assert "Annullata dalla famiglia" in said
    assert "120,00" not in said


def test_a_draft_has_no_receipt_yet(db, slots, now):
    draft = f.ApplicationFactory(alliance=slots[0].alliance, status="draft", submitted_at=None)
    with pytest.raises(Conflict):
        receipt_paper.printed(db, draft, today=clock.local_date(now))


def test_an_organizer_s_copy_holds_its_own_places_alone(db, application, slots, now, as_seat):
    other = f.SlotFactory(workshop__alliance=application.alliance, alliance=application.alliance)
    stranger = f.PersonFactory(alliance=application.alliance, last_name="Altrove")
    enrollments.enrol(db, application=application, person=stranger, slot=other, now=now)
    mine = slots[0].organization_id
    town = as_seat("municipality", alliance_id=application.alliance_id, organization_id=mine)
    row = town.get(f.models.Application, application.id)
    said = read(town, row, now)
    assert application.enrollments[0].person.name in said
    assert "Altrove" not in said
    assert "Altrove" in read(db, application, now)
