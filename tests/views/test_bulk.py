"""Many rows at once: what is previewed is not done, what is refused stops no other row."""

import csv
import re
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from sqlalchemy import select

from app import bulk, models
from app.operations import enrollments
from app.transaction import ScopedSession
from tests import factories
from tests.views.conftest import TOKEN, Reader, errors_at

LIST = "/office/enrollments/bulk"


def enrolled(
    db: ScopedSession, seat: models.Seat, now: datetime, number: int = 3, places: int = 50
) -> list[models.Enrollment]:
    """Children in one slot, in the order in which they came."""
    body = factories.OrganizationFactory(alliance=seat.alliance)
    slot = factories.SlotFactory(
        workshop__organization=body, workshop__min_age=0, workshop__max_age=120, places=places
    )
    found = []
    for _ in range(number):
        person = factories.PersonFactory(alliance=seat.alliance)
        application = factories.ApplicationFactory(alliance=seat.alliance)
        db.flush()
        found.append(
            enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
        )
    return found


def ids(found: list[models.Enrollment]) -> str:
    return ",".join(str(one.id) for one in found)


def states(db: ScopedSession, found: list[models.Enrollment]) -> list[str]:
    db.expire_all()
    return [one.status for one in found]


def preview(somebody: Reader, path: str = LIST, **data: str) -> tuple[str, str]:
    """The page of a preview, and the address that does it."""
    answer = somebody.post(path, page=path.replace("/bulk", "/list/"), step="preview", **data)
    assert answer.status_code == 200, answer.text[-2000:]
    do = re.search(r'action="(/office/[\w-]+/bulk/\d+)"', answer.text)
    assert do
    return answer.text, do[1]


