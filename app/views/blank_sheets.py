"""The sheet that is given out to be filled in."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask_babel import gettext

from app.errors import N_
from app.imports.headings import Target
from app.nouns import titles
from app.query.xlsx import small_book
from app.views import words
from app.views.choices import find

KINDS = {
    "text": N_("Text"),
    "longtext": N_("Text"),
    "email": N_("E-mail"),
    "int": N_("Whole number"),
    "decimal": N_("Number with decimals"),
    "date": N_("Date"),
    "datetime": N_("Date and time"),
    "time": N_("Time"),
    "bool": N_("Yes or no"),
    "choice": N_("One of the choices"),
    "ref": N_("Name or code of a row"),
}


def blank_sheet(title: str, asked: Sequence[Target]) -> bytes:
    """A workbook: a sheet with the headings and an example, and one that explains the columns.

    Columns that are needed carry an asterisk.
    """
    heads = [f"{one.label} *" if one.required else one.label for one in asked]
    told = [
        (
            head,
            gettext("Yes") if one.required else gettext("No"),
            words.said(KINDS.get(one.kind, KINDS["text"])),
            _allowed(one),
            one.help,
        )
        for head, one in zip(heads, asked, strict=True)
    ]
    explained = [gettext(word) for word in EXPLAINED]
    return small_book(
        [
            (title, heads, [[_example(one) for one in asked]]),
            (gettext("Columns"), explained, told),
        ]
    )


EXPLAINED = (N_("Column"), N_("Needed"), N_("Kind"), N_("What can stand there"), N_("Help"))


def _allowed(one: Target) -> str:
    if one.choices:
        return "; ".join(said[0] for said in one.choices.values())
    return titles.many(one.resource) if one.resource else ""


def _example(one: Target) -> Any:
    """What may stand in the column; nothing where that would be somebody's own."""
    match one.kind:
        case "choice":
            return next(said[0] for said in one.choices.values())
        case "ref":
            found, _ = find(one.resource, "", 1)
            return found[0]["label"] if found else ""
        case "date":
            return date(2026, 2, 3)
        case "datetime":
            return "03/02/2026 09:30"
        case "time":
            return time(9, 30)
        case "decimal":
            return Decimal("12.50")
        case "int":
            return 10
        case "bool":
            return gettext("Yes")
        case "email":
            return "nome@example.org"
    return one.label if one.required else ""
