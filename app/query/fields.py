"""A column's type as a field of marshmallow, and what is said of a value that does not fit."""

from typing import Any

from marshmallow import ValidationError, fields, validate
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Time,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.clock import ROME
from app.errors import N_
from app.query.values import BIGINT, INT
from app.sealed import Encrypted

REQUIRED = N_("This field is needed.")
UNKNOWN = N_("There is no such field to write.")
NUL = N_("The text holds a character that cannot be kept.")
TOO_LONG = N_("At most %(max)s characters.")
TOO_MANY = N_("At most %(max)s of them.")
TOO_SHORT = N_("At least %(min)s characters.")
NOT_LIST = N_("A list is expected.")
NOT_OBJECT = N_("An object is expected.")
NOT_EMAIL = N_("This is not an e-mail address.")
NOT_TEXT = N_("This is not a text.")
NOT_INTEGER = N_("This is not a whole number.")
NOT_NUMBER = N_("This is not a number.")
NOT_DECIMAL = N_('A number with decimals is written as text: "60.00".')
NOT_DATE = N_("This is not a date (YYYY-MM-DD).")
NOT_TIME = N_("This is not a time (HH:MM).")
NOT_INSTANT = N_("This is not a date and time.")
NOT_BOOLEAN = N_("This is neither yes nor no.")
NOT_CHOICE = N_("This is not one of the choices.")
OUT_OF_RANGE = N_("The number is out of range.")
EMPTY = N_("This field cannot be empty.")
MONEY_FORM = N_("At most two decimals.")
LONGEST_TEXT = 20_000


class Message(str):
    """A message of the catalogue, and what it is filled with."""

    params: dict[str, Any]

    def __new__(cls, message: str, **params: Any) -> "Message":
        made = super().__new__(cls, message)
        made.params = params
        return made


class Size:
    """Marshmallow's Length, in words that the catalogue has."""

    def __init__(self, least: int | None, most: int | None, *, text: bool) -> None:
        self.least, self.most, self.text = least, most, text

    def __call__(self, value: Any) -> Any:
        if self.most is not None and len(value) > self.most:
            raise ValidationError(Message(TOO_LONG if self.text else TOO_MANY, max=self.most))
        if self.least is not None and len(value) < self.least:
            raise ValidationError(
                Message(TOO_SHORT, min=self.least) if self.text else Message(EMPTY)
            )
        return value


class WholeNumber(fields.Integer):
    """An integer, or a form's digits; no float is cut off, no boolean counted."""

    def _validated(self, value: Any) -> Any:
        digits = isinstance(value, str) and value.removeprefix("-").isdecimal() and value.isascii()
        if not digits and (isinstance(value, bool) or not isinstance(value, int)):
            raise self.make_error("invalid", input=value)
        if digits and len(value) > 20:
            raise self.make_error("too_large", input=value)
        return super()._validated(value)


class LocalTime(fields.Time):
    """A time of day, without a zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        found = super()._deserialize(value, *args, **kwargs)
        if found.tzinfo is not None:
            raise self.make_error("invalid", input=value, obj_type="time")
        return found


def _cents(value: Any) -> None:
    if value.is_finite() and -value.as_tuple().exponent > 2:
        raise ValidationError(MONEY_FORM)


def field_for(type_: Any, required: bool, nullable: bool) -> fields.Field[Any]:
    """The marshmallow field of a column's type."""
    shared: dict[str, Any] = {"required": required, "allow_none": nullable}
    messages = {"required": REQUIRED, "null": EMPTY}

    def said(**more: str) -> Any:
        return {**messages, **more}

    if isinstance(type_, Enum):
        check = validate.OneOf(list(type_.enums), error=NOT_CHOICE)
        return fields.String(validate=check, error_messages=said(invalid=NOT_CHOICE), **shared)
    if isinstance(type_, Boolean):
        return fields.Boolean(error_messages=said(invalid=NOT_BOOLEAN), **shared)
    if isinstance(type_, Integer):
        top = BIGINT if isinstance(type_, BigInteger) else INT
        within = validate.Range(-top, top - 1, error=OUT_OF_RANGE)
        return WholeNumber(
            validate=within,
            error_messages=said(invalid=NOT_INTEGER, too_large=OUT_OF_RANGE), **shared,
        )  # fmt: skip
    if isinstance(type_, Numeric):
        top = 10 ** ((type_.precision or 12) - (type_.scale or 2))
        within = validate.Range(-top, top, max_inclusive=False, error=OUT_OF_RANGE)
        checks: list[Any] = [within, _cents] if type_.scale == 2 else [within]
        return fields.Decimal(
            validate=checks, allow_nan=False,
            error_messages=said(invalid=NOT_NUMBER, special=NOT_NUMBER), **shared,
        )  # fmt: skip
    if isinstance(type_, DateTime):
        return fields.AwareDateTime(
            default_timezone=ROME,
            error_messages=said(invalid=NOT_INSTANT, invalid_awareness=NOT_INSTANT,
                                format=NOT_INSTANT), **shared,
        )  # fmt: skip
    if isinstance(type_, Date):
        return fields.Date(error_messages=said(invalid=NOT_DATE, format=NOT_DATE), **shared)
    if isinstance(type_, Time):
        return LocalTime(error_messages=said(invalid=NOT_TIME, format=NOT_TIME), **shared)
    if isinstance(type_, Uuid):
        return fields.UUID(**shared)
    if isinstance(type_, JSONB):
        return fields.Dict(keys=fields.String(), **shared)
    if isinstance(type_, (String, Encrypted)):
        longest = getattr(type_, "length", None) or LONGEST_TEXT
        return fields.String(
            validate=[validate.Length(max=longest)],
            error_messages=said(invalid=NOT_TEXT, invalid_utf8=NOT_TEXT), **shared,
        )  # fmt: skip
    if isinstance(type_, LargeBinary):
        raise TypeError("binary columns are not written from outside")
    raise TypeError(f"no field for {type_!r}")
