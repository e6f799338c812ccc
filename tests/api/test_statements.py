"""How many statements each question takes, counted on the wire of a real engine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy import inspect as inspect_

from app import models, nouns, permissions, sealed, security, transaction
from app.roles import pair_of
from app.transaction import open_session
from app.web import make_engine
from tests import factories
from tests.api.drawing import APIS, World
from tests.api.wire import Wire, work
from tests.databases import ENVIRONMENT
from tests.sessions import token_for

MOST_OF_A_CREATION = 5


@dataclass
class Counted:
    """The application on a database of its own, and an ear on the wire."""

    http: FlaskClient
    wire: Wire
    engine: Engine
    ids: dict[str, list[int]]
    spare: dict[str, list[int]]
    tokens: dict[str, str | None]

    def ask(self, seat: str, path: str, method: str = "GET", **sent: Any) -> tuple[Any, list[str]]:
        token = self.tokens[seat]
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        with self.wire.listening() as said:
            answer = self.http.open(path, method=method, headers=headers, buffered=True, **sent)
        return answer, said

    def number(self, noun: str) -> int:
        """A row of the first alliance."""
        found = self.ids[str(inspect_(permissions.RESOURCES[noun]).local_table.name)]
        return found[0] if found else 1


@pytest.fixture(scope="module")
def counted(flask_app: Flask, copy_of: Callable[[str], str], template: str) -> Iterator[Counted]:
    """Rows of every table, committed, and a token of each kind of seat."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = make_engine(copy_of(template))
    wire = Wire(engine)
    with open_session(engine, transaction.system("test")) as db, db.begin(), factories.into(db):
        made = World(db, lambda seat: seat)
        with flask_app.app_context():
            tokens = {kind: seat and token_for(seat) for kind, seat in made.clients.items()}
        narrowed = factories.SeatFactory(kind="staff", role=factories.RoleFactory())
        for verb in ("list", "get"):
            narrowed.role.permissions.append(pair_of(db, f"can_{verb}", "organizations"))
        factories.OrganizationFactory(alliance=narrowed.alliance)
        gone = factories.SeatFactory(kind="staff")
        ours = db.get_one(models.Alliance, made.ids["alliance"][0])
        spare = _spare(ours)
        db.flush()
        with flask_app.app_context():
            tokens |= {"narrowed": token_for(narrowed), "ended": token_for(gone)}
        gone.active = False
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=engine, join_transaction_mode="conditional_savepoint")
    yield Counted(flask_app.test_client(), wire, engine, made.ids, spare, tokens)
    for registry in (transaction.web, security.accounts):
        registry.remove()
    engine.dispose()
    wire.close()


def _spare(ours: Any) -> dict[str, list[int]]:
    """Rows that nothing is paired with yet."""
    factory_of = {
        "category": lambda: factories.ServiceCategoryFactory(alliance=ours),
        "organization": lambda: factories.OrganizationFactory(alliance=ours),
        "location": lambda: factories.LocationFactory(organization__alliance=ours),
        "municipality": factories.MunicipalityFactory,
        "account": factories.AccountFactory,
    }
    return {name: [make().id for _ in range(3)] for name, make in factory_of.items()}


def listing(seat: str) -> list[str]:
    return [n for n in APIS if "list" in permissions.grant(seat, n).verbs]


ASKED = ("?sort=-id&limit=2", "?search=a&id__gt=0", "?id=0")
# Their list opens health notes, and that is written down.
LOGGED = {("citizen", "persons")}


@pytest.mark.parametrize("seat", ["staff", "admin", "citizen", "public"])
def test_a_list_and_a_row_take_one_statement(counted: Counted, seat: str) -> None:
    wrong = []
    for noun, other in zip(listing(seat), cycle(ASKED), strict=False):
        path = f"/api/v1/{noun}/"
        for asked in ("", other):
            answer, said = counted.ask(seat, path + asked)
            assert answer.status_code == 200, (noun, asked, answer.text)
            if len(said) != 1 and (seat, noun) not in LOGGED:
                wrong.append((noun, asked, said))
        answer, said = counted.ask(seat, f"{path}{counted.number(noun)}")
        assert answer.status_code in (200, 404), (noun, answer.text)
        if len(said) != 1 and (seat, noun) not in LOGGED:
            wrong.append((noun, "get", said))
    assert not wrong


def test_a_seat_that_a_role_narrows_takes_no_statement_more(counted: Counted) -> None:
    path = "/api/v1/organizations/"
    answer, said = counted.ask("narrowed", path)
    assert (answer.status_code, len(said)) == (200, 1), said
    [row] = answer.json["result"]
    answer, said = counted.ask("narrowed", f"{path}{row['id']}")
    assert (answer.status_code, len(said)) == (200, 1), said
    answer, said = counted.ask("narrowed", "/api/v1/persons/")
    assert (answer.status_code, len(said)) == (403, 1), said


