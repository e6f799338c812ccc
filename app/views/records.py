"""What the platform keeps of itself: files, mails, jobs, states and the trail of changes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import request, send_file
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import func, select
from sqlalchemy import inspect as inspect_

from app import models, permissions, reasons, security
from app.errors import N_, NotFound
from app.models import File
from app.nouns import titles
from app.operations import files
from app.query import rows
from app.query.paths import path, paths
from app.query.verbs import Verb
from app.transaction import web
from app.views import cells, words
from app.views.base import Answer, ResourceView, Row, screen
from app.views.cells import Heading
from app.views.forms import Fields, folder
from app.views.showing import RELATED_ROWS
from app.views.verbs import Button

MESSAGES = {
    "receipt": N_("Receipt of an application"),
    "placed": N_("Place given"),
    "waiting": N_("On the waiting list"),
    "offered": N_("Place offered"),
    "cancelled": N_("Enrolment cancelled"),
    "refused": N_("Enrolment refused"),
    "expired": N_("Offer expired"),
    "request_sent": N_("Service request sent"),
    "request_answered": N_("Service request answered"),
    "request_accepted": N_("Service request accepted"),
    "request_started": N_("Service started"),
    "request_closed": N_("Service request closed"),
    "request_refused": N_("Service request refused"),
    "request_cancelled": N_("Service request withdrawn"),
    "window_closes": N_("Reminder: enrolments close"),
    "slot_tomorrow": N_("Reminder: slot starts tomorrow"),
    "offer_expires": N_("Reminder: offer expires"),
    "call_deadline": N_("Reminder: deadline of a call"),
    "membership_deadline": N_("Reminder: deadline of a membership"),
    "review_waiting": N_("Reminder: review waiting"),
    "notice_due": N_("Payment notice"),
    "rules_broken": N_("Broken rules"),
    "absences": N_("Warning of absences"),
    "list_published": N_("Provisional list"),
    "digest": N_("Digest of new enrolments"),
    "confirm": N_("Confirmation of the e-mail"),
    "reset": N_("New password"),
    "invite": N_("Invitation"),
    "delegation_code": N_("Code of a delegation"),
}
JOB = N_("Job")
JOBS = {
    "expire_offers": N_("Let offers expire"),
    "expire_credit": N_("Let credit expire"),
    "spend_credit": N_("Spend the credit of what has begun"),
    "expire_notices": N_("Free the places that were not paid"),
    "mind_absences": N_("Mind the absences that workshops allow"),
    "seal_audit": N_("Seal the record of changes"),
    "remind_notices": N_("Remind of what is to be paid"),
    "remind_offers": N_("Remind of offers"),
    "digest": N_("Send the organizers' digest"),
    "remind_windows": N_("Remind of closing enrolments"),
    "remind_calls": N_("Remind of calls"),
    "remind_memberships": N_("Remind of memberships"),
    "remind_reviews": N_("Remind of reviews"),
    "check": N_("Check the rules"),
    "remind_slots": N_("Remind of tomorrow's slots"),
    "clean_up": N_("Delete what is no longer needed"),
}
MODELS = {model.__tablename__: resource for resource, model in permissions.RESOURCES.items()}
STATES: dict[str, dict[str, str]] = {
    "enrollment": models.ENROLLMENT_STATES,
    "service_request": models.REQUEST_STATES,
    "membership": models.MEMBERSHIP_STATES,
    "service": models.OFFER_STATES,
    "workshop": models.OFFER_STATES,
    "application": models.Application.STATES,
}
# For a seat that is not told which noun it is.
ANY_STATE = {state: label for states in STATES.values() for state, label in states.items()}


def _table(name: str) -> Callable[[Row], str]:
    """A column that names a table: by its noun."""

    def said(row: Row) -> str:
        value = row.get(name) or ""
        return titles.one(MODELS[value]) if value in MODELS else str(value)

    return said


def _state(name: str) -> Callable[[Row], str]:
    """A column that names a state of a row of some table."""

    def said(row: Row) -> str:
        value = row.get(name) or ""
        return words.said(STATES.get(_of(row), ANY_STATE).get(value, "")) or str(value)

    return said


def _one_of(name: str, known: dict[str, str]) -> Callable[[Row], str]:
    """A column whose values have words that are not the table's."""

    def said(row: Row) -> str:
        value = row.get(name) or ""
        return words.said(known.get(value, "")) or str(value)

    return said


def _columns(row: Row) -> str:
    return ", ".join(_column(_of(row), name) for name in row.get("columns") or ())


def _of(row: Row) -> str:
    return str(row.get("table_name") or row.get("noun") or "")


def because(row: Row) -> str:
    """A reason, which is the platform's own words or a person's."""
    return reasons.told(row.get("reason"), gettext)


class Said(ResourceView):
    """Rows that name tables, columns and states: all of them in words."""

    said_as = {
        "table_name": _table("table_name"),
        "noun": _table("noun"),
        "columns": _columns,
        "from_status": _state("from_status"),
        "to_status": _state("to_status"),
        "job": _one_of("job", JOBS),
        "reason": because,
    }


def _column(table: str, name: str) -> str:
    """A column's label, in a table that the screens know."""
    model = permissions.RESOURCES.get(MODELS.get(table, ""))
    if model is None or name not in inspect_(model).columns:
        return name
    return words.said(path(model, name).info["label"])


