"""What waits for each seat: as short lists on its home, and as numbers in its menu."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import g

from app import security
from app.errors import N_
from app.query import grammar, rows
from app.transaction import web


@dataclass(frozen=True)
class Block:
    """A short list on the home page, and where the whole of it is."""

    title: str
    resource: str
    where: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    # Whether somebody of the seat has to do something: then the menu says how many there are.
    waits: bool = False


OFFERS_EXPIRING = Block(
    N_("Places offered, not accepted yet"),
    "enrollments",
    (("status", "offered"),),
    "offer_expires_at",
)
TO_REVIEW = (("status", "review"),)
REQUESTS = Block(
    N_("Requests to answer"),
    "service-requests",
    (("status__in", "sent,answered"),),
    "due_on",
    waits=True,
)
TO_DECIDE = Block(
    N_("Memberships to decide"), "memberships", (("status", "sent"),), "sent_at", waits=True
)
FAILED = (("status", "failed"),)
FAILED_MAILS = Block(N_("Mails that could not be sent"), "messages", FAILED, "-id", waits=True)
FAILED_JOBS = Block(N_("Jobs that failed"), "job-runs", FAILED, "-due_at", waits=True)
RETURNED = (("status", "returned"),)
COMING = Block(N_("Next slots"), "slots", (("starts_on__gte", "today"),), "starts_on")
MEMBERSHIPS = Block(N_("Memberships"), "memberships")
OPEN_CALLS = Block(N_("Calls that are open"), "calls", (("deadline__gte", "today"),), "deadline")

# Of every seat's own: what has ended and was not looked at; what is under way.
ENDED = Block(
    N_("Long work that has ended"),
    "works",
    (("status__in", "done,failed,cancelled"), ("seen_at__null", "true")),
    "-id",
    waits=True,
)
UNDER_WAY = Block("", "works", (("status__in", "queued,running"),))

BLOCKS: dict[str, tuple[Block, ...]] = {
    "admin": (
        Block(N_("Alliances"), "alliances"),
        FAILED_JOBS,
    ),
    "staff": (
        Block(N_("Services to review"), "services", TO_REVIEW, "title", waits=True),
        Block(N_("Workshops to review"), "workshops", TO_REVIEW, "title", waits=True),
        REQUESTS,
        TO_DECIDE,
        OFFERS_EXPIRING,
        Block(N_("Waiting for a place"), "enrollments", (("status", "waiting"),), "slot.starts_on"),
        FAILED_MAILS,
        FAILED_JOBS,
    ),
    "municipality": (
        REQUESTS,
        COMING,
        Block(N_("Waiting for a place"), "enrollments", (("status", "waiting"),), "slot.starts_on"),
        OPEN_CALLS,
    ),
    "provider": (
        COMING,
        REQUESTS,
        Block(N_("Services returned with reasons"), "services", RETURNED, "title", waits=True),
        Block(N_("Workshops returned with reasons"), "workshops", RETURNED, "title", waits=True),
        OPEN_CALLS,
    ),
    "partner": (MEMBERSHIPS, OPEN_CALLS),
    "company": (MEMBERSHIPS, OPEN_CALLS),
    "social_point": (
        Block(N_("Delegations"), "delegations", (), "-id"),
        Block(N_("Next slots"), "slots", (("starts_on__gte", "today"),), "starts_on"),
    ),
}


for _kind in BLOCKS:
    BLOCKS[_kind] += (ENDED,)

VIEWS = rows.Selection(
    "saved-views",
    ("id", "title", "resource", "query", "audience", "in_menu", "seat_id"),
    filter_columns=("title",),
    sort="title",
)


def counts() -> tuple[dict[str, int], list[dict[str, Any]]]:
    """How many rows of each noun wait for the active seat, and the lists that are kept for it
    under a name, by one SELECT.

    Under ``g.under_way`` the page is told how many long works of the seat's are not over.
    """
    granted = security.seat_permissions()
    waiting = [
        block
        for block in BLOCKS.get(web().principal.kind, ())
        if block.waits and ("can_list", block.resource) in granted
    ]
    if ENDED in waiting:
        waiting.append(UNDER_WAY)
    kept = VIEWS if ("can_list", "saved-views") in granted else None
    numbers, views = rows.counts(web(), [_asked(block) for block in waiting], kept)
    found = list(zip(waiting, numbers, strict=True))
    g.under_way = next((number for block, number in found if block is UNDER_WAY), 0)
    return {block.resource: number for block, number in found if number and block.waits}, views


@lru_cache(maxsize=64)
def _asked(block: Block) -> rows.Selection:
    return rows.Selection(
        block.resource,
        ("id",),
        grammar.from_parameters(block.where),
        filter_columns=tuple(name.partition("__")[0] for name, _ in block.where),
    )
