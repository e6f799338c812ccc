"""The form to enrol: several persons, several days or weeks, one application."""

from typing import Any

from flask import g, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, security
from app.errors import NotFound
from app.models import Account, Application, Enrollment, Person, Workshop
from app.operations import eligibility
from app.portal import family, fees, site, words
from app.portal.site import area
from app.portal.workshops import CARD, slots_of, with_places
from app.query import rows

SHOWN = (*CARD, "fee_scheme_id", "controller.name", "allocation", "offer_hours")
DRAFT = ("id", "status", "contact_email", "contact_phone", "note", "photo_consent")
MOST_WORKSHOPS = 8


@area.get("/iscrizione")
def apply() -> Any:
    """The form: empty for a workshop, or as a draft was left."""
    draft, wishes = _draft()
    if draft and draft["status"] != "draft":
        return redirect(url_for("area.application", id_=draft["id"]))
    asked = [int(text) for text in request.args.getlist("workshop")
             if text.isascii() and text.isdigit() and len(text) < 10]  # fmt: skip
    ids = list(dict.fromkeys([*(wish["slot.workshop.id"] for wish in wishes), *asked]))
    workshops = _workshops(ids[:MOST_WORKSHOPS])
    if not workshops:
        raise NotFound()
    persons = family.persons()
    return site.render(
        "area/apply.html",
        draft=draft,
        workshops=workshops,
        persons=persons,
        fits={
            (workshop["id"], person["id"]): _fits(workshop, person)
            for workshop in workshops
            for person in persons
        },
        taken=_taken(persons),
        contact=_contact(draft, persons),
        others=_others({workshop["id"] for workshop in workshops}),
        state={
            "application": draft["id"] if draft else None,
            "wishes": [
                {
                    "person": w["person.id"],
                    "slot": w["slot.id"],
                    "reduced": w["reduced"],
                    "extras": w["extras"],
                }
                for w in wishes
            ],
        },
    )


def _draft() -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The application of the address and its wishes. Raises NotFound."""
    id_ = site.number("application")
    if id_ is None:
        return None, []
    own = (Application.id == id_,)
    draft = site.one(site.db(), rows.Selection("applications", DRAFT, extra=own))
    wishes, _next = rows.page(
        site.db(),
        rows.Selection(
            "enrollments",
            ("person.id", "slot.id", "slot.workshop.id", "reduced", "extras"),
            extra=(Enrollment.application_id == id_,),
        ),
        now=security.moment(),
        limit=rows.MOST_ROWS,
    )
    return draft, wishes


def _workshops(ids: list[int]) -> list[dict[str, Any]]:
    """The workshops of the form with their slots to come, in the order asked for."""
    db = site.public()
    ours = (Workshop.id.in_(ids), Workshop.alliance_id == g.alliance["id"])
    found, _next = rows.page(
        db, rows.Selection("workshops", SHOWN, extra=ours), now=security.moment(), limit=50
    )
    for row in with_places(db, found):
        row["fees"] = fees.of(db, row)
        row["days"] = [slot for slot in slots_of(db, row["id"]) if not slot["over"]]
    return sorted(found, key=lambda row: ids.index(row["id"]))


def _fits(workshop: dict[str, Any], person: dict[str, Any]) -> str:
    """Why the person cannot come at all; nothing if some day may do."""
    low, high = eligibility.ages(Workshop(**{
        name: workshop[name] for name in ("participants", "min_age", "max_age")
    }))  # fmt: skip
    born = Person(birth_date=person["birth_date"])
    days = [slot["starts_on"] for slot in workshop["days"]] or [workshop["starts_on"]]
    if any(low <= born.age_on(day) <= high for day in days):
        return ""
    return _("only for: %(ages)s", ages=words.ages(workshop).lower())


def _taken(persons: list[dict[str, Any]]) -> dict[tuple[int, int], str]:
    """The days that somebody has an open enrolment for already, with its state."""
    held = select(Enrollment.slot_id, Enrollment.person_id, Enrollment.status).where(
        Enrollment.person_id.in_([row["id"] for row in persons]),
        Enrollment.status.in_(family.OPEN),
    )
    return {(row.slot_id, row.person_id): row.status for row in site.db().execute(held)}


def _contact(draft: dict[str, Any] | None, persons: list[dict[str, Any]]) -> dict[str, Any]:
    """What is known already of how to reach the reader."""
    myself = next((row for row in persons if row["relation"] == "self"), {})
    account = site.db().get_one(Account, g.principal.user_id)
    kept = draft or {}
    return {
        "email": kept.get("contact_email") or myself.get("email") or account.mailbox,
        "phone": kept.get("contact_phone") or myself.get("phone"),
        "note": kept.get("note"),
        "photos": bool(kept.get("photo_consent")),
    }


def _others(shown: set[int]) -> list[Any]:
    """What else is open: it can go into the same application."""
    now = security.moment()
    columns = Workshop.id, Workshop.title, Workshop.title_en, Workshop.ends_on
    open_now = select(*columns).where(
        Workshop.alliance_id == g.alliance["id"],
        Workshop.id.not_in(shown),
        Workshop.opens_at <= now,
        Workshop.closes_at > now,
        Workshop.ends_on >= clock.today(),
    )
    return list(site.public().execute(open_now.order_by(Workshop.title)).mappings())
