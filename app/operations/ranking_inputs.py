"""What a ranking's list is computed from: wishes, what was declared, and the published rules."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_
from app.models import Application, Enrollment, Person, Ranking, RankingEntry, Slot
from app.operations import queues, rankings
from app.operations.allocation_inputs import Child, Instance, Rules, Standing
from app.operations.allocation_inputs import Slot as Place
from app.operations.points import Score
from app.operations.receipts import receipt_code

EXCLUDED = N_("The benefit is lost: what was declared is not true (DPR 445/2000, article 75).")
ELSEWHERE = N_("This person holds another place at the same time.")


@dataclass(frozen=True)
class LeftOut:
    """A wish that no list can grant, and why."""

    enrollment_id: int
    reason: str


@dataclass
class Gathered:
    """An instance, and what its codes stand for."""

    instance: Instance
    # By the entry's code.
    entries: dict[str, RankingEntry] = field(default_factory=dict)
    # By the entry's code and the slot's: the enrolment's number.
    wishes: dict[tuple[str, str], int] = field(default_factory=dict)
    # By the entry's code and the order's.
    scores: dict[tuple[str, str], Score] = field(default_factory=dict)
    left_out: list[LeftOut] = field(default_factory=list)


@dataclass(frozen=True)
class _Wish:
    enrollment_id: int
    person_id: int
    slot_id: int
    # Whose wishes these are: an application's, and an account's own applications.
    families: tuple[tuple[str, int], ...]


def gather(system: Session, ranking: Ranking, *, now: datetime) -> Gathered:
    """The wishes as they stand, in each family's order. Everybody gets an entry and a code.

    Raises Invalid where differing orders meet wishes that hang together as a chain.
    """
    held = rankings.workshops(system, ranking.id)
    published = rankings.sets(system, ranking, held)
    order_of = {w.id: str(w.criterion_set_id or ranking.criterion_set_id) for w in held}
    slots = list(
        system.scalars(select(Slot).where(Slot.workshop_id.in_(order_of)).order_by(Slot.id))
    )
    orders = {slot.id: order_of[slot.workshop_id] for slot in slots}
    found = Gathered(Instance(Rules(ranking.seed or "-"), (), ()))
    wishes = _wishes(system, list(orders), found)
    entries = _entries(system, ranking, {wish.person_id for wish in wishes}, now)
    families = _families(wishes, entries)
    dates = select(Person.id, Person.birth_date).where(Person.id.in_(entries))
    born: dict[int, date] = {person.id: person.birth_date for person in system.execute(dates)}
    by_person: dict[int, list[_Wish]] = {}
    for wish in wishes:
        by_person.setdefault(wish.person_id, []).append(wish)
    children = []
    for person_id, own in by_person.items():
        entry = entries[person_id]
        if entry.status == "excluded":
            found.left_out += [LeftOut(wish.enrollment_id, EXCLUDED) for wish in own]
            continue
        facts = rankings.opened(entry)
        standings = {}
        for order in sorted({orders[wish.slot_id] for wish in own}):
            one = published[int(order)]
            score = found.scores[entry.code, order] = one.score(facts)
            standings[order] = Standing(score.points, one.values(facts, born[person_id]))
        found.entries[entry.code] = entry
        for wish in own:
            found.wishes[entry.code, str(wish.slot_id)] = wish.enrollment_id
        children.append(
            Child(
                entry.code,
                tuple(str(wish.slot_id) for wish in own),
                entry.weeks or len(own),
                standings,
                families.get(person_id, ""),
                entry.together and person_id in families,
            )
        )
    ties = next(iter(published.values())).ties
    found.instance = Instance(
        Rules(ranking.seed or "-", ties, ranking.weeks_quota),
        tuple(Place(str(s.id), s.places - s.places_taken, orders[s.id], _hours(s)) for s in slots),
        tuple(children),
    )
    return found


def _hours(slot: Slot) -> tuple[tuple[int, int], ...]:
    return tuple((int(a.timestamp()), int(b.timestamp())) for a, b in clock.hours(slot))


def _wishes(system: Session, slot_ids: list[int], found: Gathered) -> list[_Wish]:
    """The wishes in each family's order; those that a place elsewhere rules out are left out."""
    blocked = queues.held_elsewhere()
    rows = (
        select(
            Enrollment.id, Enrollment.person_id, Enrollment.slot_id, blocked,
            Application.id, Application.user_id, Application.channel,
        )
        .join(Application, Application.id == Enrollment.application_id)
        .where(Enrollment.slot_id.in_(slot_ids), Enrollment.status == "submitted")
        .order_by(
            Enrollment.person_id, Application.submitted_at, Application.id, Enrollment.position,
            Enrollment.id,
        )
    )  # fmt: skip
    wishes = []
    for key, person, slot, elsewhere, application, user, channel in system.execute(rows):
        if elsewhere:
            found.left_out.append(LeftOut(key, ELSEWHERE))
            continue
        families: tuple[tuple[str, int], ...] = (("application", application),)
        if channel == "web" and user is not None:  # Else the account is an operator's.
            families += (("account", user),)
        wishes.append(_Wish(key, person, slot, families))
    return wishes


def _entries(
    system: Session, ranking: Ranking, persons: set[int], now: datetime
) -> dict[int, RankingEntry]:
    """Everybody's entry. Who declared nothing has one without points."""
    rows = select(RankingEntry).where(RankingEntry.ranking_id == ranking.id)
    known = {entry.person_id: entry for entry in system.scalars(rows)}
    for person_id in sorted(persons - known.keys()):
        known[person_id] = RankingEntry(
            alliance_id=ranking.alliance_id,
            ranking_id=ranking.id,
            person_id=person_id,
            code=receipt_code(),
            status="declared",
        )
        system.add(known[person_id])
    system.flush()
    return {person_id: known[person_id] for person_id in persons}


def _families(wishes: Iterable[_Wish], entries: dict[int, RankingEntry]) -> dict[int, str]:
    """The family's code of each person who has siblings here: those of one application, or of
    one account's applications."""
    parent = {wish.person_id: wish.person_id for wish in wishes}

    def root(person: int) -> int:
        while parent[person] != person:
            parent[person] = person = parent[parent[person]]
        return person

    first: dict[Any, int] = {}
    for wish in wishes:
        for family in wish.families:
            parent[root(wish.person_id)] = root(first.setdefault(family, wish.person_id))
    groups: dict[int, list[int]] = {}
    for person in parent:
        groups.setdefault(root(person), []).append(person)
    return {
        person: min(entries[one].code for one in group)
        for group in groups.values()
        if len(group) > 1
        for person in group
    }
