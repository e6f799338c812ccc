"""What an allocation is made from, and the one way to write it down.

An instance that exists is valid, and lies in the order of its codes: whoever gives the same
children and slots in another order has given the same instance.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from hashlib import sha256
from operator import attrgetter
from typing import Any

from app.errors import N_, Invalid

# Written into inputs and outcomes: a rule that changes gets another name.
RULE = "intreccio-allocation-1"
MOST = 1_000_000
CODE = re.compile(r"[!-~]{1,80}")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{0,3}[1-9])?")

NO_CODE = N_("A code has 1 to 80 letters, digits or signs, and no space.")
TWICE = N_("This stands here twice.")
NOT_FROM_TO = N_("This is a whole number from %(low)s to %(high)s.")
NOT_A_NUMBER = N_("This is a number with four decimals at most.")
NO_SEED = N_("Draw the seed first: without it there is no order.")
NO_DIRECTION = N_("A tie puts the high or the low value first.")
NO_HOURS = N_("Hours begin before they end.")
NO_SUCH_SLOT = N_("There is no such slot in this ranking.")
NOT_ITS_ORDERS = N_("A child has points in exactly the orders of the slots that it wishes for.")
NOT_ITS_TIES = N_("A standing has one value for each published tie.")
CHAINED = N_(
    "%(one)s overlaps %(two)s, and %(two)s overlaps %(three)s, but the first and the last do "
    "not overlap. Where organizers rank differently no fair allocation is sure to exist then: "
    "one of the three wishes has to go, or all slots share one order."
)
NO_FAMILY = N_("Who asks to stay together names the family.")
NOT_CANONICAL = N_("These are not the canonical bytes of an allocation's inputs.")


@dataclass(frozen=True, slots=True)
class Tie:
    """One published tie: ``high`` or ``low`` values go first (a date as 20180301)."""

    key: str
    first: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What is published beside the criteria.

    ``quota`` is how many weeks a child gets at most in the first round; None: no such round.
    """

    seed: str
    ties: tuple[Tie, ...] = ()
    quota: int | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """A week or day. ``order`` names whose ranking it follows; ``hours`` are half-open spans
    of seconds since 1970."""

    code: str
    places: int
    order: str
    hours: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a child stands in one order: its points, and a value for each published tie."""

    points: Decimal
    ties: tuple[Decimal, ...] = ()


@dataclass(frozen=True, slots=True)
class Child:
    """One entry: its wishes, the best first, and how many of them it wants at most."""

    code: str
    wishes: tuple[str, ...]
    weeks: int
    standings: Mapping[str, Standing]
    family: str = ""
    together: bool = False


@dataclass(frozen=True)
class Instance:
    """All that an outcome rests on. Raises Invalid, with the place, where it does not hold."""

    rules: Rules
    slots: tuple[Slot, ...]
    children: tuple[Child, ...]

    def __post_init__(self) -> None:
        for name in ("slots", "children"):
            rows = getattr(self, name)
            object.__setattr__(self, name, tuple(sorted(rows, key=attrgetter("code"))))
        _check(self)

    @cached_property
    def overlaps(self) -> dict[str, frozenset[str]]:
        return overlapping(self.slots)

    @cached_property
    def orders(self) -> frozenset[str]:
        return frozenset(slot.order for slot in self.slots)

    def canonical(self) -> bytes:
        """The one way to write this instance down: sorted JSON, numbers with decimals as text."""
        return canonical_json(_as_json(self))

    @cached_property
    def sha256(self) -> str:
        return sha256(self.canonical()).hexdigest()


def overlapping(slots: Iterable[Slot]) -> dict[str, frozenset[str]]:
    """By code: the other slots at the same time for at least a moment."""
    slots = tuple(slots)
    found: dict[str, set[str]] = {slot.code: set() for slot in slots}
    going_on: list[tuple[int, str]] = []
    for start, end, code in sorted((*span, slot.code) for slot in slots for span in slot.hours):
        going_on = [(until, other) for until, other in going_on if until > start]
        for _, other in going_on:
            if other != code:
                found[code].add(other)
                found[other].add(code)
        going_on.append((end, code))
    return {code: frozenset(others) for code, others in found.items()}


def chained(
    wishes: Sequence[str], overlaps: Mapping[str, Collection[str]]
) -> tuple[str, str, str] | None:
    """Three wishes of which the second overlaps both others and these do not overlap, or None.

    Without such three, wishes fall into groups of which one can be held each. Then "the best
    wishes that fit" never gives up a wish because another one was refused, and the allocation
    by differing orders is stable (docs/decisions/0025-rankings.md).
    """
    for two in wishes:
        beside = [wish for wish in wishes if wish in overlaps[two]]
        for one in beside:
            for three in beside:
                if one != three and three not in overlaps[one]:
                    return one, two, three
    return None


# A city's children share a few hundred numbers.
@lru_cache(maxsize=4096)
def decimal_text(number: Decimal) -> str:
    """A number as it is written down: 21.5, 10, 0. No exponent, no trailing zero."""
    return "0" if number == 0 else format(number.normalize(), "f")


def canonical_json(content: Any) -> bytes:
    """Sorted keys, no spaces, UTF-8: the same content is the same bytes on any machine."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def from_canonical(content: bytes) -> Instance:
    """The instance that was written down. Raises Invalid for any other bytes.

    Bytes that say the same in another way are refused too: their SHA-256 is not the published.
    """
    try:
        read = json.loads(content.decode())
        instance = _from_json(read)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Invalid(NOT_CANONICAL, field="inputs") from None
    if instance.canonical() != content:
        raise Invalid(NOT_CANONICAL, field="inputs")
    # These are the bytes: no need to write them once more.
    instance.__dict__["sha256"] = sha256(content).hexdigest()
    return instance


