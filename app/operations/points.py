"""Points from published criteria and declared facts, line by line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.errors import N_, Invalid

FLAG, UNIT, CHOICE = "flag", "unit", "choice"
KINDS = (FLAG, UNIT, CHOICE)
MOST_POINTS = Decimal(10_000)
MOST_UNITS = 100

TWICE = N_("This stands here twice.")
UNKNOWN_KIND = N_("A criterion is a flag, a unit or a choice.")
NO_KEY = N_("Give this a key.")
NO_GROUP = N_("A choice, and nothing else, names the question that it is an answer to.")
NO_MAXIMUM = N_("A maximum of units goes with points per unit, and is one at least.")
NO_POINTS = N_("Points are a number with two decimals at most.")
NOT_ASKED = N_("No published criterion asks this: it must not be declared.")
NOT_YES_OR_NO = N_("This is declared as true or false.")
NOT_A_NUMBER_OF_UNITS = N_("This is declared as a whole number from 0 to %(most)s.")
NO_SUCH_ANSWER = N_("This is none of the published answers.")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One published row.

    A ``flag`` gives its points where the fact ``key`` is true; a ``unit`` gives them for each
    one counted by the fact, up to ``maximum`` of them; a ``choice`` gives them where the fact
    ``group`` (a question, such as the parents' work) is answered with ``key``. A question has
    one answer, so that two of its criteria never count together.
    """

    key: str
    label: str
    points: Decimal
    kind: str = FLAG
    group: str | None = None
    maximum: int | None = None

    @property
    def fact(self) -> str:
        """The key of the declared fact that this criterion reads."""
        return self.group if self.kind == CHOICE and self.group else self.key


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion that counted: how often, and the points that it gave."""

    key: str
    label: str
    count: int
    points: Decimal


@dataclass(frozen=True, slots=True)
class Score:
    """The points and the lines that add up to them, in the published order."""

    points: Decimal
    lines: tuple[Line, ...]

    def as_json(self) -> list[dict[str, str | int]]:
        """The lines as a run keeps them; points as text, never as a float."""
        return [
            {"key": line.key, "label": line.label, "count": line.count, "points": str(line.points)}
            for line in self.lines
        ]


def check(criteria: Sequence[Criterion]) -> None:
    """Raises Invalid, with the place, for criteria that cannot be published."""
    keys: set[str] = set()
    # A question and a flag of one name would be one fact read in two ways.
    facts: dict[str, str] = {}
    for number, criterion in enumerate(criteria):
        place = f"criteria[{number}]"
        if criterion.kind not in KINDS:
            raise Invalid(UNKNOWN_KIND, field=f"{place}.kind")
        if not criterion.key:
            raise Invalid(NO_KEY, field=f"{place}.key")
        if bool(criterion.group) != (criterion.kind == CHOICE):
            raise Invalid(NO_GROUP, field=f"{place}.group")
        if criterion.maximum is not None and (
            criterion.kind != UNIT or not 1 <= criterion.maximum <= MOST_UNITS
        ):
            raise Invalid(NO_MAXIMUM, field=f"{place}.maximum")
        if not _holds(criterion.points):
            raise Invalid(NO_POINTS, field=f"{place}.points")
        if criterion.key in keys or facts.setdefault(criterion.fact, criterion.kind) != (
            criterion.kind
        ):
            raise Invalid(TWICE, field=f"{place}.key")
        keys.add(criterion.key)


def score(
    criteria: Sequence[Criterion], facts: Mapping[str, Any], *, ties: Iterable[str] = ()
) -> Score:
    """The points of one person, with their derivation. What is not declared gives none.

    ``ties`` are facts that only the published order of ties reads. Raises Invalid for a fact
    that nothing published asks (no field beyond the criteria: Garante, 2554925 of 6/6/2013)
    or that is not of its criterion's kind.
    """
    check(criteria)
    asked = {criterion.fact for criterion in criteria} | set(ties)
    for fact in facts:
        if fact not in asked:
            raise Invalid(NOT_ASKED, field=f"facts.{fact}")
    answers: dict[str, set[str]] = {}
    for criterion in criteria:
        if criterion.kind == CHOICE:
            answers.setdefault(criterion.fact, set()).add(criterion.key)
    for question, known in answers.items():
        declared = facts.get(question)
        if declared is not None and not (isinstance(declared, str) and declared in known):
            raise Invalid(NO_SUCH_ANSWER, field=f"facts.{question}")
    lines = tuple(
        Line(criterion.key, criterion.label, count, criterion.points * count)
        for criterion in criteria
        if (count := _count(criterion, facts.get(criterion.fact)))
    )
    return Score(sum((line.points for line in lines), Decimal(0)), lines)


def _count(criterion: Criterion, declared: Any) -> int:
    """How often the criterion counts."""
    place = f"facts.{criterion.fact}"
    if declared is None:
        return 0
    if criterion.kind == CHOICE:
        return int(declared == criterion.key)
    if criterion.kind == FLAG:
        if not isinstance(declared, bool):
            raise Invalid(NOT_YES_OR_NO, field=place)
        return int(declared)
    if isinstance(declared, bool) or not isinstance(declared, int):
        raise Invalid(NOT_A_NUMBER_OF_UNITS, field=place, most=MOST_UNITS)
    if not 0 <= declared <= MOST_UNITS:
        raise Invalid(NOT_A_NUMBER_OF_UNITS, field=place, most=MOST_UNITS)
    return declared if criterion.maximum is None else min(declared, criterion.maximum)


def _holds(points: Any) -> bool:
    if not isinstance(points, Decimal) or not points.is_finite() or abs(points) > MOST_POINTS:
        return False
    exponent = points.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -2
