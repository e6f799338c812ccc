"""What came out, with the facts that explain it, and the one way to write it down."""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from app.operations.allocation_inputs import RULE, Child, canonical_json, decimal_text
from app.operations.draw import decided_by
from app.operations.holdings import SIBLINGS, Holdings
from app.operations.siblings import protected, siblings_of

PLACED, WAITING, PASSED = "placed", "waiting", "passed"
# Why a child waits: those before it took the places; the places went in the first round, when
# it had its quota already; siblings were brought together in them.
BY_ORDER, BY_QUOTA, BY_SIBLINGS = "order", "quota", "siblings"
# Why a wish was passed over: better wishes fill its weeks or its hours, or it would have to
# leave its siblings.
WEEKS, HOURS, TOGETHER = "weeks", "hours", "together"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one wish.

    ``because`` of a place is how it came about (``first_round``, ``second_round``, ``freed``,
    ``siblings``), else one of the words above. ``position`` counts those who wait, from 1, in
    the slot's order. ``last`` is the last one placed by the order, of whom a family is shown
    the points alone, and ``decided_by`` what told the two apart (``points``, a tie, ``draw``).
    """

    slot: str
    rank: int
    state: str
    because: str
    position: int | None = None
    last: str | None = None
    last_points: Decimal | None = None
    decided_by: str | None = None


@dataclass(frozen=True, slots=True)
class ChildOutcome:
    """One child: its draw, its place in each order, and an answer for each wish."""

    code: str
    draw: str
    positions: tuple[tuple[str, int], ...]
    answers: tuple[Answer, ...]

    @property
    def placed(self) -> tuple[str, ...]:
        return tuple(answer.slot for answer in self.answers if answer.state == PLACED)


@dataclass(frozen=True, slots=True)
class SlotOutcome:
    """One slot: who holds its places and who waits, both in its order."""

    code: str
    placed: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """The whole outcome, in the order of the codes; ``inputs`` is the SHA-256 of what it is of."""

    inputs: str
    children: tuple[ChildOutcome, ...]
    slots: tuple[SlotOutcome, ...]

    def canonical(self) -> bytes:
        """The one way to write this outcome down."""
        return canonical_json(
            {
                "rule": RULE,
                "inputs": self.inputs,
                "children": [
                    {
                        "code": child.code,
                        "draw": child.draw,
                        "positions": dict(child.positions),
                        "answers": [_as_json(answer) for answer in child.answers],
                    }
                    for child in self.children
                ],
                "slots": [
                    {"code": slot.code, "placed": slot.placed, "waiting": slot.waiting}
                    for slot in self.slots
                ],
            }
        )

    @property
    def sha256(self) -> str:
        return sha256(self.canonical()).hexdigest()


def explained(holdings: Holdings, drawn: dict[str, str]) -> Outcome:
    """The outcome of what is held now."""
    family_of = siblings_of(holdings)
    waiting: dict[str, dict[str, int]] = {code: {} for code in holdings.slots}
    for slot, wishers in holdings.wishers.items():
        for code in wishers:
            given = holdings.given_up(code, slot)
            if given is not None and not any(
                protected(holdings, family_of.get(code, ()), wish) for wish in given
            ):
                waiting[slot][code] = len(waiting[slot]) + 1
    last = {slot: _last(holdings, slot) for slot in holdings.slots}
    children = tuple(
        ChildOutcome(
            child.code,
            drawn[child.code],
            tuple((order, holdings.positions[order][child.code])
                  for order in sorted(child.standings)),
            tuple(
                _answer(holdings, child, wish, waiting[wish].get(child.code), last[wish])
                for wish in child.wishes
            ),
        )
        for child in holdings.instance.children
    )  # fmt: skip
    slots = tuple(
        SlotOutcome(
            slot.code,
            tuple(sorted(holdings.holders[slot.code],
                         key=lambda code: holdings.position(code, slot.code))),
            tuple(waiting[slot.code]),
        )
        for slot in holdings.instance.slots
    )  # fmt: skip
    return Outcome(holdings.instance.sha256, children, slots)


def _last(holdings: Holdings, slot: str) -> Child | None:
    """The last one placed by the order; siblings stand where there was a free place."""
    by_order = [code for code in holdings.holders[slot] if holdings.held[code][slot] != SIBLINGS]
    if not by_order:
        return None
    return holdings.children[max(by_order, key=lambda code: holdings.position(code, slot))]


def _answer(
    holdings: Holdings, child: Child, slot: str, position: int | None, last: Child | None
) -> Answer:
    rank = holdings.ranks[child.code][slot]
    how = holdings.held[child.code].get(slot)
    if how is not None:
        return Answer(slot, rank, PLACED, how)
    if position is None:
        return Answer(slot, rank, PASSED, _passed(holdings, child.code, slot))
    if last is None:
        full = holdings.slots[slot].places > 0
        return Answer(slot, rank, WAITING, BY_SIBLINGS if full else BY_ORDER, position)
    order = holdings.slots[slot].order
    before = holdings.position(last.code, slot) < holdings.position(child.code, slot)
    return Answer(
        slot,
        rank,
        WAITING,
        BY_ORDER if before else BY_QUOTA,
        position,
        last.code,
        last.standings[order].points,
        decided_by(holdings.instance.rules, child, last, order) if before else None,
    )


def _passed(holdings: Holdings, child: str, slot: str) -> str:
    if holdings.given_up(child, slot) is not None:
        return TOGETHER
    ranks = holdings.ranks[child]
    better = [wish for wish in holdings.held[child] if ranks[wish] < ranks[slot]]
    return WEEKS if holdings.overlaps[slot].isdisjoint(better) else HOURS


def _as_json(answer: Answer) -> dict[str, Any]:
    points = answer.last_points
    return {
        "slot": answer.slot,
        "rank": answer.rank,
        "state": answer.state,
        "because": answer.because,
        "position": answer.position,
        "last": answer.last,
        "last_points": None if points is None else decimal_text(points),
        "decided_by": answer.decided_by,
    }
