"""Families and the office at once, while a web worker dies every second: nothing is lost, nothing
is done twice, and no rule is broken."""

import random
import signal
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import psutil
import pytest
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, func, select

from app import clock, models, sealed, transaction
from app.operations import checks, grants, payees, payer_funds
from app.transaction import ScopedSession, open_session
from tests import factories as f
from tests.databases import ENVIRONMENT
from tests.servers import LiveServer
from tests.sessions import token_for

AT_ONCE = 32
FAMILIES = 40
PLACES = (3, 5, 8)
SECONDS = 20.0
# So long a client asks again; where the machine is busy a worker starts for some seconds.
PATIENCE = 240.0
EACH = ("enrol 201", "cancel 200", "accept 200", "notice 201", "pay 200", "refund 200")
# What a client may be told when somebody was faster.
TOO_LATE = {404, 409, 422}


@dataclass
class Told:
    """What the clients were answered, all of them together."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    answers: Counter[str] = field(default_factory=Counter)
    made: dict[str, list[int]] = field(default_factory=dict)
    mended: int = 0

    def note(self, what: str, answer: httpx.Response) -> None:
        with self.lock:
            self.answers[f"{what} {answer.status_code}"] += 1
            if answer.status_code == 201:
                self.made.setdefault(what, []).append(answer.json()["id"])

    def lacks(self) -> list[str]:
        """What nobody has done yet."""
        with self.lock:
            return [one for one in EACH if not self.answers[one]]


@dataclass
class Town:
    """A server, and who may ask what of it."""

    server: LiveServer
    engine: Engine
    slots: list[int]
    families: list[tuple[str, int]]
    staff: str
    payee: int
    told: Told = field(default_factory=Told)

    def session(self) -> ScopedSession:
        return open_session(self.engine, transaction.system("chaos"))


@pytest.fixture
def town(fresh_url: str, flask_app: Flask, serve_on: Callable[..., LiveServer]) -> Iterator[Town]:
    """Few places at sixty euro, a fund that runs dry, and a little credit in each family."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(fresh_url, poolclass=NullPool)
    now = clock.now()
    today, later = clock.local_date(now), clock.local_date(now) + timedelta(days=100)
    with open_session(engine, transaction.system("chaos")) as db, db.begin(), f.into(db):
        body = f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")
        workshop = f.WorkshopFactory(
            organization=body, price_kind="fixed", price=60, tuir_letter="f-bis"
        )
        slots = [f.SlotFactory(workshop=workshop, places=places) for places in PLACES]
        payee = payees.set_payee(db, body, kind="pagopa", segregation_code=1)
        fund = payer_funds.make(
            db, kind="voucher_fund", title="Buoni", organization_id=body.id,
            per_enrollment="20.00", starts_on=today, ends_on=later, now=now,
        )  # fmt: skip
        payer_funds.fund(db, fund, amount="150.00", now=now)
        company = f.OrganizationFactory(alliance=body.alliance, kind="company")
        plan = grants.make_plan(
            db, organization_id=company.id, title="Piano", year=today.year, letters="f-bis",
            starts_on=today, ends_on=later, now=now,
        )  # fmt: skip
        grants.fund(db, plan, amount=str(50 * FAMILIES), now=now)
        families = []
        for _ in range(FAMILIES):
            seat = f.SeatFactory(kind="citizen", alliance=body.alliance)
            child = f.PersonFactory(alliance=body.alliance)
            parent = f.PersonFactory(alliance=body.alliance)
            f.RelationFactory(user=seat.user, person=child)
            f.RelationFactory(user=seat.user, person=parent, kind="self")
            db.flush()
            grants.grant(
                db, plan_id=plan.id, amount="50.00", expires_on=later,
                fiscal_code=parent.fiscal_code, now=now,
            )  # fmt: skip
            families.append((seat, child.id))
        office = f.SeatFactory(kind="staff", alliance=body.alliance)
        with flask_app.app_context():
            tokens = [(token_for(seat), child) for seat, child in families]
            staff = token_for(office)
        numbers = [slot.id for slot in slots]
    server = serve_on(fresh_url, WEB_WORKERS="4")
    yield Town(server, engine, numbers, tokens, staff, payee)
    engine.dispose()


