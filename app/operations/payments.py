"""What a family is asked to pay, until when, and what becomes of it.

The platform moves no money. A notice asks one payee's part of one application; a receipt that
comes in later is matched with it by its number (``payment_receipts``).
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app import clock, reasons
from app.errors import N_, Conflict, Invalid, NotFound, WrongState
from app.models import (
    Account,
    Application,
    Enrollment,
    Payee,
    PaymentNotice,
    PaymentNoticeLine,
    Person,
    Relation,
    Slot,
)
from app.operations import (
    asking,
    enrollments,
    notice_letters,
    payees,
    paying,
    payment_codes,
    states,
)
from app.operations.constraints import explained
from app.transaction import elevated

# Where a workshop says nothing of it.
PAY_WITHIN_DAYS = 30
# How long before the day a family is reminded of it.
SOON = timedelta(days=3)

NOTHING_DUE = N_("There is nothing to be paid here.")
NO_DEBTOR = N_("Nobody is named who could be asked to pay.")
PAST = N_("The date lies in the past.")


def due(system: Session, enrollment: Enrollment) -> Decimal:
    """What the family itself pays of an enrolment's fee."""
    if not enrollment.fee:
        return Decimal("0.00")
    return enrollment.fee - paying.of_others(system, enrollment)


# ---------------------------------------------------------------- notices


def issue(
    db: Session,
    application: Application,
    payee_id: int,
    *,
    due_on: date | None = None,
    now: datetime,
) -> int:
    """Ask for what the application's places cost at that payee. Returns the notice's number.

    Without a day it is due by what the workshops say, the shortest of them. Raises Invalid, or
    Conflict where no place is left to be asked for.
    """
    if due_on is not None and due_on < clock.local_date(now):
        raise Invalid(PAST, field="due_on")
    with elevated(db, "issue a payment notice") as system, explained():
        payee = payees.held(system, payee_id, application.alliance_id)
        parts = [(row, due(system, row)) for row in _unasked(system, application, payee)]
        owed = [(row, part) for row, part in parts if part > 0]
        if not owed:
            raise Conflict(NOTHING_DUE, field="application_id")
        amount = sum((part for _, part in owed), Decimal(0))
        payment_codes.cents(amount)
        name, code = _debtor(system, application)
        notice = PaymentNotice(
            alliance_id=payee.alliance_id, payee_id=payee.id, application_id=application.id,
            kind=payee.kind, number=asking.next_number(payee), amount=amount,
            reason=f"{application.receipt} {owed[0][0].slot.workshop.title}"[:140],
            debtor_name=name, debtor_code=code, issued_at=now,
            due_on=due_on or _last_day([row for row, _ in owed], now),
        )  # fmt: skip
        notice.lines = [
            PaymentNoticeLine(alliance_id=payee.alliance_id, enrollment_id=row.id, amount=part)
            for row, part in owed
        ]
        system.add(notice)
        system.flush()
        notice_letters.write(system, notice, "issued", now=now)
        return notice.id


def cancel(db: Session, notice_id: int, *, alliance_id: int, now: datetime) -> None:
    """Ask no longer: the places may be asked for anew. Raises NotFound or WrongState."""
    with elevated(db, "cancel a payment notice") as system:
        notice = _notice(system, notice_id)
        if notice.alliance_id != alliance_id:
            raise NotFound
        _end(system, notice, "cancelled", now=now)


def overdue(db: Session, *, now: datetime) -> list[int]:
    """The numbers of the open notices whose last day has passed, the oldest first."""
    late = select(PaymentNotice.id).where(
        PaymentNotice.status == "open", PaymentNotice.due_on < clock.local_date(now)
    )
    return list(db.scalars(late.order_by(PaymentNotice.due_on, PaymentNotice.id)))


def to_remind(db: Session, *, now: datetime) -> list[tuple[int, str]]:
    """The open notices whose families are to be told that the day comes (soon) or passed (late).

    Whoever was asked only since yesterday has just been told.
    """
    today = clock.local_date(now)
    late = PaymentNotice.due_on < today
    found = (
        select(PaymentNotice.id, late)
        .where(
            PaymentNotice.status == "open",
            PaymentNotice.due_on.between(today - notice_letters.KEPT, today + SOON),
            or_(late, PaymentNotice.issued_at <= now - timedelta(days=1)),
        )
        .order_by(PaymentNotice.due_on, PaymentNotice.id)
    )
    return [(number, "late" if passed else "soon") for number, passed in db.execute(found)]


def remind(db: Session, notice_id: int, when: str, *, now: datetime) -> bool:
    """Tell the family of an open notice, once; returns False if there was nothing to tell."""
    notice = _notice(db, notice_id)
    return notice.status == "open" and notice_letters.write(db, notice, when, now=now)


def expire(db: Session, notice_id: int, *, now: datetime) -> bool:
    """End an unpaid notice past its day; its places go to whoever is next.

    Returns False if somebody was faster: the payment, or another process.
    """
    with elevated(db, "an unpaid place is freed") as system:
        notice = _notice(system, notice_id)
        if notice.status != "open" or notice.due_on >= clock.local_date(now):
            return False
        places = [line.enrollment for line in notice.lines]
        _end(system, notice, "expired", now=now)
        for place in sorted(places, key=lambda row: row.id):
            if states.may_move(place, "refused"):
                enrollments.refuse(system, place, reason=reasons.UNPAID, now=now)
    return True


# ---------------------------------------------------------------- shared


def _unasked(system: Session, application: Application, payee: Payee) -> list[Enrollment]:
    """The application's places at the payee that no notice asks for."""
    places = (
        select(Enrollment)
        .join(Slot, Slot.id == Enrollment.slot_id)
        .where(
            Enrollment.application_id == application.id,
            Slot.organization_id == payee.organization_id,
            asking.unasked(),
        )
        .order_by(Enrollment.id)
    )
    return list(system.scalars(places))


def _last_day(places: Iterable[Enrollment], now: datetime) -> date:
    """By when places that are asked for together are to be paid."""
    days = (place.slot.workshop.pay_within_days or PAY_WITHIN_DAYS for place in places)
    return clock.local_date(now) + timedelta(days=min(days))


def _debtor(system: Session, application: Application) -> tuple[str, str | None]:
    """Who sent the application: the name, and the codice fiscale where it is known."""
    account = system.get(Account, application.user_id) if application.user_id else None
    if account is None:
        raise Invalid(NO_DEBTOR, field="application_id")
    own = (
        select(Person)
        .join(Relation, Relation.person_id == Person.id)
        .where(
            Relation.user_id == account.id,
            Relation.kind == "self",
            Person.alliance_id == application.alliance_id,
        )
    )
    person = system.scalar(own.order_by(Person.id).limit(1))
    if person is None:
        return f"{account.first_name} {account.last_name}", None
    return person.name, person.fiscal_code


def _notice(system: Session, notice_id: int) -> PaymentNotice:
    found = select(PaymentNotice).where(PaymentNotice.id == notice_id).with_for_update()
    held = found.execution_options(populate_existing=True)
    notice: PaymentNotice | None = system.scalar(held)
    if notice is None:
        raise NotFound
    return notice


def _end(system: Session, notice: PaymentNotice, to: str, *, now: datetime) -> None:
    if not states.may_move(notice, to):
        raise WrongState(field="status")
    states.move(system, notice, to, because="", now=now)
    for line in notice.lines:
        line.ended = True
    system.flush()
