"""The start, an alliance's home, its calls, and what a public site has to say of itself."""

from typing import Any

from flask import g, redirect, request, session, url_for
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, look, security
from app.errors import NotFound
from app.models import Call, CallCategory, Organization, Service, ServiceCategory, Workshop
from app.portal import site
from app.portal.site import front, pages
from app.portal.workshops import CARD, with_places
from app.query import rows

LANGUAGES = ("it", "en")


@front.get("/")
def start() -> Any:
    """Lead to the alliance that was read of last, or let one be chosen."""
    known = site.alliances()
    last = request.cookies.get(site.COOKIE)
    if "choose" not in request.args and last in {row["slug"] for row in known}:
        return redirect(url_for("portal.home", alliance=last))
    return site.render("start.html", alliances=known)


@front.get("/password")
def forgotten() -> Any:
    """A forgotten password, for who works here: in the alliance that was read of last."""
    slugs = [row["slug"] for row in site.alliances()]
    last = request.cookies.get(site.COOKIE)
    if last not in slugs:
        last = next(iter(slugs), None)
    if last is None:
        raise NotFound()
    return redirect(url_for("portal.ask_reset", alliance=last))


@front.get("/lingua/<code>")
def language(code: str) -> Any:
    """Read on in another language."""
    if code in LANGUAGES:
        session["locale"] = code
    return redirect(get_safe_redirect(request.args.get("next", "/")))


@front.get("/aspetto/<theme>")
def theme(theme: str) -> Any:
    """Read on in light or dark, or with any other word as the device has it."""
    # A link and no form: its token would give every visitor a session, and thus take them out of
    # the memory of published data (decision 17). Whoever follows it changes a colour.
    here = redirect(get_safe_redirect(request.args.get("next", "/")))
    return look.keep(here, {"theme": theme})


@pages.get("/")
def home() -> Any:
    """What the alliance offers, and what can be enrolled in now."""
    db, now = site.public(), security.moment()
    ours = Workshop.alliance_id == g.alliance["id"]
    open_now = (ours, Workshop.opens_at <= now, Workshop.closes_at > now)
    found, _next = rows.page(
        db, rows.Selection("workshops", CARD, sort="closes_at", extra=open_now), now=now, limit=6
    )
    return site.render(
        "home.html",
        workshops=with_places(db, found),
        topics=_topics(db),
        calls=_calls()[:3],
    )


def _topics(db: Any) -> dict[str, list[dict[str, Any]]]:
    """What each tree of categories begins with; a single root gives its branches."""
    found, _next = rows.page(
        db,
        rows.Selection(
            "service-categories",
            ("id", "title", "title_en", "examples", "tree", "parent_id"),
            sort="position",
            filter_columns=("position",),
            extra=(ServiceCategory.alliance_id == g.alliance["id"],),
        ),
        now=security.moment(),
        limit=rows.MOST_ROWS,
    )
    topics = {}
    for tree in ServiceCategory.TREES:
        inside = [row for row in found if row["tree"] == tree]
        roots = [row for row in inside if row["parent_id"] is None]
        if len(roots) == 1:
            roots = [row for row in inside if row["parent_id"] == roots[0]["id"]] or roots
        topics[tree] = roots
    return topics


def _calls() -> list[dict[str, Any]]:
    """The published calls: those still open first, then the latest."""
    columns = ("id", "title", "title_en", "description", "description_en", "published_on",
               "deadline", "status", "legal_act", "asks_services")  # fmt: skip
    found, _next = rows.page(
        site.public(),
        rows.Selection(
            "calls", columns, sort="-published_on",
            extra=(Call.alliance_id == g.alliance["id"],),
        ),
        now=security.moment(),
        limit=50,
    )  # fmt: skip
    today = clock.today()
    for call in found:
        call["open"] = call["status"] == "published" and (
            call["deadline"] is None or call["deadline"] >= today
        )
    return sorted(found, key=lambda call: not call["open"])


@pages.get("/avvisi/")
def calls() -> Any:
    """The calls for the network's bodies."""
    return site.render("calls.html", calls=_calls())


@pages.get("/avvisi/<int:id_>")
def call(id_: int) -> Any:
    """One call, with the categories that it admits."""
    db = site.public()
    columns = ("id", "title", "title_en", "description", "description_en", "published_on",
               "deadline", "status", "legal_act", "asks_services", "project.title")  # fmt: skip
    ours = (Call.id == id_, Call.alliance_id == g.alliance["id"])
    found = site.one(db, rows.Selection("calls", columns, extra=ours))
    admitted = db.scalars(
        select(ServiceCategory.title)
        .join(CallCategory, CallCategory.category_id == ServiceCategory.id)
        .where(CallCategory.call_id == id_)
        .order_by(ServiceCategory.position)
    )
    return site.render("call.html", call=found, admitted=list(admitted))


# ---------------------------------------------------------------- privacy, accessibility


@pages.get("/privacy")
def privacy() -> Any:
    """The notice of GDPR art. 13; with an offer it names the offer's controller."""
    db = site.public()
    offer = None
    for name, model in (("workshop", Workshop), ("service", Service)):
        id_ = site.number(name)
        if id_ is None:
            continue
        columns = ("id", "title", "title_en", "controller.id", "controller.name",
                   "controller.address", "controller.email", "controller.phone")  # fmt: skip
        ours = (model.id == id_, model.alliance_id == g.alliance["id"])
        offer = site.one(db, rows.Selection(f"{name}s", columns, extra=ours))
        offer["endpoint"] = "portal.workshop" if name == "workshop" else "portal.service"
    return site.render("privacy.html", offer=offer, controllers=_controllers(db))


def _controllers(db: Any) -> list[str]:
    """Whoever decides on the data of something that is published here."""
    ids = [
        select(model.controller_id).where(model.alliance_id == g.alliance["id"])
        for model in (Service, Workshop)
    ]
    named = select(Organization.name).where(
        Organization.id.in_(ids[0]) | Organization.id.in_(ids[1])
    )
    return list(db.scalars(named.order_by(Organization.name)))


@pages.get("/accessibilita")
def accessibility() -> Any:
    """How accessible the site is, and where to say that it is not."""
    return site.render("accessibility.html", subject=_("Accessibility of the site"))
