"""Families by the ten thousand, to see how Intreccio stands when it is full.

A family is a parent with an account and two children, each of whom applied for one week of a
summer camp: N families make 2 N enrolments. They come on top of the demo, in its first alliance,
by COPY and without passing through the operations; what the operations would have written is
written here whole (histories, numbers, counters, fees), so that `intreccio check` holds. Only
the letters of the time are missing: sent ones are not kept for ever anyway.

Everything follows from a family's number and the day of the first load, so that the same number
is the same family everywhere, and a load that was broken off goes on where it was. One million
enrolments take about a quarter of an hour and eight gigabytes.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import psycopg
from psycopg import sql
from sqlalchemy import Engine, Select, select
from sqlalchemy.orm import Session

from app import clock, models, sealed
from app.demo import alliances, audit_trail, many_camps
from app.demo.many_people import People
from app.operations import fees
from app.operations.receipts import ALPHABET
from app.transaction import open_session, system

# What one transaction writes.
CHUNK = 10_000
# The tables whose changes are kept; the history of states is kept by itself.
COPIED = ("ab_user", "seat", "person", "relation", "application", "enrollment")
FILLED = (*COPIED, "state_change", "workshop", "slot", "audit_event", "audit_value")
USERNAME = "famiglia-n-"
SCHOOLS = ("Scuola primaria di %s", "Scuola dell'infanzia di %s")
ALLERGIES = ("Arachidi", "Lattosio", "Polline, porta con sé l'antistaminico", "Uova")
PICKUP = "La madre, il padre o i nonni"

COUNT = """
UPDATE slot SET places_taken = held, waiting_count = waits, last_queue_no = last
FROM (SELECT slot_id, count(*) FILTER (WHERE status IN ('placed', 'offered')) AS held,
             count(*) FILTER (WHERE status = 'waiting') AS waits, max(queue_no) AS last
      FROM enrollment WHERE slot_id = ANY (%(slots)s) GROUP BY slot_id) AS counted
WHERE slot.id = slot_id
"""

Table = tuple[str, tuple[str, ...], Iterable[tuple[Any, ...]]]


@dataclass(frozen=True)
class Written:
    """What a load wrote, and how long it took."""

    families: int
    rows: int
    seconds: float


def write(
    engine: Engine,
    families: int,
    *,
    now: datetime,
    progress: Callable[[int], None] = lambda families: None,
) -> Written:
    """Bring the demo up to so many families; those that are there already count.

    Each ten thousand are a transaction of their own, which ``progress`` hears of. Raises
    NotTheDemo for a database that holds something else.
    """
    began = time.monotonic()
    with open_session(engine, system("demo")) as db:
        if db.scalar(_alliance()) is None:
            raise NotTheDemo
        first = done = known(db)
    rows = 0
    while done < families:
        after = min(families, done - done % CHUNK + CHUNK)
        with open_session(engine, system("demo")) as db, db.begin():
            rows += _Chunk(db, range(done + 1, after + 1), now).write()
        progress(after - done)
        done = after
    if rows:
        # Or the first lists would be planned for an empty database.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"VACUUM (ANALYZE) {', '.join(FILLED)}")
    return Written(done - first, rows, time.monotonic() - began)


class NotTheDemo(Exception):
    """The families live in the demo's first alliance, and there is none."""


def _alliance() -> Select[models.Alliance]:
    return select(models.Alliance).where(models.Alliance.slug == alliances.LODI.slug)


def known(db: Session) -> int:
    """How many families there are: the number of the last."""
    names = select(models.Account.username).where(models.Account.username.startswith(USERNAME))
    last = db.scalar(names.order_by(models.Account.username.desc()).limit(1))
    return int(last.removeprefix(USERNAME)) if last else 0


def username(family: int) -> str:
    """The account of the family's parent; it has no password."""
    return f"{USERNAME}{family:07d}"


def receipt(family: int) -> str:
    """Ten characters that no other family has: multiplying by an odd number shuffles 50 bits."""
    mixed = (family * 716_039_417_827 + 0x2_AAAA_AAAA_AAAA) & (2**50 - 1)
    return "".join(ALPHABET[mixed >> shift & 31] for shift in range(45, -1, -5))


