"""What the address filters a list by, in the reader's words, each with a link that ends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext

from app.errors import N_
from app.query import values
from app.query.paths import path
from app.views import lists, words
from app.views.fields import FormField

COMPARED = {
    "gte": N_("%(label)s from"),
    "lte": N_("%(label)s to"),
    "gt": N_("%(label)s above"),
    "lt": N_("%(label)s below"),
    "neq": N_("%(label)s other than"),
    "nin": N_("%(label)s other than"),
    "contains": N_("%(label)s contains"),
}


@dataclass(frozen=True)
class Chip:
    """One filter: what it is on, its value, and the address without it."""

    label: str
    text: str
    href: str
    name: str


def chips(model: type[Any], asked: Iterable[FormField]) -> list[Chip]:
    """The filters of the address, which a query has accepted; ``asked`` are the panel's fields."""
    known = {one.name: one for one in asked}
    found = []
    for name, value in filters():
        label, text = _said(model, known, name, value)
        found.append(Chip(label, text, lists.without(name, value), name))
    return found


def filters() -> list[tuple[str, str]]:
    """The parameters of the address that narrow the list, the search among them."""
    return [
        (name, value)
        for name, value in request.args.items(multi=True)
        if value.strip() and lists.narrows(name)
    ]


def hidden(asked: Iterable[FormField]) -> list[tuple[str, str]]:
    """What a new search keeps though it has no field: order, size, and filters from a link."""
    seen = {"search", *lists.OF_ONE_PAGE, *(one.name for one in asked)}
    return [(k, v) for k, v in request.args.items(multi=True) if v.strip() and k not in seen]


def _said(
    model: type[Any], known: Mapping[str, FormField], name: str, value: str
) -> tuple[str, str]:
    if name == "search":
        return gettext("Search"), value.strip()
    if name == "filter":
        return gettext("Filter"), value
    field, _, operator = name.partition("__")
    column = path(model, field)
    label = lists.heading(column) or field
    if operator == "null":
        empty = values.parse(lists.BOOLEAN, value)
        return label, gettext("empty") if empty else gettext("not empty")
    label = gettext(COMPARED[operator], label=label) if operator in COMPARED else label
    # A row goes by its name where the reader sees it, by its number where not.
    if name in known and known[name].shown and known[name].value == value:
        return label, known[name].shown
    if operator == "contains":
        return label, value
    if values.TODAY.fullmatch(value):
        return label, words.said(N_("today")) + value.removeprefix("today")
    parts = value.split(",") if operator in ("in", "nin") else [value]
    return label, ", ".join(words.shown(column, values.parse(column.type, one)) for one in parts)
