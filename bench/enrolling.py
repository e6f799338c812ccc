"""A rush for places over HTTP, beside pgbench running the enrolment's two statements; and an
opening minute: thousands of families, each with a token and a connection of its own."""

import json
import re
import statistics
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from types import SimpleNamespace

from flask_jwt_extended import create_access_token
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app import clock, create_app, security
from app.demo import multitude
from app.models import (
    Account,
    Alliance,
    Application,
    Enrollment,
    Organization,
    Relation,
    Season,
    Seat,
    Slot,
    Workshop,
)
from app.transaction import open_session, system
from bench import client, databases, servers
from bench.figures import Figure, Plan, interleaved
from bench.reading import _without_trail

RUSH = ("enrol_rush_vs_hot", "enrol_rush_p95_vs_median")
NAMES = ("enrol_hot_vs_pgbench", "enrol_spread_vs_pgbench", *RUSH)
# An opening minute: so many families, so many of them at the door at once, places for some.
FAMILIES, AT_THE_DOOR, PLACED = 5_000, 250, 0.4
PER_SECOND = "enrolments a second"
SLOTS = 200
STATEMENTS = """
\\set n :n + 1
\\set person :first + (:n - 1) * :clients + :client_id
\\set slot :slots + random(0, :many - 1)
BEGIN;
UPDATE slot SET last_queue_no = last_queue_no + 1,
    places_taken = places_taken
        + CASE WHEN places_taken < places AND waiting_count = 0 THEN 1 ELSE 0 END,
    waiting_count = waiting_count
        + CASE WHEN places_taken < places AND waiting_count = 0 THEN 0 ELSE 1 END
 WHERE id = :slot
RETURNING last_queue_no, starts_on + starts_at AS begins, starts_on + ends_at AS ends \\gset
INSERT INTO enrollment
    (alliance_id, application_id, person_id, slot_id, status, queue_no, span, fee)
VALUES (:alliance, :application, :person, :slot, 'placed', :last_queue_no,
        tstzmultirange(tstzrange(:begins::timestamptz, :ends::timestamptz)), 0);
COMMIT;
"""


def measure(plan: Plan) -> Iterator[Figure]:
    """Everybody for one slot, and everybody for one of two hundred."""
    families = 10_000 if plan.quick else databases.HUNDRED_THOUSAND
    with (
        databases.copy_of(families, "ours") as own,
        databases.copy_of(families, "by_hand") as plain,
    ):
        _without_trail(plain)
        fields = {url: _Field(url, plan.rounds + 1) for url in (own, plain)}
        with servers.ours(own) as us:
            bearer = {"Authorization": f"Bearer {servers.token(us, 'staff')}"}
            for name, spread in (("enrol_hot_vs_pgbench", 0), ("enrol_spread_vs_pgbench", 1)):
                if not plan.wants(name):
                    continue
                found = interleaved(
                    plan,
                    {
                        "ours": lambda number, spread=spread: client.run(
                            us.port, fields[own].wishes(number, spread, bearer),
                            seconds=plan.seconds, status=201,
                        ).per_second,
                        "pgbench": lambda number, spread=spread: _pgbench(
                            plan, plain, fields[plain], number, spread
                        ),
                    },
                )  # fmt: skip
                yield Figure(name, found["ours"], found["pgbench"], PER_SECOND)
        if plan.wants_any(RUSH):
            yield from _rush(plan)


def _rush(plan: Plan) -> Iterator[Figure]:
    """Families in an opening minute beside as many requests of one desk as the server takes."""
    many = 300 if plan.quick else FAMILIES
    short = replace(plan, rounds=min(plan.rounds, 3))
    # What the two runs of a round take, and the round that warms up.
    with databases.copy_of(10_000 if plan.quick else databases.HUNDRED_THOUSAND, "rush") as url:
        field = _Field(url, short.rounds + 1)
        tokens = _tokens(url, many * (short.rounds + 1))
        slow: list[float] = []
        with servers.ours(url) as us:
            bearer = {"Authorization": f"Bearer {servers.token(us, 'staff')}"}

            def rush(number: int) -> float:
                families = tokens[many * number : many * (number + 1)]
                slot = field.slots[number]
                with open_session(databases.engine(url), system("bench")) as db, db.begin():
                    db.get_one(Slot, slot).places = round(many * PLACED)
                load = client.run(
                    us.port, _at_the_door(families, slot), seconds=600, status=201,
                    connections=AT_THE_DOOR,
                )  # fmt: skip
                _require_all_answered(url, slot, many)
                slow.append(load.p95_ms / load.median_ms)
                return load.per_second

            def hot(number: int) -> float:
                wishes = field.wishes(number, 0, bearer)
                return client.run(us.port, wishes, seconds=plan.seconds, status=201).per_second

            found = interleaved(short, {"rush": rush, "hot": hot})
        yield Figure(RUSH[0], found["rush"], found["hot"], PER_SECOND)
        yield Figure(RUSH[1], statistics.median(slow[1:]), 1.0, "of the slowest twentieth")


def _tokens(url: str, many: int) -> list[tuple[str, int]]:
    """Of so many families: the parent's token and a child."""
    app = create_app(replace(databases.settings(), database_url=url))
    account = select(Seat, Relation.person_id).join(Relation, Relation.user_id == Seat.user_id)
    children = (
        account.join(Seat.user)
        .where(Seat.kind == "citizen", Relation.kind == "parent")
        .where(Account.username.startswith(multitude.USERNAME))
        .ext(distinct_on(Seat.id))
        .order_by(Seat.id, Relation.person_id)
        .limit(many)
    )
    with open_session(databases.engine(url), system("bench")) as db, app.app_context():
        return [(_token(seat), child) for seat, child in db.execute(children)]


