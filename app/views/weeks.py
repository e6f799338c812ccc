"""The form that makes a camp's weeks: filled in as far as it can be, with the weeks in sight."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext

from app.models import Workshop
from app.operations import camps
from app.operations import rows as row_operations
from app.transaction import web
from app.views import words
from app.views.forms import Fields

WHOLE = 5


@dataclass(frozen=True)
class Line:
    """A week in the reader's words; the note says what is different about it."""

    title: str
    first: str
    last: str
    note: str


def filled_in(asked: Fields, pk: int) -> Fields:
    """The camp's own dates; places and hours as of its last slot, where it has one."""
    workshop = row_operations.get(web(), Workshop, pk)
    known: dict[str, Any] = {"first": workshop.starts_on, "last": workshop.ends_on}
    if like := camps.last_slot(web(), workshop):
        known |= {"places": like.places, "starts_at": like.starts_at, "ends_at": like.ends_at}
    if request.method == "GET":
        for one in asked:
            one.value = words.typed(known.get(one.name))
    return asked


def preview(pk: int) -> dict[str, Any]:
    """The weeks between the camp's dates, and how many of them there is no slot in yet."""
    workshop = row_operations.get(web(), Workshop, pk)
    first, last = workshop.starts_on, workshop.ends_on
    planned = camps.planned_weeks(web(), workshop, first, last)
    return {
        "first": words.day(first),
        "last": words.day(last),
        "new": sum(not one.there for one in planned),
        "lines": [_line(one) for one in planned],
    }


def _line(one: camps.Planned) -> Line:
    if one.there:
        note = gettext("is there already, and stays as it is")
    elif len(one.week.days) < WHOLE:
        note = gettext("open days: %(number)s", number=len(one.week.days))
    else:
        note = ""
    title = gettext("Week %(number)s", number=one.number)
    return Line(title, words.day(one.week.first), words.day(one.week.last), note)
