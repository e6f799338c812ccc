"""What an error of one row means for whoever asked."""

from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app.errors import ChangedMeanwhile, DomainError, Invalid
from app.operations.constraints import refusal
from app.query.schemas import errors_of

# What stops one row, and not the others.
OF_A_ROW = (DomainError, ValidationError, StaleDataError, IntegrityError, DataError)


def refusal_of(error: Exception) -> DomainError:
    """One of these as a refusal, field by field."""
    match error:
        case DomainError():
            return error
        case ValidationError():
            return Invalid.many(errors_of(error))
        case IntegrityError() | DataError():
            return refusal(error)
    return ChangedMeanwhile()
