"""What a column is in JSON: from its SQL type, label, help text and group."""

from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    String,
    Time,
    Uuid,
)
from sqlalchemy import inspect as inspect_

from app.api.document import examples
from app.query.fields import LONGEST_TEXT
from app.query.paths import LABEL, Path
from app.sealed import Encrypted

Schema = dict[str, Any]
LONGEST_LABEL = 1000
LONGEST_LIST = 1000
DATE: Schema = {"type": "string", "format": "date", "maxLength": 10}
INSTANT: Schema = {"type": "string", "format": "date-time", "maxLength": 40}
TIME: Schema = {
    "type": "string",
    "maxLength": 15,
    "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?$",
}
IDENTIFIER: Schema = {"type": "string", "format": "uuid", "maxLength": 36}
INTEGER: Schema = {"type": "integer", "format": "int32"}
NUMBER: Schema = {"type": "integer", "format": "int64"}
BOOLEAN: Schema = {"type": "boolean"}


def text(longest: int | None) -> Schema:
    """A text of at most so many characters."""
    return {"type": "string", "maxLength": longest or LONGEST_TEXT}


def decimal(type_: Numeric[Any]) -> Schema:
    """A number with decimals, as text: no reader rounds it."""
    scale = type_.scale or 0
    whole = (type_.precision or 12) - scale
    return {
        "type": "string",
        "format": "decimal",
        "maxLength": whole + scale + 2,
        "pattern": rf"^-?[0-9]{{1,{whole}}}(\.[0-9]{{1,{scale}}})?$",
    }


def choices(values: list[str]) -> Schema:
    """One of the values."""
    return {"type": "string", "enum": values}


def of_type(type_: Any) -> Schema | None:
    """The schema of a column's type; None for one that holds JSON of its own."""
    simple = (
        (Boolean, BOOLEAN), (BigInteger, NUMBER), (Integer, INTEGER), (DateTime, INSTANT),
        (Date, DATE), (Time, TIME), (Uuid, IDENTIFIER),
    )  # fmt: skip
    for known, schema in simple:
        if isinstance(type_, known):
            return dict(schema)
    if isinstance(type_, Enum):
        return choices(list(type_.enums))
    if isinstance(type_, Numeric):
        return decimal(type_)
    if isinstance(type_, ARRAY):
        return listed(of_type(type_.item_type) or {})
    if isinstance(type_, (String, Encrypted)):
        return text(getattr(type_, "length", None))
    return None


def listed(items: Schema, most: int = LONGEST_LIST, least: int = 0) -> Schema:
    """A list of at most so many."""
    return {"type": "array", "items": items, "minItems": least, "maxItems": most}


# What a rule wrote down for whoever reads the row.
FREE: Schema = {"type": "object", "additionalProperties": True}


def of_path(path: Path) -> Schema:
    """A declared column as it is answered; a seat that may not read it does not see it."""
    if path.column == LABEL:
        schema = text(LONGEST_LABEL)
    else:
        found = of_type(path.type)
        schema = found if found is not None else _json(path)
    if path.relations or path.column == LABEL or _nullable(path):
        _or_nothing(schema)
    return described(schema, path)


def described(schema: Schema, path: Path) -> Schema:
    """The schema with the column's words, group and an example."""
    info = path.info
    words = [gettext(info[part]) for part in ("label", "help") if info[part]]
    values = info.get("values")
    if values and "enum" in schema:
        said = ", ".join(f"`{value}` {gettext(word)}" for value, word in values.items())
        words = [f"{words[0]}: {said}", *words[1:]]
    schema["description"] = ". ".join(word.rstrip(".") for word in words) + "."
    schema["x-group"] = info["group"]
    schema["example"] = examples.of(path.model, path.name, schema)
    return schema


def _or_nothing(schema: Schema) -> None:
    schema["nullable"] = True
    if "enum" in schema:
        schema["enum"] = [*schema["enum"], None]


def _nullable(path: Path) -> bool:
    return bool(inspect_(path.target).columns[path.column].nullable)


def _json(path: Path) -> Schema:
    """JSON that a rule keeps: a list of lines, or an object."""
    if "list[" in str(path.target.__annotations__.get(path.column)):
        return listed({"type": "object", "additionalProperties": text(LONGEST_LABEL)}, 100)
    return dict(FREE)
