"""What a noun's rules ask for and do, declared; and a verb's fields as a schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from marshmallow import Schema, fields, post_load, validate
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, Numeric, String, Text, Time

from app.errors import N_
from app.query.fields import NOT_CHOICE, field_for
from app.query.schemas import WriteSchema


@dataclass(frozen=True)
class Field:
    """One thing that a verb asks for.

    ``type`` is text, longtext, int, date, time, datetime, bool, file, choice or ref:<resource>.
    """

    name: str
    label: str
    type: str = "text"
    required: bool = True
    values: Mapping[str, str] | None = None
    help: str = ""


REASON = Field("reason", N_("Reason"), "longtext")


@dataclass(frozen=True)
class Verb:
    """A rule that a row, or with ``collection`` the whole list, can be asked to do."""

    run: Callable[..., Any]
    label: str
    fields: tuple[Field, ...] = ()
    # The states in which a screen offers it; None for all.
    states: tuple[str, ...] | None = None
    collection: bool = False
    # For a verb that only answers: what it found, as plain data.
    says: Callable[[Any], Any] | None = None


@dataclass(frozen=True)
class Noun:
    """How a noun is written. ``create`` and ``update`` take validated values."""

    create: Callable[..., Any] | None = None
    update: Callable[..., Any] | None = None
    delete: Callable[..., Any] | None = None
    verbs: dict[str, Verb] = field(default_factory=dict)
    # What a new row, and a change, take besides or instead of declared columns.
    create_fields: dict[str, fields.Field[Any]] = field(default_factory=dict)
    update_fields: dict[str, fields.Field[Any]] = field(default_factory=dict)


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


# What a rule is given for a field that was left out.
BLANKS: dict[str, Any] = {"text": "", "longtext": "", "bool": False}


class VerbSchema(WriteSchema):
    """What a verb takes; each declared field is given to it, said or not."""

    left_out: Mapping[str, Any] = {}

    @post_load
    def _complete(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        said = {name: value for name, value in data.items() if value is not None}
        return {**self.left_out, **said}


def verb_schema(verb: Verb) -> Schema:
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
    schema: Any = VerbSchema.from_dict(made)()
    schema.left_out = {f.name: BLANKS.get(f.type) for f in verb.fields if not f.required}
    return cast(Schema, schema)
