"""What is taken: marshmallow's fields as JSON schemas.

apispec's own converter knows neither our sizes nor money as text, and calls every generated
schema ``Generated``: what would be left of it is a table of types, which stands here.
"""

from typing import Any

from flask_babel import gettext
from marshmallow import Schema, fields, validate
from sqlalchemy import Numeric

from app.api.document import columns, examples
from app.query.fields import LocalTime, Size
from app.query.paths import path

MAXIMUM = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
# A decimal that a program sends may leave out the zeros at its end.
TYPES: tuple[tuple[type[Any], columns.Schema], ...] = (
    (fields.Boolean, columns.BOOLEAN),
    (fields.AwareDateTime, columns.INSTANT),
    (fields.DateTime, columns.INSTANT),
    (fields.Date, columns.DATE),
    (LocalTime, columns.TIME),
    (fields.Email, {"type": "string", "format": "email", "maxLength": 320}),
    (fields.UUID, columns.IDENTIFIER),
    (fields.String, {"type": "string"}),
)


def of_schema(schema: Schema, model: Any = None, words: dict[str, str] | None = None) -> Any:
    """The object that a schema takes: nothing that it does not name."""
    names = {name: field for name, field in schema.fields.items() if not field.dump_only}
    found: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {n: of_field(f, n, model, words or {}) for n, f in names.items()},
    }
    needed = [name for name, field in names.items() if field.required]
    if needed:
        found["required"] = needed
    return found


def of_field(field: Any, name: str, model: Any, words: dict[str, str]) -> columns.Schema:
    """One field, with its bounds, its words and an example."""
    schema = _plain(field, name, model)
    for check in _checks(field):
        schema.update(_bound(check, schema))
    if schema.get("type") == "string" and "enum" not in schema:
        schema.setdefault("maxLength", columns.LONGEST_TEXT)
        if field.required and not field.allow_none:
            schema.setdefault("minLength", 1)
    if field.allow_none:
        schema["nullable"] = True
        if "enum" in schema:
            schema["enum"] = [*schema["enum"], None]
    if field.load_default not in (None, "") and isinstance(field.load_default, (str, bool, int)):
        schema["default"] = field.load_default
    said = words.get(name) or _words(model, name)
    if said:
        schema["description"] = said
    if schema["type"] not in ("object", "array"):
        schema["example"] = examples.of(model, name, schema)
    return schema


def _plain(field: Any, name: str, model: Any) -> columns.Schema:
    if isinstance(field, fields.Nested):
        return dict(of_schema(field.schema))
    if isinstance(field, fields.List):
        return columns.listed(of_field(field.inner, name, model, {}))
    if isinstance(field, fields.Integer):
        low, high = MAXIMUM["int64"]
        return {"type": "integer", "format": "int64", "minimum": low, "maximum": high}
    if isinstance(field, fields.Decimal):
        type_ = path(model, name).type if model is not None else None
        # What is kept as a sealed text may be typed as a number.
        return columns.decimal(type_ if isinstance(type_, Numeric) else Numeric(12, 2))
    if isinstance(field, fields.Dict):
        return dict(columns.FREE)
    for known, schema in TYPES:
        if isinstance(field, known):
            return dict(schema)
    raise TypeError(f"no words for {field!r}")


def _checks(field: Any) -> list[Any]:
    return list(field.validators)


def _bound(check: Any, schema: columns.Schema) -> columns.Schema:
    listed = schema["type"] == "array"
    if isinstance(check, (Size, validate.Length)):
        least, most = (
            (check.least, check.most) if isinstance(check, Size) else (check.min, check.max)
        )
        names = ("minItems", "maxItems") if listed else ("minLength", "maxLength")
        found = zip(names, (least, most), strict=True)
        return {name: value for name, value in found if value is not None}
    if isinstance(check, validate.OneOf):
        return {"enum": list(check.choices)}
    if isinstance(check, validate.Range) and schema["type"] == "integer":
        wide = check.max is not None and check.max > 2**31
        return {
            "format": "int64" if wide else "int32",
            "minimum": check.min,
            "maximum": check.max,
        }
    return {}


def _words(model: Any, name: str) -> str:
    if model is None:
        return ""
    try:
        info = path(model, name).info
    except KeyError:
        return ""
    said = ". ".join(gettext(info[part]).rstrip(".") for part in ("label", "help") if info[part])
    values = info.get("values")
    if values:
        said += ": " + ", ".join(f"`{value}` {gettext(word)}" for value, word in values.items())
    return f"{said}." if said else ""
