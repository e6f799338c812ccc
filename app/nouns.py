"""What each noun does when it is written: once, for screens, API and portal.

A noun that is not named here is plain: its rows are entered, changed and deleted as they are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from app import permissions
from app.errors import N_
from app.operations import rows


@dataclass(frozen=True)
class Field:
    """One thing that a verb asks for.

    ``type`` is text, longtext, int, date, time, datetime, bool, file, choice or ref:<resource>.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = True
    values: Mapping[str, str] | None = None
    help: str = ""


REASON = Field("reason", N_("Reason"), "longtext")


@dataclass(frozen=True)
class Verb:
    """A rule that a row, or with ``collection`` the whole list, can be asked to do."""

    run: Callable[..., Any]
    label: str
    fields: tuple[Field, ...] = ()
    # The states in which a screen offers it; None for all.
    states: tuple[str, ...] | None = None
    collection: bool = False


Create = Callable[..., Any]


@dataclass(frozen=True)
class Noun:
    """How a noun is written. ``create`` and ``update`` take validated values."""

    create: Create | None = None
    update: Callable[..., Any] | None = None
    delete: Callable[..., Any] | None = None
    verbs: dict[str, Verb] = field(default_factory=dict)
    # The schema of what a new row takes, where that is not its own columns.
    schema: Callable[[], Schema] | None = None


PLAIN = Noun()
NOUNS: dict[str, Noun] = {}


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
