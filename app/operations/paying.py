"""Who pays for a place: credit is held when it is given, spent when it begins, else given back.

The order of payers is `split.py`'s; what nobody else pays is the family's, and is asked of it by
a notice. Where no credit can pay, nothing is held (docs/decisions/0027-the-ledger.md).
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models import (
    CreditGrant,
    Enrollment,
    LedgerAccount,
    PayerFund,
    Person,
    Relation,
    Service,
    ServiceRequest,
    Slot,
    Transfer,
)
from app.operations import ledger, split
from app.operations.split import Payer
from app.transaction import elevated

# Whose credit may pay for a person: their own, and that of whoever looks after them.
FOR_WHOM = ("self", "parent", "guardian", "carer")
ZERO = Decimal("0.00")
# How far back what has begun is looked for.
A_YEAR = timedelta(days=366)


def hold(system: Session, enrollment_ids: Iterable[int], *, now: datetime) -> None:
    """Hold, for each place that was given, what others than the family pay of its fee."""
    found = []
    for number in sorted(enrollment_ids):
        row = system.get_one(Enrollment, number)
        payers = []
        if row.status == "placed" and row.fee:
            payers = payers_of(system, row.person, of_slot(row.slot), now=now)
        if payers:
            found.append((row, payers))
    if found:
        _lock_all(system, found)
    for row, payers in found:
        _hold(system, row, payers, now=now)


def give_back(system: Session, row: Enrollment, *, now: datetime) -> None:
    """A place was left: what is held for it goes back to its sources.

    What was spent when it began is given back where the office ended the enrolment.
    """
    if ledger.open_holds(system, row):
        ledger.release(system, row, now=now)
    elif row.status == "refused":
        left = spent(system, row)
        if left > 0:
            ledger.refund(system, row, amount=left, now=now)


def due(db: Session, *, now: datetime) -> list[int]:
    """The places that have begun and are not paid for in the ledger yet, by number."""
    today = clock.local_date(now)
    captured = select(Transfer.id).where(
        Transfer.enrollment_id == Enrollment.id, Transfer.kind == "capture"
    )
    begun = (
        select(Enrollment.id)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(
            Enrollment.status == "placed",
            Enrollment.fee > 0,
            Slot.starts_on <= today,
            Slot.starts_on >= today - A_YEAR,
            ~captured.exists(),
        )
    )
    return list(db.scalars(begun.order_by(Enrollment.id)))


def capture(db: Session, enrollment_id: int, *, now: datetime) -> bool:
    """A place has begun: its fee goes to whoever organizes it, and the family owes its part.

    Returns False if the place was left meanwhile, or another process was faster.
    """
    with elevated(db, "a place has begun") as system:
        locked = select(Enrollment).where(Enrollment.id == enrollment_id).with_for_update()
        row = system.scalar(locked.execution_options(populate_existing=True))
        if row is None or row.status != "placed" or not row.fee or spent(system, row) > 0:
            return False
        if not ledger.open_holds(system, row):
            _hold(system, row, [], now=now)
        provider = ledger.account(
            system, alliance_id=row.alliance_id, kind="provider",
            organization_id=row.slot.organization_id,
        )  # fmt: skip
        ledger.capture(system, row, provider=provider, now=now)
    return True


def of_others(system: Session, row: Enrollment) -> Decimal:
    """How much of an enrolment's fee others than the family pay, in euro."""
    ended = aliased(Transfer)
    released = select(ended.id).where(ended.settles_id == Transfer.id, ended.kind == "release")
    held = (
        select(func.coalesce(func.sum(Transfer.amount), ZERO))
        .join(LedgerAccount, LedgerAccount.id == Transfer.debit_id)
        .where(
            Transfer.enrollment_id == row.id,
            Transfer.kind == "hold",
            LedgerAccount.kind != "family",
            ~released.exists(),
        )
    )
    return system.scalars(held).one()


