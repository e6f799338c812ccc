"""Complaints against a provisional list, and what changes a declared fact afterwards.

A complaint is a request like any other (L. 241/1990): receipt, term, officer, reasons.
"""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, DeadlinePassed, Duplicate, Invalid, NotFound, WrongState
from app.models import Alliance, Complaint, Ranking, RankingEntry
from app.operations import criteria, procedure, rankings, states
from app.operations.constraints import UNKNOWN, explained
from app.transaction import ScopedSession, elevated

REASON = N_("Please give the reason.")
EMPTY = N_("Please say what is wrong.")
ONE_OPEN = N_("There is an open complaint already.")
PER_CENT = N_("This is a whole number from 1 to 100.")
LONGEST = 5000


def file(
    db: Session, *, entry_id: int, complaint: str, channel: str = "web", now: datetime
) -> Complaint:
    """Take a family's complaint. Raises Invalid, DeadlinePassed, Duplicate, WrongState."""
    entry = db.get(RankingEntry, entry_id)
    if entry is None:
        raise Invalid(UNKNOWN, field="entry_id")
    if not complaint.strip() or len(complaint) > LONGEST:
        raise Invalid(EMPTY, field="complaint")
    with elevated(db, "file a complaint") as system, system.begin_nested(), explained():
        row = system.get_one(Ranking, entry.ranking_id)
        if row.status != "provisional":
            raise WrongState(field="entry_id")
        if row.complaints_until is None or clock.local_date(now) > row.complaints_until:
            raise DeadlinePassed(field="entry_id")
        open_one = select(Complaint.id).where(
            Complaint.entry_id == entry_id, Complaint.status == "received"
        )
        if system.scalar(open_one) is not None:
            raise Duplicate(ONE_OPEN, field="entry_id")
        alliance = system.get_one(Alliance, row.alliance_id)
        made = Complaint(
            alliance_id=row.alliance_id,
            entry_id=entry_id,
            user_id=db.principal.user_id if isinstance(db, ScopedSession) else None,
            receipt=procedure.receipt_code(),
            channel=channel,
            complaint=complaint.strip(),
            status="received",
            **procedure.term(alliance, now=now),
        )
        system.add(made)
        system.flush()
        states.record(system, made, None, because="", now=now)
        key = made.id
    found = db.get(Complaint, key)
    if found is None:
        raise NotFound
    return found


def uphold(
    db: Session,
    complaint: Complaint,
    *,
    answer: str,
    fact: str = "",
    value: str = "",
    protocol_number: str = "",
    now: datetime,
) -> Complaint:
    """The family is right; what it declared is put right with it. Raises Invalid, WrongState."""
    right = (fact.strip(), value) if fact.strip() else None
    return _answer(db, complaint, "upheld", answer, protocol_number, now, right=right)


def reject(
    db: Session, complaint: Complaint, *, answer: str, protocol_number: str = "", now: datetime
) -> Complaint:
    """The list stands, for the reasons given. Raises Invalid, WrongState."""
    return _answer(db, complaint, "rejected", answer, protocol_number, now)


def _answer(
    db: Session,
    complaint: Complaint,
    to: str,
    answer: str,
    protocol_number: str,
    now: datetime,
    right: tuple[str, str] | None = None,
) -> Complaint:
    states.require(complaint, to)
    if not answer.strip() or len(answer) > LONGEST:
        raise Invalid(REASON, field="answer")
    with elevated(db, "answer a complaint") as system, system.begin_nested(), explained():
        row = system.get_one(Complaint, complaint.id, populate_existing=True)
        if right is not None:
            _correct(system, row.entry, *right)
        row.answer, row.answered_at = answer.strip(), now
        if protocol_number.strip():
            row.protocol_number = protocol_number.strip()
            row.protocol_date = clock.local_date(now)
        states.move(system, row, to, because=answer.strip(), now=now)
        system.flush()
    return db.get_one(Complaint, complaint.id, populate_existing=True)


# ---------------------------------------------------------------- putting facts right


def correct(
    db: Session, entry: RankingEntry, *, fact: str, value: str = "", reason: str, now: datetime
) -> RankingEntry:
    """The office puts a declared fact right, and says why; no value: it was not declared.

    Raises Invalid naming the fact, and WrongState once the list is final.
    """
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    with elevated(db, "put a declared fact right") as system, system.begin_nested(), explained():
        row = system.get_one(RankingEntry, entry.id, populate_existing=True)
        _correct(system, row, fact, value)
        row.reason = reason.strip()
        system.flush()
    return db.get_one(RankingEntry, entry.id, populate_existing=True)


def _correct(system: Session, entry: RankingEntry, fact: str, value: str) -> None:
    if entry.ranking.status == "final":
        raise WrongState(field="fact")
    held = rankings.workshops(system, entry.ranking_id)
    published = list(rankings.sets(system, entry.ranking, held).values())
    now_ = {**rankings.opened(entry), fact: criteria.read_fact(published, fact, value)}
    now_ = {key: said for key, said in now_.items() if said is not None}
    rankings.require_facts(published, now_)
    entry.facts = rankings.sealed(now_)


# ---------------------------------------------------------------- sample checks (art. 71)


def sample(db: Session, ranking: Ranking, *, per_cent: int, now: datetime) -> list[RankingEntry]:
    """Mark the entries to be checked: those whom the seed draws, so that nobody is picked.

    Raises Invalid, and WrongState before the draw or once the list is final.
    """
    if not isinstance(per_cent, int) or not 1 <= per_cent <= 100:
        raise Invalid(PER_CENT, field="per_cent")
    if ranking.status not in ("drawn", "provisional"):
        raise WrongState(field="status")
    seed = (ranking.seed or "").encode()
    with elevated(db, "draw a sample of declarations") as system, system.begin_nested():
        rows = select(RankingEntry).where(
            RankingEntry.ranking_id == ranking.id, RankingEntry.facts.is_not(None)
        )
        entries = sorted(
            system.scalars(rows),
            key=lambda entry: hmac.digest(seed, f"check {entry.code}".encode(), hashlib.sha256),
        )
        # At least one, however few declared.
        drawn = entries[: -(-len(entries) * per_cent // 100)]
        for entry in drawn:
            if entry.status == "declared":
                states.move(system, entry, "checking", because="", now=now)
        keys = [entry.id for entry in drawn]
    return list(db.scalars(select(RankingEntry).where(RankingEntry.id.in_(keys))))


def confirm(db: Session, entry: RankingEntry, *, now: datetime) -> RankingEntry:
    """What was declared is true. Raises WrongState."""
    return _checked(db, entry, "confirmed", "", now)


def exclude(db: Session, entry: RankingEntry, *, reason: str, now: datetime) -> RankingEntry:
    """What was declared is false: the benefit is lost (DPR 445/2000, article 75).

    Raises Invalid without a reason, and WrongState once the list is final.
    """
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    return _checked(db, entry, "excluded", reason.strip(), now)


def _checked(db: Session, entry: RankingEntry, to: str, reason: str, now: datetime) -> RankingEntry:
    with elevated(db, "check a declaration") as system, system.begin_nested(), explained():
        row = system.get_one(RankingEntry, entry.id, populate_existing=True)
        if row.ranking.status == "final":
            raise WrongState(field="status")
        row.reason = reason or row.reason
        states.move(system, row, to, because=reason, now=now)
        system.flush()
    return db.get_one(RankingEntry, entry.id, populate_existing=True)
