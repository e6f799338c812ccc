"""The menu: areas as the plan office calls them; an entry is there if the seat may list it."""

from dataclasses import dataclass

from flask import request, url_for
from flask_babel import gettext

from app import security
from app.errors import N_
from app.nouns import titles
from app.views.screens import VIEWS

AREAS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (N_("Network"), ("organizations", "memberships", "calls", "projects",
                     "organization-contacts", "organization-aliases", "project-partners",
                     "project-extensions", "call-categories")),
    (N_("Catalogue"), ("services", "service-requests", "service-categories", "locations",
                       "service-locations")),
    (N_("Seasons and workshops"), ("seasons", "workshops", "slots")),
    (N_("Families"), ("persons", "applications", "enrollments", "relations")),
    (N_("Social points"), ("social-points", "delegations")),
    (N_("Platform"), ("alliances", "territories", "municipalities", "accounts", "seats", "roles",
                      "role-scopes", "keys", "files", "messages", "job-runs", "state-changes",
                      "audit-events", "sensitive-reads")),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    label: str
    href: str


@dataclass(frozen=True)
class Area:
    """A heading of the menu with its lines."""

    label: str
    entries: list[Entry]


def menu() -> list[Area]:
    """The areas in which the active seat may list something."""
    granted = security.seat_permissions()
    areas = []
    for label, resources in AREAS:
        entries = [
            Entry(titles.many(r), url_for(f"{VIEWS[r].__name__}.list"))
            for r in resources
            if ("can_list", r) in granted
        ]
        if entries:
            areas.append(Area(gettext(label), entries))
    return areas


def here() -> str:
    """The address of this page, to come back to."""
    path: str = request.full_path if request.query_string else request.path
    return path if request.method == "GET" else request.path