def _token(seat: Seat) -> str:
    user = seat.user
    row = SimpleNamespace(Seat=seat, token_version=user.token_version,
                          first_name=user.first_name, last_name=user.last_name)  # fmt: skip
    return str(create_access_token(str(seat.user_id), additional_claims=security.claims_of(row)))


def _at_the_door(families: list[tuple[str, int]], slot: int) -> Iterator[bytes]:
    """Each family's application, on a connection of its own."""
    for n, (token, child) in enumerate(families):
        body = json.dumps({"wishes": [{"person_id": child, "slot_id": slot}]}).encode()
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"rush-{slot}-{n}",
                   "Connection": "close"}  # fmt: skip
        yield client.request("/api/v1/applications/", method="POST", body=body, headers=headers)


def _require_all_answered(url: str, slot: int, many: int) -> None:
    """Raises WrongAnswer if the slot was oversold, or a family is not on its list."""
    with open_session(databases.engine(url), system("bench")) as db:
        row = db.get_one(Slot, slot)
        listed = select(Enrollment.status, func.count()).where(Enrollment.slot_id == slot)
        found = dict(db.execute(listed.group_by(Enrollment.status)).all())
    expected = {"placed": row.places, "waiting": many - row.places}
    if found != expected or (row.places_taken, row.waiting_count) != tuple(expected.values()):
        raise client.WrongAnswer(f"{found} in place of {expected}")


class _Field:
    """A workshop with room for everybody, on days when nobody is taken."""

    def __init__(self, url: str, rounds: int) -> None:
        with open_session(databases.engine(url), system("bench")) as db, db.begin():
            self.alliance = db.scalars(select(Alliance.id).where(Alliance.slug == "lodi")).one()
            self.hot, *self.slots = (slot.id for slot in _workshop(db, self.alliance).slots)
            self.application = db.scalars(select(Application.id).limit(1)).one()
        parents = databases.parents(url)
        self.first = parents[0]
        self.children = [child for parent in parents for child in (parent + 1, parent + 2)]
        # Nobody is enrolled twice: each round has children of its own, and persons.
        self.each = len(self.children) // rounds
        self.persons = 3 * len(parents) // rounds

    def wishes(self, number: int, spread: int, bearer: dict[str, str]) -> Iterator[bytes]:
        """A round's applications through the office: one child, one slot each."""
        # Two kinds of rush on the same persons: the slots are on other days.
        own = self.children[self.each * number : self.each * (number + 1)]
        for n, child in enumerate(own):
            slot = self.slots[n % SLOTS] if spread else self.hot
            body = json.dumps({"wishes": [{"person_id": child, "slot_id": slot}]}).encode()
            key = {"Idempotency-Key": f"bench-{spread}-{number}-{n}"}
            yield client.request(
                "/api/v1/applications/", method="POST", body=body, headers=bearer | key
            )


def _workshop(db: Session, alliance: int) -> Workshop:
    """First come, free, open now; a slot a day from two years ahead."""
    now = clock.now()
    first = clock.today() + timedelta(days=700)
    town = db.scalars(
        select(Organization).where(
            Organization.alliance_id == alliance, Organization.municipality_id.is_not(None)
        )
    ).first()
    season = db.scalars(select(Season).where(Season.alliance_id == alliance)).first()
    if town is None or season is None:
        raise LookupError("the demo has neither")
    row = Workshop(
        alliance_id=alliance, organization=town, controller=town, season=season,
        municipality_id=town.municipality_id, title="Bench", min_age=0, max_age=99,
        starts_on=first, ends_on=first + timedelta(days=SLOTS + 1), status="published",
        opens_at=now - timedelta(days=1), closes_at=now + timedelta(days=100), published_at=now,
    )  # fmt: skip
    row.slots = [
        Slot(
            alliance_id=alliance, organization=town, title=f"Bench {n}", places=1_000_000,
            starts_on=first + timedelta(days=n), ends_on=first + timedelta(days=n),
            starts_at=time(9), ends_at=time(12),
        )
        for n in range(SLOTS + 1)
    ]  # fmt: skip
    db.add(row)
    db.flush()
    return row


def _pgbench(plan: Plan, url: str, field: _Field, number: int, spread: int) -> float:
    """The transactions a second of the two statements, from as many connections."""
    script = databases.FOLDER / "enrol.sql"
    script.write_text(STATEMENTS)
    values = {
        "n": 0,
        "clients": client.CONNECTIONS,
        "first": field.first + field.persons * number,
        "slots": field.slots[0] if spread else field.hot,
        "many": SLOTS if spread else 1,
        "alliance": field.alliance,
        "application": field.application,
    }
    said = subprocess.run(
        [
            str(databases.program("pgbench")), "--no-vacuum", "--protocol=prepared",
            f"--client={client.CONNECTIONS}", "--jobs=1", f"--time={max(1, round(plan.seconds))}",
            f"--file={script}", *(f"--define={k}={v}" for k, v in values.items()),
            databases.libpq(url),
        ],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    rate = re.search(r"^tps = ([0-9.]+)", said.stdout, re.MULTILINE)
    if said.returncode or rate is None:
        raise client.WrongAnswer(said.stdout + said.stderr)
    return float(rate[1])
