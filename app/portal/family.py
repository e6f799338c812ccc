"""The families' area: what asks for an answer, what there is, what has happened."""

from typing import Any

from flask import g, redirect, url_for
from flask_babel import gettext
from sqlalchemy import case, select

from app import clock, security
from app.models import (
    Application,
    Enrollment,
    PaymentNotice,
    Person,
    Relation,
    ServiceRequest,
    StateChange,
    Transfer,
)
from app.nouns import families
from app.operations import certificate, enrollments, paying
from app.operations.split import REASONS
from app.portal import site, words
from app.portal.site import area, pages
from app.query import rows

ENROLLMENT = (
    "id", "status", "queue_no", "offer_expires_at", "fee", "fee_lines", "reason", "reduced",
    "position", "person.id", "person.first_name", "person.last_name", "slot.id", "slot.title",
    "slot.title_en", "slot.starts_on", "slot.ends_on", "slot.starts_at", "slot.ends_at",
    "slot.workshop.id", "slot.workshop.title", "slot.workshop.title_en",
    "slot.workshop.ranking_id", "slot.organization.name", "application.id", "application.receipt",
)  # fmt: skip
APPLICATION = ("id", "receipt", "status", "submitted_at", "due_on", "officer", "season.title",
               "season.title_en", "photo_consent", "contact_email", "contact_phone", "note",
               "created_at")  # fmt: skip
REQUEST = ("id", "receipt", "status", "service.id", "service.title", "service.title_en",
           "service.organization.name", "person.first_name", "person.last_name", "message",
           "contact", "answer", "reason", "submitted_at", "due_on", "officer",
           "fee")  # fmt: skip
OPEN = ("offered", "waiting", "placed", "submitted")
EVENTS = 12


@area.get("/")
def home() -> Any:
    """All of a family's things on one page, what wants an answer first."""
    found = enrolled()
    return site.render(
        "area/home.html",
        offers=[row for row in found if row["status"] == "offered"],
        coming=[row for row in found if row["status"] in OPEN and row["status"] != "offered"],
        others=[row for row in found if row["status"] not in (*OPEN, "draft")],
        drafts=_applications(Application.status == "draft"),
        applications=_applications(Application.status != "draft"),
        requests=_requests(),
        notices=_notices(PaymentNotice.status == "open"),
        persons=persons(),
        events=_events(),
    )


def persons() -> list[dict[str, Any]]:
    """The reader's children and whoever else they act for; themselves last."""
    names = ("id", "first_name", "last_name", "birth_date", "email", "phone")
    own = case((Relation.kind == "self", 1), else_=0)
    statement = (
        select(*(getattr(Person, name) for name in names), Relation.kind.label("relation"))
        .join(Relation, Relation.person_id == Person.id)
        .where(Relation.user_id == g.principal.user_id)
        .order_by(own, Person.birth_date, Person.id)
    )
    today = clock.today()
    found = [dict(row) for row in site.db().execute(statement).mappings()]
    for row in found:
        row["age"] = Person(birth_date=row["birth_date"]).age_on(today)
        row["name"] = f"{row['first_name']} {row['last_name']}"
    return found


def enrolled(*conditions: Any, order: str = "slot.starts_on") -> list[dict[str, Any]]:
    """The family's enrolments, with why each stands as it does."""
    found, _next = rows.page(
        site.db(),
        rows.Selection("enrollments", ENROLLMENT, sort=order, extra=conditions),
        now=security.moment(),
        limit=rows.MOST_ROWS,
    )
    shared(found, Transfer.enrollment_id)
    for row in found:
        row["why"] = _why(row)
    return found


def shared(found: list[dict[str, Any]], about: Any) -> None:
    """Add to rows with a fee who else pays of it, in order, and what is left for the family."""
    others = paying.shares(site.db(), [row["id"] for row in found if row["fee"]], about)
    for row in found:
        row["others"] = [(gettext(REASONS[kind]), part) for kind, part in others.get(row["id"], ())]
        row["own_part"] = (row["fee"] or 0) - sum(part for _, part in row["others"])


def _why(row: dict[str, Any]) -> str:
    if row["status"] not in ("waiting", "submitted", "refused"):
        return ""
    enrollment = site.db().get(Enrollment, row["id"])
    if enrollment is None:
        return ""
    return families.told(enrollments.why(site.db(), enrollment, now=security.moment()))["why"]


def _applications(*conditions: Any) -> list[dict[str, Any]]:
    found, _next = rows.page(
        site.db(),
        rows.Selection("applications", APPLICATION, sort="-id", extra=conditions),
        now=security.moment(),
        limit=50,
    )
    what = _contents([row["id"] for row in found])
    return [{**row, "contents": what.get(row["id"], [])} for row in found]


