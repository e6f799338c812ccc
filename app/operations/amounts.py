"""Amounts of money as somebody typed them: whole cents, above nothing, and within the column."""

from decimal import Decimal, InvalidOperation
from typing import Any

from app.errors import N_, Invalid

NO_AMOUNT = N_("An amount is written in euro and cents, like 120.50.")
NOT_POSITIVE = N_("The amount must be more than nothing.")
CENTS = N_("An amount has at most two decimals.")
TOO_MUCH = N_("The amount is larger than any that is kept here.")
MOST = Decimal("9999999999.99")
CENT = Decimal("0.01")


def require(value: Any, field: str = "amount") -> Decimal:
    """The amount in euro. Raises Invalid, naming the field: nothing is rounded."""
    if isinstance(value, bool | float):
        raise Invalid(NO_AMOUNT, field=field)
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError) as error:
        raise Invalid(NO_AMOUNT, field=field) from error
    if not amount.is_finite():
        raise Invalid(NO_AMOUNT, field=field)
    if amount <= 0:
        raise Invalid(NOT_POSITIVE, field=field)
    if amount > MOST:
        raise Invalid(TOO_MUCH, field=field)
    if amount != amount.quantize(CENT):
        raise Invalid(CENTS, field=field)
    return amount.quantize(CENT)
