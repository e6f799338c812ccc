"""The history of a row: who changed what, for whom, and nothing that the reader may not read."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import delete, select

from app import models
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import Reader, texts

PART = {"X-Fragment": "1"}


@pytest.fixture
def workshop(db: ScopedSession, seat: models.Seat) -> models.Workshop:
    """Entered, given another organizer, another price and other places to be."""
    first, second = (
        factories.OrganizationFactory(alliance=seat.alliance, name=name)
        for name in ("Comune di Prima", "Comune di Poi")
    )
    made: models.Workshop = factories.WorkshopFactory(organization=first, title="Orto")
    db.flush()
    made.title, made.organization = "Orto e cucina", second
    db.flush()
    db.execute(
        models.AuditEvent.__table__.update()
        .where(models.AuditEvent.table_name == "workshop", models.AuditEvent.row_id == made.id)
        .values(actor="Ada Bianchi")
    )
    return made


def events(db: ScopedSession, row: models.Workshop) -> list[int]:
    of_row = select(models.AuditEvent.id).where(
        models.AuditEvent.table_name == row.__tablename__, models.AuditEvent.row_id == row.id
    )
    return list(db.scalars(of_row.order_by(models.AuditEvent.id)))


def history(row: models.Workshop, more: str = "") -> str:
    return f"/office/workshops/show/{row.id}/related/audit-events{more}"


def test_the_history_says_who_changed_what_in_words(
    staff: Reader, workshop: models.Workshop
) -> None:
    assert history(workshop) in staff.get(f"/office/workshops/show/{workshop.id}").text
    page = staff.get(history(workshop)).text
    said = texts(page)
    newest = said[said.index("Ada Bianchi") :]
    # The label of the column, and the bodies by name and not by number.
    for word in ("Titolo", "Orto", "Orto e cucina", "Comune di Prima", "Comune di Poi"):
        assert word in newest, word
    assert newest.index("Comune di Prima") < newest.index("Comune di Poi")
    for name in ("organization_id", "alliance_id", "None"):
        assert name not in page.partition("<main")[2]


def test_two_moments_are_compared_field_by_field(
    staff: Reader, workshop: models.Workshop, db: ScopedSession
) -> None:
    first, last = events(db, workshop)[0], events(db, workshop)[-1]
    address = f"/office/workshops/show/{workshop.id}/compare"
    for asked in (f"one={first}&other={last}", f"one={last}&other={first}"):
        page = staff.get(f"{address}?{asked}").text
        rows = re.findall(r'<tr class="differs">.*?</tr>', page, re.DOTALL)
        assert [word for row in rows for word in re.findall(r"Orto e cucina|Orto\b", row)] == [
            "Orto",
            "Orto e cucina",
        ]
        assert len(rows) == 2, rows
    for asked, status in (
        ("", 400), ("?one=1", 400), ("?one=x&other=1", 400), (f"?one={first}&other=%00", 400),
        (f"?one={first}&other=999999999999", 404), (f"?one={'9' * 30}&other={first}", 400),
    ):  # fmt: skip
        assert staff.get(address + asked).status_code == status, asked


def test_erased_values_are_said_to_be_erased(
    staff: Reader, workshop: models.Workshop, db: ScopedSession
) -> None:
    first, last = events(db, workshop)[0], events(db, workshop)[-1]
    db.execute(delete(models.AuditValue).where(models.AuditValue.event_id == last))
    said = texts(staff.get(history(workshop)).text)
    assert "Orto e cucina" not in said.partition("Ada Bianchi")[2]
    assert "Comune di Poi" not in said.partition("Ada Bianchi")[2]
    compared = staff.get(f"/office/workshops/show/{workshop.id}/compare?one={first}&other={last}")
    assert compared.status_code == 200


def test_what_is_encrypted_is_told_without_its_value(
    reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession
) -> None:
    seat.care = True
    person = factories.PersonFactory(alliance=seat.alliance, allergies="arachidi")
    db.flush()
    person.allergies = "fragole"
    db.flush()
    cipher = db.scalars(
        select(models.AuditValue.after)
        .join(models.AuditEvent)
        .where(models.AuditEvent.table_name == "person", models.AuditEvent.row_id == person.id)
        .order_by(models.AuditEvent.id.desc())
    ).first()["allergies"]
    page = reader(seat).get(f"/office/persons/show/{person.id}/related/audit-events").text
    for secret in ("arachidi", "fragole", str(cipher)):
        assert secret not in page
    assert 'colspan="2"' in page


def test_a_long_history_comes_twenty_at_a_time(
    staff: Reader, workshop: models.Workshop, db: ScopedSession
) -> None:
    for n in range(25):
        workshop.title = f"Orto {n}"
        db.flush()
    part = staff.get(history(workshop), headers=PART).text
    assert part.count("<li>") == 20
    older = re.search(r'rel="next" href="([^"]+)"', part)
    assert older
    following = staff.get(older[1])
    assert following.text.partition("<main")[2].count("<h2>") == len(events(db, workshop)) - 20
    assert staff.get(history(workshop, "?cursor=x")).status_code == 400
    # A cursor of another row's history leads nowhere.
    other = factories.WorkshopFactory(organization=workshop.organization)
    db.flush()
    cursor = older[1].partition("?")[2]
    assert staff.get(history(other, f"?{cursor}")).status_code == 400


@pytest.mark.parametrize("kind", ["municipality", "provider", "partner", "citizen"])
def test_the_history_is_the_staffs_alone(
    reader: Callable[..., Reader], workshop: models.Workshop, seat: models.Seat, kind: str,
    db: ScopedSession,
) -> None:  # fmt: skip
    facts = {} if kind == "citizen" else {"organization": workshop.organization}
    other = reader(factories.SeatFactory(kind=kind, alliance=seat.alliance, **facts))
    number = events(db, workshop)[0]
    assert "audit-events" not in other.get(f"/office/workshops/show/{workshop.id}").text
    for path in (
        history(workshop),
        f"/office/workshops/show/{workshop.id}/compare?one={number}&other={number}",
    ):
        assert other.get(path).status_code in (302, 403, 404), path
    abroad = reader(factories.SeatFactory(kind="staff"))
    assert abroad.get(history(workshop)).status_code == 404
