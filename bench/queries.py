"""How many statements a list, a row and a creation take, for every noun.

Counted in the driver: whatever way they come, all pass there. BEGIN and COMMIT are not counted,
nor what triggers do; savepoints are.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from threading import get_ident
from typing import Any

import psycopg
from flask.testing import FlaskClient
from sqlalchemy import inspect, select

from app import create_app
from app.api.base import ResourceApi
from app.models import Person, Service, Slot, Workshop
from app.transaction import open_session, system
from bench import databases
from bench.figures import Figure, Plan

STATEMENTS = "statements, and how many are promised"
PROMISED = {"list": 1, "get": 1, "create": 5}
# Of figures by noun and verb: `queries_enrollments_list`.
NAMES = ("queries_",)
_numbers = itertools.count(1)


def measure(plan: Plan) -> Iterator[Figure]:
    """Each noun as the seat that may read it: staff, or the platform's administrator."""
    with databases.copy_of(databases.THOUSAND, "ours") as url:
        app = create_app(replace(databases.settings(), database_url=url))
        known = [view for view in app.appbuilder.baseviews if isinstance(view, ResourceApi)]
        seats = [_Seat(app.test_client(), name) for name in ("staff", "admin")]
        for api in sorted(known, key=lambda api: api.resource):
            for verb, counted in _counted(api, seats, url):
                name = f"queries_{api.resource}_{verb}"
                if plan.wants(name):
                    yield Figure(name, counted, PROMISED[verb], STATEMENTS)


class _Seat:
    """A signed-in client."""

    def __init__(self, client: FlaskClient, username: str) -> None:
        self.client = client
        given = {"username": username, "password": databases.password()}
        answer = client.post("/api/v1/security/login", json=given)
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any, int]:
        """Status, answer and the number of statements, the second time that it is asked."""
        if method == "GET":
            self.client.get(path, headers=self.headers)  # The first compiles.
        with counting() as said:
            answer = self.client.open(path, method=method, json=body, headers=self.headers)
        return answer.status_code, answer.get_json(silent=True), len(said)


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements of this thread inside."""
    said: list[str] = []
    asking = get_ident()
    originals = {
        name: getattr(psycopg.Cursor, name) for name in ("execute", "executemany", "stream")
    }

    def listening(original: Any) -> Any:
        def execute(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            text = str(query).strip(" ;")
            # The pool's ping says nothing; what other threads listen for is not asked here.
            if text and get_ident() == asking:
                said.append(text)
            return original(cursor, query, *args, **kwargs)

        return execute

    for name, original in originals.items():
        setattr(psycopg.Cursor, name, listening(original))
    try:
        yield said
    finally:
        for name, original in originals.items():
            setattr(psycopg.Cursor, name, original)


def _counted(api: ResourceApi, seats: list[_Seat], url: str) -> Iterator[tuple[str, int]]:
    path = f"/api/v1/{api.resource}/"
    for seat in seats:
        status, answer, count = seat.ask("GET", path)
        if status == 200:
            break
    else:
        return
    yield "list", count
    if answer["result"]:
        status, _, count = seat.ask("GET", f"{path}{answer['result'][0]['id']}")
        if status == 200:
            yield "get", count
    for body in _bodies(api, url):
        status, answer, count = seat.ask("POST", path, body)
        if status == 201:
            # Another: the first of its kind may look up what is known from then on.
            for other in _bodies(api, url):
                status, _, again = seat.ask("POST", path, other)
                if status == 201:
                    count = min(count, again)
                    break
            yield "create", count
            break


def _bodies(api: ResourceApi, url: str) -> list[dict[str, Any]]:
    """Rows that the noun may take: like one of those that it has, under other names."""
    special = {
        "persons": _person, "service-requests": _request, "applications": _application,
    }  # fmt: skip
    with open_session(databases.engine(url), system("bench")) as db:
        if api.resource in special:
            return [special[api.resource](db)]
        columns = inspect(api.model).columns
        found = []
        for row in db.scalars(select(api.model).order_by(api.model.id.desc()).limit(5)):
            number = next(_numbers)
            body = {}
            for name in api.add_columns:
                value = getattr(row, name)
                kind = columns[name].type
                if (
                    isinstance(value, str)
                    and not columns[name].foreign_keys
                    and not getattr(kind, "enums", None)
                ):
                    value = (
                        f"Nuovo {number}"[: kind.length]
                        if getattr(kind, "length", None)
                        else f"Nuovo {number}"
                    )
                elif isinstance(value, date) and not isinstance(value, datetime):
                    value += timedelta(days=7 * number)
                if value is not None:
                    body[name] = _plain(value)
            found.append(body)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime, time)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def _person(db: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "first_name": "Nuova", "last_name": f"Persona {'abcdefghij'[number % 10]}", "sex": "F",
        "birth_date": "1990-01-01", "no_fiscal_code": "in attesa di assegnazione",
    }  # fmt: skip


def _request(db: Any) -> dict[str, Any]:
    service = db.scalars(
        select(Service).where(Service.status == "published", Service.requestable)
    ).first()
    persons = select(Person.id).where(Person.alliance_id == service.alliance_id)
    person = db.scalars(persons.order_by(Person.id.desc()).offset(next(_numbers)).limit(1)).one()
    return {"service_id": service.id, "person_id": person, "message": "Vorrei sapere di più."}


def _application(db: Any) -> dict[str, Any]:
    """A wish for a week of the multitude's camp, of a child who goes another week."""
    child = db.scalars(
        select(Person.id).where(Person.school.is_not(None)).order_by(Person.id.desc())
        .offset(next(_numbers)).limit(1)
    ).one()  # fmt: skip
    camp = select(Workshop.id).where(Workshop.title.startswith("Centro estivo n. "))
    slots = db.scalars(select(Slot.id).where(Slot.workshop_id.in_(camp)).order_by(Slot.id)).all()
    return {"wishes": [{"person_id": child, "slot_id": slots[len(slots) // 2]}]}