class FileView(ResourceView):
    resource = "files"
    list_columns = ["name", "media_type", "size", "organization_id", "person_id", "created_at"]
    show_columns = [
        (N_("File"), ["name", "media_type", "size", "organization_id", "person_id", "user_id",
                      "created_at"])
    ]  # fmt: skip
    search_columns = ["name"]
    filter_columns = ["organization_id", "person_id"]
    order = "-id"
    include_route_methods = {"list", "csv", "xlsx", "json", "keep", "show", "select", "content"}

    @expose("/content/<int:pk>", methods=["GET"])
    @screen("get")
    def content(self, pk: int) -> Answer:
        """The file itself, to whoever sees its row; never shown inside a page."""
        row = web().get(File, pk) if 0 < pk < 2**63 else None
        if row is None:
            raise NotFound()
        stored = files.path(row, folder())
        if not stored.is_file():
            raise NotFound()
        answer = send_file(
            stored, mimetype=row.media_type, as_attachment=True, download_name=row.name
        )  # fmt: skip
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["Content-Security-Policy"] = "sandbox"
        return answer


class StateChangeView(Said):
    resource = "state-changes"
    list_columns = ["at", "noun", "row_id", "from_status", "to_status", "reason", "user_id"]
    show_columns = [
        (N_("Change of state"), ["at", "noun", "row_id", "from_status", "to_status", "reason",
                                 "user_id"])
    ]  # fmt: skip
    search_columns = ["reason"]
    filter_columns = ["noun", "row_id"]
    order = "-id"

    def of(self, noun: str, pk: int) -> dict[str, Any]:
        """What happened to a row, with the reasons, for its own page."""
        names = self.columns(["at", "from_status", "to_status", "reason", "user_id"])
        of_row = models.StateChange.noun == noun, models.StateChange.row_id == pk
        wanted = rows.Selection(self.resource, self.keyed(names), sort=self.order, extra=of_row)
        found, more = rows.page(web(), wanted, now=security.moment(), limit=RELATED_ROWS)
        columns = paths(self.model, names, web().principal)
        said = [{**row, "noun": noun} for row in found]
        return {
            "headings": [self.heading(c) for c in columns],
            "lines": self.lines(columns, said),
            "all": self.to("list", noun=noun, row_id=pk) if more else "",
        }


class MessageView(Said):
    resource = "messages"
    list_columns = ["kind", "recipient", "status", "attempts", "next_at", "sent_at"]
    show_columns = [
        (N_("Message"), ["kind", "about", "recipient", "locale", "status"]),
        (N_("Sending"), ["attempts", "next_at", "sent_at", "error"]),
    ]
    search_columns = ["recipient"]
    filter_columns = ["status"]
    order = "-id"
    said_as = {"kind": _one_of("kind", MESSAGES)}


class JobRunView(Said):
    resource = "job-runs"
    list_columns = ["job", "status", "due_at", "started_at", "finished_at", "rows", "error"]
    show_columns = [
        (N_("Run of a job"), ["job", "status", "due_at", "started_at", "finished_at", "rows"]),
        ("", ["error"]),
    ]
    search_columns = ["job"]
    filter_columns = ["status"]
    order = "-due_at"

    def above(self) -> dict[str, Any]:
        """Each job's last run, its next, and how often it failed in the last week."""
        lately = security.moment() - timedelta(days=7)
        run = models.JobRun
        of_jobs = select(
            run.job,
            func.max(run.finished_at).filter(run.status == "done"),
            func.min(run.due_at).filter(run.status.in_(("planned", "requested"))),
            func.count().filter(run.status == "failed", run.due_at > lately),
        ).group_by(run.job)
        runs = {row[0]: row[1:] for row in web().execute(of_jobs)}
        named = (JOB, N_("Last run"), N_("Next run"), N_("Failures of the last week"))
        headings, lines = [Heading(words.said(name)) for name in named], []
        for job, label in JOBS.items():
            last, following, failed = runs.get(job, (None, None, 0))
            told = (words.said(label), words.plain(last), words.plain(following), str(failed))
            href = self.to("list", search=job)
            lines.append(cells.texts(headings, told, href))
        return {
            "title": gettext("Jobs"),
            "headings": headings,
            "lines": lines,
        }

    def verbs(self, row: Row | None) -> list[Button]:
        """On a run's page: its job once more."""
        if row is None or not self.may("run"):
            return super().verbs(row)
        href = self.to("act_on_all", verb="run", job=row.get("job"))
        return [*super().verbs(row), Button(gettext("Run now"), href, asks=True)]

    def verb_fields(self, name: str, known: Verb) -> Fields:
        """The job is chosen by what it does; the address may preset it."""
        asked = super().verb_fields(name, known)
        for one in asked:
            if one.name == "job":
                one.kind = "choice"
                one.choices = [(job, words.said(label)) for job, label in JOBS.items()]
                one.value = request.args.get("job", one.value)
        return asked


class AuditEventView(Said):
    resource = "audit-events"
    list_columns = ["at", "table_name", "row_id", "action", "columns", "actor", "on_behalf_of"]
    show_columns = [
        (N_("Recorded change"), ["at", "table_name", "row_id", "action", "columns"]),
        (N_("Who"), ["actor", "user_id", "seat_id", "on_behalf_of"]),
    ]
    search_columns = ["actor", "table_name"]
    filter_columns = ["action", "table_name", "row_id"]
    order = "-id"


class SensitiveReadView(Said):
    resource = "sensitive-reads"
    list_columns = ["at", "table_name", "row_ids", "columns", "user_id", "seat_id"]
    show_columns = [
        (N_("Reading of health notes"), ["at", "table_name", "row_ids", "columns", "user_id",
                                         "seat_id"])
    ]  # fmt: skip
    search_columns = ["table_name"]
    order = "-id"
