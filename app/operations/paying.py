"""Who pays for a place: credit is held when it is given, spent when it begins, else given back.

The order of payers is `split.py`'s; what nobody else pays is the family's, and is asked of it by
a notice. Where no credit can pay, nothing is held (docs/decisions/0027-the-ledger.md).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models import Enrollment, LedgerAccount, ServiceRequest, Slot, Transfer
from app.operations import ledger, payers
from app.operations.split import Payer
from app.transaction import elevated

ZERO = Decimal("0.00")
# How far back what has begun is looked for.
A_YEAR = timedelta(days=366)


def hold(system: Session, enrollment_ids: Iterable[int], *, now: datetime) -> None:
    """Hold, for each place that was given, what others than the family pay of its fee."""
    found = []
    for number in sorted(enrollment_ids):
        row = system.get_one(Enrollment, number)
        able = []
        if row.status == "placed" and row.fee:
            able = payers.payers_of(system, row.person, payers.of_slot(row.slot), now=now)
        if able:
            found.append((row, able))
    if found:
        _lock_all(system, found)
    for row, able in found:
        _hold(system, row, able, now=now)


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
    keys |= {payer.account_id for _, able in found for payer in able}
    accounts = [system.get_one(LedgerAccount, key) for key in sorted(keys)]
    ledger.lock(system, [*keys, *(ledger.held_for(system, one) for one in accounts)])


def family_account(system: Session, row: Enrollment | ServiceRequest) -> int:
    """The account of the family of whom a row is about, opened if there is none."""
    return ledger.account(
        system, alliance_id=row.alliance_id, kind="family", person_id=row.person_id
    )


def _hold(system: Session, row: Enrollment, able: list[Payer], *, now: datetime) -> None:
    ledger.hold(
        system, row, row.fee or ZERO, able, letters=payers.of_slot(row.slot).letters,
        family=family_account(system, row), now=now,
    )  # fmt: skip