class _Chunk:
    """Some thousand families and what they did, written in one transaction."""

    def __init__(self, db: Session, families: range, now: datetime) -> None:
        self.families = list(enumerate(families))
        self.connection = cast(
            psycopg.Connection[Any], db.connection().connection.driver_connection
        )
        self.alliance = db.scalars(_alliance()).one()
        self.camps = many_camps.of_families(db, self.alliance, families, now)
        self.homes = _homes(db, self.alliance)
        camp = next(iter(self.camps.values()))
        self.people = People(clock.local_date(camp.opens_at))
        self.sent = {f: self.camp(f).sent(f) for _, f in self.families}
        self.users = self._ids("ab_user", 1)
        self.persons = self._ids("person", 3)
        self.applications = self._ids("application", 1)
        self.enrollments = self._ids("enrollment", 2)

    def write(self) -> int:
        """All rows of these families; returns how many."""
        tables = (
            self._accounts(), self._seats(), self._persons(), self._relations(),
            self._applications(), self._enrollments(), self._changes(),
        )  # fmt: skip
        with audit_trail.written_at_once(self.connection, COPIED, "demo"):
            written = sum(self._copy(*table) for table in tables)
        slots = [slot for camp in self.camps.values() for slot, _ in camp.slots]
        self.connection.execute(COUNT, {"slots": slots})
        return written

    def camp(self, family: int) -> many_camps.Camp:
        """The camp that the family applies for."""
        return self.camps[many_camps.block_of(family)]

    def _ids(self, table: str, each: int) -> list[int]:
        """The next numbers of a table, so many for each family."""
        numbers = (
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s::int)"
        )
        found = self.connection.execute(numbers, (table, each * len(self.families)))
        return [row[0] for row in found]

    def _copy(self, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        with self.connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
            return cursor.rowcount

    # -------------------------------------------------------------- tables, each after its parents

    def _accounts(self) -> Table:
        def rows() -> Iterator[tuple[Any, ...]]:
            for n, family in self.families:
                first, last, *_ = self.people.person(family, 0)
                name = username(family)
                yield self.users[n], first, last, name, _mailbox(family), True, self.sent[family]

        columns = ("id", "first_name", "last_name", "username", "email", "active", "created_on")
        return "ab_user", columns, rows()

    def _seats(self) -> Table:
        rows = ((user, self.alliance.id, "citizen") for user in self.users)
        return "seat", ("user_id", "alliance_id", "kind"), rows

    def _persons(self) -> Table:
        columns = (
            "id", "alliance_id", "first_name", "last_name", "birth_date", "fiscal_code", "sex",
            "municipality_id", "address", "email", "phone", "school", "allergies", "pickup",
        )  # fmt: skip
        noted = [sealed.seal(text, "person.allergies") for text in ALLERGIES]
        pickup = sealed.seal(PICKUP, "person.pickup")

        def rows() -> Iterator[tuple[Any, ...]]:
            for n, family in self.families:
                home, name = self.homes[family % len(self.homes)]
                address = f"Via dei Platani {family}"
                parent = _mailbox(family), _telephone(family), None, None, None
                for who in (0, 1, 2):
                    allergies = noted[family % 4] if (family + who) % 5 == 0 else None
                    known = None, None, SCHOOLS[who - 1] % name, allergies, pickup
                    yield (
                        self.persons[3 * n + who], self.alliance.id,
                        *self.people.person(family, who), home, address,
                        *(known if who else parent),
                    )  # fmt: skip

        return "person", columns, rows()

    def _relations(self) -> Table:
        rows = (
            (self.alliance.id, self.users[n], self.persons[3 * n + who], kind)
            for n, _ in self.families
            for who, kind in enumerate(("self", "parent", "parent"))
        )
        return "relation", ("alliance_id", "user_id", "person_id", "kind"), rows

    def _applications(self) -> Table:
        columns = (
            "id", "alliance_id", "user_id", "season_id", "receipt", "status", "submitted_at",
            "due_on", "officer", "contact_email", "contact_phone", "photo_consent",
        )  # fmt: skip
        term = timedelta(days=self.alliance.term_days)
        rows = (
            (
                self.applications[n], self.alliance.id, self.users[n], self.camp(f).season_id,
                receipt(f), "submitted", self.sent[f], clock.local_date(self.sent[f]) + term,
                self.alliance.officer, _mailbox(f), _telephone(f), f % 2 == 0,
            )
            for n, f in self.families
        )  # fmt: skip
        return "application", columns, rows

    def _enrollments(self) -> Table:
        columns = (
            "id", "alliance_id", "application_id", "person_id", "slot_id", "span", "queue_no",
            "status", "position", "reduced", "fee", "fee_lines",
        )  # fmt: skip
        workshop = models.Workshop(**many_camps.PRICE)
        prices = []
        for reduced in (False, True):
            quote = fees.quote(workshop, models.Person(), reduced)
            prices.append((reduced, quote.amount, json.dumps(quote.as_json())))

        def rows() -> Iterator[tuple[Any, ...]]:
            for n, family in self.families:
                for child in (0, 1):
                    slot, hours, number = self.camp(family).wish(family, child)
                    yield (
                        self.enrollments[2 * n + child], self.alliance.id, self.applications[n],
                        self.persons[3 * n + 1 + child], slot, hours, number,
                        many_camps.status(number), child + 1, *prices[child],
                    )  # fmt: skip

        return "enrollment", columns, rows()

    def _changes(self) -> Table:
        columns = ("alliance_id", "noun", "row_id", "from_status", "to_status", "user_id", "at")

        def moves(n: int, family: int) -> Iterator[tuple[Any, ...]]:
            at = self.sent[family]
            yield "application", self.applications[n], "draft", "submitted", at
            for child in (0, 1):
                *_, number = self.camp(family).wish(family, child)
                for move in many_camps.history(number, at):
                    yield "enrollment", self.enrollments[2 * n + child], *move

        rows = (
            (self.alliance.id, *move, self.users[n], at)
            for n, family in self.families
            for *move, at in moves(n, family)
        )
        return "state_change", columns, rows


def _homes(db: Session, alliance: models.Alliance) -> list[tuple[int, str]]:
    """The municipalities of the alliance's territory: number and name."""
    lives = (
        select(models.Municipality.id, models.Municipality.name)
        .join(models.Territory, models.Territory.municipality_id == models.Municipality.id)
        .where(models.Territory.alliance_id == alliance.id)
        .order_by(models.Municipality.name)
    )
    return [(row.id, row.name) for row in db.execute(lives)]


def _mailbox(family: int) -> str:
    return f"{username(family)}@famiglie.example"


def _telephone(family: int) -> str:
    return f"+39 300 {family:07d}"
