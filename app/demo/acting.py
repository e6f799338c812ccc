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
from app.transaction import ScopedSession, open_session, seated


@contextmanager
def acting(db: Session, account: models.Account, kind: str, at: datetime) -> Iterator[Session]:
    """A session of the account's seat of this kind, in the caller's transaction.

    What was loaded before stands as it was: rows that this changes are read anew afterwards.
    """
    seat = db.scalars(
        select(models.Seat).where(models.Seat.user_id == account.id, models.Seat.kind == kind)
    ).one()
    db.flush()
    own: ScopedSession = open_session(
        db.connection(), seated(seat, account.username), join_transaction_mode="rollback_only"
    )
    with clock.at(at), own:
        yield own
        own.commit()  # The transaction is the caller's, and stays open.
