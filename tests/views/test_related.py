"""The lists that hang on a row: asked for when they are opened, and for whom they are."""

import re
from collections.abc import Callable
from html import unescape

from app import models
from app.transaction import ScopedSession
from app.views.base import VIEWS
from app.views.showing import RELATED_ROWS
from tests import factories
from tests.statements import selects
from tests.views.conftest import Reader

PART = {"X-Fragment": "1", "Accept": "text/html"}
TAB = re.compile(r'href="([^"]+/related/([a-z-]+))"')


def workshop_of(db: ScopedSession, seat: models.Seat, slots: int) -> models.Workshop:
    organization = factories.OrganizationFactory(alliance=seat.alliance)
    workshop: models.Workshop = factories.WorkshopFactory(organization=organization)
    for _ in range(slots):
        factories.SlotFactory(workshop=workshop)
    db.flush()
    return workshop


def test_a_row_opens_without_a_question_for_each_of_its_lists(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    workshop = workshop_of(db, seat, 3)
    staff.get("/office/")  # What is read once a process is read.
    with selects(db.connection()) as found:
        page = staff.get(f"/office/workshops/show/{workshop.id}").text
    assert not [s for s in found if "FROM slot" in s or "FROM state_change" in s]
    with selects(db.connection()) as found:
        staff.get(f"/office/workshops/show/{workshop.id}/related/slots", headers=PART)
    assert len([s for s in found if "FROM slot" in s]) == 1, found
    assert [other for _, other in TAB.findall(page)] == [
        "slots", "state-changes", "audit-events",
    ]  # fmt: skip


def test_a_list_is_a_page_by_itself_and_a_part_for_a_tab(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    workshop = workshop_of(db, seat, 2)
    address = f"/office/workshops/show/{workshop.id}/related/slots"
    whole, part = staff.get(address), staff.get(address, headers=PART)
    for answer in (whole, part):
        assert answer.text.count('<a href="/office/slots/show/') == 2
        assert "X-Fragment" in answer.headers["Vary"]
    assert f'href="/office/workshops/show/{workshop.id}"' in whole.text.partition("<main")[2]
    assert "<main" not in part.text


def test_five_hundred_rows_are_a_few_and_the_way_to_all_of_them(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    workshop = workshop_of(db, seat, 500)
    part = staff.get(f"/office/workshops/show/{workshop.id}/related/slots", headers=PART).text
    assert part.count('<a href="/office/slots/show/') == RELATED_ROWS
    everything = f"/office/slots/list/?workshop_id={workshop.id}"
    assert f'href="{everything}"' in part
    assert staff.get(f"{everything}&size=100").text.count('<a href="/office/slots/show/') == 100


def test_a_select_never_loads_more_than_twenty_and_tells_namesakes_apart(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    namesakes = [
        factories.PersonFactory(alliance=seat.alliance, last_name="Rossi", first_name="Anna")
        for _ in range(25)
    ]
    namesakes[0].municipality = factories.MunicipalityFactory()
    db.flush()
    found = staff.get("/office/relations/select/person_id?q=Rossi").json
    assert found
    assert (len(found["results"]), found["more"]) == (20, True)
    assert len({one["label"] for one in found["results"]}) == 1
    # The day of birth, and where they live as far as that is known.
    assert all(one["detail"] for one in found["results"])
    further = staff.get("/office/relations/select/person_id?q=Rossi&page=2").json
    assert further
    assert (len(further["results"]), further["more"]) == (5, False)
    details = [one["detail"] for one in (*found["results"], *further["results"])]
    assert any(namesakes[0].municipality.name in detail for detail in details)


def test_the_way_to_all_rows_of_a_tab_is_a_filter_that_their_list_knows(staff: Reader) -> None:
    asked = {(other, key) for view in VIEWS.values() for other, key in view.related.items()}
    refused = [
        (other, key)
        for other, key in asked
        if staff.get(f"/office/{other}/list/?{key}=1").status_code not in (200, 403)
    ]
    assert asked
    assert not refused


def test_what_does_not_hang_there_is_not_found(
    staff: Reader, reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession
) -> None:
    workshop = workshop_of(db, seat, 1)
    slot = db.query(models.Slot).filter_by(workshop_id=workshop.id).one()
    for path in (
        f"/office/workshops/show/{workshop.id}/related/nonsense",
        f"/office/workshops/show/{workshop.id}/related/persons",
        "/office/workshops/show/999999999/related/slots",
        f"/office/workshops/show/{10**30}/related/slots",
        f"/office/workshops/show/{workshop.id}/related/slots%00",
    ):
        assert staff.get(path).status_code == 404, path
    # A partner sees the published slot and no enrolment of anybody.
    partner = reader(factories.SeatFactory(kind="partner", alliance=seat.alliance))
    shown = partner.get(f"/office/slots/show/{slot.id}")
    assert shown.status_code == 200
    assert "/related/enrollments" not in shown.text
    assert partner.get(f"/office/slots/show/{slot.id}/related/enrollments").status_code == 404


def test_rows_of_others_hang_on_nothing_for_a_seat_that_does_not_see_them(
    reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession
) -> None:
    workshop = workshop_of(db, seat, 1)
    abroad = reader(factories.SeatFactory(kind="staff"))
    for headers in ({}, PART):
        path = f"/office/workshops/show/{workshop.id}/related/slots"
        assert abroad.get(path, headers=headers).status_code == 404


def test_the_persons_of_the_same_accounts_are_a_tab(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    child, mother = (factories.PersonFactory(alliance=seat.alliance) for _ in range(2))
    relation = factories.RelationFactory(person=child)
    factories.RelationFactory(person=mother, user=relation.user)
    db.flush()
    page = staff.get(f"/office/persons/show/{child.id}").text
    assert next(other for _, other in TAB.findall(page)) == "persons"
    part = staff.get(f"/office/persons/show/{child.id}/related/persons", headers=PART).text
    assert f"/office/persons/show/{mother.id}" in unescape(part)
    assert f"/office/persons/show/{child.id}" not in part
