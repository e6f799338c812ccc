"""What may be sent for a noun, checked by marshmallow: for the API and the screens alike.

Relations are plain ids; a key that is not declared is refused; no nested rows.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
from sqlalchemy import inspect as inspect_

from app.query.fields import (
    EMPTY,
    NOT_BOOLEAN,
    NOT_CHOICE,
    NOT_DATE,
    NOT_DECIMAL,
    NOT_EMAIL,
    NOT_INTEGER,
    NOT_LIST,
    NOT_NUMBER,
    NOT_OBJECT,
    NOT_TEXT,
    NUL,
    OUT_OF_RANGE,
    REQUIRED,
    UNKNOWN,
    Size,
    field_for,
)
from app.query.values import storable

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
            # What a program sends is as long as it sent it, its blanks included; and what is
            # written in one form only, such as a day or a choice, has no blanks.
            kept = {key for key, value in data.items() if _as_sent(self.fields.get(key), value)}
            data = _typed(self.fields, data)
        # A text of blanks says nothing.
        return {
            key: (value.strip() or None) if isinstance(value, str) and key not in kept else value
            for key, value in data.items()
        }


def _as_sent(field: fields.Field[Any] | None, value: Any) -> bool:
    if field is None or not isinstance(value, str):
        return False
    chosen = any(isinstance(check, validate.OneOf) for check in field.validators)
    if type(field) is not fields.String or chosen:
        return True
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
