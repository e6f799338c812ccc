"""Whatever families, offices and time do, in any order: every rule holds after every step."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from app import clock
from app.errors import DomainError
from app.models import CreditGrant, Enrollment, LedgerAccount, PaymentNotice, Slot
from app.operations import (
    applications,
    checks,
    enrollments,
    grants,
    payees,
    payer_funds,
    paying,
    payment_receipts,
    payments,
)
from tests import factories as f

PICK = st.integers(0, 11)
DAYS = st.integers(0, 6)


class Lives(RuleBasedStateMachine):
    """Three families, four crowded slots, two wallets and a town's vouchers."""

    def __init__(self, db: Any, now: Any) -> None:
        super().__init__()
        self.db, self.now = db, now
        self.point = db.begin_nested()
        alliance = f.AllianceFactory()
        shared = {"price_kind": "fixed", "price": 40, "price_unit": "day", "tuir_letter": "f-bis"}
        crowded = f.WorkshopFactory(alliance=alliance, **shared)
        self.slots = [f.SlotFactory(workshop=crowded, places=n) for n in (1, 2, 1)]
        ranked = {"starts_on": self.slots[0].starts_on, "ends_on": self.slots[0].ends_on}
        self.slots.append(f.SlotFactory(workshop=crowded, places=1, **ranked))
        company = f.OrganizationFactory(alliance=alliance, kind="company")
        today = clock.local_date(now)
        plan = grants.make_plan(
            db, organization_id=company.id, title="Piano", year=today.year, letters="f-bis",
            starts_on=today, ends_on=today + timedelta(days=300), now=now,
        )  # fmt: skip
        grants.fund(db, plan, amount="200.00", now=now)
        self.children = []
        for number in range(3):
            account = f.AccountFactory()
            for _ in range(2):
                child = f.PersonFactory(alliance=alliance)
                f.RelationFactory(person=child, user=account)
                self.children.append(child)
            parent = f.PersonFactory(alliance=alliance)
            f.RelationFactory(person=parent, user=account, kind="self")
            if number < 2:
                grants.grant(
                    db, plan_id=plan.id, amount=Decimal(50 + 10 * number), now=now,
                    expires_on=today + timedelta(days=20 + 40 * number),
                    fiscal_code=parent.fiscal_code,
                )  # fmt: skip
        self.account = account
        town = f.OrganizationFactory(alliance=alliance, kind="municipality")
        self.fund = payer_funds.make(
            db, kind="voucher_fund", title="Buoni", organization_id=town.id, now=now,
            per_enrollment="15.00", starts_on=today, ends_on=today + timedelta(days=90),
        )  # fmt: skip
        payer_funds.fund(db, self.fund, amount="30.00", now=now)
        body = crowded.organization
        body.kind = "third_sector"
        self.payee = payees.set_payee(
            db, body, kind="transfer", iban="IT60X0542811101000000123456", account_holder="Coop"
        )
        db.flush()

    def teardown(self) -> None:
        self.point.rollback()
        self.db.expire_all()

    def attempt(self, work: Callable[[], Any]) -> None:
        """What a family or an office asks for may be refused; then nothing is written."""
        point = self.db.begin_nested()
        try:
            work()
        except DomainError:
            point.rollback()
            self.db.expire_all()
        else:
            point.commit()

    def one(self, number: int, *states: str) -> Enrollment | None:
        rows = select(Enrollment).order_by(Enrollment.id)
        if states:
            rows = rows.where(Enrollment.status.in_(states))
        found = self.db.scalars(rows).all()
        return found[number % len(found)] if found else None

    # ------------------------------------------------------------ families

    @rule(child=PICK, slots=st.lists(PICK, min_size=1, max_size=3))
    def apply(self, child: int, slots: list[int]) -> None:
        person = self.children[child % len(self.children)]
        wishes = [
            {"person_id": person.id, "slot_id": self.slots[n % len(self.slots)].id} for n in slots
        ]
        self.attempt(
            lambda: applications.apply_for(
                self.db, alliance_id=person.alliance_id, wishes=wishes, now=self.now
            )
        )

    @rule(number=PICK)
    def cancel(self, number: int) -> None:
        if row := self.one(number, "placed", "waiting", "offered"):
            self.attempt(lambda: enrollments.cancel(self.db, row, now=self.now))

    @rule(number=PICK, accepts=st.booleans())
    def answer(self, number: int, accepts: bool) -> None:
        if row := self.one(number, "offered"):
            verb = enrollments.accept if accepts else enrollments.decline
            self.attempt(lambda: verb(self.db, row, now=self.now))

    # ------------------------------------------------------------ the office

    @rule(number=PICK)
    def refuse(self, number: int) -> None:
        if row := self.one(number):
            self.attempt(
                lambda: enrollments.refuse(self.db, row, reason="Rinuncia d'ufficio", now=self.now)
            )

    @rule(slot=PICK, places=st.integers(0, 4))
    def change_places(self, slot: int, places: int) -> None:
        row = self.db.get_one(Slot, self.slots[slot % len(self.slots)].id)
        self.attempt(
            lambda: enrollments.change_places(self.db, row, places=places, now=self.now)
        )  # fmt: skip

    @rule(number=PICK, days=st.integers(0, 10))
    def ask_for_payment(self, number: int, days: int) -> None:
        if row := self.one(number, "placed"):
            row.application.user = self.account
            due_on = clock.local_date(self.now) + timedelta(days=days)
            self.attempt(
                lambda: payments.issue(
                    self.db, row.application, self.payee, due_on=due_on, now=self.now
                )
            )

    @rule(number=PICK, cents=st.sampled_from([0, 0, 0, 1]), twice=st.booleans())
    def pay(self, number: int, cents: int, twice: bool) -> None:
        found = self.db.scalars(select(PaymentNotice).order_by(PaymentNotice.id)).all()
        if not found:
            return
        notice = found[number % len(found)]
        came = payment_receipts.Received(
            notice.number, f"IUR{notice.id}-{number if twice else 0}",
            notice.amount + Decimal(cents) / 100, clock.local_date(self.now),
        )  # fmt: skip
        self.attempt(
            lambda: payment_receipts.receive(
                self.db, self.payee, [came], alliance_id=notice.alliance_id, now=self.now
            )
        )

    # ------------------------------------------------------------ time

    @rule(days=DAYS, hours=st.integers(0, 60))
    def time_passes(self, days: int, hours: int) -> None:
        """The clock moves, and the jobs of the nights between are run."""
        self.now += timedelta(days=days, hours=hours)
        enrollments.expire_offers(self.db, now=self.now)
        for number in payments.overdue(self.db, now=self.now):
            payments.expire(self.db, number, now=self.now)
        for number in grants.due(self.db, now=self.now):
            grants.expire(self.db, number, now=self.now)
        for number in paying.due(self.db, now=self.now):
            paying.capture(self.db, number, now=self.now)

    # ------------------------------------------------------------ what holds

    @invariant()
    def every_rule_holds(self) -> None:
        self.db.flush()
        assert checks.run(self.db, now=self.now) == []

    @invariant()
    def no_credit_is_lost(self) -> None:
        """What was given is in the wallets, held, spent or gone back; none below zero."""
        for account in self.db.scalars(select(LedgerAccount)):
            assert account.balance >= 0 or account.kind in ("outside", "family")
        given = sum((row.amount for row in self.db.scalars(select(CreditGrant))), Decimal(0))
        assert given == 110


def live(db: Any, now: Any, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: Lives(db, now),
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip


def test_every_rule_holds_whatever_happens_in_some_lives(db: Any, now: Any) -> None:
    live(db, now, examples=3, steps=10)


@pytest.mark.matrix
def test_nor_does_any_break_in_long_ones(db: Any, now: Any) -> None:
    live(db, now, examples=15, steps=30)
