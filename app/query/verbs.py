"""What a verb asks for, as a schema."""

from typing import Any

from marshmallow import Schema, fields, validate
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, String, Text, Time

from app.query.schemas import NOT_CHOICE, WriteSchema, field_for

TYPES: dict[str, Any] = {
    "text": String(300),
    "longtext": Text(),
    "int": Integer(),
    "money": Numeric(12, 2),
    "date": Date(),
    "time": Time(),
    "datetime": DateTime(),
    "bool": Boolean(),
}


def verb_schema(verb: Any) -> Schema:
    """The schema of a verb's declared fields."""
    made: dict[str, fields.Field[Any]] = {}
    for asked in verb.fields:
        if asked.type == "choice":
            check = validate.OneOf(list(asked.values or ()), error=NOT_CHOICE)
            made[asked.name] = fields.String(
                required=asked.required, allow_none=not asked.required, validate=check
            )
            continue
        known = TYPES.get(asked.type, BigInteger())  # ref:<resource> and file are ids.
        made[asked.name] = field_for(known, asked.required, not asked.required)
    schema: Schema = WriteSchema.from_dict(made)()
    return schema
