"""Rankings: announcing one, drawing its seed, and what families declare for it.

Facts are declared under responsibility (DPR 445/2000, articles 46 and 47); nothing is asked that
no published criterion needs (Garante, 2554925 of 6 June 2013).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Conflict, Invalid, NotFound, WindowClosed
from app.models import Person, Ranking, RankingEntry, Workshop
from app.operations import care, criteria, states
from app.operations.constraints import UNKNOWN, explained
from app.operations.criteria import Published
from app.operations.points import NOT_ASKED, TWICE, Criterion
from app.operations.receipts import receipt_code
from app.sealed import Sealed
from app.transaction import ScopedSession, elevated

NEEDED = N_("This is needed.")
NO_WORKSHOPS = N_("No workshop gives its places by this ranking.")
OTHER_SEASON = N_("%(title)s is of another season.")
CRITERIA_FIRST = N_("Publish the criteria first.")
OTHER_TIES = N_("The criteria of %(title)s part equals in another way: one ranking has one way.")
BEFORE_CLOSING = N_("The seed is drawn after the last enrolments close.")
STILL_OPEN = N_("Enrolments of %(title)s are still open.")
NOT_YET_DRAWN = N_("The seed is drawn on the announced day.")
ANNOUNCED = N_("Once it is announced, the ranking stays as it is.")
FROM_TO = N_("This is a whole number from %(low)s to %(high)s.")
MOST_WEEKS = 60


def workshops(system: Session, ranking_id: int) -> list[Workshop]:
    """The workshops that give their places by the ranking."""
    rows = select(Workshop).where(Workshop.ranking_id == ranking_id).order_by(Workshop.id)
    return list(system.scalars(rows))


def sets(system: Session, ranking: Ranking, held: Iterable[Workshop]) -> dict[int, Published]:
    """The criteria of its workshops, by number: one set for all, or one an organizer."""
    named = {w.criterion_set_id or ranking.criterion_set_id for w in held}
    return criteria.of(system, named or {ranking.criterion_set_id})


def change(db: Session, row: Ranking, values: dict[str, Any], *, now: datetime) -> Ranking:
    """Change a draft. Raises Conflict for what was announced."""
    if row.status != "draft":
        raise Conflict(ANNOUNCED, field="status")
    for name, value in values.items():
        setattr(row, name, value)
    with explained():
        db.flush()
    return row


def publish(db: Session, row: Ranking, *, now: datetime) -> Ranking:
    """Announce it: criteria, quota, and where the seed will come from.

    Raises Invalid naming what is missing, and WrongState.
    """
    states.require(row, "published")
    for name in ("seed_source", "seed_on"):
        if not getattr(row, name):
            raise Invalid(NEEDED, field=name)
    with elevated(db, "the workshops of a ranking") as system:
        held = workshops(system, row.id)
        _require_whole(system, row, held)
        closes = max(clock.local_date(workshop.closes_at) for workshop in held)
    if row.seed_on is None or row.seed_on < closes or row.seed_on < clock.local_date(now):
        raise Invalid(BEFORE_CLOSING, field="seed_on")
    row.published_at = now
    states.move(db, row, "published", because="", now=now)
    with explained():
        db.flush()
    return row


def _require_whole(system: Session, row: Ranking, held: list[Workshop]) -> None:
    if not held:
        raise Invalid(NO_WORKSHOPS, field="workshops")
    ties = None
    published = sets(system, row, held)
    for workshop in held:
        own = workshop.criterion_set or row.criterion_set
        if workshop.season_id != row.season_id:
            raise Invalid(OTHER_SEASON, field="season_id", title=workshop.title)
        if own.status != "published":
            raise Invalid(CRITERIA_FIRST, field="criterion_set_id")
        if ties is not None and published[own.id].ties != ties:
            raise Invalid(OTHER_TIES, field="criterion_set_id", title=workshop.title)
        ties = published[own.id].ties


def draw(db: Session, row: Ranking, *, seed: str, now: datetime) -> Ranking:
    """Write down the seed that the announced source gave.

    Raises Conflict before the announced day or while a family may still enrol, and WrongState.
    """
    states.require(row, "drawn")
    if not seed.strip() or not seed.isprintable() or len(seed) > 200:
        raise Invalid(field="seed")
    if row.seed_on is None or clock.local_date(now) < row.seed_on:
        raise Conflict(NOT_YET_DRAWN, field="seed_on")
    with elevated(db, "the workshops of a ranking") as system:
        held = workshops(system, row.id)
        _require_whole(system, row, held)
        for workshop in held:
            if workshop.closes_at > now:
                raise Conflict(STILL_OPEN, field="workshops", title=workshop.title)
    row.seed = seed.strip()
    states.move(db, row, "drawn", because="", now=now)
    with explained():
        db.flush()
    return row


# ---------------------------------------------------------------- what is declared


def declare(
    db: Session,
    *,
    ranking_id: int,
    person_id: int,
    facts: Mapping[str, Any] | None = None,
    weeks: int | None = None,
    together: bool = False,
    now: datetime,
) -> RankingEntry:
    """What a family declares for a person, under responsibility; once more replaces it.

    Raises Invalid naming the fact, WindowClosed once the last enrolments are closed.
    """
    ranking, person = db.get(Ranking, ranking_id), db.get(Person, person_id)
    if ranking is None or ranking.status == "draft":
        raise Invalid(UNKNOWN, field="ranking_id")
    if person is None or person.alliance_id != ranking.alliance_id:
        raise Invalid(UNKNOWN, field="person_id")
    if weeks is not None and not 1 <= weeks <= MOST_WEEKS:
        raise Invalid(FROM_TO, field="weeks", low=1, high=MOST_WEEKS)
    with elevated(db, "declare for a ranking") as system, system.begin_nested(), explained():
        row = system.get_one(Ranking, ranking_id)
        held = workshops(system, ranking_id)
        if row.status != "published" or all(w.closes_at <= now for w in held):
            raise WindowClosed(field="ranking_id")
        require_facts(sets(system, row, held).values(), facts or {})
        entry = entry_of(system, row, person_id)
        entry.facts, entry.weeks, entry.together = sealed(facts or {}), weeks, together
        entry.declared_at = now
        entry.user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
        system.flush()
        made = entry.id
    found = db.get(RankingEntry, made)
    if found is None:
        raise NotFound
    return found


def typed(db: Session, ranking_id: int, pairs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Facts as somebody typed them, by what the ranking's criteria ask.

    Raises Invalid naming the one that none asks, or that is said twice.
    """
    published = _published(db, ranking_id)
    if not published:
        return dict(pairs)
    found: dict[str, Any] = {}
    for number, (fact, text) in enumerate(pairs):
        if fact in found:
            raise Invalid(TWICE, field=f"facts[{number}].fact")
        try:
            found[fact] = criteria.read_fact(published, fact, text)
        except Invalid as refusal:
            raise refusal.under(f"facts[{number}]") from None
    return {fact: value for fact, value in found.items() if value is not None}


