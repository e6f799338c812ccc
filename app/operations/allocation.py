"""Who gets which place: a pure function of the published rules and the canonical inputs.

The rule as it is published stands in docs/decisions/0025-rankings.md. No table, no clock, no
chance but the seed: the same inputs give the same outcome, byte by byte, on any machine.
"""

import heapq
from collections.abc import Collection, Iterable

from app.operations import draw, siblings
from app.operations.allocation_inputs import Child, Instance
from app.operations.allocation_outcome import Outcome, explained
from app.operations.holdings import FIRST, SECOND, Holdings


def allocate(instance: Instance) -> Outcome:
    """The outcome, with the facts that explain each wish's answer."""
    drawn = {child.code: draw.draw(instance.rules.seed, child.code) for child in instance.children}
    positions = draw.positions(instance.rules, instance.children, drawn)
    holdings = Holdings(instance, positions)
    quota = instance.rules.quota
    if quota is None:
        _round(holdings, FIRST, {child.code: child.weeks for child in instance.children})
    else:
        at_most = {child.code: min(child.weeks, quota) for child in instance.children}
        _round(holdings, FIRST, at_most)
        _round(holdings, SECOND, {child.code: child.weeks for child in instance.children})
    siblings.bring_together(holdings, drawn)
    return explained(holdings, drawn)


def _round(holdings: Holdings, how: str, at_most: dict[str, int]) -> None:
    """Give the places that are left, up to so many weeks a child; what is held stays."""
    if len(holdings.instance.orders) > 1:
        _deferred(holdings, how, at_most)
    else:
        _in_turn(holdings, how, at_most)


def _in_turn(holdings: Holdings, how: str, at_most: dict[str, int]) -> None:
    """One order for all: each in turn gets the first of its wishes that have places."""
    for order in holdings.positions.values():
        for code in sorted(order, key=order.__getitem__):
            child = holdings.children[code]
            for wish in _best(holdings, child, child.wishes, at_most[code], free=True):
                holdings.take(code, wish, how)


def _deferred(holdings: Holdings, how: str, at_most: dict[str, int]) -> None:
    """Several orders: children ask, slots keep the best so far and refuse the others.

    Child-proposing deferred acceptance (Gale and Shapley 1962; of several places each, Roth
    1984). In what order the children ask makes no difference to the outcome.
    """
    places = {code: holdings.free(code) for code in holdings.slots}
    asked: dict[str, list[tuple[int, str]]] = {code: [] for code in holdings.slots}
    asking: dict[str, set[str]] = {code: set() for code in holdings.children}
    refused: dict[str, set[str]] = {code: set() for code in holdings.children}
    to_ask = list(holdings.children)
    while to_ask:
        code = to_ask.pop()
        child = holdings.children[code]
        open_wishes = [wish for wish in child.wishes if wish not in refused[code]]
        for wish in _best(holdings, child, open_wishes, at_most[code]):
            if wish in asking[code]:
                continue
            asking[code].add(wish)
            # The one who stands last is on top of the heap.
            heapq.heappush(asked[wish], (-holdings.position(code, wish), code))
            if len(asked[wish]) > places[wish]:
                _, last = heapq.heappop(asked[wish])
                asking[last].remove(wish)
                refused[last].add(wish)
                to_ask.append(last)
    for code, wishes in asking.items():
        for wish in wishes:
            holdings.take(code, wish, how)


def _best(
    holdings: Holdings, child: Child, wishes: Iterable[str], at_most: int, *, free: bool = False
) -> Collection[str]:
    """The best of the wishes that fit beside what the child holds and beside each other."""
    held = holdings.held[child.code]
    found: list[str] = []
    for wish in wishes:
        if len(held) + len(found) >= at_most:
            break
        if wish in held or (free and holdings.free(wish) <= 0):
            continue
        others = holdings.overlaps[wish]
        if others.isdisjoint(held) and others.isdisjoint(found):
            found.append(wish)
    return found
