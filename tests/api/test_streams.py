"""Whole selections as files over the API: complete or broken off, and never in memory."""

import csv
import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from io import BytesIO, StringIO

import openpyxl
import psutil
import pytest
from sqlalchemy import Engine, NullPool, create_engine, select, text

from app import clock, models
from app.query.export import MEDIA_TYPES
from app.transaction import ScopedSession
from tests import factories
from tests.servers import LiveServer
from tests.sessions import Client

ORGANIZATIONS = "/api/v1/organizations/"
FIELDS = "fields=id,name,kind,municipality.name"


@pytest.fixture
def seat(db: ScopedSession) -> models.Seat:
    seat = factories.SeatFactory(kind="staff")
    for number in range(130):
        factories.OrganizationFactory(
            alliance=seat.alliance, name=f"Ente {number:03}", kind="union"
        )
    factories.OrganizationFactory(alliance=seat.alliance, name="=cmd()", kind="company")
    factories.OrganizationFactory(name="Ente di altri")
    return seat


def test_csv_is_the_whole_selection_under_the_columns_names(staff: Client) -> None:
    answer = staff.get(f"{ORGANIZATIONS}?format=csv&{FIELDS}&sort=name", buffered=True)
    assert answer.status_code == 200
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="organizations.csv"'
    head, first, *rest = csv.reader(StringIO(answer.data.decode("utf-8"), newline=""))
    assert head == ["id", "name", "kind", "municipality.name"]
    assert first[1:3] == ["'=cmd()", "company"]
    assert len(rest) == 130
    assert "Ente di altri" not in answer.text


def test_each_line_is_a_row_as_the_list_has_it(staff: Client) -> None:
    listed = staff.get(f"{ORGANIZATIONS}?{FIELDS}&sort=name&limit=100").json["result"]
    answer = staff.get(f"{ORGANIZATIONS}?format=ndjson&{FIELDS}&sort=name", buffered=True)
    lines = [json.loads(line) for line in answer.data.splitlines()]
    assert lines[:100] == listed
    assert len(lines) == 131
    assert answer.mimetype == MEDIA_TYPES["ndjson"]


def test_a_workbook_holds_what_the_filter_leaves(staff: Client) -> None:
    asked = f"{ORGANIZATIONS}?format=xlsx&{FIELDS}&kind=company&search=cmd"
    answer = staff.get(asked, buffered=True)
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).active
    rows = [[cell.value for cell in row] for row in sheet]
    assert [row[1:3] for row in rows] == [["name", "kind"], ["'=cmd()", "company"]]
    assert isinstance(rows[1][0], int)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/csv", "csv"), ("application/x-ndjson", "ndjson"), (MEDIA_TYPES["xlsx"], "xlsx"),
        ("application/json", "json"), ("*/*", "json"), ("text/html,*/*;q=0.8", "json"),
        ("text/csv;q=0.5, application/json", "json"),
        ("application/json;q=0.5, text/csv", "csv"), ("", "json"), ("nonsense", "json"),
    ],
)  # fmt: skip
def test_the_form_may_be_asked_for_by_accept(staff: Client, accept: str, form: str) -> None:
    answer = staff.get(ORGANIZATIONS, headers={"Accept": accept}, buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, MEDIA_TYPES[form])


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ("format=pdf", "format"), ("format=csv&cursor=abc", "cursor"),
        ("format=csv&page=1", "page"),
        ("format=xlsx&count=exact", "count"), ("format=csv&nonsense=1", "nonsense"),
        ("format=ndjson&sort=password", "sort"), ("format=csv&fields=password", "fields"),
        ("format=csv&search=%00", "search"), ("format=csv&limit=x", "limit"),
        ("format=csv&limit=0", "limit"), ("format=csv&limit=101", "limit"),
        ("format=xlsx&limit=2830", "limit"), ("format=ndjson&limit=999999", "limit"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_before_the_first_row(
    staff: Client, asked: str, field: str
) -> None:
    answer = staff.get(f"{ORGANIZATIONS}?{asked}", buffered=True)
    assert answer.status_code == 400, answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]


def test_so_many_rows_as_are_asked_for_and_none_where_there_is_none(staff: Client) -> None:
    some = staff.get(f"{ORGANIZATIONS}?format=ndjson&limit=3", buffered=True)
    assert len(some.data.splitlines()) == 3
    most = staff.get(f"{ORGANIZATIONS}?format=ndjson&limit=100", buffered=True)
    assert len(most.data.splitlines()) == 100
    none = staff.get(f"{ORGANIZATIONS}?format=csv&{FIELDS}&name=nobody", buffered=True)
    assert none.text == "id,name,kind,municipality.name\r\n"
    head = staff.open("HEAD", f"{ORGANIZATIONS}?format=csv", buffered=True)
    assert (head.status_code, head.data) == (200, b"")