def asked(db: Session, ranking_id: int) -> list[Criterion]:
    """The criteria of a ranking, of all its sets."""
    return [one for each in _published(db, ranking_id) for one in each.criteria]


def _published(db: Session, ranking_id: int) -> list[Published]:
    with elevated(db, "what a ranking asks") as system:
        row = system.get(Ranking, ranking_id)
        if row is None:
            return []
        return list(sets(system, row, workshops(system, ranking_id)).values())


def require_facts(published: Iterable[Published], facts: Mapping[str, Any]) -> None:
    """Raise Invalid naming a fact that no criterion asks, or that is not of its kind."""
    published = list(published)
    asked = frozenset().union(*(one.facts for one in published))
    for key in facts:
        if key not in asked:
            raise Invalid(NOT_ASKED, field=f"facts.{key}")
    for one in published:
        one.score(facts)


def entry_of(system: Session, ranking: Ranking, person_id: int) -> RankingEntry:
    """The person's entry, held; a new one, with a code of its own, where there is none."""
    wanted = select(RankingEntry).where(
        RankingEntry.ranking_id == ranking.id, RankingEntry.person_id == person_id
    )
    # One entry a person: whoever declares for the same one at once waits here.
    system.execute(select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    entry = system.scalar(wanted.with_for_update())
    if entry is None:
        entry = RankingEntry(
            alliance_id=ranking.alliance_id,
            ranking_id=ranking.id,
            person_id=person_id,
            code=receipt_code(),
            status="declared",
        )
        system.add(entry)
    return entry


def sealed(facts: Mapping[str, Any]) -> str:
    """Facts as they are kept."""
    return json.dumps(dict(sorted(facts.items())), ensure_ascii=False)


def opened(entry: RankingEntry) -> dict[str, Any]:
    """The facts of an entry. Whoever shows them to somebody logs the read (``care.log``)."""
    found = entry.facts
    text = found.reveal() if isinstance(found, Sealed) else found
    return dict(json.loads(text)) if text else {}


def declared(db: Session, entry: RankingEntry, *, now: datetime) -> dict[str, Any]:
    """What was declared for an entry that the caller sees; the reading is logged."""
    care.log(db, RankingEntry.__tablename__, [entry.id], ["facts"], now=now)
    with elevated(db, "what was declared for a ranking") as system:
        return opened(system.get_one(RankingEntry, entry.id))
