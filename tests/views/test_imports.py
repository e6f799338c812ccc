"""Imports: untidy sheets become rows, errors stand in their cells, and it can be taken back."""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from io import BytesIO, StringIO
from resource import RUSAGE_SELF, getrusage
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from flask import Flask
from flask_babel import force_locale
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, stream_encode_multipart

from app import clock, models, security
from app.transaction import ScopedSession, web
from app.works import KINDS, Cancelled, Task
from config import Settings
from tests import factories
from tests.views import untidy
from tests.views.conftest import TOKEN, Reader, texts

ORGANIZATIONS = "/office/organizations"


def upload(who: Reader, noun: str, content: bytes, name: str = "elenco.xlsx") -> str:
    """The page of the import that the file begins."""
    form = {"csrf_token": TOKEN.search(who.get(f"{noun}/import").text)[1],  # type: ignore[index]
            "file": FileStorage(BytesIO(content), name)}  # fmt: skip
    # In memory: the client's own way leaves the file behind in which it puts what is large.
    body, _, boundary = stream_encode_multipart(form, use_tempfile=False)
    kind = f'multipart/form-data; boundary="{boundary}"'
    answer = who.http.post(f"{noun}/import", data=body.read(), content_type=kind)
    assert answer.status_code == 302, texts(answer.text)
    return str(answer.headers["Location"])


def chosen(page: str) -> dict[str, str]:
    """What the form of the columns holds, as it would be sent."""
    form = page.partition("/check")[2]
    found = dict(re.findall(r'<input type="hidden" name="(sheet|line|depth)" value="(\d+)"', form))
    for name, options in re.findall(r'<select[^>]*name="([\w-]+)"[^>]*>(.*?)</select>', form, re.S):
        one = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = one[1] if one else ""
    return found


def tried(who: Reader, path: str, **more: str) -> str:
    """The page after trying out what the page proposes, with some of it chosen otherwise."""
    answer = who.post(f"{path}/check", page=path, **{**chosen(who.get(path).text), **more})
    assert answer.status_code == 302, texts(answer.text)
    return who.get(path).text


def done(who: Reader, path: str, **more: str) -> str:
    """The page after doing it."""
    assert who.post(f"{path}/apply", page=path, **more).status_code == 302
    return who.get(path).text


def counts(page: str) -> list[int]:
    """The numbers that the page says of the whole."""
    said = re.search(r'id="counts">\s*<p><strong>(.*?)</strong>', page, re.S)
    assert said, texts(page)
    # Thousands are parted by a dot, in the language that the tests read.
    return [int(n.replace(".", "")) for n in re.findall(r"\d[\d.]*", said[1])]


def wrong_cells(page: str) -> dict[tuple[int, int], str]:
    """What is said in the cells with errors, by line and column: each names its own message."""
    found = re.findall(r'<td[^>]*aria-describedby="(e-(\d+)-(\d+))">(.*?)</td>', page, re.S)
    assert all(f'id="{ident}"' in cell for ident, *_, cell in found)
    return {
        (int(line), int(column)): unescape(re.sub(r"<[^>]+>", " ", cell)).strip()
        for _, line, column, cell in found
    }


def organizations(db: ScopedSession, seat: models.Seat) -> dict[str, models.Organization]:
    db.expire_all()
    found = db.query(models.Organization).filter_by(alliance_id=seat.alliance_id)
    return {one.name: one for one in found}


