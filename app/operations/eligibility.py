"""What can be said of a wish without looking at the queue: window, age, price."""

from datetime import datetime
from typing import Any

from app.errors import N_, Conflict, WindowClosed, WrongAge
from app.models import Person, Workshop
from app.operations import queues
from app.operations.fee_schemes import Tariffs

GROWN_UP = 18
OLDEST = 120

NOT_PUBLISHED = N_("This workshop is not published.")


def require(wish: Any, tariffs: Tariffs, *, now: datetime) -> None:
    """Raise Conflict, WindowClosed, WrongAge or Invalid; else the wish has its fee.

    It is an enrolment, or what reads like one.
    """
    slot, workshop = wish.slot, wish.slot.workshop
    if workshop.status != "published":
        raise Conflict(NOT_PUBLISHED, field="slot_id")
    if not workshop.opens_at <= now < workshop.closes_at or queues.ends(slot) <= now:
        raise WindowClosed(field="slot_id")
    low, high = ages(workshop)
    if not low <= Person.age_on(wish.person, slot.starts_on) <= high:
        raise WrongAge(field="person_id", low=low, high=high)
    quote = tariffs.quote(workshop, wish.person, reduced=wish.reduced, extras=wish.extras)
    wish.fee, wish.fee_lines = quote.amount, quote.as_json()


def ages(workshop: Workshop) -> tuple[int, int]:
    """The lowest and the highest age; a workshop that names none admits all of its kind."""
    adults = workshop.participants == "adults"
    low = workshop.min_age if workshop.min_age is not None else GROWN_UP * adults
    if workshop.max_age is not None:
        return low, workshop.max_age
    return low, OLDEST if adults or low >= GROWN_UP else GROWN_UP - 1