class Client:
    """One of those who ask at once: each asks again, with the same key, until it is answered."""

    def __init__(self, town: Town, seed: int) -> None:
        self.town, self.chance = town, random.Random(seed)  # noqa: S311
        limits = httpx.Limits(max_keepalive_connections=0)  # A dead worker's are no use.
        self.http = httpx.Client(base_url=town.server.url, timeout=60, limits=limits)

    def ask(self, token: str, method: str, path: str, json: Any = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())}
        patience = time.monotonic() + PATIENCE
        while time.monotonic() < patience:
            try:
                answer = self.http.request(method, f"/api/v1/{path}", json=json, headers=headers)
            except httpx.TransportError:
                answer = None
            unanswered = answer is None or answer.status_code >= 500
            flying = answer is not None and (
                answer.status_code == 409 and answer.json()["code"] == "repeated"
            )
            if answer is not None and not unanswered and not flying:
                return answer
            with self.town.told.lock:
                self.town.told.mended += unanswered
            time.sleep(0.1)
        raise AssertionError(f"no answer within {PATIENCE} s: {method} {path}")

    def do(self, what: str, token: str, path: str, json: Any = None) -> None:
        answer = self.ask(token, "POST", path, json or {})
        assert answer.status_code in {200, 201, *TOO_LATE}, f"{what}: {answer.text}"
        self.town.told.note(what, answer)

    def one_of(self, token: str, path: str) -> dict[str, Any] | None:
        found = self.ask(token, "GET", path).json()["result"]
        return self.chance.choice(found) if found else None

    def enrol(self) -> None:
        token, child = self.chance.choice(self.town.families)
        wish = {"person_id": child, "slot_id": self.chance.choice(self.town.slots)}
        self.do("enrol", token, "applications/", {"wishes": [wish]})

    def of_enrolment(self, verb: str, *states: str) -> None:
        token, _ = self.chance.choice(self.town.families)
        found = self.one_of(token, f"enrollments/?status={self.chance.choice(states)}")
        if found:
            self.do(verb, token, f"enrollments/{found['id']}/{verb}")

    def ask_for(self) -> None:
        found = self.one_of(self.town.staff, "enrollments/?status=placed&fields=application.id")
        if found:
            due = (clock.today() + timedelta(days=10)).isoformat()
            sent = {"application_id": found["application"]["id"], "payee_id": self.town.payee}
            self.do("notice", self.town.staff, "payment-notices/", {**sent, "due_on": due})

    def pay(self) -> None:
        found = self.one_of(self.town.staff, "payment-notices/?status=open")
        if found:
            cents = found["amount"].replace(".", "").lstrip("0")
            line = f"{found['number']};IUR-{found['id']};{cents};{clock.today()}\n"
            head = "numero_avviso;iur;importo_centesimi;data_pagamento\n"
            sent = {"payee_id": self.town.payee, "content": head + line}
            self.do("pay", self.town.staff, "payment-receipts/receive", sent)

    def refund(self) -> None:
        found = self.one_of(self.town.staff, "enrollments/?status=placed")
        if found:
            sent = {"reason": "Il turno è spostato"}
            self.do("refund", self.town.staff, f"enrollments/{found['id']}/refuse", sent)

    def live(self, until: float) -> None:
        acts = [self.enrol] * 8 + [
            *[lambda: self.of_enrolment("cancel", "placed", "waiting", "offered")] * 3,
            *[lambda: self.of_enrolment("accept", "offered")] * 3,
            self.ask_for, self.ask_for, self.pay, self.pay, self.refund,
        ]  # fmt: skip
        # On a slow machine so long that each thing was done once, though no worker dies any more.
        last = until + PATIENCE / 2
        while time.monotonic() < until or (time.monotonic() < last and self.town.told.lacks()):
            self.chance.choice(acts)()


def kill_workers(server: LiveServer, until: float, killed: list[int]) -> None:
    """A web worker dies every second, in the middle of whatever it does."""
    chance = random.Random(7)  # noqa: S311
    while time.monotonic() < until:
        time.sleep(1)
        workers = psutil.Process(server.process.pid).children()
        if workers:
            victim = chance.choice(workers)
            victim.send_signal(signal.SIGKILL)
            killed.append(victim.pid)


@pytest.mark.matrix
def test_whoever_is_answered_was_done_once_and_no_rule_is_broken(town: Town) -> None:
    killed: list[int] = []
    until = time.monotonic() + SECONDS
    killer = threading.Thread(target=kill_workers, args=(town.server, until, killed))
    killer.start()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lives = [pool.submit(Client(town, seed).live, until) for seed in range(AT_ONCE)]
        for life in lives:
            life.result()
    killer.join()
    told = town.told
    print(len(killed), "killed;", told.mended, "asked again;", dict(told.answers))  # noqa: T201
    assert len(killed) >= SECONDS / 2
    assert told.mended
    assert not told.lacks()
    with town.session() as db:
        assert checks.run(db) == []
        applications = set(db.scalars(select(models.Application.id)))
        notices = set(db.scalars(select(models.PaymentNotice.id)))
        receipts = db.scalar(select(func.count(models.PaymentReceipt.id)))
        paid = db.scalars(select(models.PaymentReceipt.iur)).all()
    # Who was answered has it, and nobody has anything of which nobody was told.
    assert sorted(told.made["enrol"]) == sorted(applications)
    assert set(told.made["notice"]) <= notices
    assert len(told.made["notice"]) == len(set(told.made["notice"]))
    assert receipts == len(set(paid))
