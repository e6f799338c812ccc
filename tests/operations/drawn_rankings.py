"""Random instances of rankings, and a judge of outcomes that shares nothing with the algorithm.

The judge sorts, chooses and looks for envy in its own slow way: it enumerates.
"""

import hashlib
import hmac
import random
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from hypothesis import strategies as st

from app.operations.allocation_inputs import Child, Instance, Rules, Slot, Standing, Tie

TIES = (Tie("resident", "high"), Tie("birth_date", "low"))


@st.composite
def instances(
    draw, orders=3, weeks=3, children=7, slots=5, quota=False, siblings=False, places=3,
    chains=False,
):  # fmt: skip
    """A small instance: full of equal points, of slots at the same time and of full slots."""
    ties = TIES[: draw(st.integers(0, 2))]
    names = [f"o{n}" for n in range(draw(st.integers(1, orders)))]
    made = []
    for number in range(draw(st.integers(1, slots))):
        start = draw(st.integers(0, 3)) * 10
        # As long as its week, so that overlaps come in groups; or longer, so that they chain.
        end = start + (draw(st.integers(5, 25)) if chains else 10)
        made.append(
            Slot(f"s{number}", draw(st.integers(0, places)), draw(st.sampled_from(names)),
                 ((start, end),))
        )  # fmt: skip
    order_of = {slot.code: slot.order for slot in made}
    born = []
    for number in range(draw(st.integers(1, children))):
        wishes = draw(st.permutations(sorted(order_of)))[: draw(st.integers(0, slots))]
        family = draw(st.sampled_from(["", "A", "A", "B"])) if siblings else ""
        born.append(
            Child(
                f"c{number}",
                tuple(wishes),
                draw(st.integers(1, weeks)),
                {
                    order: Standing(
                        Decimal(draw(st.integers(0, 4))) / 2,
                        tuple(Decimal(draw(st.integers(0, 1))) for _ in ties),
                    )
                    for order in sorted({order_of[wish] for wish in wishes})
                },
                family,
                bool(family) and draw(st.booleans() if siblings == "some" else st.just(True)),
            )
        )
    rules = Rules(
        draw(st.text("abc", min_size=1, max_size=3)), ties,
        draw(st.integers(1, 2)) if quota else None,
    )  # fmt: skip
    return Instance(rules, tuple(made), tuple(born))


def of_families(seed, count):
    """So many instances with siblings who wish for much the same, and some places to spare.

    Drawn evenly: hypothesis likes short lists and small numbers, where few siblings can move.
    """
    chance = random.Random(seed)  # noqa: S311
    return [_of_families(chance) for _ in range(count)]


def _of_families(chance):
    names = ["o0", "o1"][: chance.randint(1, 2)]
    made = [
        Slot(f"s{number}", chance.choice((1, 1, 2, 3)), chance.choice(names),
             ((number % weeks * 10, number % weeks * 10 + 10),))
        for weeks in [chance.randint(1, 4)]
        for number in range(chance.randint(3, 7))
    ]  # fmt: skip
    order_of = {slot.code: slot.order for slot in made}
    born = []
    for number in range(chance.randint(4, 10)):
        wishes = chance.sample(sorted(order_of), chance.randint(1, len(made)))
        family = chance.choice(["", "A", "A", "B", "B", "C"])
        standings = {
            order: Standing(Decimal(chance.randint(0, 6)) / 2)
            for order in sorted({order_of[wish] for wish in wishes})
        }
        born.append(
            Child(f"c{number}", tuple(wishes), chance.randint(1, 3), standings, family,
                  bool(family) and chance.random() < 0.9)
        )  # fmt: skip
    rules = Rules(str(chance.random()), (), 1 if chance.random() < 0.5 else None)
    return Instance(rules, tuple(made), tuple(born))


def held(outcome, how=None):
    """By child: the slots it was given (in one way)."""
    return {
        child.code: {
            answer.slot
            for answer in child.answers
            if answer.state == "placed" and how in (None, answer.because)
        }
        for child in outcome.children
    }


def in_order(instance, slot):
    """Those who wish for the slot, the first first: one sort a criterion, the weakest first."""
    order = next(s.order for s in instance.slots if s.code == slot)
    found = [child for child in instance.children if slot in child.wishes]
    seed = instance.rules.seed.encode()
    found.sort(key=lambda c: hmac.new(seed, c.code.encode(), hashlib.sha256).digest())
    for index in reversed(range(len(instance.rules.ties))):
        found.sort(
            key=lambda c: c.standings[order].ties[index],
            reverse=instance.rules.ties[index].first == "high",
        )
    found.sort(key=lambda c: c.standings[order].points, reverse=True)
    return [child.code for child in found]


def clash(instance, one, other):
    hours = {slot.code: slot.hours for slot in instance.slots}
    return any(a < d and c < b for a, b in hours[one] for c, d in hours[other])


def best(instance, child, offered, at_most):
    """The best set of what is offered: the one with the best wish, then the next best ..."""
    fitting = [
        chosen
        for size in range(at_most + 1)
        for chosen in combinations(sorted(offered), size)
        if not any(clash(instance, a, b) for a, b in combinations(chosen, 2))
    ]
    return set(min(fitting, key=lambda chosen: worth(child, chosen)))


