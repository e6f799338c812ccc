"""What may stand in an address and in headers."""

from typing import Any

from flask_babel import gettext
from sqlalchemy import inspect as inspect_

from app.api import asking
from app.api.base import ResourceApi
from app.api.document import columns, examples
from app.api.related import relations
from app.errors import N_
from app.query import aggregates, grammar, includes, rison, rows, values
from app.query.export import MEDIA_TYPES
from app.query.paths import LABEL, Path, path

LONGEST = asking.LONGEST_VALUE
MOST_FIELDS = 100
MOST_SORTED = 3
# Name: where, what it says, schema, example.
SHARED: dict[str, tuple[str, str, columns.Schema, Any]] = {
    "id": ("path", N_("The row's number."),
           {"type": "integer", "format": "int64", "minimum": 1, "maximum": 2**63 - 1}, 12),
    "limit": ("query", N_("How many rows at once."),
              {"type": "integer", "format": "int32", "minimum": 1, "maximum": rows.MOST_ROWS,
               "default": rows.PAGE}, 20),
    "cursor": ("query", N_("`next` of the page before; with the same order and conditions."),
               columns.text(asking.LONGEST["cursor"]), None),
    "page": ("query", N_("The page by its number, from 0; far ones are had by `cursor`."),
             {"type": "integer", "format": "int32", "minimum": 0, "maximum": asking.LAST_PAGE,
              "default": 0}, 0),
    "count": ("query", N_("`exact` counts the whole selection besides."),
              columns.choices(["exact"]), "exact"),
    "search": ("query", N_("Words that a row must hold, in its searched columns."),
               columns.text(LONGEST), None),
    "alliance": ("query", N_("The rows of one alliance, by its address on the site."),
                 columns.text(LONGEST), "lodi"),
    "q": ("query", N_("The same question in Flask-AppBuilder's own language (rison)."),
          columns.text(rison.LONGEST), None),
    "format": ("query", N_("The whole selection as a file; or by the header Accept."),
               columns.choices(list(MEDIA_TYPES)), "json"),
    "aggregate": ("query", N_("Figures instead of rows: `count`, or `sum`, `min`, `max` and `avg` "
                              "of a field; without `group`, of all of them."),
                  columns.listed({"type": "string", "maxLength": 200,
                                  "pattern": r"^(count|(sum|min|max|avg)\([a-z_.]+\))$"},
                                 aggregates.MOST_FIGURES, 1) | {"uniqueItems": True}, ["count"]),
    "dry_run": ("query", N_("`true` does all of it, answers, and takes it back."),
                {"type": "string", "enum": ["true", "false"], "default": "false"}, "true"),
    "Idempotency-Key": ("header", N_("Under one key a request counts once, for 24 hours."),
                        {"type": "string", "minLength": 1, "maxLength": 200,
                         "pattern": "^[!-~]([ -~]*[!-~])?$"},
                        "6b1f0c9a2d7e4f3b"),
    "If-Match": ("header", N_("The version that is changed, as `ETag` gave it, or `*`."),
                 {"type": "string", "maxLength": 20, "pattern": '^(\\*|"[0-9]{1,18}")$'}, '"7"'),
}  # fmt: skip
NAMES = {"id": "RowId", "q": "Rison", "dry_run": "DryRun", "Idempotency-Key": "IdempotencyKey",
         "If-Match": "IfMatch"}  # fmt: skip


def name_of(parameter: str) -> str:
    """What a shared parameter is called among the components."""
    return NAMES.get(parameter, parameter.capitalize())


def shared() -> dict[str, Any]:
    """The parameters that many operations share."""
    found: dict[str, Any] = {}
    for name, (where, words, schema, example) in SHARED.items():
        made = {"name": name, "in": where, "description": gettext(words), "schema": dict(schema)}
        if where == "path":
            made["required"] = True
        if example is not None:
            made["example"] = example
        if schema["type"] == "array":
            made |= {"style": "form", "explode": False}
        found[name_of(name)] = made
    found["Filter"] = {
        "name": "filter",
        "in": "query",
        "description": gettext("Conditions in JSON: `_and`, `_or`, and comparisons of fields."),
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Filter"},
                "example": {"_or": [{"id": {"_eq": 1}}, {"id": {"_gte": 100}}]},
            }
        },
    }
    found["Comparisons"] = {
        "name": "comparisons",
        "in": "query",
        "style": "form",
        "explode": True,
        "description": gettext(
            "Comparisons by operator, each a parameter of its own: `field__operator=value`, with "
            "the operators %(operators)s; `in` and `nin` take values divided by commas, `null` "
            "takes true or false.",
            operators=", ".join(f"`{one}`" for one in grammar.OPERATORS),
        ),
        "schema": {
            "type": "object",
            "additionalProperties": columns.text(LONGEST),
            "maxProperties": 50,
        },
        "example": {"id__gte": "1", "id__null": "false"},
    }
    return found


