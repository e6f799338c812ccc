"""What each noun does when it is written: once, for screens, API and portal.

A noun that is named in no module here is plain: its rows are entered, changed and deleted as
they are.
"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import permissions
from app.nouns import credit, families, fees, network, offers, payments, platform, rankings
from app.operations import rows
from app.query.verbs import REASON, Field, Noun, Verb

__all__ = ["NOUNS", "REASON", "Field", "Noun", "Verb", "create", "delete", "noun", "update"]

NOUNS: dict[str, Noun] = {
    **families.NOUNS,
    **fees.NOUNS,
    **network.NOUNS,
    **offers.NOUNS,
    **credit.NOUNS,
    **payments.NOUNS,
    **platform.NOUNS,
    **rankings.NOUNS,
}
PLAIN = Noun()


def noun(resource: str) -> Noun:
    """The noun's rules; a plain noun's where none are declared."""
    return NOUNS.get(resource, PLAIN)


def create(db: Session, resource: str, values: dict[str, Any], *, now: datetime) -> Any:
    """Enter a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).create
    if rule is not None:
        return rule(db, values, now=now)
    return rows.create(db, permissions.RESOURCES[resource], values, now=now)


def update(db: Session, resource: str, row: Any, values: dict[str, Any], *, now: datetime) -> Any:
    """Change a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).update
    if rule is not None:
        return rule(db, row, values, now=now)
    return rows.change(db, row, values, now=now)


def delete(db: Session, resource: str, row: Any, *, now: datetime) -> None:
    """Delete a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).delete or rows.remove
    rule(db, row, now=now)
