"""The siblings' pass: children of one family who ask to stay together, after the allocation.

It moves them into free places only, so it displaces nobody; what they leave goes on, in order.
"""

from collections.abc import Iterable

from app.operations.holdings import FREED, SIBLINGS, Holdings

Families = dict[str, tuple[str, ...]]


def bring_together(holdings: Holdings, drawn: dict[str, str]) -> None:
    """One turn for each family that asks for it, in the order of its child that stands best.

    In its turn the slots that two or more of its children wish for are tried one after the
    other: those wished for by more of them first, then those with the lower sum of wish
    numbers, then by code.
    """
    families = _families(holdings)
    for family in sorted(families.values(), key=lambda family: _turn(holdings, family, drawn)):
        for slot in _wished_together(holdings, family):
            open_slots = _move(holdings, family, slot)
            if open_slots is not None:
                _pass_on(holdings, open_slots, families)


def protected(holdings: Holdings, family: Iterable[str], slot: str) -> bool:
    """Whether the slot is held by all of the family's children who wish for it, two or more."""
    wishing = [code for code in family if slot in holdings.ranks[code]]
    return len(wishing) > 1 and all(slot in holdings.held[code] for code in wishing)


def _families(holdings: Holdings) -> Families:
    """By the family's name: its children who ask to stay together, two or more."""
    found: dict[str, list[str]] = {}
    for code, child in holdings.children.items():
        if child.together:
            found.setdefault(child.family, []).append(code)
    return {name: tuple(codes) for name, codes in found.items() if len(codes) > 1}


def siblings_of(holdings: Holdings) -> dict[str, tuple[str, ...]]:
    """By child: the children of its family who ask to stay together, itself among them."""
    return {code: codes for codes in _families(holdings).values() for code in codes}


def _turn(holdings: Holdings, family: Iterable[str], drawn: dict[str, str]) -> tuple[int, str]:
    return min(
        (
            min((holdings.position(code, wish) for wish in holdings.ranks[code]), default=0)
            or len(holdings.children) + 1,
            drawn[code],
        )
        for code in family
    )


def _wished_together(holdings: Holdings, family: Iterable[str]) -> list[str]:
    ranks: dict[str, list[int]] = {}
    for code in family:
        for wish, rank in holdings.ranks[code].items():
            ranks.setdefault(wish, []).append(rank)
    shared = [slot for slot, found in ranks.items() if len(found) > 1]
    return sorted(shared, key=lambda slot: (-len(ranks[slot]), sum(ranks[slot]), slot))


def _move(holdings: Holdings, family: Iterable[str], slot: str) -> list[str] | None:
    """Move those who wish for the slot and do not hold it into its free places, all or none.

    Each gives up one place at most: the one at the same time, or, if its weeks are full, the
    one that it wished for least; never one that it holds together with its siblings. Returns
    the slots where somebody may get a place now; None if nobody moved.
    """
    movers = [
        code for code in family if slot in holdings.ranks[code] and slot not in holdings.held[code]
    ]
    if not movers or len(movers) > holdings.free(slot):
        return None
    gives: dict[str, list[str]] = {}
    for code in movers:
        held = holdings.held[code]
        given = [wish for wish in held if wish in holdings.overlaps[slot]]
        if not given and len(held) >= holdings.children[code].weeks:
            alone = [wish for wish in held if not protected(holdings, family, wish)]
            given = sorted(alone, key=holdings.ranks[code].__getitem__)[-1:] or list(held)
        if len(given) > 1 or any(protected(holdings, family, wish) for wish in given):
            return None
        gives[code] = given
    for code, given in gives.items():
        for wish in given:
            holdings.leave(code, wish)
        holdings.take(code, slot, SIBLINGS)
    # Those left, and those that were at the same time as one.
    return [wish for code, given in gives.items() if given for wish in holdings.ranks[code]]


def _pass_on(holdings: Holdings, slots: Iterable[str], families: Families) -> None:
    """A free place goes to the first of its order who would rather have it, and so on.

    Who is together with siblings does not leave them for it. Every step gives a child a better
    set of wishes, so that this ends.
    """
    family_of = {code: codes for codes in families.values() for code in codes}
    open_slots = set(slots)
    while open_slots:
        # Always the lowest code, so that the outcome hangs on nothing else.
        slot = min(open_slots)
        taker = _taker(holdings, slot, family_of) if holdings.free(slot) > 0 else None
        if taker is None:
            open_slots.remove(slot)
            continue
        code, given = taker
        for wish in given:
            holdings.leave(code, wish)
        holdings.take(code, slot, FREED)
        # Those given up, and those that were at the same time as one.
        if given:
            open_slots.update(holdings.ranks[code])


def _taker(
    holdings: Holdings, slot: str, family_of: dict[str, tuple[str, ...]]
) -> tuple[str, list[str]] | None:
    for code in holdings.wishers[slot]:
        given = holdings.given_up(code, slot)
        if given is None:
            continue
        if any(protected(holdings, family_of.get(code, ()), wish) for wish in given):
            continue
        return code, given
    return None