def filter_schema() -> columns.Schema:
    """What ``filter=`` holds."""
    group = {"type": "array", "minItems": 0, "maxItems": grammar.MOST,
             "items": {"$ref": "#/components/schemas/Filter"}}  # fmt: skip
    comparison: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "properties": {f"_{one}": {} for one in grammar.OPERATORS},
    }
    return {
        "type": "object",
        "description": gettext(
            "A group of conditions: all of them hold. At most %(deep)s groups within each other "
            "and %(most)s conditions.",
            deep=grammar.DEEPEST,
            most=grammar.MOST,
        ),
        "properties": {"_and": group, "_or": group},
        "additionalProperties": comparison,
        "example": {"_or": [{"id": {"_eq": 1}}, {"id": {"_gte": 100}}]},
    }


def of_list(api: ResourceApi) -> list[dict[str, Any]]:
    """What the list of a noun takes."""
    fields = comparable(api)
    names = [p.name for p in fields]
    shown = ["id", *dict.fromkeys(c for c in (*api.list_columns, *api.show_columns) if c != "id")]
    refs = ["limit", "cursor", "page", "count", "filter", "comparisons", "q", "format",
            "aggregate"]  # fmt: skip
    if api.search_columns:
        refs.insert(0, "search")
    if "alliance_id" in inspect_(api.model).columns:
        refs.append("alliance")
    orders = [*names, *(f"-{name}" for name in names)]
    return [
        *(ref(name) for name in refs),
        _names("fields", N_("Only these columns."), shown, MOST_FIELDS),
        _names("sort", N_("The order; a minus turns a field round."), orders, MOST_SORTED),
        _names("group", N_("Figures for each of these fields' values, instead of rows."), names,
               aggregates.MOST_DIMENSIONS),
        *included(api),
        *(_equal(p) for p in fields),
    ]  # fmt: skip


def included(api: ResourceApi) -> list[dict[str, Any]]:
    """The relations that a row is asked with, if it has any."""
    names = list(relations(type(api)))
    words = N_("Related rows beside each row, as their own list shows them.")
    return [_names("include", words, names, includes.MOST_RELATIONS)] if names else []


def ref(name: str) -> dict[str, str]:
    """A reference to a shared parameter."""
    return {"$ref": f"#/components/parameters/{name_of(name)}"}


def version(demanded: bool) -> dict[str, Any]:
    """If-Match: needed where the noun demands it."""
    if not demanded:
        return ref("If-Match")
    return {**shared()[name_of("If-Match")], "required": True}


def comparable(api: ResourceApi) -> list[Path]:
    """The columns by which a noun's list is filtered and sorted."""
    names = dict.fromkeys(("id", *api.list_columns, *api.show_columns, *api.filter_columns))
    found = [path(api.model, name) for name in names]
    return [p for p in found if p.column == LABEL or (values.comparable(p.type) and not p.sealed)]


def _names(name: str, words: str, of: list[str], most: int) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "style": "form",
        "explode": False,
        "description": gettext(words),
        "schema": {**columns.listed(columns.choices(of), most, 1), "uniqueItems": True},
        "example": of[:1],
    }


def _equal(column: Path) -> dict[str, Any]:
    shown = columns.of_path(column)
    words, example = shown["description"], shown["example"]
    if "enum" in shown:
        schema = columns.choices([one for one in shown["enum"] if one is not None])
    elif shown["type"] == "integer":
        schema = dict(columns.NUMBER)  # No number is too large to be compared.
    elif shown["type"] == "boolean":
        schema = dict(columns.BOOLEAN)
    else:
        known = shown.get("format")
        schema = columns.text(LONGEST if known in (None, "decimal") else shown["maxLength"])
        schema |= {"format": known} if known else {}
    return {
        "name": column.name,
        "in": "query",
        "description": words,
        "schema": schema,
        "example": example if example is not None else examples.of(None, "", schema),
    }
