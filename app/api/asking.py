"""What an address asks of a list: every parameter read in one place, and refused by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from app import streams
from app.errors import BadRequest
from app.query import grammar, rison, rows

LONGEST = {"filter": grammar.LONGEST, "q": rison.LONGEST, "cursor": 4_000}
LONGEST_VALUE = 2_000
# A list's page by number, as Flask-AppBuilder has it; far pages are for cursors.
LAST_PAGE = 10_000


@dataclass(frozen=True)
class Asked:
    """A list's parameters, read; names of fields are not looked up yet."""

    where: grammar.Group
    search: str
    sort: str
    fields: tuple[str, ...]
    limit: int
    offset: int
    cursor: str
    count: bool
    alliance: str
    # The form of the answer, and how many rows of a file were asked for.
    form: str
    most: int | None
    include: tuple[str, ...]
    group: tuple[str, ...]
    aggregate: tuple[str, ...]


def read() -> Asked:
    """The request's parameters. Raises BadRequest naming the one that cannot be read."""
    said = rison.parameters(request.args)
    given = dict(said)
    for name, value in said:
        if len(value) > LONGEST.get(name, LONGEST_VALUE) or "\x00" in value:
            raise BadRequest(grammar.BAD_VALUE, field=name[:100])
    if given.get("count", "exact") != "exact":
        raise BadRequest(grammar.BAD_VALUE, field="count")
    # Also of a file, which has no pages: the document says one thing of every list.
    limit = rows.so_many(_number(given.get("limit"), "limit", rows.PAGE))
    return Asked(
        where=grammar.from_parameters(said),
        search=given.get("search", ""),
        sort=",".join(_names(given, "sort")),
        fields=_names(given, "fields"),
        limit=limit,
        offset=_number(given.get("page"), "page", 0, LAST_PAGE) * limit,
        cursor=given.get("cursor", ""),
        count="count" in given,
        alliance=given.get("alliance", ""),
        form=streams.asked(given),
        most=limit if "limit" in given else None,
        include=_names(given, "include"),
        group=_names(given, "group"),
        aggregate=_names(given, "aggregate"),
    )


def include() -> tuple[str, ...]:
    """The relations that a row is asked with. Raises BadRequest."""
    return _names(request.args, "include")


def flag(name: str) -> bool:
    """A parameter that is ``true``, ``false`` or left out. Raises BadRequest."""
    said = request.args.get(name, "false")
    if said not in ("true", "false"):
        raise BadRequest(grammar.BAD_VALUE, field=name)
    return said == "true"


def _names(given: Mapping[str, Any], parameter: str) -> tuple[str, ...]:
    """The names in a parameter. Raises BadRequest for an empty one, and one said twice."""
    if parameter not in given:
        return ()
    names: Sequence[str] = [name.strip() for name in given[parameter].split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise BadRequest(grammar.BAD_VALUE, field=parameter)
    return tuple(names)


def _number(text: str | None, name: str, default: int, most: int = 999_999) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 7) or int(text) > most:
        raise BadRequest(grammar.BAD_VALUE, field=name)
    return int(text)