def _as_json(instance: Instance) -> dict[str, Any]:
    rules = instance.rules
    return {
        "rule": RULE,
        "rules": {
            "quota": rules.quota,
            "seed": rules.seed,
            "ties": [{"key": tie.key, "first": tie.first} for tie in rules.ties],
        },
        "slots": [
            {"code": slot.code, "places": slot.places, "order": slot.order, "hours": slot.hours}
            for slot in instance.slots
        ],
        "children": [
            {
                "code": child.code,
                "family": child.family,
                "together": child.together,
                "weeks": child.weeks,
                "wishes": child.wishes,
                "standings": {
                    order: {
                        "points": decimal_text(standing.points),
                        "ties": [decimal_text(value) for value in standing.ties],
                    }
                    for order, standing in child.standings.items()
                },
            }
            for child in instance.children
        ],
    }


def _from_json(read: Any) -> Instance:
    if read["rule"] != RULE:
        raise ValueError(read["rule"])
    rules = read["rules"]
    return Instance(
        Rules(rules["seed"], tuple(Tie(**tie) for tie in rules["ties"]), rules["quota"]),
        tuple(
            Slot(
                slot["code"],
                slot["places"],
                slot["order"],
                tuple((start, end) for start, end in slot["hours"]),
            )
            for slot in read["slots"]
        ),
        tuple(
            Child(
                child["code"],
                tuple(child["wishes"]),
                child["weeks"],
                {
                    order: Standing(
                        _decimal(standing["points"]),
                        tuple(_decimal(value) for value in standing["ties"]),
                    )
                    for order, standing in child["standings"].items()
                },
                child["family"],
                child["together"],
            )
            for child in read["children"]
        ),
    )


@lru_cache(maxsize=4096)
def _decimal(text: str) -> Decimal:
    if not NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _check(instance: Instance) -> None:
    rules = instance.rules
    if not isinstance(rules.seed, str) or not rules.seed.strip() or not _encodes(rules.seed):
        raise Invalid(NO_SEED, field="rules.seed")
    if rules.quota is not None:
        _whole(rules.quota, 1, MOST, "rules.quota")
    _once([tie.key for tie in rules.ties], "rules.ties")
    for number, tie in enumerate(rules.ties):
        _code(tie.key, f"rules.ties[{number}].key")
        if tie.first not in ("high", "low"):
            raise Invalid(NO_DIRECTION, field=f"rules.ties[{number}].first")
    _once([slot.code for slot in instance.slots], "slots")
    for slot in instance.slots:
        place = f"slots[{slot.code}]"
        _code(slot.code, f"{place}.code")
        _code(slot.order, f"{place}.order")
        _whole(slot.places, 0, MOST, f"{place}.places")
        for span in slot.hours:
            if not all(type(moment) is int for moment in span) or span[0] >= span[1]:
                raise Invalid(NO_HOURS, field=f"{place}.hours")
    _once([child.code for child in instance.children], "children")
    orders = {slot.code: slot.order for slot in instance.slots}
    overlaps = instance.overlaps
    several = len(instance.orders) > 1
    for child in instance.children:
        _check_child(child, orders, len(rules.ties))
        if several and (three := chained(child.wishes, overlaps)):
            raise Invalid(
                CHAINED,
                field=f"children[{child.code}].wishes",
                one=three[0],
                two=three[1],
                three=three[2],
            )


def _check_child(child: Child, orders: Mapping[str, str], ties: int) -> None:
    place = f"children[{child.code}]"
    _code(child.code, f"{place}.code")
    _whole(child.weeks, 1, MOST, f"{place}.weeks")
    for number, wish in enumerate(child.wishes):
        if wish not in orders:
            raise Invalid(NO_SUCH_SLOT, field=f"{place}.wishes[{number}]")
    _once(child.wishes, f"{place}.wishes")
    if type(child.together) is not bool or (child.together and not child.family):
        raise Invalid(NO_FAMILY, field=f"{place}.family")
    if child.family:
        _code(child.family, f"{place}.family")
    if child.standings.keys() != {orders[wish] for wish in child.wishes}:
        raise Invalid(NOT_ITS_ORDERS, field=f"{place}.standings")
    for order, standing in child.standings.items():
        if len(standing.ties) != ties:
            raise Invalid(NOT_ITS_TIES, field=f"{place}.standings[{order}].ties")
        for value in (standing.points, *standing.ties):
            # Not a number cannot even be looked up in a cache.
            if not (isinstance(value, Decimal) and value.is_finite() and _writable(value)):
                raise Invalid(NOT_A_NUMBER, field=f"{place}.standings[{order}]")


@lru_cache(maxsize=4096)
def _writable(value: Decimal) -> bool:
    # The size comes first: a huge exponent would fill the memory when it is written out.
    return (
        abs(value.adjusted()) < 20
        and len(value.as_tuple().digits) < 20
        and NUMBER.fullmatch(decimal_text(value)) is not None
    )


def _encodes(text: str) -> bool:
    return text.isprintable() and not any("\ud800" <= sign <= "\udfff" for sign in text)


def _code(code: Any, place: str) -> None:
    if not isinstance(code, str) or not CODE.fullmatch(code):
        raise Invalid(NO_CODE, field=place)


def _whole(number: Any, low: int, high: int, place: str) -> None:
    if type(number) is not int or not low <= number <= high:
        raise Invalid(NOT_FROM_TO, field=place, low=low, high=high)


def _once(codes: Sequence[str], place: str) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise Invalid(TWICE, field=f"{place}[{code}]")
        seen.add(code)