def forecast(
    db: Session, places: Iterable[tuple[Person, Slot, Decimal]], *, now: datetime
) -> dict[str, Decimal]:
    """Euro that each kind of payer would pay of these fees, in the published order.

    Nothing is held: who is first when the places are given may use it up. Empty where nobody
    but the family could pay.
    """
    paid = dict.fromkeys(split.ORDER, ZERO)
    used: defaultdict[int, Decimal] = defaultdict(Decimal)
    with elevated(db, "who would pay for places") as system:
        for person, slot, fee in places:
            payers = [
                replace(one, available=min(one.available, one.balance - used[one.account_id]))
                for one in payers_of(system, person, of_slot(slot), now=now)
            ]
            for share in split.split(fee, payers, letters=of_slot(slot).letters, family=0):
                used[share.account_id] += share.amount
                paid[share.kind] += share.amount
    others = any(amount for kind, amount in paid.items() if kind != "family")
    return {kind: amount for kind, amount in paid.items() if amount} if others else {}


def shares(
    db: Session, numbers: Iterable[int], about: Any = Transfer.enrollment_id
) -> dict[int, list[tuple[str, Decimal]]]:
    """Who else pays for a family's places, by enrolment, or for its requests: the kind of payer
    and euro, in order."""
    ended = aliased(Transfer)
    released = select(ended.id).where(ended.settles_id == Transfer.id, ended.kind == "release")
    held = (
        select(about, LedgerAccount.kind, Transfer.amount)
        .join(LedgerAccount, LedgerAccount.id == Transfer.debit_id)
        .where(
            about.in_(set(numbers)),
            Transfer.kind == "hold",
            LedgerAccount.kind != "family",
            ~released.exists(),
        )
        .order_by(Transfer.id)
    )
    found: dict[int, list[tuple[str, Decimal]]] = {}
    with elevated(db, "who pays for the family's places") as system:
        for number, kind, amount in system.execute(held):
            found.setdefault(number or 0, []).append((kind, amount))
    return found


def spent(system: Session, row: Enrollment | ServiceRequest) -> Decimal:
    """What was spent for an enrolment or a request and not given back, in euro."""

    def total(kind: str) -> Decimal:
        asked = select(func.coalesce(func.sum(Transfer.amount), ZERO)).where(
            ledger.of(Transfer, row), Transfer.kind == kind
        )
        return system.scalars(asked).one()

    return total("capture") - total("refund")


def _lock_all(system: Session, found: list[tuple[Enrollment, list[Payer]]]) -> None:
    """Every account that will be moved, opened and locked in one order: nobody waits in a ring."""
    keys = {family_account(system, row) for row, _ in found}
    keys |= {payer.account_id for _, payers in found for payer in payers}
    accounts = [system.get_one(LedgerAccount, key) for key in sorted(keys)]
    ledger.lock(system, [*keys, *(ledger.held_for(system, one) for one in accounts)])


def family_account(system: Session, row: Enrollment | ServiceRequest) -> int:
    """The account of the family of whom a row is about, opened if there is none."""
    return ledger.account(
        system, alliance_id=row.alliance_id, kind="family", person_id=row.person_id
    )


def _hold(system: Session, row: Enrollment, payers: list[Payer], *, now: datetime) -> None:
    ledger.hold(
        system, row, row.fee or ZERO, payers, letters=of_slot(row.slot).letters,
        family=family_account(system, row), now=now,
    )  # fmt: skip


# ---------------------------------------------------------------- who may pay


@dataclass(frozen=True)
class Sold:
    """What is paid for, as the payers' conditions ask: a place in a slot, or a service."""

    alliance_id: int
    day: date
    letter: str | None
    season_id: int | None = None
    category_id: int | None = None
    workshop_id: int | None = None
    service_id: int | None = None

    @property
    def letters(self) -> frozenset[str]:
        return frozenset({self.letter} if self.letter else ())


def of_slot(slot: Slot) -> Sold:
    """A place in the slot."""
    workshop = slot.workshop
    return Sold(slot.alliance_id, slot.starts_on, workshop.tuir_letter,
                season_id=workshop.season_id, workshop_id=slot.workshop_id)  # fmt: skip


