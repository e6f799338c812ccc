"""The menu: areas as the plan office calls them; an entry is there if the seat may list it."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, cast
from urllib.parse import quote

from flask import g, request, url_for
from flask_babel import get_locale, gettext

from app import security
from app.errors import N_
from app.nouns import titles
from app.views.lists import key
from app.views.registry import VIEWS
from app.views.waiting import counts, overview

# A heading, the picture beside it, and its nouns.
AREAS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (N_("Network"), "link", (
        "organizations", "memberships", "calls", "projects", "organization-contacts",
        "organization-aliases", "project-partners", "project-extensions", "call-categories",
    )),
    (N_("Catalogue"), "list", (
        "services", "service-requests", "service-categories", "locations", "service-locations",
    )),
    (N_("Seasons and workshops"), "calendar", ("seasons", "workshops", "slots")),
    (N_("Families"), "user", (
        "persons", "applications", "enrollments", "attendances", "relations",
    )),
    (N_("Rankings"), "list", (
        "rankings", "criterion-sets", "complaints", "ranking-entries", "ranking-runs",
        "ranking-outcomes", "ranking-scores", "criteria",
    )),
    (N_("Credit and payments"), "card", (
        "fee-schemes", "isee-declarations", "fee-bands", "fee-siblings", "fee-extras",
        "welfare-plans", "credit-grants", "payer-funds", "ledger-accounts", "transfers",
        "payment-notices", "payment-receipts", "payees", "payment-notice-lines",
    )),
    (N_("Social points"), "map-marker", ("social-points", "delegations")),
    (N_("My work"), "star-outline", ("saved-views", "works", "work-lines")),
    (N_("Platform"), "settings", (
        "alliances", "territories", "municipalities", "accounts", "seats", "roles", "role-scopes",
        "keys", "files", "messages", "job-runs", "state-changes", "audit-events",
        "sensitive-reads",
    )),
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A line of the menu."""

    label: str
    href: str
    # Whether this page is one of the noun's.
    current: bool = False
    # How many of its rows wait for the seat.
    waiting: int = 0
    # The lists of it that are kept under a name, and which of them this page is.
    views: "list[View]" = field(default_factory=list)
    view: int = 0


@dataclass(frozen=True)
class Area:
    """A heading of the menu with its lines."""

    label: str
    icon: str
    entries: list[Entry]

    @property
    def current(self) -> bool:
        """Whether this page is in the area."""
        return any(entry.current for entry in self.entries)

    @property
    def waiting(self) -> int:
        """How much waits in the area."""
        return sum(entry.waiting for entry in self.entries)


@dataclass(frozen=True)
class View:
    """A list that is kept under a name."""

    id: int
    title: str
    resource: str
    query: str
    audience: str
    in_menu: bool
    own: bool

    @property
    def href(self) -> str:
        """The address that leads to it, wherever it leads one day."""
        return f"{list_of(self.resource)}?view={self.id}"


@dataclass(frozen=True)
class Around:
    """What the menu shows besides the seat's areas: the noun, the page and the kept list that one
    is at, what waits, and the lists that are kept."""

    noun: str
    at: str
    view: int
    waiting: tuple[tuple[str, int], ...]
    views: tuple[View, ...]
    # Whether long work of the seat's is not over.
    under_way: bool


def around() -> Around:
    """The menu's around this page, read once."""
    if "menu" not in g:
        endpoint = request.endpoint or ""
        at = request.path if endpoint.endswith((".list", ".index")) else ""
        found = overview()
        seat = g.principal.seat_id
        views = tuple(
            View(**{k: v for k, v in row.items() if k != "seat_id"}, own=row["seat_id"] == seat)
            for row in found.views
            if row["resource"] in VIEWS
        )
        view = key(request.args.get("view")) if at else 0
        g.menu = Around(
            endpoint.partition(".")[0],
            at,
            view,
            tuple(counts().items()),
            views,
            found.under_way > 0,
        )
    return cast(Around, g.menu)


def list_of(resource: str) -> str:
    """The address of a noun's list."""
    return url_for(f"{VIEWS[resource].__name__}.list")


def menu() -> list[Area]:
    """The areas in which the active seat may list something."""
    here = around()
    numbers = dict(here.waiting)
    return [
        Area(label, icon, [
            Entry(
                words, href, VIEWS[noun].__name__ == here.noun, numbers.get(noun, 0),
                [v for v in here.views if v.in_menu and v.resource == noun], here.view,
            )
            for noun, words, href in entries
        ])
        for label, icon, entries in _areas(security.seat_permissions(), str(get_locale()))
    ]  # fmt: skip


@lru_cache(maxsize=256)
def _areas(granted: frozenset[tuple[str, str]], locale: str) -> list[tuple[str, str, list[Any]]]:
    """What of the menu stays: areas as label, picture and entries (noun, words, address)."""
    areas = []
    for label, icon, resources in AREAS:
        entries = [
            (r, titles.many(r), url_for(f"{VIEWS[r].__name__}.list"))
            for r in resources
            if ("can_list", r) in granted
        ]
        if entries:
            areas.append((gettext(label), icon, entries))
    return areas


def here() -> str:
    """The address of this page, to come back to."""
    path: str = request.full_path if request.query_string else request.path
    return path if request.method == "GET" else request.path


def here_quoted() -> str:
    """The same, as a part of another address."""
    return quote(here(), safe="")
