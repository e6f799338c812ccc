"""A token is as good as what it says: the first statement of each request proves that it holds."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import make_transient_to_detached
from werkzeug.test import TestResponse

from app import clock, models, transaction
from app.errors import Forbidden, Unauthorized
from app.operations import care, idempotency
from app.operations import rows as row_operations
from app.query import road, rows
from app.roles import pair_of
from app.transaction import Principal, ScopedSession, elevated, open_session
from tests import factories as f
from tests.sessions import Client

# Every change of a row that counts makes an event; these tables make none, or are made by reading.
WRITTEN = (models.AuditEvent, models.Message, models.IdempotencyKey, models.SensitiveRead,
           models.TokenFamily, models.ProgramKey)  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"


class Office:
    """A seat of the staff that reads health notes, and rows for each kind of endpoint."""

    def __init__(self, db: ScopedSession, client: Callable[..., Client]) -> None:
        self.db = db
        self.seat = f.SeatFactory(kind="staff", care=True)
        self.alliance = alliance = self.seat.alliance
        self.body = f.OrganizationFactory(alliance=alliance)
        self.contact = f.OrganizationContactFactory(organization=self.body)
        self.service = f.ServiceFactory(organization=self.body, status="review")
        self.person = f.PersonFactory(alliance=alliance, allergies="arachidi")
        self.slot = f.SlotFactory(workshop__alliance=alliance)
        self.http = client(self.seat)
        kept = self.http.post("/api/v1/files/", **a_file())
        self.file = kept.json["id"]

    def written(self) -> list[int | None]:
        self.db.expire_all()
        return [self.db.scalar(select(func.count()).select_from(m)) for m in WRITTEN]

    def ask(self, name: str) -> TestResponse:
        """The answer of one kind of endpoint."""
        method, path, options = ENDPOINTS[name]
        return self.http.open(
            method, path.format(self), buffered=True, **{k: v() for k, v in options.items()}
        )


def a_file() -> dict[str, Any]:
    return {
        "data": {"file": (BytesIO(PDF), "modulo.pdf")},
        "content_type": "multipart/form-data",
    }


def json(**said: Any) -> dict[str, Callable[[], Any]]:
    return {"json": lambda: said}


def keyed(**said: Any) -> dict[str, Callable[[], Any]]:
    return json(**said) | {"headers": lambda: {"Idempotency-Key": "a-key"}}


def in_a_month() -> str:
    return (clock.now() + timedelta(days=30)).isoformat()


Endpoint = tuple[str, str, dict[str, Callable[[], Any]]]
UNION = {"name": "Cisl", "kind": "union"}
BODY = "/api/v1/organizations/{0.body.id}"
ENDPOINTS: dict[str, Endpoint] = {
    "list": ("GET", "/api/v1/organizations/", {}),
    "an empty list": ("GET", "/api/v1/organizations/?name=nobody", {}),
    "a counted list": ("GET", "/api/v1/organizations/?count=exact&limit=1", {}),
    "a list of health notes": ("GET", "/api/v1/persons/?fields=id,allergies", {}),
    "csv": ("GET", "/api/v1/organizations/?format=csv", {}),
    "ndjson": ("GET", "/api/v1/organizations/?format=ndjson", {}),
    "xlsx": ("GET", "/api/v1/organizations/?format=xlsx", {}),
    "get": ("GET", BODY, {}),
    "a row that is not there": ("GET", "/api/v1/organizations/999999999", {}),
    "_info": ("GET", "/api/v1/organizations/_info", {}),
    "create": ("POST", "/api/v1/organizations/", json(**UNION)),
    "create with a key": ("POST", "/api/v1/organizations/", keyed(name="Uil", kind="union")),
    "patch": ("PATCH", BODY, json(phone="1")),
    "put": ("PUT", BODY, json(phone="1")),
    "delete": ("DELETE", "/api/v1/organization-contacts/{0.contact.id}", {}),
    "verb": ("POST", "/api/v1/services/{0.service.id}/publish", json()),
    "verb on all": ("POST", "/api/v1/seasons/propose", json()),
    "quote": (
        "POST",
        "/api/v1/applications/quote",
        json(wishes=[]),
    ),
    "upload": (
        "POST",
        "/api/v1/files/",
        {name: lambda name=name: a_file()[name] for name in ("data", "content_type")},
    ),
    "file content": ("GET", "/api/v1/files/{0.file}/content", {}),
    "a key of one's own": (
        "POST",
        "/api/v1/keys/",
        json(name="x", scopes=["organizations:read"], expires_at=in_a_month()),
    ),
    "who one is": ("GET", "/api/v1/security/me", {}),
    "another seat": ("POST", "/api/v1/security/seat", json(seat=0)),
}
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


@pytest.mark.parametrize("happens", STALE, ids=lambda happens: happens.__name__)
def test_a_token_that_no_longer_holds_opens_nothing(
    office: Office, happens: Callable[[Office], None]
) -> None:
    happens(office)
    office.db.flush()
    before = office.written()
    wrong = []
    for name in ENDPOINTS:
        answer = office.ask(name)
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


# ---------------------------------------------------------------- a role that narrows


def test_what_a_narrowing_role_does_not_hold_is_closed(
    office: Office, client: Callable[..., Client]
) -> None:
    office.seat.role = role_of(office, "list services", "create roles")
    office.http = client(office.seat)
    before = office.written()
    wrong = []
    for name in ENDPOINTS:
        answer = office.ask(name)
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
    "choices": lambda db, o: rows.choices(db, "organizations"),
    "label": lambda db, o: rows.label(db, "organizations", o.body.id),
    "raw": lambda db, o: road.fetch(
        db, road.compiled(_all(o), db.principal, road.Asked(count=True)), {}
    ),
    "idempotency": lambda db, o: idempotency.remember(
        db, user_id=o.seat.user_id, key="k", digest="d", now=o.now
    ),
    "log of reads": lambda db, o: care.log(db, "person", [1], ["allergies"], now=o.now),
}


@pytest.mark.parametrize("road_taken", ROADS)
def test_a_session_that_proves_nothing_neither_reads_nor_writes(
    office: Office, now: Any, road_taken: str
) -> None:
    office.now = now  # type: ignore[attr-defined]
    before = office.written()
    seat = office.seat
    principal = Principal(
        "staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id, care=True
    )
    with open_session(
        office.db.connection(), principal, join_transaction_mode="create_savepoint"
    ) as db:
        transaction.claim(db, principal, seat.user.token_version + 1)
        with pytest.raises(Unauthorized):
            ROADS[road_taken](db, office)
        db.rollback()
    office.db.expire_all()
    assert office.written() == before


@pytest.mark.parametrize("road_taken", ROADS)
def test_a_narrowed_seat_s_session_does_nothing_before_the_permission_is_said(
    office: Office, now: Any, road_taken: str
) -> None:
    office.now = now  # type: ignore[attr-defined]
    seat = office.seat
    seat.role = role_of(office, "list organizations")
    office.db.flush()
    principal = Principal(
        "staff", user_id=seat.user_id, seat_id=seat.id, alliance_id=seat.alliance_id,
        role_id=seat.role_id, care=True,
    )  # fmt: skip
    with open_session(
        office.db.connection(), principal, join_transaction_mode="create_savepoint"
    ) as db:
        transaction.claim(db, principal, seat.user.token_version)
        with pytest.raises(Forbidden):
            ROADS[road_taken](db, office)
        db.rollback()
