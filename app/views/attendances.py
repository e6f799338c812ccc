"""Who came to which day, row by row; and how many, by day and slot, for who organizes them."""

from datetime import date, timedelta
from typing import Any

from flask import Response, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext

from app import clock, security, streams
from app.errors import N_, NotFound
from app.operations import attended
from app.query import export
from app.query.xlsx import xlsx_file
from app.transaction import web
from app.views import words
from app.views.base import Answer, ResourceView, screen
from app.views.verbs import Button

# A page for the eye and for paper; a year is four of them.
MOST = timedelta(days=92)
HEADINGS = (N_("Day"), N_("Workshop"), N_("Slot"), N_("Present"), N_("Left early"), N_("Absent"),
            N_("Of these, the family said so"), N_("Not recorded yet"))  # fmt: skip


class AttendanceView(ResourceView):
    resource = "attendances"
    importable = False
    list_columns = ["enrollment_id", "day", "status", "excused", "left_at", "picked_up_by"]
    show_columns = [
        (N_("Attendance"), ["enrollment_id", "day", "status", "excused", "left_at",
                            "picked_up_by", "reason", "user_id"])
    ]  # fmt: skip
    filter_columns = ["enrollment_id", "enrollment.slot_id", "day", "status"]
    order = "-id"

    def buttons(self, pk: int | None = None) -> list[Button]:
        """From the list to the counts by day."""
        if pk is not None or not self.may("roster", "slots"):
            return []
        return [Button(gettext("Counts by day"), url_for("SlotView.attended"), False)]


class Attended(ResourceView):
    """A screen of the slots: how many came."""

    include_route_methods = {*ResourceView.include_route_methods, "attended", "attended_file"}

    @expose("/attended", methods=["GET"])
    @screen("roster")
    def attended(self) -> Answer:
        """How many came to each slot on each day of a week, or between two days."""
        first, last = period(clock.local_date(security.moment()))
        found = attended.counts(web(), first, last)
        return self.page(
            "attended", title=gettext("Counts by day"), back=self.to("list"), found=found,
            headings=[gettext(one) for one in HEADINGS], first=first, last=last,
            sums={name: sum(getattr(one, name) for one in found) for name in NUMBERS},
            numbers=NUMBERS, long_day=words.long_day,
        )  # fmt: skip

    @expose("/attended/<form>", methods=["GET"])
    @screen("roster")
    def attended_file(self, form: str) -> Answer:
        """The same as a file."""
        first, last = period(clock.local_date(security.moment()))
        return as_file(form, attended.counts(web(), first, last))


NUMBERS = ("present", "left_early", "absent", "excused", "open")


def period(today: date) -> tuple[date, date]:
    """The days that the address asks for; else this week's. What cannot be is left out."""
    monday = today - timedelta(days=today.weekday())
    first = typed("first") or monday
    last = typed("last") or max(first, monday + timedelta(days=6))
    return first, max(first, min(last, first + min(MOST, date.max - first)))


def typed(name: str) -> date | None:
    """The day of the address by that name; None where it is none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def as_file(form: str, found: list[attended.Count]) -> Response:
    """The counts as a file. Raises NotFound for a form that there is not."""
    if form not in ("csv", "xlsx"):
        raise NotFound
    headings = [gettext(one) for one in HEADINGS]
    table: list[list[Any]] = [
        [one.day, one.slot.workshop.title, one.slot.title, *(getattr(one, n) for n in NUMBERS)]
        for one in found
    ]
    parts = (
        xlsx_file(headings, table, "attendance")
        if form == "xlsx"
        else export.csv_file(headings, table, for_people=True)
    )
    return streams.download(form, "attendance", b"".join(parts))
