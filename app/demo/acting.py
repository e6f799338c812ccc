"""Sessions of the demo's people: what they do passes the policy, at the moment it is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import (
    clock,
    models,
    scope,  # noqa: F401 - puts the sessions under the policy
)
from app.transaction import Principal, ScopedSession, open_session


@contextmanager
def acting(db: Session, account: models.Account, kind: str, at: datetime) -> Iterator[Session]:
    """A session of the account's seat of this kind, in the caller's transaction.

    What was loaded before stands as it was: rows that this changes are read anew afterwards.
    """
    seat = db.scalars(
        select(models.Seat).where(models.Seat.user_id == account.id, models.Seat.kind == kind)
    ).one()
    principal = Principal(
        kind,
        user_id=seat.user_id,
        seat_id=seat.id,
        alliance_id=seat.alliance_id,
        organization_id=seat.organization_id,
        care=seat.care,
        name=account.username,
    )
    db.flush()
    own: ScopedSession = open_session(
        db.connection(), principal, join_transaction_mode="rollback_only"
    )
    with clock.at(at), own:
        yield own
        own.commit()  # The transaction is the caller's, and stays open.
