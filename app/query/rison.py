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


def parameters(arguments: MultiDict[str, str]) -> list[tuple[str, str]] | None:
    """The parameters that ``q`` stands for, or None without one. Raises BadRequest."""
    text = arguments.get("q")
    if not text:
        return None
    if len(text) > LONGEST:
        raise BadRequest(grammar.BAD_FILTER, field="q")
    try:
        asked = prison.loads(text)
        return _translated(asked)
    except (
        prison.decoder.ParserException, AttributeError, KeyError, TypeError, ValueError,
        RecursionError,
    ):  # fmt: skip
        raise BadRequest(grammar.BAD_FILTER, field="q") from None


def _translated(asked: Any) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    if "page_size" in asked:
        found.append(("limit", str(asked["page_size"])))
    if "page" in asked:
        found.append(("page", str(asked["page"])))
    if asked.get("columns"):
        found.append(("fields", ",".join(str(c) for c in asked["columns"])))
    if asked.get("order_column"):
        down = "-" if asked.get("order_direction") == "desc" else ""
        found.append(("sort", f"{down}{asked['order_column']}"))
    for part in asked.get("filters") or []:
        value = part["value"]
        said = ",".join(str(v) for v in value) if isinstance(value, list) else str(value)
        found.append((f"{part['col']}__{OPERATORS[part['opr']]}", said))
    return found
