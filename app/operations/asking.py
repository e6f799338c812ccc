"""A place that ends is no longer asked for: what its notice asked besides is asked anew."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from app.errors import Conflict
from app.models import Enrollment, Organization, Payee, PaymentNotice, PaymentNoticeLine, Slot
from app.operations import notice_letters, paying, payment_codes, states

KEPT = ("alliance_id", "payee_id", "application_id", "reason", "debtor_name",
        "debtor_code", "due_on")  # fmt: skip


def end(system: Session, enrollment_id: int, *, because: str, now: datetime) -> int | None:
    """Cancel the open notice that asks for the place, and ask for its other places by another.

    Returns the other's number. Rows are held in the order of receipts, the payee's first, and
    before any place: who pays at the same moment wins, or is shown as late, and who asks for
    the place at that moment finds it given up.
    """
    payees = (
        select(Payee)
        .join(Slot, Slot.organization_id == Payee.organization_id)
        .join(Enrollment, Enrollment.slot_id == Slot.id)
        .where(Enrollment.id == enrollment_id)
        .with_for_update(of=Payee)
        .execution_options(populate_existing=True)
    )
    payee = system.scalars(payees).first()
    if payee is None:
        return None
    asked = (
        select(PaymentNotice)
        .join(PaymentNotice.lines)
        .where(
            PaymentNoticeLine.enrollment_id == enrollment_id,
            ~PaymentNoticeLine.ended,
            PaymentNotice.status == "open",
        )
        .with_for_update(of=PaymentNotice)
        .execution_options(populate_existing=True)
    )
    notice = system.scalars(asked).first()
    if notice is None:
        return None
    rest = [line for line in notice.lines if line.enrollment_id != enrollment_id]
    states.move(system, notice, "cancelled", because=because, now=now)
    for line in notice.lines:
        line.ended = True
    system.flush()
    return _again(system, payee, notice, rest, now) if rest else None


def unasked() -> ColumnElement[bool]:
    """Whether an enrolment is a place that costs something and that no notice asks for."""
    asked = exists().where(
        PaymentNoticeLine.enrollment_id == Enrollment.id, ~PaymentNoticeLine.ended
    )
    return and_(Enrollment.status == "placed", Enrollment.fee > 0, ~asked)


def left_to_ask(db: Session, application_id: int) -> list[tuple[int, str]]:
    """The payees at which the caller sees placed, unpaid and unasked places: number and body."""
    places = db.execute(
        select(Payee.id, Organization.name, Enrollment.id.label("place"), Enrollment.fee)
        .join(Organization, Organization.id == Payee.organization_id)
        .join(Slot, Slot.organization_id == Payee.organization_id)
        .join(Enrollment, Enrollment.slot_id == Slot.id)
        .where(Enrollment.application_id == application_id, unasked())
        .order_by(Organization.name, Payee.id)
    ).all()
    borne = paying.shares(db, [row.place for row in places])
    return list(
        dict.fromkeys(
            (row.id, row.name)
            for row in places
            if (row.fee or 0) > sum(part for _, part in borne.get(row.place, ()))
        )
    )


def next_number(payee: Payee) -> str:
    """The next number of a payee that is held. Raises Conflict where none is left."""
    base = payee.last_base + 1
    if base > payment_codes.LAST_BASE:
        raise Conflict(payment_codes.USED_UP, field="number")
    payee.last_base = base
    if payee.segregation_code is None:
        return payment_codes.reference(base)
    return payment_codes.notice_number(payee.segregation_code, base)


def _again(
    system: Session,
    payee: Payee,
    notice: PaymentNotice,
    rest: list[PaymentNoticeLine],
    now: datetime,
) -> int:
    made = PaymentNotice(
        **{name: getattr(notice, name) for name in KEPT},
        kind=payee.kind,
        number=next_number(payee),
        amount=sum((line.amount for line in rest), Decimal(0)),
        issued_at=now,
    )
    made.lines = [
        PaymentNoticeLine(
            alliance_id=line.alliance_id, enrollment_id=line.enrollment_id, amount=line.amount
        )
        for line in rest
    ]
    system.add(made)
    system.flush()
    notice_letters.write(system, made, "issued", now=now)
    return made.id
