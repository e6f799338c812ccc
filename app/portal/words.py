"""Dates, prices and states as the pages say them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from app import formats
from app.clock import ROME
from app.errors import N_
from app.models import NOTICE_STATES, RANKING_STATES, UNITS, RankingOutcome
from app.nouns import rankings

# What an employer may pay, by letter of TUIR art. 51(2) (FACTS: company welfare).
LETTERS = {
    "f": N_(
        "If your employer has a welfare plan, it can provide this service for you or your family"
        " (TUIR art. 51, paragraph 2, letter f): education, recreation, social care."
        " It cannot pay you back afterwards."
    ),
    "f-bis": N_(
        "If your employer has a welfare plan, it can pay this for your family or pay you back"
        " (TUIR art. 51, paragraph 2, letter f-bis): education, play centres, camps."
    ),
    "f-ter": N_(
        "If your employer has a welfare plan, it can pay this for your elderly or dependent"
        " relatives (TUIR art. 51, paragraph 2, letter f-ter)."
    ),
    "c": N_("If your employer has a welfare plan, this counts as a canteen (TUIR art. 51,"
            " paragraph 2, letter c)."),
    "d-bis": N_("If your employer has a welfare plan, this counts as a public transport season"
                " ticket (TUIR art. 51, paragraph 2, letter d-bis)."),
}  # fmt: skip
NO_LETTER = N_(
    "This is not one of the services that TUIR art. 51, paragraph 2, names: ask your employer"
    " whether its plan covers it."
)
# What a family reads where staff read the state's name.
OF_ENROLLMENT = {
    "draft": N_("Not sent yet"),
    "submitted": N_("Received, to be decided"),
    "placed": N_("Place assured"),
    "waiting": N_("On the waiting list"),
    "offered": N_("A place is offered to you"),
    "declined": N_("You declined the place"),
    "expired": N_("The offer expired"),
    "passed": N_("A better wish was granted"),
    "cancelled": N_("Cancelled by you"),
    "refused": N_("Refused"),
}
OF_REQUEST = {
    "sent": N_("Sent"),
    "answered": N_("Answered"),
    "accepted": N_("Accepted"),
    "started": N_("Started"),
    "closed": N_("Finished"),
    "refused": N_("Refused"),
    "cancelled": N_("Withdrawn"),
}
STATES: dict[str, Mapping[str, str]] = {
    "enrollment": OF_ENROLLMENT,
    "service_request": OF_REQUEST,
    "ranking": RANKING_STATES,
    "ranking_outcome": RankingOutcome.STATES,
    "payment_notice": NOTICE_STATES,
}
# The look of a state: is it good, does it wait, does it ask for something, is it over.
TONES = {
    "placed": "good", "accepted": "good", "started": "good", "waiting": "waits",
    "submitted": "waits", "sent": "waits", "answered": "asks", "offered": "asks", "draft": "asks",
}  # fmt: skip


def language() -> str:
    """The reader's language."""
    return str(get_locale() or "it")


def day(value: date | None, form: str = "EEE d MMMM y") -> str:
    """gio 24 dicembre 2026."""
    return "" if value is None else formats.day(value, language(), form)


def days(first: date, last: date) -> str:
    """One day, or from the first to the last."""
    if first == last:
        return day(first)
    if first.year != last.year:
        begins = "d MMMM y"
    else:
        begins = "d" if first.month == last.month else "d MMMM"
    return f"{day(first, begins)} – {day(last, 'd MMMM y')}"


def instant(value: datetime | None) -> str:
    """mar 24 novembre 2026, ore 18:00, on the wall in Rome."""
    if value is None:
        return ""
    local = value.astimezone(ROME)
    return _("%(day)s at %(time)s", day=day(local.date()), time=hour(local.time()))


def hour(value: time | None) -> str:
    """08:00."""
    return "" if value is None else formats.hour(value, language())


def euro(value: Any) -> str:
    """12,00 €."""
    return "" if value is None else formats.euro(Decimal(str(value)), language())


def points(value: Any) -> str:
    """21,5 or 10: without zeros that say nothing."""
    return "" if value is None else rankings.points(Decimal(str(value)))


def said(row: Mapping[str, Any], name: str) -> str:
    """A text in the reader's language, in Italian where it has no other."""
    english = row.get(f"{name}_en") if language().startswith("en") else None
    return str(english or row.get(name) or "")


def begin(text: str) -> str:
    """The text with a capital at its beginning, the rest as it is."""
    return text[:1].upper() + text[1:]


def price(row: Mapping[str, Any], reduced: bool = False) -> str:
    """What an offer costs, with its unit: 18,00 € all'ora."""
    if row["price_kind"] == "free":
        return _("Free of charge")
    if row["price_kind"] == "scheme":
        return _("by ISEE")
    amount = euro(row["reduced_price"] if reduced else row["price"])
    unit = row.get("price_unit")
    return f"{amount} {_(UNITS[unit])}" if unit else amount


def letter(row: Mapping[str, Any]) -> str:
    """What the letter of TUIR means for a family; nothing to say of what is free."""
    named = row["tuir_letter"]
    if named:
        return _(LETTERS[named])
    return "" if row["price_kind"] == "free" else _(NO_LETTER)


def ages(row: Mapping[str, Any]) -> str:
    """Whom a workshop is for."""
    low, high = row["min_age"], row["max_age"]
    if row["participants"] == "adults":
        return _("Adults")
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s years", low=low, high=high)
    if low is not None:
        return _("From %(low)s years", low=low)
    if high is not None:
        return _("Up to %(high)s years", high=high)
    return _("Children and young people")


def state(status: str, noun: str = "enrollment") -> str:
    """A state as a family reads it."""
    return _(STATES[noun][status])


def tone(status: str) -> str:
    """good, waits, asks or over."""
    return TONES.get(status, "over")


FILTERS: tuple[Callable[..., str], ...] = (
    day, days, instant, hour, euro, points, said, begin, price, letter, ages, state, tone,
)  # fmt: skip


def register(app: Flask) -> None:
    """The pages' filters, under a prefix: the screens have their own."""
    for filter_ in FILTERS:
        app.jinja_env.filters[f"p_{filter_.__name__}"] = filter_
