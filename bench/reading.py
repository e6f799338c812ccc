"""Lists, rows and creations over HTTP, beside the same by hand and a bare route."""

import itertools
import json
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import select, text

from app.models import Service
from bench import client, databases, servers
from bench.figures import Figure, Plan, interleaved

PER_SECOND = "requests a second"
NAMES = (
    "list_vs_handwritten",
    "list_vs_hello",
    "get_vs_handwritten",
    "create_vs_handwritten",
    "public_list_vs_hello",
    "not_modified_vs_hello",
)
VERBS = {
    "list": ("list_vs_handwritten", "list_vs_hello"),
    "get": ("get_vs_handwritten",),
    "create": ("create_vs_handwritten",),
}
# What there is to create is shared out: no round asks for what another asked for.
SHARES = 20
# By how many characters the two cursors may differ.
CURSOR = 40
# Changes at every request, or at every row: what the yardstick need not know.
OWN = ("id", "receipt", "submitted_at", "due_on")


Run = Callable[[int], float]


class NotTheSame(Exception):
    """The yardstick writes other bytes than ours: they cannot be compared."""


def measure(plan: Plan) -> Iterator[Figure]:
    """The figures of reading and writing one row."""
    families = databases.THOUSAND if plan.quick else databases.HUNDRED_THOUSAND
    with (
        databases.copy_of(families, "ours") as own,
        databases.copy_of(families, "by_hand") as plain,
    ):
        _without_trail(plain)
        with servers.ours(own) as us, servers.yardstick(plain) as they:
            yield from _measured(plan, us, they, own)


def _without_trail(url: str) -> None:
    """What is written by hand keeps no trail of changes."""
    engine = databases.engine(url)
    with engine.begin() as connection:
        tables = connection.execute(
            text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'audit_change'")
        )
        for table in tables.scalars().all():
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def _measured(plan: Plan, us: servers.Server, they: servers.Server, url: str) -> Iterator[Figure]:
    bearer = {"Authorization": f"Bearer {servers.token(us, 'staff')}"}
    hello = [client.request("/hello")]
    own = _requests(us, url, bearer)
    by_hand = _by_hand(own["ids"], own["creations"])
    _require_same(us, they, own, by_hand)
    runs: dict[str, Run] = {}
    if plan.wants_any(("list_vs_hello", "public_list_vs_hello", "not_modified_vs_hello")):
        runs["hello"] = _rates(plan, they, hello)
    for verb, names in VERBS.items():
        if plan.wants_any(names):
            status = 201 if verb == "create" else 200
            runs[f"{verb} ours"] = _rates(plan, us, own[verb], status)
            runs[f"{verb} by hand"] = _rates(plan, they, by_hand[verb], status)
    public, tagged = own["public"], own["tagged"]
    if plan.wants("public_list_vs_hello"):
        runs["public"] = _rates(plan, us, public)
    if plan.wants("not_modified_vs_hello") and tagged:
        runs["not modified"] = _rates(plan, us, tagged, 304)
    found = interleaved(plan, runs)
    pairs = (
        ("list_vs_handwritten", "list ours", "list by hand"),
        ("list_vs_hello", "list ours", "hello"),
        ("get_vs_handwritten", "get ours", "get by hand"),
        ("create_vs_handwritten", "create ours", "create by hand"),
        ("public_list_vs_hello", "public", "hello"),
        ("not_modified_vs_hello", "not modified", "hello"),
    )
    for name, mine, theirs in pairs:
        if plan.wants(name) and mine in found and theirs in found:
            yield Figure(name, found[mine], found[theirs], PER_SECOND)
    if "hello" in found and "list by hand" in found:
        # Whether the yardstick is one: about 0.15 to 0.25.
        share = found["list by hand"] / found["hello"]
        print(f"the hand-written list reaches {share:.2f} of the bare route")


def _rates(plan: Plan, server: servers.Server, requests: Any, status: int = 200) -> Run:
    """How many answers a second a round gives; requests may be another lot each round."""

    def run(number: int) -> float:
        wires = requests(number) if callable(requests) else requests
        return client.run(server.port, wires, seconds=plan.seconds, status=status).per_second

    return run


