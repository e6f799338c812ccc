"""Flask-AppBuilder's own query language (``q=``), read into ours."""

from typing import Any

import prison
from werkzeug.datastructures import MultiDict

from app.errors import BadRequest
from app.query import grammar

LONGEST = 5_000
OPERATORS = {
    "eq": "eq", "neq": "neq", "gt": "gt", "lt": "lt", "in": "in", "ct": "contains",
    "rel_o_m": "eq",
}  # fmt: skip


# What Flask-AppBuilder's lists take; which parts of its answer are wanted is nothing to ours.
KNOWN = {"page", "page_size", "columns", "select_columns", "order_column", "order_direction",
         "filters", "keys"}  # fmt: skip


def parameters(arguments: MultiDict[str, str]) -> list[tuple[str, str]]:
    """An address's parameters, with those that ``q`` stands for in its place.

    Raises BadRequest.
    """
    others = [(name, text) for name, text in arguments.items(multi=True) if name != "q"]
    text = arguments.get("q")
    if not text:
        return others
    if len(text) > LONGEST:
        raise BadRequest(grammar.BAD_FILTER, field="q")
    try:
        return [*others, *_translated(prison.loads(text))]
    except (
        prison.decoder.ParserException, AttributeError, LookupError, TypeError, ValueError,
        RecursionError,
    ):  # fmt: skip
        raise BadRequest(grammar.BAD_FILTER, field="q") from None


def _translated(asked: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if set(asked) - KNOWN:
        raise ValueError(asked)
    if "page_size" in asked:
        found.append(("limit", str(asked["page_size"])))
    if "page" in asked:
        found.append(("page", str(asked["page"])))
    if wanted := asked.get("columns") or asked.get("select_columns"):
        found.append(("fields", ",".join(str(c) for c in wanted)))
    if asked.get("order_column"):
        down = "-" if asked.get("order_direction") == "desc" else ""
        found.append(("sort", f"{down}{asked['order_column']}"))
    for part in asked.get("filters") or []:
        value = part["value"]
        said = ",".join(str(v) for v in value) if isinstance(value, list) else str(value)
        found.append((f"{part['col']}__{OPERATORS[part['opr']]}", said))
    return found