def _contents(ids: list[int]) -> dict[int, list[str]]:
    """What each application is for, in a line a workshop."""
    found, _next = rows.page(
        site.db(),
        rows.Selection(
            "enrollments",
            ("application.id", "slot.workshop.title", "slot.workshop.title_en",
             "person.first_name"),
            sort="",
            extra=(Enrollment.application_id.in_(ids),),
        ),
        now=security.moment(),
        limit=rows.MOST_ROWS,
    )  # fmt: skip
    gathered: dict[int, dict[str, list[str]]] = {}
    for row in found:
        of = gathered.setdefault(row["application.id"], {})
        names = of.setdefault(words.said(row, "slot.workshop.title"), [])
        if row["person.first_name"] not in names:
            names.append(row["person.first_name"])
    return {
        id_: [f"{title}: {', '.join(names)}" for title, names in of.items()]
        for id_, of in gathered.items()
    }


def _requests() -> list[dict[str, Any]]:
    found, _next = rows.page(
        site.db(),
        rows.Selection("service-requests", REQUEST, sort="-id"),
        now=security.moment(),
        limit=50,
    )
    return found


def _events() -> list[dict[str, Any]]:
    """What has happened lately, the latest first, in words."""
    db = site.db()
    columns = StateChange.noun, StateChange.row_id, StateChange.to_status, StateChange.at
    latest = (
        select(*columns)
        .where(StateChange.noun.in_(("enrollment", "service_request")),
               StateChange.to_status != "submitted")
        .order_by(StateChange.at.desc(), StateChange.id.desc())
        .limit(EVENTS)
    )  # fmt: skip
    changes = list(db.execute(latest))
    ids = {noun: [c.row_id for c in changes if c.noun == noun] for noun in
           ("enrollment", "service_request")}  # fmt: skip
    enrolments = {row["id"]: row for row in _about("enrollments", Enrollment, ENROLLMENT,
                                                   ids["enrollment"])}  # fmt: skip
    requests = {row["id"]: row for row in _about("service-requests", ServiceRequest, REQUEST,
                                                 ids["service_request"])}  # fmt: skip
    events = []
    for change in changes:
        row = (enrolments if change.noun == "enrollment" else requests).get(change.row_id)
        if row is None:
            continue
        if change.noun == "enrollment":
            title = words.said(row, "slot.workshop.title")
            about = f"{row['person.first_name']} – {title}, {words.said(row, 'slot.title')}"
            url = url_for("area.application", id_=row["application.id"])
        else:
            title = words.said(row, "service.title")
            about, url = f"{row['person.first_name']} – {title}", _request_url(row["id"])
        events.append(
            {
                "at": change.at,
                "about": about,
                "url": url,
                "status": change.to_status,
                "noun": change.noun,
            }
        )
    return events


def _request_url(id_: int) -> str:
    return url_for("area.request_", id_=id_)


def _about(resource: str, model: Any, columns: tuple[str, ...], ids: list[int]) -> list[Any]:
    found, _next = rows.page(
        site.db(),
        rows.Selection(resource, columns, extra=(model.id.in_(ids),)),
        now=security.moment(),
        limit=rows.MOST_ROWS,
    )
    return found


@area.get("/domande/<int:id_>")
def application(id_: int) -> Any:
    """An application's receipt and what became of each wish."""
    found = site.one(
        site.db(),
        rows.Selection("applications", APPLICATION, extra=(Application.id == id_,)),
    )
    if found["status"] == "draft":
        return redirect(url_for("area.apply", application=id_))
    lines = enrolled(Enrollment.application_id == id_, order="position")
    total = sum(
        (row["fee"] or 0 for row in lines if row["status"] in OPEN),
        start=0,
    )
    notices = _notices(PaymentNotice.application_id == id_)
    return site.render(
        "area/application.html",
        application=found,
        lines=lines,
        total=total,
        others=sum(part for row in lines for _, part in row["others"]),
        notices=notices,
        uncertified={
            row.id for row in notices
            if row.status == "paid" and certificate.lacking(site.db(), row)
        },
    )  # fmt: skip


def _notices(*conditions: Any) -> list[PaymentNotice]:
    """What the family is asked to pay, or has paid, what comes first first."""
    kept = select(PaymentNotice).where(PaymentNotice.status.in_(("open", "paid")), *conditions)
    return list(site.db().scalars(kept.order_by(PaymentNotice.due_on, PaymentNotice.id)))


# The mails' links, which stay as they are when the pages' addresses change.
@pages.get("/applications/<int:id_>")
def application_link(id_: int) -> Any:
    """From a mail to the application."""
    return redirect(url_for("area.application", id_=id_))


@pages.get("/requests/<int:id_>")
def request_link(id_: int) -> Any:
    """From a mail to the request."""
    return redirect(url_for("area.request_", id_=id_))


__all__ = ["application", "enrolled", "home", "persons"]
