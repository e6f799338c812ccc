"""Lists: one SELECT, capped pages, choices under the policy, CSV that spreadsheets may open."""

import csv
import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO

import openpyxl
import pytest

from app import clock, models
from app.query.export import MEDIA_TYPES
from app.transaction import ScopedSession
from tests import factories
from tests.statements import selects
from tests.views.conftest import Reader, texts


@pytest.mark.parametrize("rows", [1, 30])
def test_a_list_asks_the_database_once_however_long_it_is(
    staff: Reader, seat: models.Seat, db: ScopedSession, rows: int
) -> None:
    for _ in range(rows):
        factories.SlotFactory(
            workshop__organization=factories.OrganizationFactory(alliance=seat.alliance)
        )
    db.flush()
    staff.get("/office/")  # What is read once a process is read.
    with selects(db.connection()) as found:
        assert staff.get("/office/slots/list/").status_code == 200
    of_slots = [s for s in found if "FROM slot" in s]
    assert len(of_slots) == 1, of_slots
    # Besides: who is asking, and the permissions of the seat.
    assert len(found) <= 3, found


def test_pages_are_never_longer_than_a_hundred_rows(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(120):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n:03}")
    db.flush()
    for asked, rows in (
        ("", 25), ("?size=5", 5), ("?size=100000", 100), ("?page=-1", 25), ("?size=0", 1),
    ):  # fmt: skip
        answer = staff.get(f"/office/organizations/list/{asked}")
        assert answer.status_code == 200, asked
        assert answer.text.count('<a href="/office/organizations/show/') == rows, asked


@pytest.mark.parametrize(
    "asked", ["psize_OrganizationView=9999", "kind=nonsense", "status__like=x", "fiscal=1",
              "sort=password", "filter={", "municipality_id=1%00", "search=%00"],
)  # fmt: skip
def test_what_a_list_does_not_know_is_a_clear_refusal(staff: Reader, asked: str) -> None:
    assert staff.get(f"/office/organizations/list/?{asked}").status_code == 400


@pytest.mark.parametrize("noun", ["keys", "sensitive-reads", "organizations"])
def test_each_heading_that_is_a_link_leads_to_the_list_in_that_order(
    staff: Reader, seat: models.Seat, noun: str
) -> None:
    factories.OrganizationFactory(alliance=seat.alliance)
    factories.ProgramKeyFactory(seat=seat)
    factories.SensitiveReadFactory(alliance=seat.alliance)
    page = staff.get(f"/office/{noun}/list/").text
    orders = set(re.findall(r"[?&;]sort=([\w.]+)", page))
    assert orders
    answers = {name: staff.get(f"/office/{noun}/list/?sort={name}") for name in orders}
    assert {name: a.status_code for name, a in answers.items() if a.status_code != 200} == {}


