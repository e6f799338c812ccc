"""Workshops, summer camps, their slots, and the roster that is printed."""

from collections import Counter
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app import clock, nouns, security
from app.errors import N_
from app.models import ATTENDED, Slot
from app.operations import attendance, roster
from app.operations import rows as row_operations
from app.query import rows
from app.transaction import web
from app.views import weeks, words
from app.views.attendances import Attended
from app.views.base import Answer, screen
from app.views.forms import Fields
from app.views.offers import OfferView
from app.views.verbs import Button


class WorkshopView(OfferView):
    resource = "workshops"
    site = "portal.workshop"
    # It needs its days or weeks first.
    new_verbs = False
    list_columns = ["title", "organization_id", "season_id", "kind", "municipality_id",
                    "starts_on", "ends_on", "status"]  # fmt: skip
    csv_columns = [*list_columns, "opens_at", "closes_at", "price_kind", "price", "reduced_price",
                   "price_unit", "fee_scheme_id", "min_age", "max_age"]  # fmt: skip
    show_columns = [
        (N_("Workshop or camp"), ["title", "title_en", "organization_id", "season_id", "kind",
                                  "status"]),
        (N_("Where and when"), ["municipality_id", "location_id", "starts_on", "ends_on"]),
        (N_("Enrolments"), ["opens_at", "closes_at", "allocation", "ranking_id", "criterion_set_id",
                           "offer_hours", "absences_allowed", "participants",
                            "min_age", "max_age"]),
        (N_("Price"), ["price_kind", "price", "reduced_price", "reduced_for", "price_unit",
                       "fee_scheme_id", "pay_within_days",
                       "tuir_letter"]),
        (N_("For the families"), ["description", "description_en"]),
        (N_("Privacy"), ["controller_id"]),
        (N_("Review"), ["review_note", "submitted_at", "published_at", "copied_from_id"]),
    ]  # fmt: skip
    add_columns = [
        "title", "title_en", "organization_id", "season_id", "kind", "municipality_id",
        "location_id", "starts_on", "ends_on", "opens_at", "closes_at", "allocation",
        "ranking_id", "criterion_set_id",
        "offer_hours", "absences_allowed", "participants", "min_age", "max_age", "price_kind",
        "price", "reduced_price", "reduced_for", "price_unit", "fee_scheme_id",
        "pay_within_days", "tuir_letter", "description",
        "description_en", "controller_id",
    ]  # fmt: skip
    edit_columns = [c for c in add_columns if c != "organization_id"]
    search_columns = ["title", "description", "organization.name"]
    inline_columns = ["title", "price"]
    bulk_columns = ["price", "price_unit", "opens_at", "closes_at", "min_age", "max_age",
                    "offer_hours", "absences_allowed", "pay_within_days",
                    "tuir_letter"]  # fmt: skip
    filter_columns = ["season_id", "organization_id", "municipality_id", "kind", "status",
                      "ranking_id", "fee_scheme_id"]  # fmt: skip
    order = "-starts_on"
    related = {"slots": "workshop_id"}

    def after(self, pk: int) -> Response:
        """A new camp is given its weeks next."""
        if request.form.get("kind") == "summer_camp" and request.endpoint == f"{self.endpoint}.add":
            return redirect(self.to("act", verb="weeks", pk=pk))
        return super().after(pk)

    def verb_fields(self, name: str, known: nouns.Verb) -> Fields:
        """The weeks are asked for with what is known of them."""
        asked = super().verb_fields(name, known)
        pk = (request.view_args or {}).get("pk")
        return weeks.filled_in(asked, pk) if name == "weeks" and pk else asked

    def verb_besides(self, name: str, pk: int | None) -> dict[str, Any]:
        """The weeks, before they are made."""
        return {"weeks": weeks.preview(pk)} if name == "weeks" and pk else {}

    def said_done(self, verb: str, pk: int) -> str:
        """The weeks stand far below: how many there are is said at once."""
        if verb != "weeks":
            return super().said_done(verb, pk)
        of_camp = rows.Selection("slots", ("id",), extra=(Slot.workshop_id == pk,))
        return gettext("Done. Slots in all: %(count)s.", count=rows.count(web(), of_camp))

    def add_fields(self) -> Fields:
        """Enrolments open now, unless it is said otherwise."""
        asked = super().add_fields()
        for one in asked:
            if one.name == "opens_at":
                one.value = words.typed(security.moment())
        return asked


