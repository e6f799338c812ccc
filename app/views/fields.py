"""The fields of a form: made from columns or from what a verb asks for, and read back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    String,
    Text,
    Time,
)
from sqlalchemy import inspect as inspect_
from werkzeug.datastructures import FileStorage, MultiDict

from app import nouns, permissions
from app.query.paths import path
from app.sealed import Encrypted
from app.views import words

# A column's type to the kind of input; the first that fits.
KINDS: tuple[tuple[type[Any], str], ...] = (
    (Enum, "choice"), (Boolean, "bool"), (Integer, "int"), (Numeric, "decimal"),
    (DateTime, "datetime"), (Date, "date"), (Time, "time"), (Text, "longtext"),
    (Encrypted, "longtext"), (String, "text"),
)  # fmt: skip


@dataclass
class FormField:
    """One input with its label, what it holds and what is wrong with it."""

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    required: bool = False
    longest: int | None = None
    choices: list[tuple[str, str]] = field(default_factory=list)
    # Where a searching select asks for its choices, and the noun that it chooses from.
    url: str = ""
    resource: str = ""
    # Where one that is not there yet is added, and what it is called; for who may.
    add: str = ""
    one: str = ""
    value: str = ""
    shown: str = ""
    # What two people typed into it, where one of them has to choose.
    choice: Any = None
    errors: list[str] = field(default_factory=list)
    # Sets the fields of a form apart that stands in a page beside another.
    prefix: str = "f-"

    @property
    def id(self) -> str:
        """The input's id in the page."""
        return self.prefix + "".join(c if c.isalnum() else "-" for c in self.name)


def of_column(model: type[Any], name: str, url: str = "") -> FormField:
    """The field of a column, under its own name."""
    found = path(model, name)
    column, info = inspect_(found.target).columns[found.column], found.info
    kind = next((k for t, k in KINDS if isinstance(column.type, t)), "text")
    resource = target(model, name)
    if resource:
        kind = "file" if resource == "files" else "ref"
    elif name in ("email", "contact_email", "recipient"):
        kind = "email"
    # What is computed is no table's own column: nothing is known of its defaults.
    defaults = getattr(column, "default", None), getattr(column, "server_default", None)
    has_default = any(default is not None for default in defaults)
    choices = [(v, gettext(said)) for v, said in (info.get("values") or {}).items()]
    if kind == "choice" and column.nullable:
        choices.insert(0, ("", ""))
    return FormField(
        name,
        words.said(info["label"]),
        kind,
        words.said(info["help"]),
        required=not column.nullable and not has_default and kind != "bool",
        longest=getattr(column.type, "length", None) if kind in ("text", "email") else None,
        choices=choices,
        url=url,
        resource=resource,
        value=_default(column) if kind in ("choice", "int", "bool") else "",
    )


def of_verb(asked: nouns.Field, url: str) -> FormField:
    """The field of what a verb asks for."""
    kind, _, resource = asked.type.partition(":")
    kind = {"money": "decimal"}.get(kind, kind)
    choices = [(v, gettext(said)) for v, said in (asked.values or {}).items()]
    if kind == "choice" and not asked.required:
        choices.insert(0, ("", ""))
    return FormField(
        asked.name,
        gettext(asked.label),
        kind,
        words.said(asked.help),
        required=asked.required and kind != "bool",
        choices=choices,
        url=url,
        resource=resource,
    )


def target(model: type[Any], name: str) -> str:
    """The resource that a foreign-key column points at, or nothing."""
    found = path(model, name)
    keys = inspect_(found.target).columns[found.column].foreign_keys
    # A column may also be half of a key to another table: that names no row.
    tables = [key.column.table for key in keys if key.column.primary_key]
    if not tables:
        return ""
    table = tables[0]
    for resource, cls in permissions.RESOURCES.items():
        if inspect_(cls).local_table is table or inspect_(cls).persist_selectable is table:
            return resource
    return ""


def _default(column: Any) -> str:
    default = getattr(column, "default", None)
    if default is not None and default.is_scalar:
        return words.typed(default.arg)
    return ""


def sent(fields: Iterable[FormField], form: MultiDict[str, str], blank: bool) -> dict[str, Any]:
    """What was typed, as the schemas take it; with ``blank`` what was emptied is there as None."""
    found: dict[str, Any] = {}
    for one in fields:
        if one.kind == "file":
            continue
        text = form.get(one.name, "").strip()
        if one.kind == "bool":
            found[one.name] = one.name in form
        elif text:
            found[one.name] = number(text) if one.kind == "decimal" else text
        elif blank:
            found[one.name] = None
    return found


def number(text: str) -> str:
    """A number as Python reads it, from 1.234,50 and 1234.50 alike."""
    return text.replace(".", "").replace(",", ".") if "," in text else text


def uploads(
    fields: Iterable[FormField], files: Mapping[str, FileStorage]
) -> dict[str, FileStorage]:
    """The files that were chosen, by field."""
    return {
        one.name: files[one.name]
        for one in fields
        if one.kind == "file" and one.name in files and files[one.name].filename
    }


def keep_typed(fields: Iterable[FormField], form: MultiDict[str, str]) -> None:
    """Put what was typed back into the fields."""
    for one in fields:
        if one.kind == "bool":
            one.value = "true" if one.name in form else ""
        elif one.kind != "file":
            one.value = form.get(one.name, "")


def fill(fields: Iterable[FormField], row: Any) -> None:
    """Put a stored row's values into the fields."""
    for one in fields:
        value = getattr(row, one.name)
        if one.kind == "longtext" and hasattr(value, "reveal"):
            value = value.reveal()
        one.value = words.typed(value)


def place_errors(
    fields: Iterable[FormField],
    errors: Iterable[tuple[str | None, str]],
    label: Callable[[str], str],
) -> list[str]:
    """Put each message beside its field; what belongs to none comes back, under its name."""
    by_name = {one.name: one for one in fields}
    left = []
    for name, message in errors:
        if name in by_name:
            by_name[name].errors.append(message)
        else:
            called = label(name) if name else ""
            left.append(f"{called}: {message}" if called else message)
    return left
