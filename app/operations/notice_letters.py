"""What a family is told of a notice: that it is to be paid, how soon, and what became late."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.models import PaymentNotice
from app.operations import letters

# A transfer of the last day comes a working day later, and its receipt is taken in by hand: who
# paid in time loses no place over a weekend.
KEPT = timedelta(days=5)


def write(system: Session, notice: PaymentNotice, when: str, *, now: datetime) -> bool:
    """Tell the family, once for each ``when``: issued, soon or late. Says whether it is new."""
    return letters.write_all(
        system,
        "notice_due",
        notice.application,
        [line.enrollment for line in notice.lines],
        about=f"notice:{notice.id}:{when}",
        now=now,
        when=when,
        number=notice.number,
        amount=notice.amount,
        issuer=notice.payee.organization.name,
        due_on=notice.due_on,
        kept_until=notice.due_on + KEPT,
    )