def confirm(somebody: Reader, do: str, page: str) -> str:
    """Do what was previewed; the address of the work's page."""
    token = TOKEN.search(page)
    assert token
    answer = somebody.http.post(do, data={"csrf_token": token[1]})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def test_a_preview_does_nothing_and_sends_nothing(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    letters = len(db.scalars(select(models.Message)).all())
    page, _ = preview(staff, action="verb:cancel", kept=ids(found), reason="Gita annullata")
    assert page.count('data-outcome="changed"') == 3
    assert states(db, found) == ["placed"] * 3
    assert len(db.scalars(select(models.Message)).all()) == letters


def test_what_was_previewed_is_done_and_a_refused_row_stops_no_other(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    enrollments.cancel(db, found[1], reason="", now=now)
    db.flush()
    page, do = preview(staff, action="verb:cancel", kept=ids(found))
    assert (page.count('data-outcome="changed"'), page.count('data-outcome="refused"')) == (2, 1)
    report = confirm(staff, do, page)
    assert states(db, found) == ["cancelled"] * 3
    work = db.scalars(select(models.Work)).one()
    assert (work.status, work.done, work.failed) == ("done", 2, 1)
    assert staff.get(report).status_code == 200
    # A second click does nothing twice: it leads to the same report.
    assert confirm(staff, do, page) == report
    assert len(db.scalars(select(models.WorkLine)).all()) == 3


def test_what_one_row_does_to_another_of_the_choice_is_no_change_by_somebody_else(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now, places=1)
    page, do = preview(staff, action="verb:cancel", kept=ids(found))
    confirm(staff, do, page)
    assert states(db, found) == ["cancelled"] * 3


def test_a_row_that_changed_since_the_preview_is_left_and_the_report_says_so(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    page, do = preview(staff, action="verb:cancel", kept=ids(found))
    enrollments.refuse(db, found[0], reason="Doppia", now=now)
    db.flush()
    confirm(staff, do, page)
    assert states(db, found) == ["refused", "cancelled", "cancelled"]
    lines = db.scalars(select(models.WorkLine).order_by(models.WorkLine.line)).all()
    assert [line.outcome for line in lines] == ["refused", "changed", "changed"]


def test_a_verb_that_asks_for_a_reason_asks_before_anything_is_tried(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    page = "/office/enrollments/list/"
    asked = staff.post(LIST, page=page, action="verb:refuse", kept=ids(found))
    assert asked.status_code == 200
    assert 'name="reason"' in asked.text
    wrong = staff.post(LIST, page=page, action="verb:refuse", kept=ids(found), step="preview")
    assert wrong.status_code == 422
    assert errors_at(wrong.text, "reason")


def test_all_that_the_filters_find_are_those_of_the_list(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    others = enrolled(db, seat, now)
    path = f"{LIST}?slot_id={found[0].slot_id}"
    count = staff.get(f"/office/enrollments/bulk/count?slot_id={found[0].slot_id}")
    assert count.json == {"count": 3}
    page, do = preview(staff, path, action="verb:cancel", all="1")
    confirm(staff, do, page)
    assert states(db, found) == ["cancelled"] * 3
    assert states(db, others) == ["placed"] * 3


def test_chosen_rows_are_saved_as_a_file_of_these_rows_only(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    answer = staff.post(
        LIST, page="/office/enrollments/list/", action="csv", kept=ids(found[:2])
    )  # fmt: skip
    assert answer.mimetype == "text/csv"
    lines = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert len(lines) == 3


def test_chosen_rows_are_saved_for_programs_and_as_a_workbook(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    last = {one.person.last_name for one in found[1:]}
    page = "/office/enrollments/list/"
    answer = staff.post(LIST, page=page, action="json", kept=ids(found[1:]))
    assert answer.mimetype == "application/json"
    assert {row["person.last_name"] for row in answer.json} == last
    # In the columns that the list shows, where the address says which.
    asked = f"{LIST}?columns=person.last_name"
    answer = staff.post(asked, page=page, action="json", kept=ids(found[1:]))
    assert answer.json == [{"person.last_name": name} for name in reversed_names(found[1:])]
    answer = staff.post(LIST, page=page, action="xlsx", kept=ids(found[1:]))
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == last


def reversed_names(found: list[models.Enrollment]) -> list[str]:
    """As the list is ordered: who came last stands first."""
    return [one.person.last_name for one in reversed(found)]


def test_a_field_is_changed_in_many_rows(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    slots = [
        factories.SlotFactory(
            workshop__organization=factories.OrganizationFactory(alliance=seat.alliance), places=n
        )
        for n in (10, 25)
    ]
    db.flush()
    chosen = ",".join(str(one.id) for one in slots)
    page, do = preview(
        staff, "/office/slots/bulk", action="change:places", kept=chosen, places="25"
    )  # fmt: skip
    assert (page.count('data-outcome="changed"'), page.count('data-outcome="unchanged"')) == (1, 1)
    confirm(staff, do, page)
    db.expire_all()
    assert [one.places for one in slots] == [25, 25]


@pytest.mark.parametrize(
    "given",
    [{}, {"kept": "1,x"}, {"kept": "1" * 30}, {"kept": "5", "action": "verb:nonsense"},
     {"kept": "5", "action": "verb:why"}, {"kept": "5", "action": "change:status"},
     {"kept": "5", "action": "delete"}, {"rows": "%00"}, {"all": "1", "kept": "5"}],
)  # fmt: skip
def test_what_cannot_be_is_a_clear_refusal(
    staff: Reader, seat: models.Seat, given: dict[str, str]
) -> None:
    page = "/office/enrollments/list/"
    data = {"action": "verb:cancel", "step": "preview", **given}
    assert staff.post(LIST, page=page, **data).status_code == 400


def test_nobody_does_what_their_seat_may_not_or_what_another_seat_has_prepared(
    staff: Reader, reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession,
    now: datetime,
) -> None:  # fmt: skip
    found = enrolled(db, seat, now)
    page, do = preview(staff, action="verb:refuse", kept=ids(found), reason="Doppia")
    other = reader(factories.SeatFactory(kind="staff", alliance=seat.alliance))
    assert other.http.post(do).status_code in (302, 400, 404)
    company = reader(factories.SeatFactory(kind="company", alliance=seat.alliance))
    assert company.http.post(LIST, data={"action": "verb:cancel"}).status_code in (400, 403)
    assert states(db, found) == ["placed"] * 3
    # Rows that a seat does not see are refused like rows that are not there.
    stranger = reader(factories.SeatFactory(kind="staff"))
    page, do = preview(stranger, action="verb:cancel", kept=ids(found))
    assert page.count('data-outcome="refused"') == 3
    confirm(stranger, do, page)
    assert states(db, found) == ["placed"] * 3


def test_more_rows_than_a_request_does_are_handed_to_the_jobs(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(bulk, "AT_ONCE", 2)
    found = enrolled(db, seat, now)
    page, do = preview(staff, action="verb:cancel", kept=ids(found))
    confirm(staff, do, page)
    assert states(db, found) == ["placed"] * 3
    assert db.scalars(select(models.Work.status)).one() == "queued"


def test_the_report_says_why_a_row_was_refused_and_leads_to_it(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    enrollments.cancel(db, found[1], reason="", now=now)
    db.flush()
    page, do = preview(staff, action="verb:cancel", kept=ids(found))
    report = confirm(staff, do, page)
    shown = staff.get(report).text
    # The refused one first: that is what there is to look at.
    assert re.findall(r'data-outcome="(\w+)"', shown) == ["refused", "changed", "changed"]
    assert f'href="/office/enrollments/show/{found[1].id}"' in shown
    answer = staff.get(report.replace("/show/", "/report/"))
    lines = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [bool(line[3]) for line in lines[1:]] == [False, True, False]
    assert lines[2][4].endswith(f"/office/enrollments/show/{found[1].id}")


def test_what_has_ended_waits_in_the_menu_until_its_page_is_opened(
    staff: Reader, reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession,
    now: datetime,
) -> None:  # fmt: skip
    db.flush()
    given = {"seat_id": seat.id, "alliance_id": seat.alliance_id, "kind": "export",
             "resource": "services", "title": "Elenco", "payload": {}, "asked_at": now}  # fmt: skip
    over = models.Work(**given, status="done", finished_at=now)
    db.add_all([over, models.Work(**given, status="running")])
    db.flush()
    entry = r'href="/office/works/list/"><span>[^<]*</span><span class="waiting">1<'
    home = staff.get("/office/").text
    assert re.search(entry, home)
    assert f'href="/office/works/show/{over.id}"' in home
    # The page that is open asks after what is under way.
    assert "data-works=" in home
    other = reader(factories.SeatFactory(kind="staff", alliance=seat.alliance))
    assert other.get(f"/office/works/show/{over.id}").status_code == 404
    assert other.get(f"/office/works/report/{over.id}").status_code == 404
    assert "data-works=" not in other.get("/office/").text
    assert staff.get(f"/office/works/show/{over.id}").status_code == 200
    assert not re.search(entry, staff.get("/office/").text)


def test_a_large_file_is_asked_for_with_the_list_s_own_filters(
    staff: Reader, seat: models.Seat, db: ScopedSession, now: datetime
) -> None:
    found = enrolled(db, seat, now)
    enrolled(db, seat, now)
    path = f"/office/enrollments/prepare?slot_id={found[0].slot_id}&sort=-id"
    assert 'data-total="3"' in staff.get(path).text
    assert staff.post(path, form="pdf").status_code == 400
    assert staff.get("/office/enrollments/prepare?nonsense=1").status_code == 400
    assert staff.post(path, form="csv").status_code == 302
    work = db.scalars(select(models.Work)).one()
    assert (work.kind, work.status, work.total) == ("export", "queued", 3)
