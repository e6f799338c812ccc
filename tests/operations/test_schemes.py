"""A fee by scheme: what a family is asked, line by line, and which schemes are refused."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.operations import schemes
from app.operations.schemes import Band, Extra, Isee, Scheme, Sibling, check, quote

DAY = date(2027, 6, 1)
D = Decimal
# Lodi 2021: 60 euro a week, the second child 50, non-residents 100, a meal 3.50.
LODI = Scheme(
    (Band(D(0), None, D(60), D(100)),),
    (Sibling(2, amount=D(50)),),
    (Extra("meal", "Pasto", D("3.50")),),
)
LINEAR = Scheme(
    (
        Band(D(0), D(6000), D(10), D(50)),
        Band(D(6000), D(30000), D(10), D(50), D(60), D(90)),
        Band(D(30000), None, D(60), D(90)),
    ),
    (Sibling(2, per_cent=D(10)), Sibling(3, per_cent=D(50), residents_only=False)),
)


def good(amount):
    return Isee(D(amount), DAY)


def asked(scheme, isee, **facts):
    return quote(scheme, isee, on=DAY, **{"resident": True, **facts})


# ---------------------------------------------------------------- what is asked


def test_lodi_asks_its_published_figures():
    assert asked(LODI, None).amount == 60
    assert asked(LODI, None, rank=2).amount == 50
    assert asked(LODI, None, resident=False).amount == 100
    assert asked(LODI, None, resident=False, rank=2).amount == 100
    assert asked(LODI, None, rank=2, extras=["meal"], slots=2).amount == 107


def test_a_linear_band_runs_from_its_first_amount_to_its_second():
    assert asked(LINEAR, good(6000)).amount == 10
    assert asked(LINEAR, good(18000)).amount == 35
    assert asked(LINEAR, good("29999.99")).amount == 60
    assert asked(LINEAR, good(18000), resident=False).amount == 70


def test_a_cent_is_rounded_half_up():
    bands = (
        Band(D(0), D(1000), D(0), D(0), D(10)),
        Band(D(1000), None, D(10), D(10)),
    )
    assert asked(Scheme(bands), good("0.5")).amount == D("0.01")
    assert asked(Scheme(bands), good("0.49")).amount == D("0.00")


def test_without_an_isee_that_holds_the_highest_band_counts_and_the_line_says_so():
    none = asked(LINEAR, None)
    late = asked(LINEAR, Isee(D(0), DAY - timedelta(days=1)))
    assert (none.amount, none.lines[0].label) == (60, schemes.NO_ISEE[0])
    assert (late.amount, late.lines[0].label) == (60, schemes.EXPIRED[0])
    assert asked(LINEAR, Isee(D(0), DAY)).amount == 10


def test_the_third_child_has_the_third_child_s_reduction_and_so_has_the_fourth():
    assert asked(LINEAR, good(18000), rank=2).amount == D("31.50")
    assert asked(LINEAR, good(18000), rank=3).amount == D("17.50")
    assert asked(LINEAR, good(18000), rank=4).amount == D("17.50")
    assert asked(LINEAR, good(18000), rank=2, resident=False).amount == 70
    assert asked(LINEAR, good(18000), rank=3, resident=False).amount == 35


def test_a_reduction_makes_no_place_dearer():
    scheme = replace(LINEAR, siblings=(Sibling(2, amount=D(50)),))
    assert asked(scheme, good(0), rank=2).amount == 10


def test_the_floor_and_the_ceiling_bind_before_the_extras():
    scheme = replace(LODI, floor=D(55), ceiling=D(90))
    low, high = asked(scheme, None, rank=2, extras=["meal"]), asked(scheme, None, resident=False)
    assert (low.amount, low.lines[2].label) == (D("58.50"), schemes.FLOOR)
    assert (high.amount, high.lines[1].label) == (90, schemes.CEILING)


def test_an_extra_that_nobody_goes_without_is_always_asked():
    scheme = replace(LODI, extras=(Extra("card", "Tessera", D(5), always=True),))
    assert [line.label for line in asked(scheme, None).lines][-1] == "Tessera"
    assert asked(scheme, None, extras=["card", "card"]).amount == 65


# ---------------------------------------------------------------- for any scheme

money = st.decimals(0, 5000, places=2)
ends = st.lists(st.decimals(1, 60000, places=2), unique=True, max_size=4).map(sorted)


@st.composite
def drawn(draw):
    """A scheme that can be published, rising with the ISEE."""
    marks = [D(0), *draw(ends)]
    amounts = sorted(draw(st.lists(money, min_size=2 * len(marks), max_size=2 * len(marks))))
    bands = []
    for number, start in enumerate(marks):
        last = number == len(marks) - 1
        end = None if last else marks[number + 1]
        slope = None if last or draw(st.booleans()) else amounts[2 * number + 1]
        first = amounts[2 * number]
        bands.append(Band(start, end, first, first, slope, slope))
    floor = draw(money)
    return Scheme(
        tuple(bands),
        tuple(draw(st.sampled_from([(), (Sibling(2, per_cent=D(25)),)]))),
        (Extra("meal", "Pasto", draw(money)),),
        floor,
        draw(st.none() | money.map(lambda more: floor + more)),
    )


@given(drawn(), money.map(lambda m: m * 12), st.integers(1, 5), st.integers(1, 20), st.booleans())
def test_the_lines_add_up_and_a_fee_stays_within_its_bounds(scheme, isee, rank, slots, meal):
    found = asked(scheme, good(isee), rank=rank, slots=slots, extras=["meal"] * meal)
    assert found.amount == sum(line.amount for line in found.lines)
    assert all(line.amount == line.amount.quantize(D("0.01")) for line in found.lines)
    fee = found.amount / slots - (scheme.extras[0].amount if meal else 0)
    assert fee >= scheme.floor
    assert scheme.ceiling is None or fee <= scheme.ceiling


@given(drawn(), money.map(lambda m: m * 12), money.map(lambda m: m * 12), st.integers(1, 3))
def test_who_has_more_never_pays_less(scheme, one, other, rank):
    less, more = sorted((one, other))
    assert (
        asked(scheme, good(less), rank=rank).amount <= asked(scheme, good(more), rank=rank).amount
    )
    assert asked(scheme, good(more), rank=rank).amount <= asked(scheme, None, rank=rank).amount


# ---------------------------------------------------------------- what is refused


def bands(*rows):
    return Scheme(tuple(Band(D(a), None if b is None else D(b), D(1), D(1)) for a, b in rows))


@pytest.mark.parametrize(
    ("scheme", "field"),
    [
        (Scheme(()), "bands"),
        (bands((5, None)), "bands[0].from_isee"),
        (bands((0, 10), (9, None)), "bands[1].from_isee"),
        (bands((0, 10), (11, None)), "bands[1].from_isee"),
        (bands((0, 10)), "bands[0].to_isee"),
        (bands((0, None), (10, None)), "bands[0].to_isee"),
        (bands((0, 0), (0, None)), "bands[0].to_isee"),
        (Scheme((Band(D(0), None, D(1), D(1), D(2)),)), "bands[0].resident_to"),
        (Scheme((Band(D(0), None, D(-1), D(1)),)), "bands[0].resident"),
        (Scheme((Band(D(0), None, D(1), D("1e12")),)), "bands[0].non_resident"),
        (Scheme((Band(D(0), None, D("NaN"), D(1)),)), "bands[0].resident"),
        (Scheme((Band(D(0), None, D("1.005"), D(1)),)), "bands[0].resident"),
        (replace(LODI, floor=D("-0.01")), "floor"),
        (replace(LODI, floor=D(5), ceiling=D(4)), "ceiling"),
        (replace(LODI, siblings=(Sibling(1, amount=D(1)),)), "siblings[0].rank"),
        (replace(LODI, siblings=(Sibling(2),)), "siblings[0].amount"),
        (replace(LODI, siblings=(Sibling(2, D(10), D(1)),)), "siblings[0].amount"),
        (replace(LODI, siblings=(Sibling(2, D(101)),)), "siblings[0].per_cent"),
        (replace(LODI, siblings=(Sibling(2, D(1)), Sibling(2, D(2)))), "siblings[1].rank"),
        (replace(LODI, extras=(*LODI.extras, *LODI.extras)), "extras[1].key"),
        (replace(LODI, extras=(Extra("x", "x", D(-1)),)), "extras[0].amount"),
    ],
)
def test_a_scheme_that_cannot_be_published_is_refused_by_its_row(scheme, field):
    with pytest.raises(Invalid) as refused:
        check(scheme)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"extras": ["meal", "sauna"]}, "extras[1]"),
        ({"rank": 0}, "rank"),
        ({"slots": 0}, "slots"),
        ({"slots": True}, "slots"),
        ({"slots": 101}, "slots"),
    ],
)
def test_what_is_asked_wrongly_is_refused_by_its_name(facts, field):
    with pytest.raises(Invalid) as refused:
        asked(LODI, None, **facts)
    assert refused.value.field == field


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e12", "0.001"])
def test_an_isee_that_is_no_amount_is_refused(amount):
    with pytest.raises(Invalid) as refused:
        asked(LINEAR, good(amount))
    assert refused.value.field == "isee"