class SlotView(Attended):
    resource = "slots"
    list_columns = ["title", "workshop_id", "starts_on", "ends_on", "starts_at", "ends_at",
                    "places", "places_taken", "waiting_count"]  # fmt: skip
    show_columns = [
        (N_("Slot"), ["title", "title_en", "workshop_id", "organization_id"]),
        (N_("When"), ["starts_on", "ends_on", "starts_at", "ends_at"]),
        (N_("Places"), ["places", "places_taken", "free_places", "waiting_count"]),
    ]
    add_columns = ["workshop_id", "title", "title_en", "starts_on", "ends_on", "starts_at",
                   "ends_at", "places"]  # fmt: skip
    edit_columns = add_columns[1:]
    inline_columns = ["title", "places"]
    bulk_columns = ["places", "starts_at", "ends_at"]
    search_columns = ["title", "workshop.title", "organization.name"]
    filter_columns = ["workshop_id", "workshop.season_id", "organization_id", "starts_on",
                      "free_places"]  # fmt: skip
    order = "starts_on"
    related = {"enrollments": "slot_id"}
    include_route_methods = {*Attended.include_route_methods, "roster", "roster_of_day"}

    def buttons(self, pk: int | None = None) -> list[Button]:
        """The roster, of the slot or of a day; and the way to the counter."""
        found = []
        if self.may("roster"):
            label = gettext("Tomorrow's roster") if pk is None else gettext("Roster")
            href = self.to("roster_of_day") if pk is None else self.to("roster", pk=pk)
            found.append(Button(label, href, False))
        if pk is not None and self.may("create", "applications"):
            href = url_for("ApplicationView.counter", slot_id=pk)
            found.append(Button(gettext("Enrol at the counter"), href, False))
        return found

    def after(self, pk: int) -> Response:
        """Who says in the roster that all are there goes on in it."""
        if "roster" in request.args:
            return redirect(self.to("roster", pk=pk, day=request.form.get("day", "")))
        return super().after(pk)

    @expose("/roster/<int:pk>", methods=["GET"])
    @screen("roster")
    def roster(self, pk: int) -> Answer:
        """Who holds a place in the slot, to be printed."""
        slot = row_operations.get(web(), Slot, pk)
        now = security.moment()
        held, today = attendance.days_of(slot), clock.local_date(now)
        asked = request.args.get("day", "")
        day = next((one for one in held if one.isoformat() == asked), None)
        day = day or (today if today in held else held[0])
        lines = roster.roster(web(), slot, day=day, now=now)
        title = f"{gettext('Roster')}: {slot.workshop.title}, {slot.title}"
        days = [(words.long_day(one), one) for one in held] if len(held) > 1 else []
        may = day <= today and self.may("mark", "enrollments")
        return self._roster_page(
            title, lines, day, self.to("show", pk=pk), days, slot_id=pk if may else 0
        )

    @expose("/roster", methods=["GET"])
    @screen("roster")
    def roster_of_day(self) -> Answer:
        """Who comes on a day, tomorrow unless another is asked for, to be printed."""
        today = clock.local_date(security.moment())
        try:
            day = date.fromisoformat(request.args.get("day", ""))
        except ValueError:
            day = today + timedelta(days=1)
        lines = roster.roster_of_day(web(), day=day, now=security.moment())
        title = gettext("Roster of %(day)s", day=words.long_day(day))
        return self._roster_page(title, lines, day, self.to("list"), days_around(day, today))

    def _roster_page(
        self, title: str, lines: list[Any], day: date, back: str, days: Any = (), slot_id: int = 0
    ) -> str:  # fmt: skip
        def of_slot(line: Any) -> tuple[Any, ...]:
            return (line.slot_id, line.workshop, line.slot, line.starts_at, line.ends_at)

        slots = [(of, list(group)) for of, group in groupby(lines, of_slot)]
        minded = any(line.allergies is not None for line in lines)
        return self.page(
            "roster", title=title, slots=slots, day=day, back=back, days=days, minded=minded,
            hour=words.plain, slot_id=slot_id, of_slot=request.endpoint.endswith(".roster"),
            came={key: gettext(said) for key, said in ATTENDED.items()},
            may_all=self.may("attend"), counts=Counter(line.came for line in lines),
            pk=(request.view_args or {}).get("pk"),
        )  # fmt: skip


def days_around(day: date, today: date) -> list[tuple[str, date]]:
    """The days that are asked for most: today, tomorrow, and those beside the one shown.

    None lies outside the years that a calendar has.
    """
    found = [(gettext("Today"), today), (gettext("Tomorrow"), today + timedelta(days=1))]
    if day > date.min:
        found.insert(0, (gettext("The day before"), day - timedelta(days=1)))
    if day < date.max:
        found.append((gettext("The day after"), day + timedelta(days=1)))
    return found
