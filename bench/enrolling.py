"""A rush for places over HTTP, beside pgbench running the enrolment's two statements."""

import json
import re
import subprocess
from collections.abc import Iterator
from datetime import time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.models import Alliance, Application, Organization, Season, Slot, Workshop
from app.transaction import open_session, system
from bench import client, databases, servers
from bench.figures import Figure, Plan, interleaved
from bench.reading import _without_trail

NAMES = ("enrol_hot_vs_pgbench", "enrol_spread_vs_pgbench")
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
