"""A token is as good as what it says: the first statement of each request proves that it holds."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import make_transient_to_detached

from app import inserts, models, scope, statements, transaction
from app.errors import Forbidden, Unauthorized
from app.operations import care, idempotency, requests
from app.operations import rows as row_operations
from app.query import road, rows
from app.roles import pair_of
from app.transaction import Principal, ScopedSession, elevated, open_session
from tests import factories as f
from tests.api.offices import ENDPOINTS, WRITES, Office
from tests.sessions import Client

# These ask for no permission of the seat: they are about the account.
OWN = ("who one is", "another seat")


@pytest.fixture
def office(db: ScopedSession, client: Callable[..., Client]) -> Office:
    return Office(db, client)


# ---------------------------------------------------------------- what becomes of a seat


def disabled(office: Office) -> None:
    office.seat.user.active = False


def password_changed(office: Office) -> None:
    office.seat.user.token_version += 1


def seat_taken_away(office: Office) -> None:
    office.seat.active = False


def seat_deleted(office: Office) -> None:
    office.db.execute(delete(models.Seat).where(models.Seat.id == office.seat.id))
    office.db.expunge(office.seat)


def seat_given_to_somebody_else(office: Office) -> None:
    office.seat.user = f.AccountFactory()


def moved_to_another_alliance(office: Office) -> None:
    office.seat.alliance = f.AllianceFactory()


def kind_changed(office: Office) -> None:
    office.seat.care = False
    office.seat.kind = "citizen"


def health_notes_taken_away(office: Office) -> None:
    office.seat.care = False


def narrowed(office: Office) -> None:
    office.seat.role = role_of(office, "list organizations", "get organizations")


def role_of(office: Office, *held: str) -> Any:
    role = f.RoleFactory()
    f.RoleScopeFactory(role=role, alliance_id=office.alliance.id, base="staff")
    for one in held:
        verb, resource = one.split()
        role.permissions.append(pair_of(office.db, f"can_{verb}", resource))
    return role


STALE = (
    disabled, password_changed, seat_taken_away, seat_deleted, seat_given_to_somebody_else,
    moved_to_another_alliance, kind_changed, health_notes_taken_away, narrowed,
)  # fmt: skip


def test_each_of_these_endpoints_opens_while_the_token_holds(office: Office) -> None:
    """Otherwise what follows would refuse nothing that was ever open."""
    closed = {name: office.ask(name).status_code for name in ENDPOINTS}
    closed = {name: status for name, status in closed.items() if status >= 400}
    assert closed == {"a row that is not there": 404, "another seat": 403}
    tried = {name: office.ask(name, "?dry_run=true").status_code for name in ("create", "upload")}
    assert tried == {"create": 409, "upload": 201}


@pytest.mark.parametrize("happens", STALE, ids=lambda happens: happens.__name__)
def test_a_token_that_no_longer_holds_opens_nothing(
    office: Office, happens: Callable[[Office], None]
) -> None:
    happens(office)
    office.db.flush()
    before = office.written()
    wrong = []
    for name, tried in [*((n, False) for n in ENDPOINTS), *((n, True) for n in WRITES)]:
        answer = office.ask(name, "?dry_run=true" if tried else "")
        if answer.status_code != 401 or answer.content_type != "application/problem+json":
            wrong.append((name, answer.status_code, answer.text[:300]))
    assert not wrong
    assert office.written() == before


def test_a_body_s_token_ends_when_its_seat_moves_to_another_body(
    db: ScopedSession, client: Callable[..., Client]
) -> None:
    seat = f.SeatFactory(kind="municipality")
    town = client(seat)
    paths = ("services/", "services/_info", "organizations/", "persons/", "slots/?name=x")
    for path in ("services/", "services/_info"):
        assert town.get(f"/api/v1/{path}").status_code == 200
    seat.organization = f.OrganizationFactory(alliance=seat.alliance)
    db.flush()
    assert {town.get(f"/api/v1/{path}").status_code for path in paths[:4]} == {401}


def test_an_answer_that_was_stored_is_not_told_to_a_token_that_ended(office: Office) -> None:
    assert office.ask("create with a key").status_code == 201
    disabled(office)
    office.db.flush()
    answer = office.ask("create with a key")
    assert answer.status_code == 401
    assert "Uil" not in answer.text


def test_an_answer_that_was_stored_is_not_told_to_who_may_no_longer_do_it(
    office: Office, client: Callable[..., Client]
) -> None:
    assert office.ask("create with a key").status_code == 201
    office.seat.role = role_of(office, "list organizations")
    office.http = client(office.seat)
    answer = office.ask("create with a key")
    assert answer.status_code == 403
    assert "Uil" not in answer.text


# ---------------------------------------------------------------- a role that narrows


def test_what_a_narrowing_role_does_not_hold_is_closed(
    office: Office, client: Callable[..., Client]
) -> None:
    office.seat.role = role_of(office, "list services", "create roles")
    office.http = client(office.seat)
    before = office.written()
    wrong = []
    for name, tried in [*((n, False) for n in ENDPOINTS), *((n, True) for n in WRITES)]:
        answer = office.ask(name, "?dry_run=true" if tried else "")
        if name not in OWN and answer.status_code != 403:
            wrong.append((name, answer.status_code, answer.text[:300]))
    assert not wrong
    assert office.written() == before
    assert office.http.get("/api/v1/services/").status_code == 200


def test_a_narrowing_role_opens_what_it_holds_and_tells_so(
    office: Office, client: Callable[..., Client]
) -> None:
    held = ("list organizations", "get organizations", "update organizations", "list keys",
            "publish services", "create alliances")  # fmt: skip
    role = office.seat.role = role_of(office, *held)
    office.http = client(office.seat)
    for name in ("list", "get", "_info", "patch", "put", "csv", "verb"):
        assert office.ask(name).status_code == 200, name
    assert office.ask("_info").json["permissions"] == ["get", "list", "update"]
    # A permission that the base does not hold is none.
    assert office.http.post("/api/v1/alliances/", json={}).status_code == 403
    # What is taken from the role is taken at the next request.
    role.permissions = [p for p in role.permissions if p.permission.name != "can_update"]
    office.db.flush()
    assert office.ask("patch").status_code == 403
    assert office.ask("list").status_code == 200


def test_a_narrowing_role_opens_the_parts_of_a_bulk_that_it_holds(
    office: Office, client: Callable[..., Client]
) -> None:
    noun = "organization-contacts"
    office.seat.role = role_of(office, f"list {noun}", f"update {noun}", "create organizations")
    office.http = client(office.seat)
    before = office.written()
    assert office.ask("bulk").status_code == 403  # It makes a row besides.
    path, number = f"/api/v1/{noun}/bulk", office.contact.id
    assert office.http.post(path, json={"delete": [{"id": number}]}).status_code == 403
    assert office.http.post(path, json={"create": [{}]}).status_code == 403
    assert office.written() == before
    changed = office.http.post(path, json={"change": [{"id": number, "name": "Carla"}]})
    assert changed.status_code == 200, changed.text


# ---------------------------------------------------------------- a session that has proven nothing


def _flush_new(db: ScopedSession, office: Any) -> None:
    db.add(models.Organization(alliance_id=office.alliance.id, name="x", kind="union"))
    db.flush()


def _known(db: ScopedSession, office: Any) -> Any:
    row = models.Organization(id=office.body.id, name="x", version=1)
    make_transient_to_detached(row)
    db.add(row)
    return row


def _flush_changed(db: ScopedSession, office: Any) -> None:
    _known(db, office).name = "changed"
    db.flush()


def _flush_deleted(db: ScopedSession, office: Any) -> None:
    db.delete(_known(db, office))
    db.flush()


def _commit(db: ScopedSession, office: Any) -> None:
    _known(db, office).name = "changed"
    db.commit()


def _elevate(db: ScopedSession, office: Any) -> None:
    with elevated(db, "a test") as system:
        system.scalars(select(models.Organization)).all()


def _all(office: Any, **more: Any) -> rows.Selection:
    return rows.Selection("organizations", ("id", "name"), **more)


def _enter_and_read(db: ScopedSession, office: Any) -> None:
    with rows.answering(db, _all(office)):
        row_operations.create(
            db, models.Organization, {"name": "x", "kind": "union"}, now=office.now
        )


def _remember(db: ScopedSession, office: Any) -> None:
    idempotency.remember(db, user_id=office.seat.user_id, key="k", digest="d", now=office.now)
    transaction.prove(db)


ROADS: dict[str, Callable[[ScopedSession, Any], Any]] = {
    "select": lambda db, o: db.scalars(select(models.Organization)).all(),
    "columns": lambda db, o: db.execute(select(models.Organization.name)).all(),
    "query": lambda db, o: db.query(models.Organization).count(),
    "get": lambda db, o: db.get(models.Organization, o.body.id),
    "operation": lambda db, o: row_operations.get(db, models.Organization, o.body.id),
    "refresh": lambda db, o: db.refresh(_known(db, o)),
    "lazy": lambda db, o: _known(db, o).municipality,
    "new row": _flush_new,
    "changed row": _flush_changed,
    "deleted row": _flush_deleted,
    "commit": _commit,
    "merge": lambda db, o: db.merge(models.Organization(id=o.body.id, name="x")),
    "update": lambda db, o: db.execute(update(models.Organization).values(name="x")),
    "delete": lambda db, o: db.execute(delete(models.OrganizationContact)),
    "elevation": _elevate,
    "page": lambda db, o: rows.page(db, _all(o), now=o.now),
    "page of nothing": lambda db, o: rows.page(db, _all(o, sort="-name"), now=o.now, offset=10**6),
    "one": lambda db, o: rows.one(db, _all(o), now=o.now),
    "count": lambda db, o: rows.count(db, _all(o)),
    "stream": lambda db, o: list(rows.stream(db, _all(o), now=o.now)),
    "seen": lambda db, o: scope.seen(db, (models.Organization, o.body.id)),
    "written out": lambda db, o: statements.raw(db, "SELECT 1", {}),
    "entered": lambda db, o: inserts.insert(
        db, models.Organization, alliance_id=o.seat.alliance_id, name="New", kind="union"
    ),
    "entered and read": _enter_and_read,
    "raw": lambda db, o: road.fetch(
        db, road.compiled(_all(o), db.principal, road.Asked(count=True)), {}
    ),
    "idempotency": _remember,
    "question": lambda db, o: requests._asked("staff").ask_first(db, "why", person=1, service=1),
    "log of reads": lambda db, o: care.log(db, "person", [1], ["allergies"], now=o.now),
}


def roads_open(office: Office, principal: Principal, version: int, refusal: Any) -> list[str]:
    """The roads on which a session that claims this went on, or was refused otherwise."""
    found = []
    connection = office.db.connection()
    for name, take in ROADS.items():
        point = connection.begin_nested()
        with open_session(connection, principal, join_transaction_mode="create_savepoint") as db:
            transaction.claim(db, principal, version)
            try:
                take(db, office)
            except refusal:
                pass
            else:
                found.append(name)
            db.rollback()
        assert point.is_active
        point.commit()  # What was written on the way would stay.
    office.db.expire_all()
    return found


def test_a_session_that_proves_nothing_neither_reads_nor_writes(office: Office, now: Any) -> None:
    office.now = now  # type: ignore[attr-defined]
    before, seat = office.written(), office.seat
    principal = Principal(
        "staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id, care=True
    )
    assert roads_open(office, principal, seat.user.token_version + 1, Unauthorized) == []
    assert office.written() == before


def test_a_narrowed_seat_s_session_does_nothing_before_the_permission_is_said(
    office: Office, now: Any
) -> None:
    office.now = now  # type: ignore[attr-defined]
    seat = office.seat
    seat.role = role_of(office, "list organizations")
    office.db.flush()
    principal = Principal(
        "staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id,
        role_id=seat.role_id, care=True,
    )  # fmt: skip
    before = office.written()
    assert roads_open(office, principal, seat.user.token_version, Forbidden) == []
    assert office.written() == before
