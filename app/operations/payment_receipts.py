"""What a payee's own system says was paid, matched with what families were asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, Invalid
from app.models import Payee, PaymentNotice, PaymentReceipt
from app.operations import payees, payment_codes, states
from app.operations.constraints import explained
from app.transaction import elevated

OTHER_DATA = N_("A receipt of this identifier was taken in with other data.")
OTHER = "other_data"
MOST = 100  # mistakes named at once
LOT = 500  # rows looked up together


@dataclass(frozen=True)
class Received:
    """A payment as the payee's system tells it; ``iur`` is that system's own number for it."""

    notice_number: str
    iur: str
    amount: Decimal
    paid_on: date
    # Of the file that told it, counted like in an editor.
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Taken:
    """What a receipt came to; ``known`` was there before, ``other_data`` with another story."""

    line: int
    iur: str
    notice_number: str
    outcome: str


def receive(
    db: Session, payee_id: int, rows: Iterable[Received], *, alliance_id: int, now: datetime
) -> list[Taken]:
    """Take receipts in and match them. Returns what each came to, in order.

    Raises Invalid, naming each row by its file's line or else its place, with nothing written.
    """
    with elevated(db, "take receipts of payments in") as system, system.begin_nested(), explained():
        came = _take_all(system, payees.held(system, payee_id, alliance_id), rows, now)
        if wrong := [one for one in came if one.outcome == OTHER]:
            raise Invalid.many([(f"rows[{one.line}].iur", OTHER_DATA) for one in wrong[:MOST]])
    return came


def try_out(
    db: Session, payee_id: int, rows: Iterable[Received], *, alliance_id: int, now: datetime
) -> list[Taken]:
    """What ``receive`` would come to, row by row; nothing of it stays.

    A row for which ``receive`` refuses the whole file is ``other_data``.
    """
    with elevated(db, "try receipts of payments out") as system:
        tried = system.begin_nested()
        try:
            return _take_all(system, payees.held(system, payee_id, alliance_id), rows, now)
        finally:
            tried.rollback()


def _take_all(
    system: Session, payee: Payee, rows: Iterable[Received], now: datetime
) -> list[Taken]:
    came: list[Taken] = []
    every = [(n if row.line is None else row.line, row) for n, row in enumerate(rows)]
    for number, row in every:
        payment_codes.cents(row.amount, field=f"rows[{number}].amount")
    for first in range(0, len(every), LOT):
        lot = every[first : first + LOT]
        known, asked = _known(system, payee, lot), _asked(system, payee, lot)
        for number, row in lot:
            outcome = _take_in(system, payee, row, known, asked, now)
            came.append(Taken(number, row.iur, row.notice_number, outcome))
        system.flush()
    return came


def _known(
    system: Session, payee: Payee, lot: list[tuple[int, Received]]
) -> dict[str, PaymentReceipt]:
    found = select(PaymentReceipt).where(
        PaymentReceipt.payee_id == payee.id, PaymentReceipt.iur.in_({row.iur for _, row in lot})
    )
    return {one.iur: one for one in system.scalars(found)}


def _asked(
    system: Session, payee: Payee, lot: list[tuple[int, Received]]
) -> dict[str, PaymentNotice]:
    """The notices of these numbers, held: who expires one at that moment waits."""
    numbers = {row.notice_number for _, row in lot}
    found = (
        select(PaymentNotice)
        .where(PaymentNotice.payee_id == payee.id, PaymentNotice.number.in_(numbers))
        .order_by(PaymentNotice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {one.number: one for one in system.scalars(found)}


def _take_in(
    system: Session,
    payee: Payee,
    row: Received,
    known: dict[str, PaymentReceipt],
    asked: dict[str, PaymentNotice],
    now: datetime,
) -> str:
    if before := known.get(row.iur):
        told = Received(before.notice_number, before.iur, before.amount, before.paid_on)
        return "known" if told == row else OTHER
    notice = asked.get(row.notice_number)
    outcome = _outcome(notice, row)
    known[row.iur] = PaymentReceipt(
        alliance_id=payee.alliance_id, payee_id=payee.id, iur=row.iur, amount=row.amount,
        notice_number=row.notice_number, paid_on=row.paid_on, received_at=now,
        outcome=outcome, notice_id=notice.id if notice else None,
    )  # fmt: skip
    system.add(known[row.iur])
    if notice is not None and outcome == "matched":
        notice.paid_on, notice.paid_amount = row.paid_on, row.amount
        states.move(system, notice, "paid", because=row.iur, now=now)
    return outcome


def _outcome(notice: PaymentNotice | None, row: Received) -> str:
    if notice is None:
        return "unmatched"
    if notice.status == "paid":
        return "double"
    if notice.status != "open":
        return "late"
    return "matched" if notice.amount == row.amount else "amount_differs"
