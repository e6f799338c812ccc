"""Places and wishes for places; why somebody waits is said on the page."""

from typing import Any

from flask import redirect, request, url_for
from sqlalchemy import and_
from werkzeug.wrappers import Response

from app import clock, nouns, security
from app.errors import N_
from app.models import Enrollment, Slot, Workshop
from app.nouns import families
from app.operations import enrollments
from app.transaction import web
from app.views import words
from app.views.base import ResourceView, Row
from app.views.forms import Fields
from app.views.records import because


def open_slots() -> tuple[Any, ...]:
    """Slots to come of workshops that take enrolments now."""
    now = security.moment()
    taking = and_(
        Workshop.status == "published", Workshop.opens_at <= now, Workshop.closes_at > now
    )
    return (Slot.starts_on >= clock.local_date(now), Slot.workshop.has(taking))


def fee_lines(row: Row) -> str:
    """The lines of the fee, one by one."""
    return "\n".join(fee_line(line) for line in row.get("fee_lines") or ())


def fee_line(line: dict[str, str]) -> str:
    """A line of the fee: what it is for, and how much."""
    detail = f" ({line['detail']})" if line.get("detail") else ""
    return f"{words.said(line['label'])}{detail}: {words.money(line['amount'])}"


class EnrollmentView(ResourceView):
    resource = "enrollments"
    offered = {"open": open_slots}
    list_columns = ["person_id", "status", "slot.workshop.title", "slot.title", "slot.starts_on",
                    "queue_no", "offer_expires_at", "application_id"]  # fmt: skip
    # On the page of an application, which is its receipt: with what is to be paid.
    below_columns = {
        "application_id": ["person_id", "status", "slot.workshop.title", "slot.title",
                           "slot.starts_on", "queue_no", "fee"],
    }  # fmt: skip
    csv_columns = [
        "person.last_name", "person.first_name", "person.birth_date", "person.municipality.name",
        "status", "slot.workshop.title", "slot.title", "slot.starts_on", "slot.ends_on",
        "queue_no", "fee", "reduced", "application_id", "application.submitted_at",
        "application.contact_email", "application.contact_phone",
    ]  # fmt: skip
    show_columns = [
        (N_("Enrolment"), ["person_id", "person.birth_date", "status", "slot.workshop.title",
                           "slot.title", "slot.starts_on", "slot.ends_on", "application_id"]),
        (N_("Queue"), ["queue_no", "position", "offer_expires_at", "reason"]),
        (N_("Fee"), ["fee", "reduced", "fee_lines"]),
    ]  # fmt: skip
    search_columns = ["person.last_name", "person.first_name", "application.receipt",
                      "slot.workshop.title", "slot.title"]  # fmt: skip
    filter_columns = ["status", "slot_id", "person_id", "application_id", "slot.workshop_id",
                      "slot.workshop.season_id",
                      "slot.organization_id", "slot.workshop.municipality_id"]  # fmt: skip
    order = "-id"
    said_as = {"fee_lines": fee_lines, "reason": because}
    related = {"attendances": "enrollment_id"}

    def tabs(self) -> dict[str, str]:
        """What happened comes before who came: most enrolments are of days to come."""
        found = super().tabs()
        return {key: found[key] for key in sorted(found, key=lambda one: one == "attendances")}

    def verb_fields(self, name: str, known: nouns.Verb) -> Fields:
        """An attendance is of the day that the roster shows."""
        asked = super().verb_fields(name, known)
        if name == "mark":
            for one in asked:
                if one.name in ("day", "status") and one.name in request.args:
                    one.value = request.args[one.name]
        return asked

    def after(self, pk: int) -> Response:
        """Who records attendances goes on in the roster, at the same person."""
        slot = request.args.get("roster", "")
        if slot.isascii() and slot.isdigit() and len(slot) < 10:
            day = request.form.get("day", "")
            return redirect(url_for("SlotView.roster", pk=int(slot), day=day, _anchor=f"e-{pk}"))
        return super().after(pk)

    def besides(self, row: Row) -> dict[str, Any]:
        """Why the enrolment stands as it does."""
        if not self.may("why"):
            return {}
        stored = web().get_one(Enrollment, row["id"])
        found = families.told(enrollments.why(web(), stored, now=security.moment()))
        return {"notes": [found["why"]]}
