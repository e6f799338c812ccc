"""What the database refused, in words: a constraint's name to the refusal that it stands for.

The constraints are the last word on places, persons and duplicates, whoever comes first to
look; so a rule may be checked before for a better message, and is never checked there alone.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DataError, IntegrityError

from app.errors import (
    N_,
    AlreadyEnrolled,
    AskTheOffice,
    Conflict,
    DomainError,
    Duplicate,
    Invalid,
    NoFreePlace,
    Overlaps,
    StillInUse,
)

ASKED_ALREADY = N_("This person already has an open request for this service.")
UNKNOWN = N_("There is no such choice here.")
MISSING = N_("This is needed.")

REFUSALS: dict[str, tuple[type[DomainError], str | None]] = {
    "no_two_places_at_once": (Overlaps, "slot_id"),
    "one_open_enrollment": (AlreadyEnrolled, "slot_id"),
    "ck_slot_never_oversold": (NoFreePlace, "slot_id"),
    "one_person_a_code": (AskTheOffice, "fiscal_code"),
    "one_open_membership": (Duplicate, "network"),
}


@contextmanager
def explained() -> Iterator[None]:
    """Raise the DomainError that a violated constraint stands for.

    The transaction, or the savepoint in which it happened, is lost as ever.
    """
    try:
        yield
    except (IntegrityError, DataError) as error:
        raise refusal(error) from error


def refusal(error: IntegrityError | DataError) -> DomainError:
    """What a violated constraint means for whoever sent the values."""
    if isinstance(error, DataError):
        return Invalid()
    violated = error.orig
    if not isinstance(violated, psycopg.Error):
        return Conflict()
    name = violated.diag.constraint_name or ""
    if name in REFUSALS:
        kind, field = REFUSALS[name]
        return kind(field=field)
    if name == "one_open_request":
        return Duplicate(ASKED_ALREADY, field="service_id")
    if isinstance(violated, psycopg.errors.NotNullViolation):
        return Invalid(MISSING, field=violated.diag.column_name)
    # PostgreSQL 18 tells a row that is referred to from one that is missing; 16 does not.
    if isinstance(violated, psycopg.errors.RestrictViolation):
        return StillInUse()
    if isinstance(violated, psycopg.errors.ForeignKeyViolation):
        deleting = "still referenced" in (violated.diag.message_detail or "")
        return StillInUse() if deleting else Invalid(UNKNOWN, field=_column(violated))
    if isinstance(violated, psycopg.errors.UniqueViolation):
        return Duplicate()
    return Invalid(field=None)


def _column(violated: psycopg.Error) -> str | None:
    """The column of a foreign key that was named by our convention."""
    table, name = violated.diag.table_name, violated.diag.constraint_name
    start = f"fk_{table}_"
    return name.removeprefix(start) if name and name.startswith(start) else None