def _requests(us: servers.Server, url: str, bearer: dict[str, str]) -> dict[str, Any]:
    """What ours is asked."""
    listed = client.request("/api/v1/enrollments/?limit=20", headers=bearer)
    first = json.loads(_body(us, listed))
    ids = [row["id"] for row in first["result"]]
    public = "/api/v1/workshops/?alliance=lodi&limit=20"
    asked = client.request(public)
    _, headers, _ = client.once(us.port, asked)
    creations = _Creations(url)
    tagged = []
    if "etag" in headers:
        tagged = [client.request(public, headers={"If-None-Match": headers["etag"]})]
    return {
        "ids": ids,
        "list": [listed],
        "get": [client.request(f"/api/v1/enrollments/{n}", headers=bearer) for n in ids],
        "creations": creations,
        "create": lambda n: creations.wires(n, "/api/v1/service-requests/", bearer, keyed=True),
        "public": [asked],
        "tagged": tagged,
    }


def _by_hand(ids: list[int], creations: "_Creations") -> dict[str, Any]:
    """What the yardstick is asked."""
    return {
        "list": [client.request("/enrollments?limit=20")],
        "get": [client.request(f"/enrollments/{n}") for n in ids],
        "create": lambda n: creations.wires(n, "/service-requests", {}, keyed=False),
    }


class _Creations:
    """Requests for services that nobody asked for yet: another person or service each."""

    def __init__(self, url: str) -> None:
        with databases.engine(url).connect() as connection:
            own = connection.scalar(select(Service.alliance_id).where(Service.requestable).limit(1))
            services = select(Service.id).where(
                Service.alliance_id == own, Service.status == "published", Service.requestable
            )
            self.services = connection.scalars(services.order_by(Service.id)).all()
        self.persons = databases.parents(url)

    def wires(
        self, number: int, path: str, headers: dict[str, str], keyed: bool
    ) -> Iterator[bytes]:
        """Those of a round."""
        each = len(self.persons) * len(self.services) // SHARES
        pairs = itertools.product(self.services, self.persons)
        of_round = itertools.islice(pairs, each * number, each * (number + 1))
        for n, (service, person) in enumerate(of_round):
            body = {
                "person_id": person,
                "service_id": service,
                "message": "Vorrei sapere quando si comincia.",
                "contact": "famiglia@example.org",
            }
            key = {"Idempotency-Key": f"bench-{number}-{n}"} if keyed else {}
            wire = json.dumps(body).encode()
            yield client.request(path, method="POST", body=wire, headers=headers | key)


def _require_same(
    us: servers.Server, they: servers.Server, own: dict[str, Any], by_hand: dict[str, Any]
) -> None:
    """The yardstick writes what ours writes, to the byte; the cursor is its own."""
    mine, theirs = (
        _body(s, m["list"][0]).split(b'"next":') for s, m in ((us, own), (they, by_hand))
    )
    _compare("list", mine[0], theirs[0])
    _compare("cursor", abs(len(mine[1]) - len(theirs[1])) < CURSOR, True)
    _compare("get", _body(us, own["get"][0]), _body(they, by_hand["get"][0]))
    # From a round that is never run.
    made = [
        json.loads(_body(server, next(asked["create"](SHARES - 1)), 201))
        for server, asked in ((us, own), (they, by_hand))
    ]
    for answer in made:
        answer["id"] = 0
        answer["result"] |= dict.fromkeys(OWN)
    _compare("create", *(json.dumps(answer) for answer in made))


def _compare(what: str, mine: Any, theirs: Any) -> None:
    if mine != theirs:
        raise NotTheSame(f"{what}:\n  ours    {mine!r}\n  by hand {theirs!r}")


def _body(server: servers.Server, wire: bytes, status: int = 200) -> bytes:
    got, _, body = client.once(server.port, wire)
    if got != status:
        raise client.WrongAnswer(f"{got}: {body.decode(errors='replace')[:2000]}")
    return body