def test_a_searching_select_offers_what_the_policy_lets_through(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(25):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Coop {n:02}")
    factories.OrganizationFactory(name="Coop di un'altra alleanza")
    db.flush()
    path = "/office/services/select/organization_id"
    first, second = staff.get(path).json, staff.get(f"{path}?page=2").json
    assert (len(first["results"]), first["more"]) == (20, True)
    assert not {r["id"] for r in first["results"]} & {r["id"] for r in second["results"]}
    found = staff.get(f"{path}?q=coop 07").json
    assert [r["label"] for r in found["results"]] == ["Coop 07"]
    assert staff.get(f"{path}?q=altra").json["results"] == []
    assert staff.get(f"{path}?q=%00&page=-3").status_code == 200


@pytest.mark.parametrize("field", ["alliance_id", "password", "proposal", "nonsense", "a:b"])
def test_only_declared_relations_are_chosen_from(staff: Reader, field: str) -> None:
    assert staff.get(f"/office/services/select/{field}").status_code in (403, 404)


def test_a_csv_is_the_whole_selection_in_words_and_runs_nothing(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(120):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n:03}", kind="union")
    factories.OrganizationFactory(
        alliance=seat.alliance, name="=cmd()", kind="company", phone="+39 0371 4091"
    )
    factories.OrganizationFactory(name="Ente di altri")
    db.flush()
    answer = staff.get("/office/organizations/csv", buffered=True)
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    names = [row[0] for row in rows[1:]]
    assert len(names) == 121
    assert "'=cmd()" in names
    assert "Ente di altri" not in names
    assert "union" not in answer.text  # The kind stands there in words.
    assert "None" not in answer.text
    assert "+39 0371 4091" in answer.text
    narrowed = staff.get("/office/organizations/csv?kind=company", buffered=True).data.decode()
    assert len(narrowed.splitlines()) == 2
    assert staff.get("/office/organizations/csv?nonsense=1").status_code == 400


def test_a_workbook_has_the_same_rows_to_count_with(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    call = factories.CallFactory(
        alliance=seat.alliance, title="=HYPERLINK()", deadline=clock.today(), status="published"
    )
    factories.ProjectFactory(alliance=seat.alliance, title="LABOR", budget=Decimal("169952.00"))
    db.flush()
    answer = staff.get("/office/calls/xlsx", buffered=True)
    assert answer.mimetype == MEDIA_TYPES["xlsx"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="calls.xlsx"'
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    head, row = ([cell.value for cell in line] for line in sheet.iter_rows(max_row=2))
    found = dict(zip(head, row, strict=True))
    assert found["Titolo"] == f"'{call.title}"
    assert found["Scadenza"].date() == clock.today()
    assert "published" not in row  # The state stands there in words.
    budgets = openpyxl.load_workbook(
        BytesIO(staff.get("/office/projects/xlsx", buffered=True).data)
    )
    cells = [cell for line in budgets.active for cell in line if cell.value == 169952]
    assert [cell.number_format for cell in cells] == ["#,##0.00"]
    assert "xlsx?kind=union" in staff.get("/office/organizations/list/?kind=union").text


def test_columns_that_a_seat_may_not_read_are_nowhere(
    reader: Callable[..., Reader], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="provider")
    slot = factories.SlotFactory(workshop__organization=seat.organization)
    person = factories.PersonFactory(
        alliance=seat.alliance, fiscal_code="RSSNNA18E45E648M", email="mamma@famiglie.example"
    )
    place = factories.EnrollmentFactory(slot=slot, person=person, status="placed", fee=77)
    db.flush()
    provider = reader(seat)
    for path in (
        f"/office/persons/show/{person.id}", "/office/persons/list/", "/office/persons/csv",
        f"/office/enrollments/show/{place.id}", "/office/enrollments/csv",
    ):  # fmt: skip
        answer = provider.get(path, buffered=True)
        assert answer.status_code == 200, path
        said = answer.data.decode()
        assert person.last_name in said, path
        for secret in (person.fiscal_code, person.email, "77,00"):
            assert secret not in said, (path, secret)
    assert provider.get("/office/persons/list/?fiscal_code=x").status_code == 400
    assert provider.get(f"/office/persons/list/?search={person.fiscal_code}").status_code == 200
    found = texts(provider.get(f"/office/persons/list/?search={person.fiscal_code}").text)
    assert person.last_name not in found


def test_the_days_of_a_list_are_read_in_the_readers_language(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    day = clock.today().replace(month=5, day=3)
    factories.SeasonFactory(alliance=seat.alliance, starts_on=day, ends_on=day, title="Maggio")
    db.flush()
    assert f"3 mag {day.year}" in staff.get("/office/seasons/list/").text
    staff.get("/office/language/en")
    assert f"3 May {day.year}" in staff.get("/office/seasons/list/").text


def chips_of(page: str) -> dict[str, tuple[str, str]]:
    """The filters that a list says it has: their words, and the address without them."""
    found = re.findall(
        r'<li class="chip"><span>(.*?)</span> <a href="([^"]*)" data-filter="([^"]*)"', page
    )
    return {
        name: (unescape(re.sub("<[^>]+>", "", said)), unescape(href)) for said, href, name in found
    }


def test_what_a_list_leaves_out_is_said_and_taken_back_one_by_one(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    town = factories.OrganizationFactory(alliance=seat.alliance, name="Comune di Lodi")
    factories.WorkshopFactory(organization=town, title="Scacchi", starts_on=clock.today())
    db.flush()
    path = "/office/workshops/list/"
    asked = f"organization_id={town.id}&starts_on__gte={clock.today()}&search=scac&sort=title"
    page = staff.get(f"{path}?{asked}&size=5&count=exact").text
    found = chips_of(page)
    assert set(found) == {"organization_id", "starts_on__gte", "search"}
    assert found["organization_id"][0].endswith("Comune di Lodi")
    assert str(clock.today()) not in found["starts_on__gte"][0]  # A day as it is read.
    left = found["organization_id"][1]
    assert "organization_id" not in left
    assert "count" not in left
    assert all(kept in left for kept in ("search=scac", "sort=title", "size=5", "starts_on__gte"))
    assert set(chips_of(staff.get(path + left).text)) == {"starts_on__gte", "search"}
    assert 'class="all" href="?sort=title&amp;size=5"' in page
    assert (
        '<details class="panel" id="filters" name="tools">' in page
    )  # Closed until somebody asks.
    assert not chips_of(staff.get(path).text)


def test_filters_without_a_field_stay_when_one_searches_anew(
    staff: Reader, seat: models.Seat
) -> None:
    factories.OrganizationFactory(alliance=seat.alliance)
    for asked in ("id__in=1,2", "id__null=false", "name__contains=x", "kind__neq=union"):
        page = staff.get(f"/office/organizations/list/?{asked}&sort=name")
        assert page.status_code == 200, asked
        name, _, value = asked.partition("=")
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
        assert '<input type="hidden" name="sort" value="name">' in page.text
        assert list(chips_of(page.text)) == [name]


def test_a_wrong_filter_is_named(staff: Reader) -> None:
    answer = staff.get("/office/organizations/list/?municipality_id__gte=x")
    assert answer.status_code == 400
    assert "municipality_id__gte" in answer.text


def headings(page: str) -> list[str]:
    """The keys by which a list's headings sort: its columns, in their order."""
    return re.findall(r'<th scope="col"[^>]*><a href="[^"]*sort=-?([\w.]+)', page)


def test_columns_are_chosen_and_stay_chosen_in_pages_orders_and_files(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(3):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n}", phone=f"037{n}")
    db.flush()
    path = "/office/organizations/"
    asked = "columns=phone,name"
    page = unescape(staff.get(f"{path}list/?{asked}&size=2").text)
    assert headings(page) == ["phone", "name"]
    links = re.findall(r'href="([^"]*(?:sort|cursor|page|csv|xlsx)[^"]*\?[^"]*|\?[^"]*)"', page)
    assert links
    # All but the one that goes back to the columns as declared.
    assert [one for one in links if "columns=" not in one] == ["?size=2"]
    assert any("columns=name%2Cphone" in one for one in links)  # The other way about.
    # What a form without script sends.
    assert headings(staff.get(f"{path}list/?columns=phone&columns=name").text) == ["phone", "name"]
    lines = staff.get(f"{path}csv?{asked}", buffered=True).data.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["0370;Ente 0", "0371;Ente 1", "0372;Ente 2"]
    book = openpyxl.load_workbook(BytesIO(staff.get(f"{path}xlsx?{asked}", buffered=True).data))
    assert book.active.max_column == 2


@pytest.mark.parametrize(
    "asked", ["nonsense", "name,nonsense", "a.b.c", "alliance.id", "__x", "\0"]
)
def test_a_column_that_nobody_declared_is_refused_by_name(staff: Reader, asked: str) -> None:
    for form in ("list/", "csv", "xlsx"):
        answer = staff.get(f"/office/organizations/{form}", query_string={"columns": asked})
        assert answer.status_code == 400, form
        assert "<code>columns</code>" in answer.text


def test_no_choice_of_columns_shows_what_a_seat_may_not_read_or_what_is_sealed(
    reader: Callable[..., Reader], staff: Reader
) -> None:
    provider = reader(factories.SeatFactory(kind="provider"))
    assert 'value="fiscal_code"' not in provider.get("/office/persons/list/").text
    assert provider.get("/office/persons/list/?columns=fiscal_code").status_code == 400
    # Health is read on one person's page, never down a list.
    assert staff.get("/office/persons/list/?columns=allergies").status_code == 400
    assert staff.get("/office/persons/list/?columns=fiscal_code").status_code == 200


def next_of(page: str) -> str:
    """The address of the page that follows."""
    found = re.search(r'rel="next" href="([^"]*)"', page)
    return unescape(found[1]) if found else ""


def names_of(page: str) -> list[str]:
    """The first cell of every row."""
    return re.findall(r'<a href="/office/organizations/show/\d+">(Ente [^<]*)</a>', page)


@pytest.mark.parametrize("sort", ["", "&sort=-name", "&sort=phone"])
def test_the_next_page_begins_where_this_one_ended_whatever_came_in_between(
    staff: Reader, seat: models.Seat, db: ScopedSession, sort: str
) -> None:
    for n in range(7):
        phone = f"037{n % 2}" if n % 3 else None
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n}", phone=phone)
    db.flush()
    path, seen = "/office/organizations/list/", []
    address = f"?search=ente&size=3{sort}"
    for page_number in range(3):
        page = staff.get(path + address).text
        seen += names_of(page)
        assert ('rel="first"' in page) == (page_number > 0)
        # A row that is entered before where one reads moves nothing.
        if not sort and page_number == 0:
            factories.OrganizationFactory(alliance=seat.alliance, name="Ente *")
            db.flush()
        address = next_of(page)
        assert ("size=3" in address and "search=ente" in address) or page_number == 2
    assert not address
    assert len(seen) == 7
    assert sorted(seen) == [f"Ente {n}" for n in range(7)]


def test_a_page_far_down_costs_no_more_and_is_counted_only_when_asked(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(5):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n}")
    db.flush()
    path = "/office/organizations/list/"
    following = next_of(staff.get(f"{path}?size=2").text)
    with selects(db.connection()) as found:
        page = staff.get(path + following).text
    assert len(found) <= 3, found
    assert not [s for s in found if "OFFSET" in s or "count(organization" in s], found
    assert "count=exact" in page
    with selects(db.connection()) as found:
        assert staff.get(f"{path}{following}&count=exact").status_code == 200
    assert [s for s in found if "count(organization" in s]


def test_a_cursor_of_another_list_or_of_nobody_is_refused_by_name(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for n in range(3):
        factories.OrganizationFactory(alliance=seat.alliance, name=f"Ente {n}")
    db.flush()
    following = next_of(staff.get("/office/organizations/list/?size=1").text)
    assert staff.get("/office/organizations/list/" + following).status_code == 200
    for wrong in (
        f"services/list/{following}", f"organizations/list/{following}&sort=phone",
        f"organizations/list/{following}&kind=company", f"organizations/list/{following}x",
        "organizations/list/?cursor=abc", "organizations/list/?cursor=%00",
    ):  # fmt: skip
        answer = staff.get(f"/office/{wrong}")
        assert answer.status_code == 400, wrong
        assert "<code>cursor</code>" in answer.text


def test_a_filter_that_cannot_be_read_leads_to_the_list_without_it(staff: Reader) -> None:
    browser = {"Accept": "text/html"}
    page = staff.get("/office/slots/list/?starts_on__gte=soon&sort=title", headers=browser)
    assert page.status_code == 400
    assert "<code>starts_on__gte</code>" in page.text
    assert 'href="/office/slots/list/?sort=title"' in page.text
