"""Services and workshops on their way to the public: draft, review, published, returned.

Whoever may publish changes what is published at once; everybody else's change waits in
``proposal`` while the published version stays.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, DateTime, Numeric, Time, func, select
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import Session

from app import permissions
from app.errors import N_, Forbidden, Invalid, WrongState
from app.models import FeeScheme, Organization, Service, Slot, Workshop
from app.operations import outbox, states
from app.operations.constraints import UNKNOWN, explained
from app.transaction import ScopedSession

Offer = Service | Workshop

# What the review itself writes, and what an offer belongs to.
SYSTEM = frozenset(
    {
        "id", "uid", "alliance_id", "organization_id", "status", "proposal", "submitted_at",
        "review_note", "published_at", "version", "created_at", "changed_at", "copied_from_id",
    }
)  # fmt: skip

PRICE = N_("Say what it costs, or that it is free.")
REDUCED_WHOLE = N_("A reduced price needs its amount and who pays it.")
NO_PRICE_IF_FREE = N_("What is free has no price.")
NO_PRICE_BY_SCHEME = N_("The scheme says the price: leave this empty.")
SCHEME = N_("Choose the fee scheme.")
NO_SCHEME = N_("A fee scheme goes with a price by scheme only.")
UNPUBLISHED_SCHEME = N_("Publish the fee scheme first.")
UNIT = N_("Say what the price is for: an hour, a week, a meal.")
CONTROLLER = N_("Name the controller of the data.")
NO_SLOTS = N_("A workshop needs at least one slot before it is published.")
REASON = N_("Please give the reason.")
SLOTS_OUTSIDE = N_("The workshop has slots outside these dates.")
NOTHING_PROPOSED = N_("There is nothing to review.")


def may_publish(db: Session, row: Offer) -> bool:
    """Whether the caller's seat publishes by itself, without a review."""
    if not isinstance(db, ScopedSession) or db.principal.kind == "system":
        return True
    resource = permissions.NAMES[type(row)]
    return "publish" in permissions.grant(db.principal.kind, resource).verbs


def propose(db: Session, row: Offer, changes: Mapping[str, Any], *, now: datetime) -> Offer:
    """Change an offer; what is published and the caller may not publish waits for review.

    Raises Invalid, Forbidden.
    """
    known = {attribute.key for attribute in inspect_(type(row)).column_attrs}
    for name in changes:
        if name not in known or name in SYSTEM:
            raise Invalid(UNKNOWN, field=name)
    if row.status == "review" and not may_publish(db, row):
        raise WrongState(field="status")
    waits = row.status == "published" and not may_publish(db, row)
    before = {**proposed(row), **changes} if waits else dict(changes)
    _prove(row, {**_prices(row), **before})
    _require_slots_within(db, row, before)
    if waits:
        _try_out(db, row, before)
        row.proposal = {
            name: outbox.as_json(value)
            for name, value in before.items()
            if value != getattr(row, name)
        } or None
        # A change made while another waits for review is to be sent again.
        row.submitted_at = None
    else:
        _set(row, before)
    _flush(db)
    return row


def submit(db: Session, row: Offer, *, now: datetime) -> Offer:
    """Ask for the review: of a draft, or of the change to what is published.

    Raises Invalid for what is missing, WrongState where nothing waits.
    """
    if row.status == "published":
        if not row.proposal:
            raise WrongState(NOTHING_PROPOSED, field="status")
    else:
        states.require(row, "review")
        _require_complete(db, row)
        states.move(db, row, "review", because="", now=now)
    row.submitted_at = now
    row.review_note = None
    _flush(db)
    return row


def publish(db: Session, row: Offer, *, now: datetime) -> Offer:
    """Publish, with the change that was proposed. Raises Invalid, WrongState, Forbidden."""
    if not may_publish(db, row):
        raise Forbidden
    if row.status == "published":
        if not row.proposal:
            raise WrongState(NOTHING_PROPOSED, field="status")
    else:
        states.require(row, "published")
    _set(row, proposed(row))
    row.proposal = None
    _prove(row, _prices(row))
    _require_complete(db, row)
    if row.status == "published":
        states.record(db, row, "published", because="", now=now)
    else:
        states.move(db, row, "published", because="", now=now)
    row.published_at, row.review_note, row.submitted_at = now, None, None
    _flush(db)
    return row


def return_(db: Session, row: Offer, *, reason: str, now: datetime) -> Offer:
    """Send an offer, or the change to one, back with the reasons. Raises Invalid, WrongState."""
    because = _reason(reason)
    if row.status == "published":
        if not row.proposal or row.submitted_at is None:
            raise WrongState(NOTHING_PROPOSED, field="status")
        states.record(db, row, "published", because=because, now=now)
    else:
        states.move(db, row, "returned", because=because, now=now)
    row.review_note, row.submitted_at = because, None
    _flush(db)
    return row


