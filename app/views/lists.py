"""A noun's list as a screen asks for it: filters, order, pages."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Boolean
from sqlalchemy import inspect as inspect_
from werkzeug.datastructures import MultiDict

from app import permissions
from app.query import grammar
from app.query.paths import LABEL, Path, path, relation_of
from app.query.rows import MOST_ROWS
from app.views import words

SIZE = 25
FARTHEST_PAGE = 10_000
BOOLEAN = Boolean()
# What an address says of one page of a list, and of how the list is shown: neither filters.
OF_ONE_PAGE = ("page", "cursor", "count", "arrange")
OF_THE_LOOK = ("size", "sort", "columns")
NO_FILTERS = (*OF_ONE_PAGE, *OF_THE_LOOK, "view")
# Columns that say which row it is.
NAMES = (LABEL, "name", "title", "username", "receipt")


def declared(model: type[Any], names: Iterable[str]) -> tuple[str, ...]:
    """The columns to select for declared ones: a foreign key stands for what it points at."""
    return _declared(model, tuple(names))


@lru_cache(maxsize=4096)
def _declared(model: type[Any], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_label_path(model, name) for name in names))


def _label_path(model: type[Any], name: str) -> str:
    if name in inspect_(model).columns:
        relation = relation_of(model, name)
        if relation is not None:
            return f"{relation}.{LABEL}"
    return name


def with_keys(model: type[Any], names: Iterable[str]) -> tuple[str, ...]:
    """The same with the ids of the rows that labels belong to, for links."""
    return _with_keys(model, tuple(names))


@lru_cache(maxsize=4096)
def _with_keys(model: type[Any], names: tuple[str, ...]) -> tuple[str, ...]:
    found = ["id"]
    for name in names:
        found.append(name)
        parent, _, last = name.rpartition(".")
        if last in NAMES and parent:
            found.append(f"{parent}.id")
        column = path(model, name)
        if column.info.get("of"):
            found.append(beside(column))
    return tuple(dict.fromkeys(found))


def lang_of(column: Path) -> str:
    """The language of a column's values, where it is not the reader's."""
    return "en" if column.column.endswith("_en") else ""


def beside(column: Path) -> str:
    """The column of the same row that a part is a part of."""
    return ".".join((*column.relations, str(column.info.get("of", ""))))


def number(text: str | None, default: int, most: int) -> int:
    """A positive whole number within bounds; the default for anything else."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 6:
        return default
    return min(max(int(text), 1), most)


def key(text: str | None) -> int:
    """The id that a text is, or 0."""
    text = text or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def size_asked() -> int:
    """How many rows a page has: at most a hundred, whatever is asked for."""
    return number(request.args.get("size"), SIZE, MOST_ROWS)


def conditions(arguments: MultiDict[str, str]) -> grammar.Group:
    """The filters of the address; fields that were left blank ask for nothing."""
    asked = [(k, v) for k, v in arguments.items(multi=True) if v.strip() and k not in NO_FILTERS]
    return grammar.from_parameters(asked)


def narrows(name: str) -> bool:
    """Whether a parameter of the address narrows the list."""
    if name in ("search", "filter"):
        return True
    return name not in (*NO_FILTERS, *grammar.RESERVED)


def address(**changes: Any) -> str:
    """This page's own parameters with some of them changed; None takes one out."""
    # That the panel of columns is open is said by its own links alone.
    gone = {*changes, "arrange"}
    kept = [(k, v) for k, v in request.args.items(multi=True) if k not in gone and v.strip()]
    return "?" + urlencode([*kept, *((k, v) for k, v in changes.items() if v is not None)])


def without(name: str, value: str) -> str:
    """This list's first page without one of the address's filters."""
    return _first_page(lambda k, v: (k, v) != (name, value))


def unfiltered() -> str:
    """This list's first page without any filter, looking as it does."""
    return _first_page(lambda k, _: k in OF_THE_LOOK)


def _first_page(keeps: Callable[[str, str], bool]) -> str:
    asked = [(k, v) for k, v in request.args.items(multi=True) if v.strip()]
    return "?" + urlencode([(k, v) for k, v in asked if k not in OF_ONE_PAGE and keeps(k, v)])


def heading(found: Path) -> str:
    """What a column is called; the name of another row is called by what leads to it."""
    label = words.said(found.info["label"])
    if not found.relations or found.column == LABEL:
        return label
    parent = words.said(path(found.model, ".".join((*found.relations, LABEL))).info["label"])
    if found.column in NAMES:
        return parent
    return f"{parent}: {label[:1].lower()}{label[1:]}"


def resource_of(found: Path) -> str:
    """The noun that a path ends at."""
    return permissions.NAMES.get(found.target, "")
