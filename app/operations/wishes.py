"""Wishes for places: what they name, what they cost, and what is decided on them, all or none.

What all of them name is asked by one SELECT, by the statement that proves who asks; what can be
said against them is said before a slot is touched. Then ``places.py`` takes the places.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Select,
    bindparam,
    column,
    exists,
    func,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB, Range
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, AlreadyEnrolled, DomainError, Invalid
from app.inserts import next_id
from app.models import (
    OPEN_STATES,
    Account,
    Alliance,
    Application,
    Enrollment,
    Location,
    Municipality,
    Organization,
    Person,
    Season,
    Slot,
    Workshop,
    mailbox,
)
from app.operations import (
    eligibility,
    fee_schemes,
    letters,
    payers,
    paying,
    places,
    queues,
    telling,
)
from app.operations.constraints import UNKNOWN
from app.operations.locks import Locks, holding
from app.questions import Question, sees
from app.scope import possible
from app.transaction import ScopedSession

TWICE = N_("This wish is in the application already.")

# What is read of each table: as the rules and the letters name it.
_OF: dict[type[Any], tuple[str, ...]] = {
    Person: ("id", "alliance_id", "first_name", "last_name", "birth_date", "email"),
    Slot: ("id", "alliance_id", "title", "starts_on", "ends_on", "starts_at", "ends_at", "zone",
           "places", "places_taken", "waiting_count"),
    Workshop: (
        "title", "status", "opens_at", "closes_at", "participants", "min_age", "max_age",
        "allocation", "price_kind", "price", "reduced_price", "reduced_for", "fee_scheme_id",
    ),
    Organization: ("name",),
    Municipality: ("name",),
    Location: ("name", "address"),
    Alliance: ("id", "name", "slug", "term_days", "officer", "office"),
    Account: ("email", "locale"),
}  # fmt: skip


class Wish(SimpleNamespace):
    """One wish with all that it names, and then its fee, its state and its number.

    It reads like the enrolment that it becomes, and belongs to no session.
    """

    __tablename__ = "enrollment"


@lru_cache(maxsize=64)
def _asked(kind: str, most: int) -> Question:
    """What wishes name, a row each in their order, and whether a seat of this kind sees it."""
    alias = {model: model.__table__.alias(model.__tablename__) for model in _OF}
    person, slot, workshop = alias[Person], alias[Slot], alias[Workshop]
    alliance = alias[Alliance]
    key = partial(bindparam, value=None, type_=BigInteger())
    sent = (
        func.jsonb_to_recordset(bindparam("wishes", value=None, type_=JSONB()))
        .table_valued(*(column(name, BigInteger()) for name in ("n", "person_id", "slot_id")))
        .render_derived(name="sent", with_types=True)
    )
    # How many there are at most, PostgreSQL must not guess: it would make a plan that is four
    # times as long in the making as it runs, and make it anew at every request.
    wish = select(sent).limit(literal_column(str(most))).subquery("wish")
    season, other = Season.__table__.alias("season"), Enrollment.__table__.alias("other")
    already = exists().where(
        other.c.person_id == wish.c.person_id,
        other.c.slot_id == wish.c.slot_id,
        other.c.status.in_(OPEN_STATES),
    )
    named: Select[Any] = (
        select(
            select(next_id(Application)).scalar_subquery().label("application"),
            next_id(Enrollment).label("number"),
            sees(kind, Person, person).label("person_seen"),
            sees(kind, Slot, slot).label("slot_seen"),
            sees(kind, Season, season).label("season_seen"),
            already.label("already"),
            payers.possible(alliance.c.id, person.c.id, slot.c.starts_on).label("others_pay"),
            *(
                alias[model].c[name].label(f"{model.__tablename__}_{name}")
                for model, names in _OF.items()
                for name in names
            ),
        )
        .select_from(alliance)
        .outerjoin(wish, true())
        .outerjoin(person, person.c.id == wish.c.person_id)
        .outerjoin(slot, slot.c.id == wish.c.slot_id)
        .outerjoin(workshop, workshop.c.id == slot.c.workshop_id)
        .outerjoin(alias[Organization], alias[Organization].c.id == workshop.c.organization_id)
        .outerjoin(alias[Municipality], alias[Municipality].c.id == workshop.c.municipality_id)
        .outerjoin(alias[Location], alias[Location].c.id == workshop.c.location_id)
        .outerjoin(alias[Account], alias[Account].c.id == key("user"))
        .outerjoin(season, season.c.id == key("season"))
        .where(alliance.c.id == key("alliance"))
        .order_by(wish.c.n)
    )
    return Question(named)


@dataclass(frozen=True)
class Asked:
    """What an application is about to name: its own number, its alliance, its wishes."""

    application_id: int
    alliance: Any
    user: Any
    season_seen: bool
    wishes: list[Wish]


def ask(
    db: Session,
    wishes: Sequence[Mapping[str, Any]],
    *,
    alliance_id: int,
    season_id: int | None = None,
) -> Asked:
    """What the wishes name, whatever the caller sees of it. Raises Invalid naming what is not
    seen, or not of the alliance, and what is wished for twice.

    A wish is ``{"person_id", "slot_id", "reduced", "extras"}``.
    """
    kind = db.principal.kind if isinstance(db, ScopedSession) else "system"
    user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
    found = _asked(kind, places.at_most(len(wishes))).ask_first(
        db,
        "what wishes name",
        wishes=orjson.dumps(
            [
                {
                    "n": n,
                    "person_id": _key(wish.get("person_id")),
                    "slot_id": _key(wish.get("slot_id")),
                }
                for n, wish in enumerate(wishes)
            ]
        ).decode(),
        alliance=alliance_id,
        user=user_id,
        season=season_id,
    )
    if not found:
        raise Invalid(UNKNOWN, field="alliance_id")
    first, found = found[0], found[: len(wishes)]
    _require_choices(wishes, found, alliance_id)
    if season_id is not None and not first.season_seen:
        raise Invalid(UNKNOWN, field="season_id")
    user = None
    if first.ab_user_email is not None:
        user = SimpleNamespace(mailbox=mailbox(first.ab_user_email), locale=first.ab_user_locale)
    return Asked(
        first.application,
        _part(Alliance, first),
        user,
        bool(first.season_seen),
        [_wish(n, wish, row) for n, (wish, row) in enumerate(zip(wishes, found, strict=True))],
    )


def _key(value: Any) -> int:
    """A number that a row can have; zero, which none has, for anything else."""
    return value if isinstance(value, int) and possible(value) else 0


def _require_choices(
    wishes: Sequence[Mapping[str, Any]], found: Sequence[Any], alliance_id: int
) -> None:
    errors: list[tuple[str | None, str]] = []
    pairs: set[tuple[Any, Any]] = set()
    for n, (wish, row) in enumerate(zip(wishes, found, strict=True)):
        if not row.person_seen or row.person_alliance_id != alliance_id:
            errors.append((f"wishes[{n}].person_id", UNKNOWN))
        if not row.slot_seen or row.slot_alliance_id != alliance_id:
            errors.append((f"wishes[{n}].slot_id", UNKNOWN))
        pair = wish.get("person_id"), wish.get("slot_id")
        if pair in pairs:
            errors.append((f"wishes[{n}].slot_id", TWICE))
        pairs.add(pair)
    if errors:
        raise Invalid.many(errors)


def _part(model: type[Any], row: Any) -> Any:
    name = model.__tablename__
    return SimpleNamespace(**{key: getattr(row, f"{name}_{key}") for key in _OF[model]})


def _wish(n: int, wish: Mapping[str, Any], row: Any) -> Wish:
    person, slot, workshop = (_part(model, row) for model in (Person, Slot, Workshop))
    person.name = f"{person.first_name} {person.last_name}"
    slot.workshop = workshop
    workshop.organization = _part(Organization, row)
    workshop.municipality = _part(Municipality, row) if row.municipality_name else None
    workshop.location = _part(Location, row) if row.location_name else None
    return Wish(
        id=row.number, position=n + 1, field=f"wishes[{n}]", person=person, slot=slot,
        person_id=person.id, slot_id=slot.id, reduced=bool(wish.get("reduced", False)),
        extras=list(wish.get("extras") or ()),
        alliance_id=person.alliance_id, status="", queue_no=None, before=0, already=row.already,
        others_pay=row.others_pay,
    )  # fmt: skip


# ---------------------------------------------------------------- deciding


def draft(application_id: int, wish: Wish) -> Enrollment:
    """The row of a wish that nothing has been decided on yet."""
    return Enrollment(
        alliance_id=wish.alliance_id,
        application_id=application_id,
        person_id=wish.person_id,
        slot_id=wish.slot_id,
        span=[Range(first, last) for first, last in clock.hours(wish.slot)],
        reduced=wish.reduced,
        extras=wish.extras,
        position=wish.position,
    )


def price(db: Session, wishes: Sequence[Wish], *, now: datetime) -> None:
    """Give each wish its fee. All that can be said against them is raised together."""
    wanted = [(wish.slot.workshop, wish.person) for wish in wishes]
    tariffs = fee_schemes.known(db, wanted, now=now)
    refusals: list[DomainError] = []
    for wish in wishes:
        try:
            eligibility.require(wish, tariffs, now=now)
            if wish.already:
                raise AlreadyEnrolled(field="slot_id")
        except DomainError as refusal:
            refusals.append(refusal.under(wish.field) if wish.field else refusal)
    if refusals:
        refusals[0].errors = [error for refusal in refusals for error in refusal.errors]
        raise refusals[0]


def decide(
    system: Session,
    application_id: int,
    wishes: Sequence[Wish],
    *,
    told: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Enter priced wishes as enrolments, each with its place or its number, or give none; and
    write the letters (``telling.of``).

    Raises AlreadyEnrolled or Overlaps, naming the wish, and Repeated where a queue came about
    since the wishes were asked for. In a ranking nothing is decided yet.
    """
    if not any(_passes_over(wish.slot) or wish.others_pay for wish in wishes):
        found = places.take(system, application_id, wishes, now=now, told=told, alone=True)
        for wish in wishes:
            taken = found[wish.id]
            wish.status, wish.queue_no, wish.before = taken.status, taken.queue_no, taken.before
        return
    persons = frozenset(wish.person_id for wish in wishes)

    def work(locks: Locks) -> None:
        found = places.take(system, application_id, wishes, now=now)
        promoted = {
            wish.id: _promoted(system, wish, locks, now)
            for wish in wishes
            if found[wish.id].status == "waiting" and found[wish.id].free
        }
        for wish in wishes:
            taken = found[wish.id]
            wish.status, wish.queue_no, wish.before = taken.status, taken.queue_no, taken.before
            if wish.id in promoted:
                wish.status, wish.before = promoted[wish.id]
        # Accounts are locked last, and where somebody else may pay only.
        given = [wish.id for wish in wishes if wish.status == "placed" and wish.others_pay]
        paying.hold(system, given, now=now)

    holding(system, Locks(persons), work)
    telling.tell(system, told, wishes)


def _passes_over(slot: Any) -> bool:
    """Whether others wait although a place is free: it may serve a newcomer."""
    return bool(slot.waiting_count and slot.places_taken < slot.places)


def _promoted(system: Session, wish: Wish, locks: Locks, now: datetime) -> tuple[str, int]:
    """A place is free, though others wait: those whom it serves not. Perhaps it serves this one.

    Its state now, and how many wait before it.
    """
    held = locks | Locks(slots=frozenset({wish.slot_id}))
    queues.promote(system, wish.slot_id, held, now=now, newcomer=wish.id)
    row = system.get_one(Enrollment, wish.id, populate_existing=True)
    return row.status, letters.before(system, row)