def worth(child, chosen):
    """The smaller is the better for the child."""
    return tuple(wish not in chosen for wish in child.wishes)


def blocking(instance, given, places=None, at_most=None, wished=None):
    """The pairs that could complain: the child would have the slot, and there is room, or
    somebody in it stands behind the child."""
    found = []
    for child in instance.children:
        mine = given[child.code]
        most = at_most[child.code] if at_most else child.weeks
        for slot in wished[child.code] if wished else child.wishes:
            if slot in mine or slot not in best(instance, child, mine | {slot}, most):
                continue
            order = in_order(instance, slot)
            inside = [code for code in order if slot in given[code]]
            room = places[slot] if places else places_of(instance, slot)
            behind = [code for code in inside if order.index(code) > order.index(child.code)]
            if len(inside) < room or behind:
                found.append((child.code, slot))
    return found


def places_of(instance, slot):
    return next(s.places for s in instance.slots if s.code == slot)


def breaches(instance, given):
    """What no outcome may do, whatever the rule."""
    found = [
        slot.code
        for slot in instance.slots
        if sum(slot.code in mine for mine in given.values()) > slot.places
    ]
    for child in instance.children:
        mine = given[child.code]
        if len(mine) > child.weeks or not mine <= set(child.wishes):
            found.append(child.code)
        found += [pair for pair in combinations(mine, 2) if clash(instance, *pair)]
    return found


def apart(instance):
    """The same instance with nobody asking to stay together."""
    children = tuple(replace(child, together=False) for child in instance.children)
    return replace(instance, children=children)


class BySlowHand:
    """The siblings' pass as the decision page says it, sentence by sentence."""

    def __init__(self, instance, given):
        self.instance, self.given = instance, {code: set(mine) for code, mine in given.items()}
        self.child = {child.code: child for child in instance.children}
        self.order = {slot.code: in_order(instance, slot.code) for slot in instance.slots}
        self.family = {}
        for child in instance.children:
            if child.together:
                self.family.setdefault(child.family, []).append(child.code)
        self.family = {k: v for k, v in self.family.items() if len(v) > 1}

    def standing(self, code):
        """The child's best place in the orders of what it wishes for."""
        found = [len(self.child) + 1]
        for slot in self.child[code].wishes:
            order = next(s.order for s in self.instance.slots if s.code == slot)
            same = [replace(s, code="all") for s in self.instance.slots if s.order == order][:1]
            everybody = [
                replace(c, wishes=("all",)) for c in self.instance.children if order in c.standings
            ]
            whole = _Loose(self.instance.rules, same, everybody)
            found.append(in_order(whole, "all").index(code) + 1)
        seed = self.instance.rules.seed.encode()
        return min(found), hmac.new(seed, code.encode(), hashlib.sha256).hexdigest()

    def together(self, code, slot):
        family = next((f for f in self.family.values() if code in f), [])
        wishing = [c for c in family if slot in self.child[c].wishes]
        return len(wishing) > 1 and all(slot in self.given[c] for c in wishing)

    def free(self, slot):
        return places_of(self.instance, slot) - sum(slot in m for m in self.given.values())

    def run(self):
        for family in sorted(self.family.values(), key=lambda f: min(map(self.standing, f))):
            slots = {}
            for code in family:
                for number, slot in enumerate(self.child[code].wishes):
                    slots.setdefault(slot, []).append(number)
            for slot in sorted(slots, key=lambda s: (-len(slots[s]), sum(slots[s]), s)):
                if len(slots[slot]) > 1 and self.move(family, slot):
                    while self.pass_on():
                        pass
        return self.given

    def move(self, family, slot):
        movers = [c for c in family if slot in self.child[c].wishes and slot not in self.given[c]]
        if not 0 < len(movers) <= self.free(slot):
            return False
        leaves = {}
        for code in movers:
            mine = self.given[code]
            leave = [s for s in mine if clash(self.instance, s, slot)]
            if not leave and len(mine) == self.child[code].weeks:
                alone = [s for s in mine if not self.together(code, s)]
                if not alone:
                    return False
                leave = [max(alone, key=self.child[code].wishes.index)]
            if len(leave) > 1 or any(self.together(code, s) for s in leave):
                return False
            leaves[code] = leave
        for code, leave in leaves.items():
            self.given[code] = self.given[code] - set(leave) | {slot}
        return True

    def pass_on(self):
        for slot in sorted(self.order):
            if self.free(slot) <= 0:
                continue
            for code in self.order[slot]:
                mine, child = self.given[code], self.child[code]
                kept = best(self.instance, child, mine | {slot}, child.weeks)
                if slot in mine or slot not in kept:
                    continue
                if any(self.together(code, s) for s in mine - kept):
                    continue
                self.given[code] = kept
                return True
        return False


class _Loose:
    def __init__(self, rules, slots, children):
        self.rules, self.slots, self.children = rules, slots, children