def test_a_file_has_the_columns_that_the_seat_may_read(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="provider")
    slot = factories.SlotFactory(workshop__organization=seat.organization)
    person = factories.PersonFactory(alliance=seat.alliance, fiscal_code="RSSNNA18E45E648M")
    factories.EnrollmentFactory(slot=slot, person=person, status="placed", fee=Decimal("71.37"))
    provider = client(seat)
    for noun in ("persons", "enrollments"):
        for form in ("csv", "ndjson"):
            said = provider.get(f"/api/v1/{noun}/?format={form}", buffered=True).text
            assert person.last_name in said
            assert "RSSNNA18E45E648M" not in said
            assert "71.37" not in said
    assert client(None).get("/api/v1/persons/?format=csv").status_code == 401


def test_the_reading_of_health_notes_in_a_file_is_logged_even_if_it_is_broken_off(
    client: Callable[..., Client], db: ScopedSession
) -> None:
    seat = factories.SeatFactory(kind="staff", care=True)
    people = [
        factories.PersonFactory(alliance=seat.alliance, allergies="arachidi") for _ in range(3)
    ]
    staff = client(seat)
    asked = "/api/v1/persons/?format=ndjson&fields=id,allergies"
    whole = staff.get(asked, buffered=True)
    assert [json.loads(line)["allergies"] for line in whole.data.splitlines()] == ["arachidi"] * 3
    broken = staff.get(asked)
    next(iter(broken.response))
    broken.close()
    logged = list(db.scalars(select(models.SensitiveRead).order_by(models.SensitiveRead.id)))
    assert [read.row_ids for read in logged] == [[person.id for person in people]] * 2
    assert {read.user_id for read in logged} == {seat.user_id}


# ---------------------------------------------------------------- a real server

MANY = 100_000


@pytest.fixture(scope="module")
def many(copy_of: Callable[[str], str], template: str) -> str:
    """A database with more public rows than fit between two programs."""
    url = copy_of(template)
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as db:
        db.execute(text("SET session_replication_role = replica"))
        db.execute(
            text(
                "INSERT INTO alliance (slug, name, territory, office, officer, rite)"
                " VALUES ('lodi', 'Lodi', 'Lodi', 'Ufficio', 'Nessuno', 'roman')"
            )
        )
        db.execute(
            text(
                "INSERT INTO organization (alliance_id, name, kind, website)"
                " SELECT id, 'Ente ' || n, 'union', md5(n::text) || md5('a' || n) || md5('b' || n)"
                " FROM alliance, generate_series(1, :many) AS n"
            ),
            {"many": MANY},
        )
    engine.dispose()
    return url


@pytest.fixture
def busy(many: str, serve_on: Callable[..., LiveServer]) -> Iterator[tuple[LiveServer, Engine]]:
    engine = create_engine(many, poolclass=NullPool)
    yield serve_on(many, WEB_WORKERS="1"), engine
    engine.dispose()


def ask(
    server: LiveServer, form: str
) -> tuple[http.client.HTTPConnection, http.client.HTTPResponse]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", f"{ORGANIZATIONS}?format={form}&alliance=lodi")
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    return connection, answer


def cut_off(engine: Engine) -> None:
    """End the database's side of whoever is reading."""
    ended = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend' AND state <> 'idle'"
    )
    deadline = clock.now().timestamp() + 10
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        while not db.scalar(ended):  # between two parts it may be nobody's turn
            assert clock.now().timestamp() < deadline


@pytest.mark.matrix
def test_what_breaks_in_the_middle_does_not_look_whole(busy: tuple[LiveServer, Engine]) -> None:
    server, engine = busy
    for form in ("csv", "ndjson", "xlsx"):
        connection, answer = ask(server, form)
        with closing(connection):
            assert answer.read(1000)
            cut_off(engine)
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                answer.read()
    # The worker goes on, and so does its pool.
    connection, answer = ask(server, "csv")
    with closing(connection):
        assert answer.read().count(b"\r\n") == MANY + 1


def test_a_long_file_takes_no_memory_and_leaves_no_transaction(
    busy: tuple[LiveServer, Engine],
) -> None:
    server, engine = busy
    for form in ("csv", "xlsx"):  # The first makes the worker load what it needs.
        connection, answer = ask(server, form)
        with closing(connection):
            answer.read(1000)
    before, peak, size = memory(server), 0, 0
    for form in ("xlsx", "csv"):
        connection, answer = ask(server, form)
        with closing(connection):
            while part := answer.read(1 << 20):
                size += len(part)
                peak = max(peak, memory(server))
    assert size > 20 << 20
    assert peak - before < 30 << 20, f"{(peak - before) >> 20} MB more"
    deadline = clock.now().timestamp() + 10
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        while db.scalar(waiting):
            assert clock.now().timestamp() < deadline


def memory(server: LiveServer) -> int:
    """What the server's processes hold of their own."""
    found = psutil.Process(server.process.pid)
    return sum(one.memory_info().rss for one in (found, *found.children(recursive=True)))
