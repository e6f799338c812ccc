"""What a fee scheme asks of a family: pure, from the published rows to lines that add up.

The rule as it is published stands in docs/decisions/0026-fees.md. No table, no clock: the same
scheme and the same facts give the same lines, on any machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.errors import N_, Invalid
from app.operations.fees import Line, Quote

CENT = Decimal("0.01")
MOST = Decimal("9999999999.99")
MOST_SLOTS = 100

# For residents, and for others.
BAND = N_("ISEE band"), N_("ISEE band, not resident")
NO_ISEE = N_("No ISEE: highest band"), N_("No ISEE, not resident: highest band")
EXPIRED = N_("Expired ISEE: highest band"), N_("Expired ISEE, not resident: highest band")
SIBLING = N_("Reduction for brothers and sisters")
FLOOR = N_("Raised to the lowest fee")
CEILING = N_("Lowered to the highest fee")

NO_BANDS = N_("A scheme needs one band at least.")
FROM_NOTHING = N_("The first band begins at an ISEE of 0.")
GAP = N_("Between this band and the one before it there is a gap.")
OVERLAP = N_("This band overlaps the one before it.")
BACKWARDS = N_("The end lies before the start.")
OPEN_END = N_("Only the last band is without an end, and it must be.")
NO_SLOPE = N_("Without an end a band has one amount.")
NO_AMOUNT = N_("An amount is from 0 to 9999999999.99 euro, with two decimals at most.")
FLOOR_FIRST = N_("The highest fee is not below the lowest.")
TWICE = N_("This stands here twice.")
ONE_WAY = N_("Brothers and sisters pay a percentage less, or an amount of their own.")
PER_CENT = N_("A percentage is from 0 to 100.")
SECOND = N_("A reduction begins with the second child.")
NO_SUCH_EXTRA = N_("There is no such extra here.")
COUNT = N_("This is a whole number from %(low)s to %(high)s.")


@dataclass(frozen=True, slots=True)
class Band:
    """From an ISEE up to, not including, its end; the last has none.

    An amount with a second one beside it runs linearly from the first to the second; alone it
    is the same throughout.
    """

    from_isee: Decimal
    to_isee: Decimal | None
    resident: Decimal
    non_resident: Decimal
    resident_to: Decimal | None = None
    non_resident_to: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sibling:
    """What the n-th child of a family, and those after it, pay: so much less, or an amount."""

    rank: int
    per_cent: Decimal | None = None
    amount: Decimal | None = None
    residents_only: bool = True


@dataclass(frozen=True, slots=True)
class Extra:
    """What is paid besides for each slot; ``always`` where nobody goes without it."""

    key: str
    label: str
    amount: Decimal
    always: bool = False


@dataclass(frozen=True, slots=True)
class Isee:
    """The ISEE as the family declares it; good through the day on which it expires."""

    amount: Decimal
    expires_on: date


@dataclass(frozen=True, slots=True)
class Scheme:
    """One published edition. The floor and the ceiling bind what a slot costs before extras."""

    bands: tuple[Band, ...]
    siblings: tuple[Sibling, ...] = ()
    extras: tuple[Extra, ...] = ()
    floor: Decimal = Decimal(0)
    ceiling: Decimal | None = None


def check(scheme: Scheme) -> None:
    """Raises Invalid, naming the row, for a scheme that cannot be published."""
    _check_bands(scheme.bands)
    _once([one.rank for one in scheme.siblings], "siblings", "rank")
    for number, one in enumerate(scheme.siblings):
        place = f"siblings[{number}]"
        if type(one.rank) is not int or one.rank < 2:
            raise Invalid(SECOND, field=f"{place}.rank")
        if (one.per_cent is None) == (one.amount is None):
            raise Invalid(ONE_WAY, field=f"{place}.amount")
        if one.amount is not None:
            _amount(one.amount, f"{place}.amount")
        if one.per_cent is not None and not (_holds(one.per_cent) and one.per_cent <= 100):
            raise Invalid(PER_CENT, field=f"{place}.per_cent")
    _once([one.key for one in scheme.extras], "extras", "key")
    for number, extra in enumerate(scheme.extras):
        _amount(extra.amount, f"extras[{number}].amount")
    _amount(scheme.floor, "floor")
    if scheme.ceiling is not None:
        _amount(scheme.ceiling, "ceiling")
        if scheme.ceiling < scheme.floor:
            raise Invalid(FLOOR_FIRST, field="ceiling")


def _check_bands(bands: Sequence[Band]) -> None:
    if not bands:
        raise Invalid(NO_BANDS, field="bands")
    end: Decimal | None = Decimal(0)
    for number, band in enumerate(bands):
        place = f"bands[{number}]"
        _amount(band.from_isee, f"{place}.from_isee")
        for name in ("to_isee", "resident", "non_resident", "resident_to", "non_resident_to"):
            if getattr(band, name) is not None:
                _amount(getattr(band, name), f"{place}.{name}")
        if end is None:
            raise Invalid(OPEN_END, field=f"bands[{number - 1}].to_isee")
        if band.from_isee != end:
            wrong = OVERLAP if band.from_isee < end else GAP
            raise Invalid(wrong if number else FROM_NOTHING, field=f"{place}.from_isee")
        if band.to_isee is None:
            for name in ("resident_to", "non_resident_to"):
                if getattr(band, name) is not None:
                    raise Invalid(NO_SLOPE, field=f"{place}.{name}")
        elif band.to_isee <= band.from_isee:
            raise Invalid(BACKWARDS, field=f"{place}.to_isee")
        end = band.to_isee
    if end is not None:
        raise Invalid(OPEN_END, field=f"bands[{len(bands) - 1}].to_isee")


# ---------------------------------------------------------------- quoting


def quote(
    scheme: Scheme,
    isee: Isee | None,
    *,
    on: date,
    resident: bool,
    rank: int = 1,
    extras: Sequence[str] = (),
    slots: int = 1,
) -> Quote:
    """What so many slots cost a person, in euro, with the lines that add up to it.

    ``rank`` is which child of its family this is. Each step is rounded half up to the cent for
    one slot, and then taken so many times. Raises Invalid naming what is wrong.
    """
    check(scheme)
    _whole(rank, 1, MOST_SLOTS, "rank")
    _whole(slots, 1, MOST_SLOTS, "slots")
    lines = [_by_isee(scheme, isee, on, resident)]
    sibling = _for_sibling(scheme, lines[0].amount, rank, resident)
    if sibling is not None:
        lines.append(sibling)
    bound = _within(scheme, sum((one.amount for one in lines), Decimal(0)))
    if bound is not None:
        lines.append(bound)
    lines += _besides(scheme, extras)
    many = tuple(Line(one.label, one.amount * slots, one.detail) for one in lines)
    return Quote(sum((one.amount for one in many), Decimal(0)), many)


def _by_isee(scheme: Scheme, isee: Isee | None, on: date, resident: bool) -> Line:
    """What the band asks. Without an ISEE that holds, the highest."""
    if isee is not None:
        _amount(isee.amount, "isee")
    if isee is None or isee.expires_on < on:
        top = scheme.bands[-1]
        amount = top.resident if resident else top.non_resident
        why = NO_ISEE if isee is None else EXPIRED
        return Line(why[not resident], _cents(amount))
    band = next(
        one for one in scheme.bands if one.to_isee is None or isee.amount < one.to_isee
    )  # fmt: skip
    first = band.resident if resident else band.non_resident
    last = band.resident_to if resident else band.non_resident_to
    if last is not None and band.to_isee is not None:
        share = (isee.amount - band.from_isee) / (band.to_isee - band.from_isee)
        first += (last - first) * share
    reach = "" if band.to_isee is None else f"{band.to_isee.normalize():f}"
    return Line(BAND[not resident], _cents(first), f"{band.from_isee.normalize():f}–{reach}")


def _for_sibling(scheme: Scheme, fee: Decimal, rank: int, resident: bool) -> Line | None:
    """The reduction of the highest rank that this child reaches; never a dearer place."""
    reached = [
        one
        for one in scheme.siblings
        if one.rank <= rank and (resident or not one.residents_only)
    ]  # fmt: skip
    if not reached:
        return None
    one = max(reached, key=lambda row: row.rank)
    if one.amount is not None:
        reduced = _cents(one.amount)
    else:
        reduced = _cents(fee * (100 - (one.per_cent or Decimal(0))) / 100)
    return Line(SIBLING, reduced - fee, str(rank)) if reduced < fee else None


def _within(scheme: Scheme, fee: Decimal) -> Line | None:
    """The step to the floor or to the ceiling, if the fee lies beyond one of them."""
    if fee < scheme.floor:
        return Line(FLOOR, _cents(scheme.floor) - fee)
    if scheme.ceiling is not None and fee > scheme.ceiling:
        return Line(CEILING, _cents(scheme.ceiling) - fee)
    return None


def _besides(scheme: Scheme, extras: Sequence[str]) -> list[Line]:
    known = {one.key: one for one in scheme.extras}
    for number, key in enumerate(extras):
        if key not in known:
            raise Invalid(NO_SUCH_EXTRA, field=f"extras[{number}]")
    return [
        Line(one.label, _cents(one.amount))
        for one in scheme.extras
        if one.always or one.key in extras
    ]


# ---------------------------------------------------------------- amounts


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def _holds(amount: object) -> bool:
    if not isinstance(amount, Decimal) or not amount.is_finite() or not 0 <= amount <= MOST:
        return False
    exponent = amount.normalize().as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -2


def _amount(amount: object, field: str) -> None:
    if not _holds(amount):
        raise Invalid(NO_AMOUNT, field=field)


def _whole(number: object, low: int, high: int, field: str) -> None:
    if type(number) is not int or not low <= number <= high:
        raise Invalid(COUNT, field=field, low=low, high=high)


def _once(keys: Sequence[object], place: str, name: str) -> None:
    for number, key in enumerate(keys):
        if key in keys[:number]:
            raise Invalid(TWICE, field=f"{place}[{number}].{name}")
