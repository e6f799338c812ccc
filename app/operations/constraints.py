"""What the database refused, in words: a constraint's name to the refusal that it stands for.

The constraints are the last word on places, persons and duplicates, whoever comes first to
look; so a rule may be checked before for a better message, and is never checked there alone.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from app.errors import (
    N_,
    AlreadyEnrolled,
    AskTheOffice,
    Conflict,
    DomainError,
    Duplicate,
    Invalid,
    NoFreePlace,
    NotEnoughCredit,
    Overlaps,
    Repeated,
    StillInUse,
)

# What a statement says that must not stand any more (migration 0017).
COME_AGAIN = "IN001"
ASKED_ALREADY = N_("This person already has an open request for this service.")
UNKNOWN = N_("There is no such choice here.")
MISSING = N_("This is needed.")
IS_PUBLISHED = N_("What is published stays as it is: make a new edition.")

REFUSALS: dict[str, tuple[type[DomainError], str | None]] = {
    "no_two_places_at_once": (Overlaps, "slot_id"),
    "one_open_enrollment": (AlreadyEnrolled, "slot_id"),
    "ck_slot_never_oversold": (NoFreePlace, "slot_id"),
    "one_person_a_code": (AskTheOffice, "fiscal_code"),
    "one_open_membership": (Duplicate, "network"),
    "one_credit_of_a_kind": (Duplicate, "fiscal_code"),
    "ck_ledger_account_never_below_zero": (NotEnoughCredit, "amount"),
}

BACKWARDS = N_("The end lies before the start.")
OUT_OF_RANGE = N_("This value is outside what is possible.")
PLACE = N_("Name the municipality; only what is online has none.")
YEAR_FORM = N_("A school year is written like 2026/27.")
REASON = N_("Please give the reason.")

# A CHECK's name, without its table, to the words and the field that it is about.
CHECKS = {
    "absences_allowed_range": (OUT_OF_RANGE, "absences_allowed"),
    "amount_positive": (OUT_OF_RANGE, "amount"),
    "budget_not_negative": (OUT_OF_RANGE, "budget"),
    "code_or_why_not": (MISSING, "fiscal_code"),
    "deadline_after_publication": (BACKWARDS, "deadline"),
    "ends_after_start": (BACKWARDS, "ends_on"),
    "ends_later_the_same_day": (BACKWARDS, "ends_at"),
    "latitude_range": (OUT_OF_RANGE, "latitude"),
    "letters_known": (UNKNOWN, "letters"),
    "longitude_range": (OUT_OF_RANGE, "longitude"),
    "max_age_range": (OUT_OF_RANGE, "max_age"),
    "min_age_range": (OUT_OF_RANGE, "min_age"),
    "offer_hours_range": (OUT_OF_RANGE, "offer_hours"),
    "pay_within_days_range": (OUT_OF_RANGE, "pay_within_days"),
    "one_payer": (MISSING, "organization_id"),
    "organization_where_needed": (MISSING, "organization_id"),
    "paper_is_kept": (MISSING, "file_id"),
    "per_enrollment_positive": (OUT_OF_RANGE, "per_enrollment"),
    "places_not_negative": (OUT_OF_RANGE, "places"),
    "price_not_negative": (OUT_OF_RANGE, "price"),
    "band_in_order": (BACKWARDS, "to_isee"),
    "ceiling_above_floor": (OUT_OF_RANGE, "ceiling"),
    "fees_not_negative": (OUT_OF_RANGE, "resident"),
    "floor_not_negative": (OUT_OF_RANGE, "floor"),
    "from_the_second_child": (OUT_OF_RANGE, "rank"),
    "one_way_to_reduce": (MISSING, "amount"),
    "per_cent_in_range": (OUT_OF_RANGE, "per_cent"),
    "price_where_not_free": (MISSING, "price"),
    "scheme_where_it_prices": (MISSING, "fee_scheme_id"),
    "reduced_price_below_full": (OUT_OF_RANGE, "reduced_price"),
    "reduced_price_said_whole": (MISSING, "reduced_price"),
    "refused_with_a_reason": (REASON, "reason"),
    "school_year_form": (YEAR_FORM, "school_year"),
    "term_days_positive": (OUT_OF_RANGE, "term_days"),
    "voucher_names_one_service": (MISSING, "service_id"),
    "where_it_is_held": (PLACE, "municipality_id"),
    "window_in_order": (BACKWARDS, "closes_at"),
    "year_range": (OUT_OF_RANGE, "year"),
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
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == COME_AGAIN:
            raise Repeated from error
        raise


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
    if name in ("published_criteria", "published_fees"):
        return Conflict(IS_PUBLISHED)
    if name == "one_open_request":
        return Duplicate(ASKED_ALREADY, field="service_id")
    if isinstance(violated, psycopg.errors.NotNullViolation):
        return Invalid(MISSING, field=violated.diag.column_name)
    # PostgreSQL 18 tells a row that is referred to from one that is missing; 16 does not.
    if isinstance(violated, psycopg.errors.RestrictViolation):
        return StillInUse()
    if isinstance(violated, psycopg.errors.ForeignKeyViolation):
        deleting = "still referenced" in (violated.diag.message_detail or "")
        return StillInUse() if deleting else Invalid(UNKNOWN, field=_key(violated))
    if isinstance(violated, psycopg.errors.UniqueViolation):
        return Duplicate(field=_key(violated))
    message, field = CHECKS.get(name.removeprefix(f"ck_{violated.diag.table_name}_"), ("", None))
    return Invalid(message, field=field)


def _key(violated: psycopg.Error) -> str | None:
    """The last column of the key that the detail names: (organization_id, title) is of a title."""
    found = re.search(r"Key \((.+?)\)=", violated.diag.message_detail or "")
    column = found[1].rpartition(", ")[2] if found else ""
    return column if column.isidentifier() else None
