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
from app.query.values import BIGINT, INT, storable
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

# What marshmallow says for itself, in our words.
SAID = {
    "Missing data for required field.": REQUIRED,
    "Field may not be null.": EMPTY,
    "Unknown field.": UNKNOWN,
    "Invalid input type.": NOT_OBJECT,
    "Not a valid string.": NOT_TEXT,
    "Not a valid utf-8 string.": NOT_TEXT,
    "Not a valid integer.": NOT_INTEGER,
    "Not a valid number.": NOT_NUMBER,
    "Number too large.": OUT_OF_RANGE,
    "Not a valid boolean.": NOT_BOOLEAN,
    "Not a valid date.": NOT_DATE,
    "Not a valid list.": NOT_LIST,
    "Invalid type.": NOT_OBJECT,
    "Not a valid mapping type.": NOT_OBJECT,
    "Not a valid email address.": NOT_EMAIL,
    "Not a valid UUID.": NOT_CHOICE,
}


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


class Sent(dict[str, Any]):
    """What came as JSON, where values have their types; a form's are all texts."""


class WriteSchema(Schema):
    """The base of every generated schema."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": UNKNOWN, "type": NOT_OBJECT}

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Texts that can be kept, and refusals in our words, whoever declared the field."""
        _in_our_words(field_obj)

    @pre_load
    def _as_it_came(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, dict):
            return data
        kept: set[str] = set()
        if isinstance(data, Sent):
            # What a program sends is as long as it sent it, its blanks included.
            kept = {key for key, value in data.items() if _too_long(self.fields.get(key), value)}
            data = _typed(self.fields, data)
        # A text of blanks says nothing.
        return {
            key: (value.strip() or None) if isinstance(value, str) and key not in kept else value
            for key, value in data.items()
        }


def _too_long(field: fields.Field[Any] | None, value: Any) -> bool:
    if field is None or not isinstance(value, str):
        return False
    most = [check.most for check in field.validators if isinstance(check, Size)]
    return any(longest is not None and len(value) > longest for longest in most)


# What JSON has for a field, and what is said of anything else.
JSON_TYPES: tuple[tuple[type[Any], type[Any], str], ...] = (
    (fields.Boolean, bool, NOT_BOOLEAN),
    (fields.Integer, int, NOT_INTEGER),
    (fields.Decimal, str, NOT_DECIMAL),
)


def _typed(known: Mapping[str, fields.Field[Any]], data: Sent) -> dict[str, Any]:
    """The same, once each value has the type that JSON has for its field."""
    wrong = {}
    for name, value in data.items():
        for type_, python, message in JSON_TYPES:
            # Exactly: true counts as a whole number elsewhere.
            fits = value is None or type(value) is python
            if isinstance(known.get(name), type_) and not fits:
                wrong[name] = [message]
    if wrong:
        raise ValidationError(wrong)
    return {name: _sent(known.get(name), value) for name, value in data.items()}


def _sent(field: fields.Field[Any] | None, value: Any) -> Any:
    """What nests is JSON as well."""
    if isinstance(field, fields.Nested) and isinstance(value, dict):
        return Sent(value)
    if isinstance(field, fields.List) and isinstance(value, list):
        return [_sent(field.inner, one) for one in value]
    return value


def _in_our_words(field: fields.Field[Any]) -> None:
    field.error_messages = {k: SAID.get(str(v), v) for k, v in field.error_messages.items()}
    text = isinstance(field, fields.String)
    checks: list[Any] = [_can_be_kept] if text else []
    for check in field.validators:
        if isinstance(check, validate.Length):
            checks.append(Size(check.min, check.max, text=text))
            continue
        if isinstance(check, validate.Email):
            check.error = SAID.get(check.error, check.error)
        if check not in checks:
            checks.append(check)
    field.validators = checks
    if isinstance(field, fields.List):
        _in_our_words(field.inner)


def _can_be_kept(value: str) -> None:
    if not storable(value) or any(c < " " and c not in "\t\n\r" for c in value):
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


def errors_of(error: ValidationError) -> list[tuple[str | None, str, dict[str, Any]]]:
    """(field, message, params) of what marshmallow refused."""
    found: list[tuple[str | None, str, dict[str, Any]]] = []

    def walk(prefix: str | None, messages: Any) -> None:
        if not isinstance(messages, dict):
            found.extend((prefix, str(m), getattr(m, "params", {})) for m in messages)
            return
        for key, value in messages.items():
            if key == "_schema":
                walk(prefix, value)
            elif isinstance(key, int):
                walk(f"{prefix or ''}[{key}]", value)
            else:
                walk(str(key) if prefix is None else f"{prefix}.{key}", value)

    walk(None, error.messages)
    return found