def test_errors_are_shown_in_their_cells_the_mended_file_is_entered_and_taken_back(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    lodi = factories.MunicipalityFactory(name="Lodi", istat_code="098031")
    path = upload(staff, ORGANIZATIONS, untidy.partners())
    columns = chosen(staff.get(path).text)
    assert [columns[f"column-{n}"] for n in range(6)] == [
        "name", "kind", "fiscal_code", "phone", "email", "municipality_id",
    ]  # fmt: skip
    page = tried(staff, path)
    assert counts(page) == [2, 0, 0, 1], texts(page)
    assert set(wrong_cells(page)) == {(8, 1), (8, 5)}
    assert "Atlantide" in wrong_cells(page)[8, 5]
    assert organizations(db, seat) == {}

    path = upload(staff, ORGANIZATIONS, untidy.partners(wrong=False))
    assert counts(tried(staff, path)) == [3, 0, 0, 0]
    assert organizations(db, seat) == {}
    assert counts(done(staff, path)) == [3, 0, 0, 0]
    made = organizations(db, seat)
    assert set(made) == {"Cooperativa Il Melograno", "Sindacato Uno", "Ditta Ròssi srl"}
    assert made["Sindacato Uno"].phone == "371550102"
    assert {one.kind for one in made.values()} == {"third_sector", "union", "company"}
    assert {one.municipality_id for one in made.values()} == {lodi.id}
    # A second click, or the page from yesterday, enters nothing twice.
    assert staff.post(f"{path}/apply", page=f"{ORGANIZATIONS}/import").status_code == 409

    made["Sindacato Uno"].note = "Già sentito"
    db.flush()
    back = staff.post(f"{path}/undo", page=path)
    page = staff.get(back.headers["Location"]).text
    assert counts(page) == [2, 0, 1]
    assert set(organizations(db, seat)) == {"Sindacato Uno"}
    assert staff.post(f"{path}/undo", page=f"{ORGANIZATIONS}/import").status_code == 409


def test_services_with_italian_amounts_and_line_breaks_are_entered(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    body = factories.OrganizationFactory(alliance=seat.alliance, name="Comune di Prova")
    factories.ServiceCategoryFactory(alliance=seat.alliance, title="Anziani")
    path = upload(staff, "/office/services", untidy.services(), "servizi.csv")
    page = tried(staff, path, **{"column-5": "price_kind", "column-6": "requestable"})
    assert counts(page) == [2, 0, 0, 0], texts(page)
    done(staff, path)
    made = {s.title: s for s in db.query(models.Service).filter_by(organization_id=body.id)}
    assert made["SAD - assistenza"].price == Decimal("1234.50")
    assert made["SAD - assistenza"].description == 'Su due righe,\r\ncon "virgolette"; e punti'
    assert made["Trasporto"].price == Decimal("8.50")
    assert (made["SAD - assistenza"].requestable, made["Trasporto"].requestable) == (True, False)
    assert made["Trasporto"].controller_id == body.id


def test_of_two_sheets_the_one_with_the_table_is_taken_and_days_are_read_however_written(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    path = upload(staff, "/office/seasons", untidy.seasons())
    assert chosen(staff.get(path).text)["sheet"] == "1"
    assert counts(tried(staff, path)) == [3, 0, 0, 0]
    done(staff, path)
    days = {
        s.title: (s.starts_on, s.ends_on)
        for s in db.query(models.Season).filter_by(alliance_id=seat.alliance_id)
    }
    assert days == {
        "Natale": (date(2026, 12, 23), date(2027, 1, 6)),
        "Carnevale": (date(2027, 2, 8), date(2027, 2, 10)),
        "Pasqua": (date(2027, 3, 25), date(2027, 3, 30)),
    }


def test_rows_that_are_there_are_changed_by_their_key_and_changed_back(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    for name, phone in (("Uno", "1"), ("Due", "2"), ("Tre", "3")):
        factories.OrganizationFactory(alliance=seat.alliance, name=name, phone=phone, kind="union")
    factories.OrganizationFactory(name="Uno")  # Another alliance's.
    db.flush()
    rows = [
        ("Nome", "Telefono", "Tipo"), ("UNO", 11, None), ("Due", "2", "union"),
        ("Tre", None, None), ("Quattro", "4", "union"),
    ]  # fmt: skip
    path = upload(staff, ORGANIZATIONS, untidy.table(rows))
    assert counts(tried(staff, path, key="name", mode="enter"))[3] == 3
    path = upload(staff, ORGANIZATIONS, untidy.table(rows))
    assert counts(tried(staff, path, key="name", mode="change"))[3] == 1
    # What the seat chose last for these headings is proposed again.
    path = upload(staff, ORGANIZATIONS, untidy.table(rows))
    page = tried(staff, path, key="name")
    assert counts(page) == [1, 1, 2, 0], texts(page)
    done(staff, path)
    found = organizations(db, seat)
    assert {n: o.phone for n, o in found.items()} == {
        "UNO": "11", "Due": "2", "Tre": "3", "Quattro": "4",
    }  # fmt: skip
    back = staff.post(f"{path}/undo", page=path)
    assert counts(staff.get(back.headers["Location"]).text) == [1, 1, 0]
    found = organizations(db, seat)
    assert {n: o.phone for n, o in found.items()} == {"Uno": "1", "Due": "2", "Tre": "3"}


def test_rows_with_errors_are_left_out_on_request_and_given_back_to_be_mended(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    rows = [
        ("Nome", "Tipo", "Inventata"), ("Uno", "union", "a"), ("Due", "boh", "=1+1"),
        ("Uno", "union", "c"),
    ]  # fmt: skip
    path = upload(staff, ORGANIZATIONS, untidy.table(rows))
    page = tried(staff, path)
    assert counts(page) == [1, 0, 0, 2]
    assert "Inventata" in texts(page)
    done(staff, path)  # Without leaving them out.
    assert organizations(db, seat) == {}
    assert counts(done(staff, path, leave_out="true")) == [1, 0, 0, 2]
    assert set(organizations(db, seat)) == {"Uno"}
    answer = staff.get(f"{path}/report?format=csv&only=wrong", buffered=True)
    read = list(csv.reader(StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    assert [row[:2] for row in read] == [["Nome", "Tipo"], ["Due", "boh"], ["Uno", "union"]]
    assert all(len(row) == 5 and row[4] for row in read[1:])
    answer = staff.get(f"{path}/report", buffered=True)
    sheet: Any = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert [row[0].value for row in sheet.iter_rows()] == ["Nome", "Uno", "Due", "Uno"]
    assert staff.get(f"{path}/report?format=exe").status_code == 400


def test_a_name_that_fits_several_names_them(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    factories.OrganizationFactory(alliance=seat.alliance, name="Auser")
    here = factories.OrganizationFactory(alliance=seat.alliance, name="AUSER")
    db.flush()
    contact = ("Ente", "Nome"), ("Auser", "Anna"), (here.id, "Ugo")
    path = upload(staff, "/office/organization-contacts", untidy.table(contact))
    page = tried(staff, path, **{"column-0": "organization_id", "column-1": "name"})
    assert counts(page) == [1, 0, 0, 1]
    assert str(here.id) in wrong_cells(page)[2, 0]


def test_nobody_else_sees_or_does_an_import(
    staff: Reader, seat: models.Seat, reader: Callable[..., Reader], db: ScopedSession
) -> None:
    path = upload(staff, ORGANIZATIONS, untidy.table([("Nome", "Tipo"), ("Uno", "union")]))
    tried(staff, path)
    other = reader(factories.SeatFactory(kind="staff", alliance=seat.alliance))
    assert other.get(path).status_code == 404
    for step in ("check", "apply", "undo"):
        assert other.post(f"{path}/{step}", page=f"{ORGANIZATIONS}/import").status_code == 404
    assert other.get(f"{path}/report").status_code == 404
    # Nor does another noun's address.
    assert staff.get(path.replace("organizations", "services")).status_code == 404
    partner = reader(factories.SeatFactory(kind="partner", alliance=seat.alliance))
    assert partner.get(f"{ORGANIZATIONS}/import").status_code in (302, 403, 404)


def test_a_provider_imports_its_own_alone(
    reader: Callable[..., Reader], seat: models.Seat, db: ScopedSession
) -> None:
    ours = factories.OrganizationFactory(alliance=seat.alliance, name="Nostra")
    theirs = factories.OrganizationFactory(alliance=seat.alliance, name="Loro")
    factories.ServiceCategoryFactory(alliance=seat.alliance, title="Anziani")
    taken = factories.ServiceFactory(organization=theirs, title="SAD")
    provider = reader(
        factories.SeatFactory(kind="provider", alliance=seat.alliance, organization=ours)
    )
    rows = [
        ("Titolo", "Categoria", "Ente", "No."), ("Nuovo", "Anziani", "Loro", None),
        ("Altro", "Anziani", None, taken.id),
    ]  # fmt: skip
    path = upload(provider, "/office/services", untidy.table(rows))
    assert 'value="organization_id"' not in provider.get(path).text
    page = tried(provider, path, **{"column-3": "id", "key": "id"})
    assert counts(page) == [1, 0, 0, 1]
    done(provider, path, leave_out="true")
    made = db.query(models.Service).filter_by(title="Nuovo").one()
    assert (made.organization_id, made.status) == (ours.id, "draft")
    db.refresh(taken)
    assert taken.title == "SAD"


def bomb() -> bytes:
    out = BytesIO()
    with (
        ZipFile(out, "w", ZIP_DEFLATED) as made,
        made.open("xl/worksheets/sheet1.xml", "w") as part,
    ):
        for _ in range(450):
            part.write(b" " * (1 << 20))
    return out.getvalue()


def laughs() -> bytes:
    """A workbook whose list of sheets multiplies itself."""
    out = BytesIO()
    with ZipFile(BytesIO(untidy.table([["Nome"]]))) as good, ZipFile(out, "w") as made:
        for part in good.namelist():
            said = good.read(part)
            if part == "xl/workbook.xml":
                said = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><workbook>&a;</workbook>'
            made.writestr(part, said)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (lambda: b"", "a.csv", 422),
        (lambda: b"\r\n;;\r\n", "a.csv", 422),
        (lambda: b"%PDF-1.7\n%\xe2\xe3\x00", "a.xlsx", 422),
        (lambda: b"%PDF-1.7\n%\xe2\xe3\x00", "a.csv", 422),
        (lambda: b"PK\x03\x04 nothing", "a.xlsx", 422),
        (lambda: untidy.table([["Nome"]])[:-900], "a.xlsx", 422),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "a.xls", 422),
        (lambda: untidy.table([[f"c{n}" for n in range(300)]]), "a.xlsx", 422),
        (lambda: ";".join(f"c{n}" for n in range(300)).encode(), "a.csv", 422),
        (lambda: b"a\n" * 50_100, "a.csv", 422),
        (lambda: b"Nome;Tipo\n\x81\x8d\xff\x00", "a.csv", 422),
        (bomb, "a.xlsx", 413),
        (laughs, "a.xlsx", 422),
    ],
)
def test_a_file_that_is_no_sheet_is_refused_in_words(
    staff: Reader, db: ScopedSession, content: Callable[[], bytes], name: str, status: int
) -> None:
    path = f"{ORGANIZATIONS}/import"
    answer: TestResponse = staff.post(path, file=(BytesIO(content()), name))
    assert answer.status_code == status
    assert 'class="error" role="alert"' in answer.text
    assert db.query(models.Work).count() == 0


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({"column-0": "name", "column-1": "name"}, "column-1"),
        ({"column-0": "password"}, "column-0"),
        ({"column-0": "", "column-1": ""}, ""),
        ({"column-0": "name", "column-1": "kind", "key": "fiscal_code"}, "key"),
        ({"column-0": "name", "key": "kind"}, "key"),
        ({"column-0": "name", "column-1": "kind", "sheet": "7"}, "sheet"),
        ({"column-0": "name", "column-1": "kind", "key": "name", "mode": "all"}, "mode"),
        ({"column-0": "name", "column-1": "kind", "line": "9999999"}, ""),
    ],
)
def test_a_choice_that_is_none_is_refused(staff: Reader, sent: dict[str, str], named: str) -> None:
    path = upload(staff, ORGANIZATIONS, b"Nome;Tipo\nUno;union\n", "a.csv")
    answer = staff.post(f"{path}/check", page=path, **{**chosen(staff.get(path).text), **sent})
    assert answer.status_code == 422, named
    assert 'role="alert"' in answer.text


def test_headings_that_are_none_or_twice_the_same_are_said(staff: Reader) -> None:
    path = upload(staff, ORGANIZATIONS, b"12;13\n14;15\n", "a.csv")
    page = staff.get(path).text
    assert "notice-warning" in page
    path = upload(staff, ORGANIZATIONS, b"Nome,Nome,Tipo\nUno,Due,union\n", "a.csv")
    columns = chosen(staff.get(path).text)
    assert [columns[f"column-{n}"] for n in range(3)] == ["name", "", "kind"]


def test_the_template_can_be_filled_in_and_sent_back(
    staff: Reader, seat: models.Seat, db: ScopedSession
) -> None:
    factories.MunicipalityFactory(name="Lodi", istat_code="098031")
    answer = staff.get(f"{ORGANIZATIONS}/import/template")
    book = openpyxl.load_workbook(BytesIO(answer.data))
    assert len(book.sheetnames) == 2
    path = upload(staff, ORGANIZATIONS, answer.data)
    page = tried(staff, path)
    assert counts(page) == [1, 0, 0, 0], texts(page)
    assert "/office/organizations/import" in staff.get(f"{ORGANIZATIONS}/list/").text
    assert staff.get("/office/memberships/import").status_code == 404


# ---------------------------------------------------------------- long work


@pytest.fixture
def jobs(
    web_on: Flask, seat: models.Seat, db: ScopedSession, settings: Settings
) -> Callable[[str], list[tuple[int, int, int | None]]]:
    """Call it with the page of an import: it is done as the jobs process does it, under its seat;
    what was reported on the way comes back."""

    def work(path: str) -> list[tuple[int, int, int | None]]:
        row = db.get_one(models.Work, int(path.rpartition("/")[2]), populate_existing=True)
        assert row.status == "queued"
        said: list[tuple[int, int, int | None]] = []
        task = Task(
            row.id, row.resource, dict(row.payload), row.source_digest, row.undoes_id,
            settings.var / "works", clock.now(), lambda *how_far: said.append(how_far),
        )  # fmt: skip
        with web_on.test_request_context(), force_locale("it"):
            security.act_under(seat.user_id, seat.id)
            KINDS[row.kind](task)
            web.commit()
            web.remove()
        db.refresh(row)
        row.status, row.done, row.failed = "done", task.done, task.failed
        db.flush()
        return said

    return work


def many(rows: int) -> bytes:
    lines = (f"Ente {n};union;{n}" for n in range(rows))
    return "\n".join(("Nome;Tipo;Telefono", *lines)).encode()


def test_what_is_long_is_done_by_the_jobs_process_and_says_how_far_it_is(
    staff: Reader, seat: models.Seat, db: ScopedSession, jobs: Callable[[str], list[Any]]
) -> None:
    path = upload(staff, ORGANIZATIONS, many(601), "tanti.csv")
    assert "data-work=" in tried(staff, path)
    assert staff.post(f"{path}/apply", page=f"{ORGANIZATIONS}/import").status_code == 409
    assert (200, 0) in [how_far[:2] for how_far in jobs(path)]
    assert counts(staff.get(path).text) == [601, 0, 0, 0]
    assert organizations(db, seat) == {}
    assert "data-work=" in done(staff, path)
    jobs(path)
    assert len(organizations(db, seat)) == 601
    number = path.rpartition("/")[2]
    report = staff.get(f"{path}/report?format=csv", buffered=True).text.splitlines()
    assert len(report) == 602
    assert all(line.split(";")[3] for line in report)
    assert db.get_one(models.Work, int(number)).payload["applied"]
    back = str(staff.post(f"{path}/undo", page=path).headers["Location"])
    jobs(back)
    assert counts(staff.get(back).text) == [601, 0, 0]
    assert organizations(db, seat) == {}


def test_what_is_stopped_on_the_way_leaves_nothing(
    staff: Reader, seat: models.Seat, db: ScopedSession, web_on: Flask, settings: Settings
) -> None:
    path = upload(staff, ORGANIZATIONS, many(501), "tanti.csv")
    tried(staff, path)
    row = db.get_one(models.Work, int(path.rpartition("/")[2]), populate_existing=True)

    def stop(done: int, failed: int, total: int | None) -> None:
        if done:
            raise Cancelled

    payload = {**row.payload, "step": "apply"}
    task = Task(row.id, row.resource, payload, row.source_digest, None,
                settings.var / "works", clock.now(), stop)  # fmt: skip
    with web_on.test_request_context(), force_locale("it"):
        security.act_under(seat.user_id, seat.id)
        with pytest.raises(Cancelled):
            KINDS["import"](task)
        web.remove()
    assert organizations(db, seat) == {}


@pytest.mark.matrix
# Werkzeug's test client leaves the file of a large form open.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_fifty_thousand_rows_take_no_more_memory_than_five_thousand(
    staff: Reader, seat: models.Seat, db: ScopedSession, jobs: Callable[[str], list[Any]]
) -> None:
    most = {}
    for rows in (5_000, 50_000):
        path = upload(staff, ORGANIZATIONS, many(rows), "tanti.csv")
        tried(staff, path)
        jobs(path)
        assert counts(staff.get(path).text) == [rows, 0, 0, 0]
        most[rows] = getrusage(RUSAGE_SELF).ru_maxrss
    # In kilobytes: ten times the rows, and less than a kilobyte for each that came besides.
    assert most[50_000] - most[5_000] < 40_000, most
