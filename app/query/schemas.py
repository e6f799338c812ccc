"""What may be sent for a noun, checked by marshmallow: for the API and the screens alike.

Relations are plain ids; a key that is not declared is refused; no nested rows.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
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
from sqlalchemy import inspect as inspect_
from sqlalchemy.dialects.postgresql import JSONB

from app.clock import ROME
from app.errors import N_
from app.query.values import BIGINT
from app.sealed import Encrypted

REQUIRED = N_("This field is needed.")
UNKNOWN = N_("There is no such field to write.")
NUL = N_("The text holds a character that cannot be kept.")
TOO_LONG = N_("At most {max} characters.")
NOT_TEXT = N_("This is not a text.")
NOT_INTEGER = N_("This is not a whole number.")
NOT_NUMBER = N_("This is not a number.")
NOT_DATE = N_("This is not a date (YYYY-MM-DD).")
NOT_TIME = N_("This is not a time (HH:MM).")
NOT_INSTANT = N_("This is not a date and time.")
NOT_BOOLEAN = N_("This is neither yes nor no.")
NOT_CHOICE = N_("This is not one of the choices.")
OUT_OF_RANGE = N_("The number is out of range.")
EMPTY = N_("This field cannot be empty.")
MONEY_FORM = N_("At most two decimals.")
LONGEST_TEXT = 20_000


class WriteSchema(Schema):
    """The base of every generated schema."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN, "type": N_("An object is expected.")}

    @pre_load
    def _blank_is_nothing(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {
            key: (value.strip() or None) if isinstance(value, str) else value
            for key, value in data.items()
        }


def _no_nul(value: str) -> None:
    if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
        raise ValidationError(NUL)


def _no_control(value: str) -> None:
    if any(ord(c) < 32 and c not in "\t\n\r" for c in value):
        raise ValidationError(NUL)


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
        top = BIGINT if isinstance(type_, BigInteger) else 2**31
        within = validate.Range(-top, top - 1, error=OUT_OF_RANGE)
        return fields.Integer(
            strict=False, validate=within,
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
        return fields.Time(error_messages=said(invalid=NOT_TIME, format=NOT_TIME), **shared)
    if isinstance(type_, Uuid):
        return fields.UUID(**shared)
    if isinstance(type_, JSONB):
        return fields.Dict(keys=fields.String(), **shared)
    if isinstance(type_, (String, Encrypted)):
        longest = getattr(type_, "length", None) or LONGEST_TEXT
        length = validate.Length(max=longest, error=TOO_LONG)
        return fields.String(
            validate=[length, _no_nul, _no_control],
            error_messages=said(invalid=NOT_TEXT, invalid_utf8=NOT_TEXT), **shared,
        )  # fmt: skip
    if isinstance(type_, LargeBinary):
        raise TypeError("binary columns are not written from outside")
    raise TypeError(f"no field for {type_!r}")


def write_schema(
    model: Any,
    columns: Iterable[str],
    partial: bool = False,
    more: Mapping[str, fields.Field[Any]] | None = None,
) -> Schema:
    """The schema of what may be written of a noun; ``partial`` for a change.

    ``more`` are the fields that the noun asks besides; the same schema serves every request.
    """
    return _write_schema(model, tuple(columns), partial, tuple((more or {}).items()))


@lru_cache(maxsize=1024)
def _write_schema(
    model: Any,
    columns: tuple[str, ...],
    partial: bool,
    more: tuple[tuple[str, fields.Field[Any]], ...],
) -> Schema:
    made: dict[str, fields.Field[Any]] = {}
    table = inspect_(model).columns
    for name in columns:
        column = table[name]
        has_default = column.default is not None or column.server_default is not None
        required = not (partial or column.nullable or has_default)
        made[name] = field_for(column.type, required, bool(column.nullable))
    schema: Schema = WriteSchema.from_dict({**made, **dict(more)})()
    return schema


def errors_of(error: ValidationError) -> list[tuple[str | None, str]]:
    """(field, message) of what marshmallow refused."""
    found: list[tuple[str | None, str]] = []

    def walk(prefix: str, messages: Any) -> None:
        if isinstance(messages, dict):
            for key, value in messages.items():
                part = f"[{key}]" if isinstance(key, int) else f".{key}" if prefix else str(key)
                walk(prefix + part if key != "_schema" else prefix, value)
        else:
            found.extend((prefix or None, str(m)) for m in messages)

    walk("", error.messages)
    return found
