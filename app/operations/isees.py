"""ISEE, as families declare it (DPCM 159/2013): the amount is read where a fee is computed."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Invalid
from app.models import Isee, Person
from app.operations import care, delegations, fee_schemes, schemes
from app.operations.constraints import UNKNOWN, explained
from app.transaction import ScopedSession, act_for, elevated

EXPIRED = N_("This ISEE has expired: ask INPS for a new one.")
TOO_LONG = N_("An ISEE is good to the end of its year: the date lies too far ahead.")
PROTOCOL = N_("Write the number as INPS gives it: INPS-ISEE-2026-01234567A-00.")
AS_GIVEN = re.compile(r"INPS-ISEE-20\d\d-[0-9A-Z]{9,12}-\d\d")
# To the last day of the year in which it was asked for, and a little for what is given early.
MOST_DAYS = 400


def declare(
    db: Session,
    *,
    person_id: int,
    amount: Decimal,
    protocol_number: str,
    expires_on: date,
    channel: str = "web",
    now: datetime,
) -> Isee:
    """Keep an ISEE, declared under responsibility (DPR 445/2000, art. 46); the last one counts.

    Raises Invalid naming the field, and at a desk NotDelegated.
    """
    if db.get(Person, person_id) is None:
        raise Invalid(UNKNOWN, field="person_id")
    today = clock.local_date(now)
    if expires_on < today:
        raise Invalid(EXPIRED, field="expires_on")
    if (expires_on - today).days > MOST_DAYS:
        raise Invalid(TOO_LONG, field="expires_on")
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 <= amount <= schemes.MOST:
        raise Invalid(schemes.NO_AMOUNT, field="amount")
    if amount != amount.quantize(schemes.CENT):
        raise Invalid(schemes.NO_AMOUNT, field="amount")
    number = "".join(protocol_number.split()).upper()
    if not AS_GIVEN.fullmatch(number):
        raise Invalid(PROTOCOL, field="protocol_number")
    with elevated(db, "declare an ISEE") as system, explained():
        if channel == "desk":
            delegations.require(db, person_id=person_id, scope="enrol", now=now)
            act_for(system, person_id)
        person = system.get_one(Person, person_id)
        row = Isee(
            alliance_id=person.alliance_id,
            person_id=person.id,
            amount=str(amount.quantize(schemes.CENT)),
            protocol_number=number,
            expires_on=expires_on,
            user_id=db.principal.user_id if isinstance(db, ScopedSession) else None,
        )
        system.add(row)
        system.flush()
        made = row.id
    return db.get_one(Isee, made)


def amount_of(db: Session, row: Isee, *, now: datetime) -> dict[str, Any]:
    """The amount of an ISEE that the caller sees, in euro; the reading is logged."""
    care.log(db, Isee.__tablename__, [row.id], ["amount"], now=now)
    with elevated(db, "read an ISEE") as system:
        return {"amount": fee_schemes.opened(system.get_one(Isee, row.id)).amount}
