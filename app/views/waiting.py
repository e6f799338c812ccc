"""What waits for each seat: as short lists on its home, and as numbers in its menu."""

import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from flask import Response, current_app, g, request, session

from app import security
from app.errors import N_
from app.query import grammar, rows
from app.transaction import Principal, web

Granted = frozenset[tuple[str, str]]
A_WHILE = 10
# The session's mark of the browser's own last change.
CHANGED = "changed"
SAFE = ("GET", "HEAD", "OPTIONS")


@dataclass(frozen=True)
class Block:
    """A short list on the home page, and where the whole of it is."""

    title: str
    resource: str
    where: tuple[tuple[str, str], ...] = ()
    sort: str = ""
    # Whether somebody of the seat has to do something: then the menu says how many there are.
    waits: bool = False
    # What is no task, and only good to have at hand, stands below the tasks.
    at_hand: bool = False
    # What says most in a narrow place; the first of the list's columns, if not told.
    columns: tuple[str, ...] = ()


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
FROM_TODAY = ("starts_on__gte", "today")
COMING = Block(N_("Next slots"), "slots", (FROM_TODAY,), "starts_on", at_hand=True,
               columns=("title", "workshop_id", "starts_on", "places_taken"))  # fmt: skip
FULL = Block(N_("Slots to come that are full"), "slots",
             (FROM_TODAY, ("free_places", "0")), "starts_on")  # fmt: skip
IN_QUEUE = Block(
    N_("Waiting for a place"),
    "enrollments",
    (("status", "waiting"),),
    "slot.starts_on",
    columns=("person_id", "slot.workshop.title", "slot.title", "queue_no"),
)
# What the office gave back: the reason is what one wants to read first.
RETURNED_SERVICES, RETURNED_WORKSHOPS = (
    Block(title, noun, RETURNED, "title", waits=True, columns=("title", "review_note"))
    for title, noun in (
        (N_("Services returned with reasons"), "services"),
        (N_("Workshops returned with reasons"), "workshops"),
    )
)
# A form that was begun and lies about: the alliance counts only what is sent.
TO_SEND = Block(N_("Memberships to send"), "memberships", (("status", "draft"),), "network",
                waits=True, columns=("network", "call_id", "status"))  # fmt: skip
MEMBERSHIPS = Block(N_("Memberships"), "memberships", at_hand=True)
OPEN_CALLS = Block(
    N_("Calls that are open"), "calls", (("deadline__gte", "today"),), "deadline", at_hand=True,
    columns=("title", "deadline"),
)  # fmt: skip

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
        FAILED_JOBS,
        Block(N_("Alliances"), "alliances", at_hand=True),
    ),
    "staff": (
        Block(N_("Services to review"), "services", TO_REVIEW, "title", waits=True),
        Block(N_("Workshops to review"), "workshops", TO_REVIEW, "title", waits=True),
        REQUESTS,
        TO_DECIDE,
        OFFERS_EXPIRING,
        FULL,
        IN_QUEUE,
        FAILED_MAILS,
        FAILED_JOBS,
    ),
    "municipality": (
        REQUESTS,
        RETURNED_SERVICES,
        RETURNED_WORKSHOPS,
        TO_SEND,
        IN_QUEUE,
        COMING,
        OPEN_CALLS,
    ),
    "provider": (
        REQUESTS,
        RETURNED_SERVICES,
        RETURNED_WORKSHOPS,
        TO_SEND,
        COMING,
        OPEN_CALLS,
    ),
    "partner": (TO_SEND, MEMBERSHIPS, OPEN_CALLS),
    "company": (TO_SEND, MEMBERSHIPS, OPEN_CALLS),
    "social_point": (
        Block(
            N_("Delegations to confirm"),
            "delegations",
            (
                ("confirmed_at__null", "true"),
                ("revoked_at__null", "true"),
                ("ends_on__gte", "today"),
            ),
            "-id",
            waits=True,
        ),
        OFFERS_EXPIRING,
        Block(N_("Delegations"), "delegations", (), "-id", at_hand=True),
        COMING,
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


@dataclass(frozen=True)
class Overview:
    """What one SELECT says of a seat: how many rows each block has, how many long works are not
    over, and the lists that are kept for it under a name."""

    numbers: dict[Block, int]
    under_way: int
    views: list[dict[str, Any]]


def of_seat() -> list[Block]:
    """The blocks of the active seat whose nouns it may list."""
    return _listed(web().principal.kind, security.seat_permissions())


def overview(home: bool = False) -> Overview:
    """What the page says of the seat; the home says it of every block, the menu of what waits.

    A list, of which somebody opens one after the other, says it as of ten seconds ago at most,
    and never as of before the browser's own last change.
    """
    if "overview" not in g:
        asked = web().principal, security.seat_permissions()
        if (request.endpoint or "").endswith(".list") and current_app.config["REMEMBERS_COUNTS"]:
            now = int(time.monotonic() // A_WHILE)
            g.overview = _of_a_while(web().bind, *asked, session.get(CHANGED), now)
        else:
            g.overview = _counted(*asked, home)
    return cast(Overview, g.overview)


@lru_cache(maxsize=1024)
def _of_a_while(
    _: Any, who: Principal, granted: Granted, changed: str | None, now: int
) -> Overview:  # fmt: skip
    return _counted(who, granted, home=False)


def _counted(who: Principal, granted: Granted, home: bool) -> Overview:
    blocks, counting = _counting(who.kind, granted, home)
    found, views = rows.counts(web(), counting)
    under_way = found[-1] if ENDED in blocks else 0
    return Overview(dict(zip(blocks, found, strict=False)), under_way, views)


def changed(answer: Response) -> Response:
    """Mark the browser's session when it has changed something: from then on it is counted anew,
    by whichever worker."""
    wrote = g.get("by_cookie") and (request.method not in SAFE or web().info.get("wrote"))
    if wrote and "_user_id" in session:
        session[CHANGED] = secrets.token_hex(4)
    return answer


def numbers() -> dict[Block, int]:
    """How many rows each block of the home has."""
    return overview(home=True).numbers


def counts() -> dict[str, int]:
    """How many rows of each noun wait for the active seat."""
    found = overview().numbers.items()
    return {block.resource: number for block, number in found if block.waits and number}


@lru_cache(maxsize=256)
def _counting(kind: str, granted: Granted, home: bool) -> tuple[list[Block], rows.Counting]:
    """The blocks that such a seat is told of, and what is asked for them."""
    blocks = [block for block in _listed(kind, granted) if home or block.waits]
    asked = [*blocks, UNDER_WAY] if ENDED in blocks else blocks
    kept = VIEWS if ("can_list", "saved-views") in granted else None
    return blocks, rows.Counting(tuple(_asked(block) for block in asked), kept)


def _listed(kind: str, granted: Granted) -> list[Block]:
    return [b for b in BLOCKS.get(kind, ()) if ("can_list", b.resource) in granted]


def _asked(block: Block) -> rows.Selection:
    return rows.Selection(
        block.resource,
        ("id",),
        grammar.from_parameters(block.where),
        filter_columns=tuple(name.partition("__")[0] for name, _ in block.where),
    )