def test_a_token_that_ended_costs_the_statement_that_refuses_it(counted: Counted) -> None:
    for path in ("/api/v1/organizations/", "/api/v1/organizations/1"):
        answer, said = counted.ask("ended", path)
        assert (answer.status_code, len(said)) == (401, 1), said


# ---------------------------------------------------------------- what is entered

# Of a pair there may be one row: another needs another row to name.
SPARE = {
    "call-categories": {"category_id": "category"},
    "memberships": {"organization_id": "organization"},
    "service-locations": {"location_id": "location"},
    "territories": {"municipality_id": "municipality"},
    "seats": {"user_id": "account"},
}
# Of a number there may be one row.
COUNTED: dict[str, tuple[str, Any]] = {
    "fee-bands": ("from_isee", str),
    "fee-siblings": ("rank", int),
}
FIXED = {"seasons": {"school_year": "2026/27"}}


def body_of(counted: Counted, noun: str, number: int) -> dict[str, Any]:
    """A row like one that there is, under other names and in another week."""
    model, declared = permissions.RESOURCES[noun], APIS[noun]
    columns = inspect_(model).columns
    with open_session(counted.engine, transaction.system("test")) as db:
        row = db.get_one(model, counted.number(noun))
        like = {
            name: _another(getattr(row, name), columns[name], number)
            for name in declared.add_columns
            if getattr(row, name) is not None
        }
    spare = {name: counted.spare[table][number] for name, table in SPARE.get(noun, {}).items()}
    name, kind = COUNTED.get(noun, ("", None))
    counted_by = {name: kind(2 + number)} if name else {}
    return {**like, **FIXED.get(noun, {}), **spare, **counted_by}


def _another(value: Any, column: Any, number: int) -> Any:
    free = isinstance(value, str) and not hasattr(column.type, "enums")
    if free and not column.foreign_keys:
        return f"n{number}"[: column.type.length]
    if isinstance(value, datetime):
        return (value + timedelta(days=7 * number)).isoformat()
    if isinstance(value, date):
        return (value + timedelta(days=7 * number)).isoformat()
    if isinstance(value, time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def plain(noun: str) -> bool:
    """Whether its rows are entered as they are, by no rule of their own."""
    return nouns.noun(noun).create is None and noun != "files"


def same_when_read(counted: Counted, seat: str, noun: str, made: Any) -> None:
    """The answer to who entered a row is the row: its names of others, too."""
    read, _ = counted.ask(seat, made.headers["Location"])
    assert (read.status_code, read.json) == (200, made.json), (noun, made.json, read.json)
    assert read.headers.get("ETag") == made.headers.get("ETag")


def creations(counted: Counted) -> dict[str, list[str]]:
    """What creating a row of each plain noun says, the second time."""
    found = {}
    for noun in filter(plain, APIS):
        seats = [s for s in ("staff", "admin") if "create" in permissions.grant(s, noun).verbs]
        for seat in seats[:1]:
            for number in (1, 2):  # The first of its kind may look up what is known from then on.
                body = body_of(counted, noun, number)
                answer, said = counted.ask(seat, f"/api/v1/{noun}/", "POST", json=body)
                assert answer.status_code == 201, (noun, body, answer.text)
                same_when_read(counted, seat, noun, answer)
            found[noun] = work(said)
    return found


def test_a_row_of_a_plain_noun_is_entered_by_five_statements(counted: Counted) -> None:
    """Besides what triggers do; BEGIN is one of the five."""
    found = creations(counted)
    assert len(found) > 15
    assert {n: said for n, said in found.items() if len(said) > MOST_OF_A_CREATION} == {}


def test_a_request_is_answered_as_it_is_read(counted: Counted) -> None:
    with open_session(counted.engine, transaction.system("test")) as db, db.begin():
        ours = db.get_one(models.Alliance, counted.ids["alliance"][0])
        with factories.into(db):
            service = factories.ServiceFactory(alliance=ours, status="published", requestable=True)
            person = factories.PersonFactory(alliance=ours)
        db.flush()
        body = {"person_id": person.id, "service_id": service.id, "message": "Due volte"}
    path = "/api/v1/service-requests/"
    made, said = counted.ask("staff", path, "POST", json=body)
    assert made.status_code == 201, made.text
    assert made.json["result"]["person"]["label"]
    assert made.json["result"]["service"]["title"]
    same_when_read(counted, "staff", "service-requests", made)
    assert len(work(said)) <= 4, said
