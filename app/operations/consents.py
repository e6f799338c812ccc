"""Consent, which is asked for photographs alone and can be taken back at any time."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import NotFound
from app.models import Application
from app.transaction import elevated


def photographs(db: Session, application: Application, *, given: bool, now: datetime) -> None:
    """Give or take back the consent to photographs (GDPR art. 7(3)), whatever was decided."""
    with elevated(db, "consent to photographs") as system:
        row = system.get(Application, application.id)
        if row is None:
            raise NotFound
        row.photo_consent = given
        system.flush()
