"""The season's figures on each home: declared here, drawn by the browser from the API's answers."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy import select

from app import permissions, security
from app.errors import N_
from app.models import Season
from app.query.paths import path
from app.small_cells import LEAST
from app.transaction import web
from app.views import lists, words
from app.views.screens import VIEWS

# Seasons to choose from: a year's, and those of the year before.
SEASONS = 12


@dataclass(frozen=True)
class Measure:
    """A figure as the API is asked for it, and what it is called."""

    aggregate: str
    label: str


@dataclass(frozen=True)
class Figure:
    """A table of one noun's list by groups, and the sentence that says what it shows.

    The first measure is what is drawn; where there are two, it is a part of the second. In the
    sentence ``a`` and ``b`` are the measures' sums, ``most`` is the group that stands out.
    """

    name: str
    title: str
    says: str
    resource: str
    group: str
    measures: tuple[Measure, ...]
    # The field that ties the noun to the season.
    season: str = ""
    where: tuple[tuple[str, str], ...] = ()
    # Whether the group is days, which are put together to weeks.
    by_week: bool = False


NUMBER = (Measure("count", N_("Number")),)
TAKEN = (Measure("sum(places_taken)", N_("Places taken")), Measure("sum(places)", N_("Places")))
OF_SLOTS = "workshop.season_id"

BY_STATE = Figure(
    "enrollments",
    N_("Enrolments by status"),
    N_("%(a)s enrolments. The largest group: %(most)s (%(most_a)s)."),
    "enrollments",
    "status",
    NUMBER,
    "slot.workshop.season_id",
)
BY_ORGANIZER = Figure(
    "organizers",
    N_("Places taken, by organizer"),
    N_("%(a)s of %(b)s places are taken (%(share)s). The fullest: %(most)s (%(most_share)s)."),
    "slots",
    "organization.name",
    TAKEN,
    OF_SLOTS,
)
BY_WORKSHOP = Figure(
    "workshops",
    N_("Places taken, by workshop"),
    BY_ORGANIZER.says,
    "slots",
    "workshop.title",
    TAKEN,
    OF_SLOTS,
)
BY_WEEK = Figure(
    "weeks",
    N_("Places taken, week by week"),
    N_(
        "%(a)s of %(b)s places are taken (%(share)s). The fullest week begins on %(most)s"
        " (%(most_share)s)."
    ),
    "slots",
    "starts_on",
    TAKEN,
    OF_SLOTS,
    by_week=True,
)
REQUESTS = Figure(
    "requests",
    N_("Requests for services, by status"),
    N_("%(a)s requests. The largest group: %(most)s (%(most_a)s)."),
    "service-requests",
    "status",
    NUMBER,
)
SERVICES = Figure(
    "services",
    N_("Published services, by category"),
    N_("%(a)s services. The largest group: %(most)s (%(most_a)s)."),
    "services",
    "category.title",
    NUMBER,
    where=(("status", "published"),),
)
JOBS = Figure(
    "jobs",
    N_("Runs of the jobs, by status"),
    N_("%(a)s runs. The largest group: %(most)s (%(most_a)s)."),
    "job-runs",
    "status",
    NUMBER,
)

# A company is given fixed tables only: it has none here.
FIGURES: dict[str, tuple[Figure, ...]] = {
    "admin": (JOBS,),
    "staff": (BY_STATE, BY_ORGANIZER, BY_WEEK, REQUESTS),
    "municipality": (BY_STATE, BY_WORKSHOP, BY_WEEK, REQUESTS),
    "provider": (BY_WORKSHOP, BY_WEEK, BY_STATE, REQUESTS),
    # Who organizes what is hidden from it: the rows would all be "not said".
    "partner": (BY_WEEK, BY_WORKSHOP, SERVICES),
    "social_point": (BY_WEEK, BY_ORGANIZER),
}

# What the browser says besides; it fills in the numbers.
WORDS = {
    "failed": N_("The figures could not be read."),
    "empty": N_("There is nothing to count yet."),
    "missing": N_("Not said"),
    "share": N_("Share"),
    "hidden": N_("not shown"),
    "note": N_(
        "Lines not shown and not counted here: %(hidden)s (fewer than %(least)s, or a figure that"
        " would give those away)."
    ),
    "drawn": N_("The picture shows the first %(number)s of %(lines)s; the table has all."),
}


def seasons() -> list[Any]:
    """The last seasons that were entered and are not closures, the latest first, by one SELECT."""
    if ("can_list", "seasons") not in security.seat_permissions():
        return []
    columns = (
        Season.id,
        Season.title,
        Season.title_en,
        Season.kind,
        Season.starts_on,
        Season.ends_on,
    )
    found = select(*columns).where(Season.kind != "closure")
    return list(web().execute(found.order_by(Season.starts_on.desc(), Season.id).limit(SEASONS)))


def season_of(found: list[Any], today: date) -> Any | None:
    """The season that the address asks for; else the running one, the next one, the last one.

    Of several that run, the one that began last. What the address has wrong is ignored.
    """
    asked = lists.key(request.args.get("season"))
    running = [one for one in found if one.starts_on <= today <= one.ends_on]
    to_come = [one for one in found if one.starts_on > today]
    chosen = [one for one in found if one.id == asked]
    return next(iter((*chosen, *running, *reversed(to_come), *found)), None)


def title_of(season: Any) -> str:
    """The season's title in the reader's language, where it has one."""
    english = str(get_locale()).startswith("en") and season.title_en
    return str(english or season.title)


def of_seat(season: Any | None) -> list[dict[str, Any]]:
    """The active seat's figures, as the page needs them: all but their numbers."""
    granted = security.seat_permissions()
    return [
        _drawn(figure, season)
        for figure in FIGURES.get(web().principal.kind, ())
        if ("can_list", figure.resource) in granted and (season is not None or not figure.season)
    ]


def _drawn(figure: Figure, season: Any | None) -> dict[str, Any]:
    where = dict(figure.where)
    if figure.season and season is not None:
        where[figure.season] = str(season.id)
    asked = {"group": figure.group, "aggregate": ",".join(m.aggregate for m in figure.measures)}
    column = path(permissions.RESOURCES[figure.resource], figure.group)
    values = column.info.get("values") or {}
    heading = gettext("Week of") if figure.by_week else lists.heading(column)
    return {
        "name": figure.name,
        "title": gettext(figure.title),
        "list": url_for(f"{VIEWS[figure.resource].__name__}.list", **where),
        "data": {
            "name": figure.name,
            "address": f"/api/v1/{figure.resource}/?{urlencode({**where, **asked})}",
            "group": figure.group,
            "heading": heading,
            "measures": [[m.aggregate, gettext(m.label)] for m in figure.measures],
            "values": {value: words.said(label) for value, label in values.items()},
            "says": gettext(figure.says),
            "weeks": figure.by_week,
            "least": LEAST,
        },
    }
