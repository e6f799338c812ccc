"""A seat of the office, rows around it, and one request of each kind of endpoint."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock, models
from app.transaction import ScopedSession
from tests import factories as f
from tests.sessions import Client

# Every change of a row that counts makes an event; these tables make none, or are made by reading.
WRITTEN = (models.AuditEvent, models.Message, models.IdempotencyKey, models.SensitiveRead,
           models.TokenFamily, models.ProgramKey)  # fmt: skip
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"


Options = dict[str, Callable[["Office"], Any]]


class Office:
    """A seat of the staff that reads health notes, and rows for each kind of endpoint."""

    def __init__(self, db: ScopedSession, client: Callable[..., Client]) -> None:
        self.db = db
        self.seat = f.SeatFactory(kind="staff", care=True)
        self.alliance = alliance = self.seat.alliance
        self.body = f.OrganizationFactory(alliance=alliance)
        self.contact = f.OrganizationContactFactory(organization=self.body)
        self.other_contact = f.OrganizationContactFactory(organization=self.body)
        self.service = f.ServiceFactory(organization=self.body, status="review")
        self.person = f.PersonFactory(alliance=alliance, allergies="arachidi")
        self.slot = f.SlotFactory(workshop__alliance=alliance)
        self.http = client(self.seat)
        kept = self.http.post("/api/v1/files/", **a_file())
        self.file = kept.json["id"]

    def written(self) -> list[int | None]:
        self.db.expire_all()
        return [self.db.scalar(select(func.count()).select_from(m)) for m in WRITTEN]

    def ask(self, name: str, query: str = "") -> TestResponse:
        """The answer of one kind of endpoint."""
        method, path, options = ENDPOINTS[name]
        sent = {key: make(self) for key, make in options.items()}
        return self.http.open(method, path.format(self) + query, buffered=True, **sent)


def a_file() -> dict[str, Any]:
    return {
        "data": {"file": (BytesIO(PDF), "modulo.pdf")},
        "content_type": "multipart/form-data",
    }


def json(**said: Any) -> Options:
    return {"json": lambda office: said}


def keyed(**said: Any) -> Options:
    return json(**said) | {"headers": lambda office: {"Idempotency-Key": "a-key"}}


def bulk(**parts: Callable[[Office], Any]) -> Options:
    return {"json": lambda office: {name: [make(office)] for name, make in parts.items()}}


def publish_at(office: Office) -> dict[str, str]:
    return {"If-Match": f'"{office.service.version}"'}


def in_a_month() -> str:
    return (clock.now() + timedelta(days=30)).isoformat()


Endpoint = tuple[str, str, Options]
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
    "verb": (
        "POST",
        "/api/v1/services/{0.service.id}/publish",
        json() | {"headers": publish_at},
    ),
    "verb on all": ("POST", "/api/v1/seasons/propose", json()),
    "bulk": (
        "POST",
        "/api/v1/organization-contacts/bulk",
        bulk(
            create=lambda o: {"organization_id": o.body.id, "name": "Bruna"},
            change=lambda o: {"id": o.other_contact.id, "name": "Carla"},
        ),
    ),
    "quote": (
        "POST",
        "/api/v1/applications/quote",
        json(wishes=[]),
    ),
    "upload": (
        "POST",
        "/api/v1/files/",
        {name: lambda office, name=name: a_file()[name] for name in ("data", "content_type")},
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
WRITES = [name for name, (method, path, _) in ENDPOINTS.items()
          if method != "GET" and "/security/" not in path and name != "quote"]  # fmt: skip