def suspend(db: Session, row: Offer, *, reason: str, now: datetime) -> Offer:
    """Take a published offer off the site; enrolments stay. Raises Invalid, WrongState."""
    because = _reason(reason)
    states.move(db, row, "suspended", because=because, now=now)
    row.review_note = because
    _flush(db)
    return row


def proposed(row: Offer) -> dict[str, Any]:
    """The values that wait for review, as the columns' own types."""
    return {name: _typed(row, name, value) for name, value in (row.proposal or {}).items()}


# ---------------------------------------------------------------- what holds


def _prices(row: Offer) -> dict[str, Any]:
    names = ("price_kind", "price", "reduced_price", "reduced_for", "price_unit", "fee_scheme_id")
    return {name: getattr(row, name) for name in names}


def _prove(row: Offer, values: Mapping[str, Any]) -> None:
    """A price that is said whole, told by its field before the database would refuse it."""
    kind = values.get("price_kind") or "free"
    price, reduced = _money(values.get("price")), _money(values.get("reduced_price"))
    errors: list[tuple[str | None, str]] = []
    if kind == "free" and price is not None:
        errors.append(("price", NO_PRICE_IF_FREE))
    if kind == "scheme" and price is not None:
        errors.append(("price", NO_PRICE_BY_SCHEME))
    if (kind == "scheme") != (values.get("fee_scheme_id") is not None):
        errors.append(("fee_scheme_id", SCHEME if kind == "scheme" else NO_SCHEME))
    if kind not in ("free", "scheme") and price is None:
        errors.append(("price", PRICE))
    if kind == "reduced" and (reduced is None or not values.get("reduced_for")):
        errors.append(("reduced_price" if reduced is None else "reduced_for", REDUCED_WHOLE))
    if kind != "reduced" and (reduced is not None or values.get("reduced_for")):
        errors.append(("reduced_price", REDUCED_WHOLE))
    if price is not None and reduced is not None and not 0 <= reduced <= price:
        errors.append(("reduced_price", REDUCED_WHOLE))
    if errors:
        raise Invalid.many(errors)


def _require_complete(db: Session, row: Offer) -> None:
    """Price with its unit, controller and, for a workshop, a slot."""
    errors: list[tuple[str | None, str]] = []
    if row.price_kind != "free" and not row.price_unit:
        errors.append(("price_unit", UNIT))
    if row.controller_id is None or db.get(Organization, row.controller_id) is None:
        errors.append(("controller_id", CONTROLLER))
    if row.price_kind == "scheme" and not _is_published(db, row.fee_scheme_id):
        errors.append(("fee_scheme_id", UNPUBLISHED_SCHEME))
    if isinstance(row, Workshop):
        slots = select(Slot.id).where(Slot.workshop_id == row.id).limit(1)
        if db.scalars(slots).first() is None:
            errors.append(("slots", NO_SLOTS))
    if errors:
        raise Invalid.many(errors)


def _is_published(db: Session, scheme_id: int | None) -> bool:
    row = db.get(FeeScheme, scheme_id) if scheme_id is not None else None
    return row is not None and row.status == "published"


def _require_slots_within(db: Session, row: Offer, changes: Mapping[str, Any]) -> None:
    """New dates of a workshop must hold its slots."""
    if not isinstance(row, Workshop) or not {"starts_on", "ends_on"} & changes.keys():
        return
    first, last = (changes.get(name, getattr(row, name)) for name in ("starts_on", "ends_on"))
    held = select(func.min(Slot.starts_on), func.max(Slot.ends_on))
    earliest, latest = db.execute(held.where(Slot.workshop_id == row.id)).one()
    if earliest is not None and earliest < first:
        raise Invalid(SLOTS_OUTSIDE, field="starts_on")
    if latest is not None and latest > last:
        raise Invalid(SLOTS_OUTSIDE, field="ends_on")


class _TakenBack(Exception):
    pass


def _try_out(db: Session, row: Offer, values: Mapping[str, Any]) -> None:
    """Raise what the database and the policy have against the values, and take them back:
    the review is never asked for what cannot be."""
    with suppress(_TakenBack), explained(), db.begin_nested():
        _set(row, values)
        db.flush()
        raise _TakenBack


def _set(row: Offer, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)


def _typed(row: Offer, name: str, value: Any) -> Any:
    """A value of the proposal's JSON as its column has it."""
    if value is None or not isinstance(value, str):
        return value
    kind = inspect_(type(row)).columns[name].type
    if isinstance(kind, Numeric):
        return Decimal(value)
    if isinstance(kind, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return time.fromisoformat(value) if isinstance(kind, Time) else value


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    return reason.strip()


def _flush(db: Session) -> None:
    with explained():
        db.flush()
