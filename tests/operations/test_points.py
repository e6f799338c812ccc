"""Points line by line, from what two real notices publish (FACTS: Lodi 2021, Lissone 2024)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.operations.points import Criterion, check, score

# Lodi gives precedence, and no numbers: each outweighs all after it.
LODI = (
    Criterion("resident", "Resident in the municipality", Decimal(4)),
    Criterion("disability", "The child's certified disability", Decimal(2)),
    Criterion("both_parents_work", "Both parents work", Decimal(1)),
)


def work(key, label, points):
    return Criterion(key, label, Decimal(points), "choice", group="parents_work")


LISSONE = (
    work("single_parent", "Single parent who works", 12),
    work("both_full_time", "Both parents work full time", 10),
    work("one_part_time", "Both parents work, one part time", 8),
    work("both_part_time", "Both parents work part time", 6),
    work("one_works", "One of two parents works", 2),
    work("none_works", "Both parents are unemployed", 1),
    Criterion("disability", "The child's certified disability", Decimal(8)),
    Criterion("family_disability", "Another member's disability over 80 %", Decimal(6)),
    Criterion("foster_child", "Foster child", Decimal(2)),
    Criterion("social_services", "Case known to the social services", Decimal(2)),
    Criterion("siblings", "Each sibling up to 14 years", Decimal("0.5"), "unit"),
)


def test_every_line_that_counts_is_shown_in_the_published_order():
    found = score(
        LISSONE,
        {"siblings": 3, "parents_work": "one_part_time", "foster_child": True,
         "disability": False},
    )  # fmt: skip
    assert found.points == Decimal("11.5")
    assert found.as_json() == [
        {"key": "one_part_time", "label": "Both parents work, one part time", "count": 1,
         "points": "8"},
        {"key": "foster_child", "label": "Foster child", "count": 1, "points": "2"},
        {"key": "siblings", "label": "Each sibling up to 14 years", "count": 3, "points": "1.5"},
    ]  # fmt: skip


def test_what_is_not_declared_gives_no_points():
    assert score(LISSONE, {}).points == 0
    assert score(LODI, {"resident": None}).lines == ()


def test_precedence_written_as_points_holds_whatever_comes_after():
    resident = score(LODI, {"resident": True})
    assert resident.points > score(LODI, {"disability": True, "both_parents_work": True}).points


def test_units_count_up_to_their_maximum():
    capped = (*LISSONE[:-1], replace(LISSONE[-1], maximum=2))
    assert score(capped, {"siblings": 5}).lines[0].count == 2


def test_what_only_the_ties_read_may_be_declared_and_nothing_else():
    assert score(LODI, {"birth_date": "2018-03-01"}, ties=["birth_date"]).points == 0
    with pytest.raises(Invalid) as refused:
        score(LODI, {"why_a_parent_is_absent": "..."})
    assert refused.value.field == "facts.why_a_parent_is_absent"


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("parents_work", "astronauts"), ("parents_work", True), ("parents_work", ["one_works"]),
        ("disability", 1), ("disability", "yes"), ("siblings", True), ("siblings", -1),
        ("siblings", 10**9), ("siblings", 1.5), ("siblings", "2"), ("single_parent", True),
    ],
)  # fmt: skip
def test_a_fact_of_another_kind_is_refused_with_its_name(fact, value):
    with pytest.raises(Invalid) as refused:
        score(LISSONE, {fact: value})
    assert refused.value.field == f"facts.{fact}"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "magic"}, "kind"), ({"key": ""}, "key"), ({"key": "resident"}, "key"),
        ({"group": "g"}, "group"), ({"kind": "choice"}, "group"), ({"maximum": 2}, "maximum"),
        ({"kind": "unit", "maximum": 0}, "maximum"), ({"points": Decimal("NaN")}, "points"),
        ({"points": Decimal("0.125")}, "points"), ({"points": 0.5}, "points"),
        ({"points": Decimal("1E+9")}, "points"),
        ({"kind": "choice", "group": "resident"}, "key"),
    ],
)  # fmt: skip
def test_criteria_that_cannot_be_published_are_refused_with_the_place(change, field):
    with pytest.raises(Invalid) as refused:
        check((LODI[0], replace(LODI[1], **change), LODI[2]))
    assert refused.value.field == f"criteria[1].{field}"


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "parents_work": st.sampled_from([c.key for c in LISSONE if c.kind == "choice"]),
            "disability": st.booleans(),
            "foster_child": st.booleans(),
            "siblings": st.integers(0, 100),
        },
    )
)
def test_the_lines_add_up_to_the_points(facts):
    found = score(LISSONE, facts)
    assert found.points == sum(line.points for line in found.lines)
    assert sum(line.key in {c.key for c in LISSONE[:6]} for line in found.lines) <= 1
