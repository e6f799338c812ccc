"""What an application would cost and bring, before anything of it is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import permissions
from app.errors import AlreadyEnrolled, DomainError, Invalid, Overlaps
from app.models import Enrollment, Person, Slot
from app.operations import eligibility, fee_schemes, payers
from app.operations.constraints import UNKNOWN
from app.transaction import ScopedSession

HOLDING = ("placed", "offered")
OPEN = ("submitted", "waiting", *HOLDING)


@dataclass(frozen=True)
class Priced:
    """A wish with its price, what it would bring now, and what speaks against it."""

    person_id: int
    slot_id: int
    amount: Decimal | None
    lines: list[dict[str, str]]
    outcome: str  # place, waiting, ranking
    refusal: DomainError | None


def quote(db: Session, *, wishes: Sequence[Mapping[str, Any]], now: datetime) -> list[Priced]:
    """Each wish as ``enrol`` would judge it at this moment; nothing is kept.

    Raises Invalid for persons and slots that the caller does not see.
    """
    left: Counter[int] = Counter()
    named = []
    for n, wish in enumerate(wishes):
        person = db.get(Person, wish["person_id"])
        if person is None:
            raise Invalid(UNKNOWN, field=f"wishes[{n}].person_id")
        slot = db.get(Slot, wish["slot_id"])
        if slot is None:
            raise Invalid(UNKNOWN, field=f"wishes[{n}].slot_id")
        # Never added to the session: its relations lead nowhere back.
        named.append(
            Enrollment(
                person=person, slot=slot, reduced=bool(wish.get("reduced")),
                extras=list(wish.get("extras") or ()),
            )
        )  # fmt: skip
    wanted = [(one.slot.workshop, one.person) for one in named]
    tariffs = fee_schemes.known(db, wanted, now=now)
    return [_priced(db, one, tariffs, left, now) for one in named]


def shares(db: Session, priced: Sequence[Priced], *, now: datetime) -> dict[str, Decimal]:
    """Who would pay what of the places that there are now, in euro by kind of payer, in order.

    Empty where the family alone pays, and for seats that would not list the transfers either.
    """
    if not _sees_who_pays(db):
        return {}
    places = [
        (db.get_one(Person, one.person_id), db.get_one(Slot, one.slot_id), one.amount)
        for one in priced
        if one.outcome == "place" and one.refusal is None and one.amount
    ]
    return payers.forecast(db, places, now=now) if places else {}


def _sees_who_pays(db: Session) -> bool:
    if not isinstance(db, ScopedSession) or db.principal.kind == "system":
        return True
    return "list" in permissions.grant(db.principal.kind, "transfers").verbs


def _priced(
    db: Session, wish: Enrollment, tariffs: fee_schemes.Tariffs, left: Counter[int], now: datetime
) -> Priced:
    person, slot = wish.person, wish.slot
    refusal: DomainError | None = None
    try:
        eligibility.require(wish, tariffs, now=now)
        _require_free_time(db, person, slot)
    except DomainError as found:
        refusal = found
    outcome = "ranking" if slot.workshop.allocation == "ranking" else "waiting"
    if outcome == "waiting" and slot.waiting_count == 0 and slot.free > left[slot.id]:
        outcome = "place"
        left[slot.id] += refusal is None
    return Priced(person.id, slot.id, wish.fee, wish.fee_lines or [], outcome, refusal)


def _require_free_time(db: Session, person: Person, slot: Slot) -> None:
    """Raise AlreadyEnrolled or Overlaps, as the constraints would."""
    open_ = select(Enrollment).where(Enrollment.person_id == person.id, Enrollment.status.in_(OPEN))
    hours = slot.span
    for known in db.scalars(open_):
        if known.slot_id == slot.id:
            raise AlreadyEnrolled(field="slot_id")
        if known.status in HOLDING and any(a.overlaps(b) for a in known.span for b in hours):
            raise Overlaps(field="slot_id")
