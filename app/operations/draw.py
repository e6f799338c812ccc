"""The order of a ranking: points, then the published ties, last the draw."""

import hashlib
import hmac
from collections.abc import Iterable
from decimal import Decimal

from app.operations.allocation_inputs import Child, Rules

Key = tuple[Decimal | str, ...]


def draw(seed: str, code: str) -> str:
    """HMAC-SHA256 of the code under the seed, in hexadecimal: the smaller goes first.

    Anybody can compute it again from what is published: the seed and the code.
    """
    return hmac.new(seed.encode(), code.encode(), hashlib.sha256).hexdigest()


def key(rules: Rules, child: Child, order: str, drawn: str) -> Key:
    """What one order sorts by: the smaller stands before the greater."""
    standing = child.standings[order]
    ties = (
        -value if tie.first == "high" else value
        for tie, value in zip(rules.ties, standing.ties, strict=True)
    )
    # Two different codes with one digest are not to be expected; the order is total even so.
    return (-standing.points, *ties, drawn, child.code)


def decided_by(rules: Rules, one: Child, other: Child, order: str) -> str:
    """What tells two children of one order apart: ``points``, the key of a tie, or ``draw``."""
    mine, theirs = one.standings[order], other.standings[order]
    if mine.points != theirs.points:
        return "points"
    for tie, my_value, their_value in zip(rules.ties, mine.ties, theirs.ties, strict=True):
        if my_value != their_value:
            return tie.key
    return "draw"


def positions(
    rules: Rules, children: Iterable[Child], drawn: dict[str, str]
) -> dict[str, dict[str, int]]:
    """By order: each child's place in it, from 1, of those who wish for one of its slots."""
    keys: dict[str, list[tuple[Key, str]]] = {}
    for child in children:
        for order in child.standings:
            keys.setdefault(order, []).append(
                (key(rules, child, order, drawn[child.code]), child.code)
            )
    return {
        order: {code: number for number, (_, code) in enumerate(sorted(found), 1)}
        for order, found in keys.items()
    }
