"""Criteria of precedence: publishing them, their next edition, and what they ask of a family."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid
from app.models import Criterion, CriterionSet
from app.operations import points, states
from app.operations.allocation_inputs import Tie
from app.operations.constraints import explained
from app.operations.points import Score

BORN = "birth_date"

NONE = N_("Criteria need one row at least.")
NO_SUCH_FACT = N_("Equals are parted by the date of birth or by a fact that a criterion asks.")
NOT_IN_ORDER = N_("Answers in words have no order: equals are parted by yes or no, or by a number.")
IS_PUBLISHED = N_("Published criteria stay as they are: make a new edition.")
NOT_YET = N_("Only published criteria have a new edition.")


@dataclass(frozen=True)
class Published:
    """A set's rows, as the points and the order are computed from them."""

    id: int
    criteria: tuple[points.Criterion, ...]
    ties: tuple[Tie, ...]

    @property
    def facts(self) -> frozenset[str]:
        """What may be declared under it."""
        return frozenset(one.fact for one in self.criteria)

    def score(self, facts: Mapping[str, Any]) -> Score:
        """The points of what was declared; what this set does not ask is left aside."""
        return points.score(
            self.criteria, {key: value for key, value in facts.items() if key in self.facts}
        )

    def values(self, facts: Mapping[str, Any], born: date) -> tuple[Decimal, ...]:
        """A value for each tie: the date of birth as 20180301, yes as 1."""
        return tuple(
            Decimal(born.strftime("%Y%m%d"))
            if tie.key == BORN
            else Decimal(int(facts.get(tie.key) or 0))
            for tie in self.ties
        )


def of(system: Session, set_ids: Iterable[int]) -> dict[int, Published]:
    """The rows of some sets, by the sets' numbers."""
    keys = set(set_ids)
    wanted = (
        select(Criterion)
        .where(Criterion.criterion_set_id.in_(keys))
        .order_by(Criterion.criterion_set_id, Criterion.position, Criterion.id)
    )
    rows: dict[int, list[Criterion]] = {key: [] for key in keys}
    for row in system.scalars(wanted):
        rows[row.criterion_set_id].append(row)
    return {key: read(key, found) for key, found in rows.items()}


def read(set_id: int, rows: Iterable[Criterion]) -> Published:
    """Rows, in their order, as the rules name them."""
    rows = list(rows)
    return Published(
        set_id,
        tuple(
            points.Criterion(row.code, row.title, row.points, row.kind, row.question, row.maximum)
            for row in rows
            if row.kind != "tie"
        ),
        tuple(Tie(row.code, row.first or "") for row in rows if row.kind == "tie"),
    )


def publish(db: Session, row: CriterionSet, *, now: datetime) -> CriterionSet:
    """From here on the set stays as it is. Raises Invalid naming the row, and WrongState."""
    states.require(row, "published")
    published = read(row.id, row.criteria)
    if not published.criteria:
        raise Invalid(NONE, field="criteria")
    points.check(published.criteria)
    kinds = {one.fact: one.kind for one in published.criteria}
    for number, tie in enumerate(one for one in row.criteria if one.kind == "tie"):
        if tie.code != BORN and tie.code not in kinds:
            raise Invalid(NO_SUCH_FACT, field=f"ties[{number}].code")
        if kinds.get(tie.code) == points.CHOICE:
            raise Invalid(NOT_IN_ORDER, field=f"ties[{number}].code")
    row.published_at = now
    states.move(db, row, "published", because="", now=now)
    with explained():
        db.flush()
    return row


def revise(db: Session, row: CriterionSet, *, now: datetime) -> CriterionSet:
    """The next edition, as a draft with the same rows. Raises Conflict, Duplicate."""
    if row.status != "published":
        raise Conflict(NOT_YET, field="status")
    made = CriterionSet(
        alliance_id=row.alliance_id,
        organization_id=row.organization_id,
        title=row.title,
        title_en=row.title_en,
        edition=row.edition + 1,
        status="draft",
    )
    db.add(made)
    with explained():
        db.flush()
    for one in row.criteria:
        db.add(
            Criterion(
                alliance_id=row.alliance_id,
                criterion_set_id=made.id,
                **{name: getattr(one, name) for name in COPIED},
            )
        )
    db.flush()
    return made


COPIED = (
    "title", "title_en", "position", "kind", "code", "question", "points", "maximum", "first",
    "declared",
)  # fmt: skip


def change(db: Session, row: CriterionSet, values: dict[str, Any], *, now: datetime) -> Any:
    """Change a draft. Raises Conflict for what is published."""
    if row.status != "draft":
        raise Conflict(IS_PUBLISHED, field="status")
    for name, value in values.items():
        setattr(row, name, value)
    with explained():
        db.flush()
    return row


NO_SUCH = N_("No criterion asks this.")
YES = frozenset({"true", "yes", "sì", "si", "1"})
NO = frozenset({"false", "no", "0"})


def read_fact(published: Iterable[Published], key: str, text: str) -> Any:
    """A fact as somebody typed it: yes or no, a number, an answer; None for nothing.

    Raises Invalid for a fact that no criterion asks.
    """
    kinds = {one.fact: one.kind for each in published for one in each.criteria}
    typed = text.strip()
    if key not in kinds:
        raise Invalid(NO_SUCH, field="fact")
    if not typed:
        return None
    if kinds[key] == points.FLAG:
        word = typed.casefold()
        return True if word in YES else False if word in NO else typed
    if kinds[key] == points.UNIT and typed.isascii() and typed.isdigit() and len(typed) < 6:
        return int(typed)
    return typed
