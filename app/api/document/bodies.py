"""What a noun's rows are in JSON: as they are answered, and as they are sent."""

from typing import Any

from flask_babel import gettext

from app import nouns, permissions
from app.api.base import ResourceApi
from app.api.document import columns, examples, fields
from app.api.related import relations
from app.errors import N_
from app.models import RECEIPT_OUTCOMES, RankingOutcome
from app.nouns import titles
from app.query.aggregates import MOST_GROUPS
from app.query.paths import path
from app.query.schemas import write_schema
from app.query.verbs import verb_schema


def _object(**properties: columns.Schema) -> columns.Schema:
    """An object that has all of these and nothing else."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


def _state(example: str) -> columns.Schema:
    states = [*RankingOutcome.STATES, None]
    return {"type": "string", "nullable": True, "enum": states, "example": example}


# What verbs say that answer something else than their row.
SAYS: dict[tuple[str, str], columns.Schema] = {
    ("enrollments", "why"): {
        "type": "object",
        "additionalProperties": False,
        "required": ["why"],
        "properties": {"why": {**columns.text(2000), "example": "Davanti ci sono 3 persone."}},
    },
    ("job-runs", "run"): {**columns.NUMBER, "example": 12},
    ("payment-notices", "debts"): {
        **columns.text(20_000_000),
        "example": "numero_avviso;codice_fiscale;debitore;importo_centesimi;scadenza;causale",
    },
    ("payment-receipts", "receive"): _object(
        counts=_object(
            **{one: {**columns.NUMBER, "example": 1} for one in ("known", *RECEIPT_OUTCOMES)}
        ),
        rows=columns.listed(
            _object(
                line={**columns.NUMBER, "example": 2},
                iur={**columns.text(35), "example": "2027A1B2C3"},
                notice_number={**columns.text(25), "example": "301002611000000160"},
                outcome={
                    "type": "string",
                    "enum": ["known", *RECEIPT_OUTCOMES],
                    "example": "matched",
                },
            )
        ),
    ),
    ("welfare-plans", "use"): _object(
        months=columns.listed(
            _object(
                month={**columns.text(7), "example": "2027-01"},
                employees={**columns.NUMBER, "nullable": True, "example": 12},
                amount={**columns.text(20), "nullable": True, "example": "640.00"},
                suppressed=columns.BOOLEAN,
            )
        )
    ),
    ("ranking-entries", "why"): _object(
        code={**columns.text(10), "example": "7K2M9QX4TA"},
        points={**columns.text(12), "nullable": True, "example": "21.50"},
        lines=columns.listed(
            _object(
                key={**columns.text(40), "example": "siblings"},
                label={**columns.text(200), "example": "Ogni fratello fino a 14 anni"},
                count={**columns.NUMBER, "example": 3},
                points={**columns.text(12), "example": "1.50"},
            )
        ),
        reasons=columns.listed(
            _object(
                enrollment_id={**columns.NUMBER, "example": 12},
                slot={**columns.text(300), "example": "Settimana 2"},
                wish={**columns.NUMBER, "example": 1},
                state={"type": "string", "enum": list(RankingOutcome.STATES), "example": "waiting"},
                why={**columns.text(2000), "example": "In attesa, n. 14."},
            )
        ),
    ),
    ("ranking-entries", "declared"): columns.listed(
        _object(
            fact={**columns.text(40), "example": "resident"},
            value={**columns.text(100), "example": "true"},
        )
    ),
    ("fee-schemes", "simulate"): _object(
        amount={**columns.text(16), "example": "53.50"},
        lines=columns.listed(
            _object(
                label={**columns.text(200), "example": "Fascia ISEE"},
                amount={**columns.text(16), "example": "50.00"},
                detail={**columns.text(300), "example": "6000–30000"},
            )
        ),
    ),
    ("isee-declarations", "amount"): _object(amount={**columns.text(16), "example": "12500.00"}),
    ("ranking-runs", "replay"): _object(
        inputs_sha256={**columns.text(64), "example": "9f86d081"},
        outcome_sha256={**columns.text(64), "example": "60303ae2"},
        differs=columns.listed({**columns.text(40), "example": "outcomes"}),
        same={"type": "boolean", "example": True},
    ),
    ("ranking-runs", "difference"): columns.listed(
        _object(
            enrollment_id={**columns.NUMBER, "example": 12},
            slot_id={**columns.NUMBER, "example": 4},
            code={**columns.text(10), "example": "7K2M9QX4TA"},
            before=_state("waiting"),
            after=_state("placed"),
            waiting_before={**columns.NUMBER, "nullable": True, "example": 1},
            waiting_after={**columns.NUMBER, "nullable": True, "example": None},
        )
    ),
}
ONLY_READABLE = N_(
    "%(name)s. Columns of groups that the seat may not read are absent, and so are those that "
    "`fields` leaves out."
)


def name_of(resource: str) -> str:
    """What the rows of a noun are called among the schemas."""
    return str(permissions.RESOURCES[resource].__name__)


def plural_of(resource: str) -> str:
    """A name of addresses as schemas have it: ``service-requests`` is ServiceRequests."""
    return "".join(part.capitalize() for part in resource.split("-"))


def of_noun(api: ResourceApi) -> dict[str, columns.Schema]:
    """Every schema of a noun by its name."""
    name = name_of(api.resource)
    found = {name: row(api), f"{name}Answer": _answer(name), f"{name}Page": _page(name)}
    found[f"New{name}"] = new(api)
    found[f"Changed{name}"] = changed(api)
    for verb, declared in nouns.noun(api.resource).verbs.items():
        if declared.fields:
            found[body_of(api.resource, verb)] = asked(api.resource, verb)
    return found


def body_of(resource: str, verb: str) -> str:
    """What the body of a verb is called among the schemas."""
    return plural_of(verb) + name_of(resource)


def row(api: ResourceApi) -> columns.Schema:
    """A row: declared columns, relations as objects."""
    found: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "description": gettext(ONLY_READABLE, name=titles.one(api.resource)),
        "properties": {},
    }
    names = ["id", *api.list_columns, *api.show_columns]
    included = relations(type(api)).values()
    for one in included:
        names += [] if one.key else [f"{one.name}.{column}" for column in one.columns]
    for name in dict.fromkeys(names):
        column = path(api.model, name)
        place = found["properties"]
        for relation in column.relations:
            place = place.setdefault(
                relation,
                {
                    "type": "object",
                    "nullable": True,
                    "additionalProperties": False,
                    "properties": {},
                },
            )["properties"]
        place[column.column] = columns.of_path(column)
    for one in included:
        if one.key:
            found["properties"][one.name] = _ref(f"{name_of(one.resource)}Page")
    return found


def _ref(name: str) -> columns.Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(name: str) -> columns.Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["id", "result"],
        "properties": {"id": {**columns.NUMBER, "example": 12}, "result": _ref(name)},
    }


def _page(name: str) -> columns.Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": ["result", "next"],
        "properties": {
            "result": columns.listed({"anyOf": [_ref(name), _ref("Figures")]}, MOST_GROUPS),
            "next": {**columns.text(2000), "nullable": True, "example": None,
                     "description": gettext("The next page's `cursor`; null on the last one.")},
            "count": {**columns.NUMBER, "minimum": 0, "example": 1,
                      "description": gettext("How many rows there are, if asked for.")},
        },
    }  # fmt: skip


def new(api: ResourceApi) -> columns.Schema:
    """What a new row takes."""
    schema = write_schema(api.model, api.add_columns, more=nouns.noun(api.resource).create_fields)
    return dict(fields.of_schema(schema, api.model))


def changed(api: ResourceApi) -> columns.Schema:
    """What a change takes."""
    schema = write_schema(
        api.model, api.edit_columns, partial=True, more=nouns.noun(api.resource).update_fields
    )
    return dict(fields.of_schema(schema, api.model))


def asked(resource: str, verb: str) -> columns.Schema:
    """What a verb takes."""
    declared = nouns.noun(resource).verbs[verb]
    words = {
        field.name: " ".join(
            f"{gettext(part).rstrip('.')}." for part in (field.label, field.help) if part
        )
        for field in declared.fields
    }
    return dict(fields.of_schema(verb_schema(declared), None, words))


def example_row(api: ResourceApi, names: list[str]) -> dict[str, Any]:
    """A row to read, of these columns."""
    found: dict[str, Any] = {}
    for name in dict.fromkeys(("id", *names)):
        column = path(api.model, name)
        place = found
        for relation in column.relations:
            place = place.setdefault(relation, {})
        schema = columns.of_path(column)
        place[column.column] = schema["example"]
    return found


def example_of(name: str, known: dict[str, columns.Schema]) -> Any:
    """An example of a body: what it needs, or else its first fields."""
    schema = known[name]
    parts = schema.get("properties", {})
    chosen = schema.get("required") or list(parts)[:3]
    return {part: examples.of_schema(parts[part], known) for part in chosen}


def example_said(schema: columns.Schema) -> Any:
    """An example of what a verb says."""
    return examples.of_schema(schema, {})
