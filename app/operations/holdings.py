"""Who holds what while an allocation is being made."""

from collections.abc import Mapping

from app.operations.allocation_inputs import Instance

# How a place came about.
FIRST, SECOND, SIBLINGS, FREED = "first_round", "second_round", "siblings", "freed"


class Holdings:
    """The places held so far, seen from the children and from the slots."""

    def __init__(self, instance: Instance, positions: Mapping[str, Mapping[str, int]]) -> None:
        self.instance = instance
        self.positions = positions
        self.overlaps = instance.overlaps
        self.children = {child.code: child for child in instance.children}
        self.slots = {slot.code: slot for slot in instance.slots}
        self.held: dict[str, dict[str, str]] = {code: {} for code in self.children}
        self.holders: dict[str, set[str]] = {code: set() for code in self.slots}
        self.ranks = {
            child.code: {wish: rank for rank, wish in enumerate(child.wishes, 1)}
            for child in instance.children
        }
        # Who wishes for a slot, in its order.
        self.wishers: dict[str, list[str]] = {code: [] for code in self.slots}
        for child in instance.children:
            for wish in child.wishes:
                self.wishers[wish].append(child.code)
        for slot in instance.slots:
            self.wishers[slot.code].sort(key=lambda code: self.position(code, slot.code))

    def position(self, child: str, slot: str) -> int:
        """Where the child stands in the slot's order, from 1."""
        return self.positions[self.slots[slot].order][child]

    def free(self, slot: str) -> int:
        return self.slots[slot].places - len(self.holders[slot])

    def take(self, child: str, slot: str, how: str) -> None:
        self.held[child][slot] = how
        self.holders[slot].add(child)

    def leave(self, child: str, slot: str) -> None:
        del self.held[child][slot]
        self.holders[slot].remove(child)

    def given_up(self, child: str, slot: str) -> list[str] | None:
        """What the child would give up for the slot; None if it would not have it.

        It would keep the best of what it holds and the slot that fit together: so nothing
        better is ever given up, and a wish worse than all it holds is taken only beside them.
        """
        held = self.held[child]
        if slot in held:
            return None
        weeks, kept = self.children[child].weeks, list[str]()
        for wish in sorted((*held, slot), key=self.ranks[child].__getitem__):
            if len(kept) < weeks and self.overlaps[wish].isdisjoint(kept):
                kept.append(wish)
        return [wish for wish in held if wish not in kept] if slot in kept else None