def of_service(service: Service, now: datetime) -> Sold:
    """A unit of the service, asked for now."""
    return Sold(service.alliance_id, clock.local_date(now), service.tuir_letter,
                category_id=service.category_id, service_id=service.id)  # fmt: skip


def payers_of(system: Session, person: Person, sold: Sold, *, now: datetime) -> list[Payer]:
    """The accounts that may pay for a person, with what each has for it."""
    return [*_funds(system, person, sold), *_wallets(system, person, sold, now)]


def _or_any(column: Any, value: Any) -> Any:
    """The condition that a payer sets, or none."""
    return column.is_(None) if value is None else or_(column.is_(None), column == value)


def _funds(system: Session, person: Person, sold: Sold) -> list[Payer]:
    """Public money for this season or category, this day and who lives there."""
    rows = (
        select(LedgerAccount, PayerFund)
        .join(PayerFund, PayerFund.id == LedgerAccount.fund_id)
        .where(
            LedgerAccount.kind == PayerFund.kind,
            LedgerAccount.balance > 0,
            PayerFund.alliance_id == sold.alliance_id,
            PayerFund.starts_on <= sold.day,
            PayerFund.ends_on >= sold.day,
            # A category is of services, a season of workshops.
            _or_any(PayerFund.category_id, sold.category_id),
            _or_any(PayerFund.season_id, sold.season_id),
            _or_any(PayerFund.residence_id, person.municipality_id),
        )
    )
    return [
        Payer(
            account.id,
            fund.kind,
            min(account.balance, fund.per_enrollment),
            balance=account.balance,
        )
        for account, fund in system.execute(rows)
    ]


def _wallets(system: Session, person: Person, sold: Sold, now: datetime) -> list[Payer]:
    """The credits of the person, and of those who look after the person."""
    today = clock.local_date(now)
    own, looks = aliased(Relation), aliased(Relation)
    rows = (
        select(LedgerAccount, CreditGrant)
        .join(CreditGrant, CreditGrant.id == LedgerAccount.grant_id)
        .where(
            LedgerAccount.kind == "wallet",
            LedgerAccount.balance > 0,
            LedgerAccount.alliance_id == sold.alliance_id,
            CreditGrant.expires_on >= today,
            _or_any(CreditGrant.service_id, sold.service_id),
            _or_any(CreditGrant.workshop_id, sold.workshop_id),
            select(own.id)
            .join(looks, looks.user_id == own.user_id)
            .where(
                own.person_id == LedgerAccount.person_id,
                own.kind == "self",
                looks.person_id == person.id,
                looks.kind.in_(FOR_WHOM),
                or_(own.ends_on.is_(None), own.ends_on >= today),
                or_(looks.ends_on.is_(None), looks.ends_on >= today),
            )
            .exists(),
        )
    )  # fmt: skip
    return [
        Payer(
            account.id,
            "title_voucher" if grant.title_voucher else "wallet",
            account.balance,
            frozenset(grant.letters.split()),
            grant.expires_on,
            account.balance,
        )
        for account, grant in system.execute(rows)
    ]


def possible(alliance_id: Any, person_id: Any, day: Any) -> Any:
    """Whether anybody but the family might pay, as a part of another question."""
    funds = PayerFund.__table__.alias("any_fund")
    wallet = LedgerAccount.__table__.alias("any_wallet")
    own, looks = Relation.__table__.alias("own"), Relation.__table__.alias("looks")
    return or_(
        exists().where(
            funds.c.alliance_id == alliance_id, funds.c.starts_on <= day, funds.c.ends_on >= day
        ),
        exists().where(
            wallet.c.kind == "wallet",
            wallet.c.balance > 0,
            wallet.c.person_id == own.c.person_id,
            own.c.kind == "self",
            own.c.user_id == looks.c.user_id,
            looks.c.person_id == person_id,
        ),
    )
