"""Fee schemes: publishing them, their next edition, and the facts that price places by them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, selectinload

from app import clock
from app.errors import N_, Conflict, Invalid
from app.models import (
    OPEN_STATES,
    Enrollment,
    FeeBand,
    FeeExtra,
    FeeScheme,
    FeeSibling,
    Isee,
    Organization,
    Person,
    Relation,
    Service,
    ServiceRequest,
    Slot,
    Workshop,
)
from app.operations import fees, schemes, states
from app.operations.constraints import explained
from app.operations.fees import Quote
from app.sealed import Sealed
from app.transaction import elevated

IS_PUBLISHED = N_("A published scheme stays as it is: make a new edition.")
NO_TOWN = N_("This body names no municipality: nobody would be resident.")
NOT_YET = N_("Only a published scheme has a new edition.")
REQUESTED = ("sent", "answered", "accepted", "started")
PARENTS = ("parent", "guardian")
BANDS = ("from_isee", "to_isee", "resident", "non_resident", "resident_to", "non_resident_to")
SIBLINGS = ("rank", "per_cent", "amount", "residents_only")
EXTRAS = ("code", "title", "title_en", "amount", "always")


# ---------------------------------------------------------------- editions


def read(row: FeeScheme) -> schemes.Scheme:
    """A scheme's rows, as the rule computes with them."""
    return schemes.Scheme(
        tuple(schemes.Band(**_values(one, BANDS)) for one in row.bands),
        tuple(schemes.Sibling(**_values(one, SIBLINGS)) for one in row.siblings),
        tuple(
            schemes.Extra(one.code, one.title, one.amount, one.always) for one in row.extras
        ),
        row.floor,
        row.ceiling,
    )  # fmt: skip


def publish(db: Session, row: FeeScheme, *, now: datetime) -> FeeScheme:
    """From here on the scheme stays as it is. Raises Invalid naming the row, and WrongState."""
    states.require(row, "published")
    scheme = read(row)
    schemes.check(scheme)
    if row.organization.municipality_id is None and any(
        (one.resident, one.resident_to) != (one.non_resident, one.non_resident_to)
        for one in scheme.bands
    ):
        raise Invalid(NO_TOWN, field="organization_id")
    row.published_at = now
    states.move(db, row, "published", because="", now=now)
    with explained():
        db.flush()
    return row


def revise(db: Session, row: FeeScheme, *, now: datetime) -> FeeScheme:
    """The next edition, as a draft with the same rows. Raises Conflict, Duplicate."""
    if row.status != "published":
        raise Conflict(NOT_YET, field="status")
    made = FeeScheme(
        edition=row.edition + 1,
        status="draft",
        **_values(row, ("alliance_id", "organization_id", "title", "title_en", "floor", "ceiling")),
    )
    db.add(made)
    with explained():
        db.flush()
    for model, rows, names in (
        (FeeBand, row.bands, BANDS),
        (FeeSibling, row.siblings, SIBLINGS),
        (FeeExtra, row.extras, EXTRAS),
    ):
        for one in rows:
            db.add(model(alliance_id=row.alliance_id, fee_scheme_id=made.id, **_values(one, names)))
    db.flush()
    return made


def change(db: Session, row: FeeScheme, values: dict[str, Any], *, now: datetime) -> FeeScheme:
    """Change a draft. Raises Conflict for what is published."""
    if row.status != "draft":
        raise Conflict(IS_PUBLISHED, field="status")
    for name, value in values.items():
        setattr(row, name, value)
    with explained():
        db.flush()
    return row


def simulate(
    db: Session,
    row: FeeScheme,
    *,
    isee: Decimal | None = None,
    non_resident: bool = False,
    rank: int | None = None,
    slots: int | None = None,
    extras: str = "",
    now: datetime,
) -> Quote:
    """What the scheme would ask, a draft too; ``extras`` are codes with blanks between them.

    Raises Invalid naming the row or the value.
    """
    today = clock.local_date(now)
    known = None if isee is None else schemes.Isee(isee, today)
    return schemes.quote(
        read(row),
        known,
        on=today,
        resident=not non_resident,
        rank=1 if rank is None else rank,
        slots=1 if slots is None else slots,
        extras=extras.replace(",", " ").split(),
    )


# ---------------------------------------------------------------- pricing


@dataclass(frozen=True)
class Tariffs:
    """What is known of the schemes and of the persons, when prices are asked by them."""

    on: date
    editions: Mapping[int, schemes.Scheme] = field(default_factory=dict)
    # By scheme: in which municipality its residents live.
    towns: Mapping[int, int | None] = field(default_factory=dict)
    # By person: where they live, and the ISEE declared last.
    homes: Mapping[int, int | None] = field(default_factory=dict)
    isees: Mapping[int, schemes.Isee] = field(default_factory=dict)
    # By scheme and person: which child of its family this is.
    ranks: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def quote(
        self, offer: Any, person: Any, *, reduced: bool = False, extras: Sequence[Any] = ()
    ) -> Quote:
        """What a day or week of the offer costs the person. Raises Invalid naming the field."""
        if offer.price_kind != "scheme":
            if extras:
                raise Invalid(schemes.NO_SUCH_EXTRA, field="extras[0]")
            return fees.quote(offer, person, reduced)
        if reduced:
            raise Invalid(fees.NO_REDUCED_PRICE, field="reduced")
        key, home = offer.fee_scheme_id, self.homes.get(person.id)
        return schemes.quote(
            self.editions[key],
            self.isees.get(person.id),
            on=self.on,
            resident=home is not None and home == self.towns[key],
            rank=self.ranks.get((key, person.id), 1),
            extras=extras,
        )


def known(db: Session, wanted: Iterable[tuple[Any, Any]], *, now: datetime) -> Tariffs:
    """The facts that price offers for persons, in the order in which they are asked for.

    Where no scheme is among them nothing is read.
    """
    by_scheme = [
        (offer.fee_scheme_id, person.id)
        for offer, person in wanted
        if offer.price_kind == "scheme"
    ]  # fmt: skip
    today = clock.local_date(now)
    if not by_scheme:
        return Tariffs(today)
    keys = {key for key, _ in by_scheme}
    persons = {person for _, person in by_scheme}
    with elevated(db, "price places by a scheme") as system:
        found = list(
            system.scalars(
                select(FeeScheme)
                .where(FeeScheme.id.in_(keys))
                .options(*(selectinload(one) for one in ROWS))
            )
        )
        homes = select(Person.id, Person.municipality_id).where(Person.id.in_(persons))
        towns = (
            select(FeeScheme.id, Organization.municipality_id)
            .join(Organization, Organization.id == FeeScheme.organization_id)
            .where(FeeScheme.id.in_(keys))
        )
        return Tariffs(
            today,
            {row.id: read(row) for row in found},
            dict(iter(system.execute(towns))),
            dict(iter(system.execute(homes))),
            _declared(system, persons),
            _ranks(system, by_scheme, today),
        )


ROWS = (FeeScheme.bands, FeeScheme.siblings, FeeScheme.extras)


def _declared(system: Session, persons: Iterable[int]) -> dict[int, schemes.Isee]:
    """The ISEE declared last for each person."""
    last = (
        select(Isee)
        .where(Isee.person_id.in_(set(persons)))
        .ext(distinct_on(Isee.person_id))
        .order_by(Isee.person_id, Isee.id.desc())
    )
    return {row.person_id: opened(row) for row in system.scalars(last)}


def opened(row: Isee) -> schemes.Isee:
    """An ISEE with its amount. Whoever shows it to somebody logs the read (``care.log``)."""
    amount = row.amount
    text = amount.reveal() if isinstance(amount, Sealed) else amount
    return schemes.Isee(Decimal(text), row.expires_on)


def _ranks(
    system: Session, wanted: Sequence[tuple[int, int]], today: date
) -> dict[tuple[int, int], int]:
    """Which child of its family each person is under a scheme, from 1.

    Those who hold, await or ask for something under it come first, in the order in which they
    asked; then those of this application, in its order.
    """
    siblings = _siblings(system, {person for _, person in wanted}, today)
    everybody = set(siblings) | {one for each in siblings.values() for one in each}
    first = _first_asked(system, {key for key, _ in wanted}, everybody)
    order: dict[tuple[int, int], tuple[int, Any]] = {
        pair: (0, asked) for pair, asked in first.items()
    }
    for place, pair in enumerate(wanted):
        order.setdefault(pair, (1, place))
    return {
        (key, person): 1
        + sum(
            (key, one) in order and order[key, one] < order[key, person]
            for one in siblings.get(person, ())
        )
        for key, person in wanted
    }


def _siblings(system: Session, persons: set[int], today: date) -> dict[int, set[int]]:
    """The other persons whom one of a person's parents or guardians acts for as such."""
    own, other = Relation.__table__.alias("own"), Relation.__table__.alias("other")
    lasts = [or_(one.c.ends_on.is_(None), one.c.ends_on >= today) for one in (own, other)]
    pairs = (
        select(own.c.person_id, other.c.person_id)
        .join(other, other.c.user_id == own.c.user_id)
        .where(
            own.c.person_id.in_(persons),
            other.c.person_id != own.c.person_id,
            other.c.alliance_id == own.c.alliance_id,
            own.c.kind.in_(PARENTS),
            other.c.kind.in_(PARENTS),
            *lasts,
        )
    )
    found: dict[int, set[int]] = {}
    for person, sibling in system.execute(pairs):
        found.setdefault(person, set()).add(sibling)
    return found


def _first_asked(
    system: Session, keys: set[int], persons: set[int]
) -> dict[tuple[int, int], tuple[datetime, int]]:
    """When each person first asked for what is still open under each scheme."""
    if not persons:
        return {}
    enrolled = (
        select(Workshop.fee_scheme_id.label("scheme"), Enrollment.person_id.label("person"),
               Enrollment.created_at.label("at"), Enrollment.id.label("id"))
        .join(Slot, Slot.id == Enrollment.slot_id)
        .join(Workshop, Workshop.id == Slot.workshop_id)
        .where(Workshop.fee_scheme_id.in_(keys), Enrollment.person_id.in_(persons),
               Enrollment.status.in_(OPEN_STATES))
    )  # fmt: skip
    asked = (
        select(Service.fee_scheme_id, ServiceRequest.person_id, ServiceRequest.created_at,
               ServiceRequest.id)
        .join(Service, Service.id == ServiceRequest.service_id)
        .where(Service.fee_scheme_id.in_(keys), ServiceRequest.person_id.in_(persons),
               ServiceRequest.status.in_(REQUESTED))
    )  # fmt: skip
    every = union_all(enrolled, asked).subquery()
    lines = select(every.c.scheme, every.c.person, every.c.at, every.c.id)
    found: dict[tuple[int, int], tuple[datetime, int]] = {}
    for key, person, at, number in system.execute(lines):
        found[key, person] = min(found.get((key, person), (at, number)), (at, number))
    return found


def _values(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
