"""Who gets which place: what the published rule promises, whatever families wish for."""

import json
from dataclasses import replace
from decimal import Decimal
from itertools import chain, combinations, product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident

from app.errors import Invalid
from app.operations.allocation import allocate
from app.operations.allocation_inputs import (
    Child,
    Instance,
    Rules,
    Slot,
    Standing,
    Tie,
    from_canonical,
)
from app.operations.draw import draw
from tests.operations.drawn_rankings import (
    BySlowHand,
    apart,
    blocking,
    breaches,
    clash,
    held,
    in_order,
    instances,
    of_families,
    places_of,
    worth,
)

FEW = settings(max_examples=150, deadline=None)
PUBLISHED_DRAW = "1eafe6759ef827c9133ade560a117884e9485019c253efdc5dd734440468f0b3"
PUBLISHED_INPUTS = "2ac4111f90ffeaa293699ff460ad253ca21988ab3036f6d0a2bb5f9bae0e34f6"
PUBLISHED_OUTCOME = "b84b117b3748bb05436fcdad52ec9be8fd8e19f745048f197ad24b3ff97dd1e6"
ONE = {"one": Standing(Decimal(10))}


def standing(points, *ties, order="one"):
    return {order: Standing(Decimal(points), tuple(Decimal(tie) for tie in ties))}


def weeks_of(*places, order="one"):
    """Slots ``1``, ``2`` ..., one after the other."""
    return tuple(
        Slot(str(number), count, order, ((number * 10, number * 10 + 10),))
        for number, count in enumerate(places, 1)
    )


def instance(slots, *children, **rules):
    return Instance(Rules(**{"seed": "lotto 2027-05-14", **rules}), slots, children)


def answers(outcome, code):
    found = next(child for child in outcome.children if child.code == code)
    return {answer.slot: answer for answer in found.answers}


# --- in words -------------------------------------------------------------------------------


def test_points_go_first_and_the_one_left_out_learns_by_what():
    outcome = allocate(
        instance(
            weeks_of(1, 1),
            Child("high", ("1", "2"), 1, standing("23")),
            Child("half", ("1", "2"), 1, standing("21.5")),
            Child("low", ("1", "2"), 1, standing("21")),
        )
    )
    assert held(outcome) == {"high": {"1"}, "half": {"2"}, "low": set()}
    first = answers(outcome, "half")["1"]
    assert (first.rank, first.state, first.position) == (1, "waiting", 1)
    assert (first.last_points, first.decided_by, first.because) == (Decimal(23), "points", "order")
    assert answers(outcome, "half")["2"].rank == 2
    assert answers(outcome, "high")["2"].because == "weeks"
    assert [answers(outcome, "low")[slot].position for slot in "12"] == [2, 1]


def test_equal_points_go_by_the_published_ties_and_last_by_the_draw():
    ties = (Tie("resident", "high"), Tie("birth_date", "low"))
    older = Child("older", ("1",), 1, standing("8", 1, 20180301))
    younger = Child("younger", ("1",), 1, standing("8", 1, 20190301))
    away = Child("away", ("1",), 1, standing("8", 0, 20170101))
    outcome = allocate(instance(weeks_of(1), younger, away, older, ties=ties))
    assert held(outcome)["older"] == {"1"}
    assert answers(outcome, "younger")["1"].decided_by == "birth_date"
    assert answers(outcome, "away")["1"].decided_by == "resident"
    twin = replace(older, code="twin")
    outcome = allocate(instance(weeks_of(1), older, twin, ties=ties))
    lucky, other = sorted(("older", "twin"), key=lambda code: draw("lotto 2027-05-14", code))
    assert held(outcome)[lucky] == {"1"}
    assert answers(outcome, other)["1"].decided_by == "draw"


def test_the_draw_can_be_computed_again_by_anybody():
    # printf K7Q2 | openssl dgst -sha256 -hmac "lotto 2027-05-14"
    assert draw("lotto 2027-05-14", "K7Q2") == PUBLISHED_DRAW


def test_in_the_first_round_nobody_gets_more_than_the_quota():
    first = Child("first", ("1", "2", "3"), 3, standing("9"))
    second = Child("second", ("1", "2"), 2, standing("3"))
    slots = weeks_of(1, 1, 1)
    assert held(allocate(instance(slots, first, second)))["second"] == set()
    outcome = allocate(instance(slots, first, second, quota=1))
    assert held(outcome) == {"first": {"1", "3"}, "second": {"2"}}
    assert answers(outcome, "first")["3"].because == "second_round"
    # With more points, and yet waiting behind somebody with fewer: it is said why.
    waits = answers(outcome, "first")["2"]
    assert (waits.state, waits.because, waits.decided_by) == ("waiting", "quota", None)


def test_nobody_holds_two_places_at_the_same_hours():
    slots = (Slot("am", 1, "one", ((0, 4),)), Slot("day", 1, "one", ((3, 8), (20, 30))))
    outcome = allocate(instance(slots, Child("c", ("day", "am"), 2, standing("1"))))
    assert held(outcome) == {"c": {"day"}}
    assert answers(outcome, "c")["am"].because == "hours"


def test_siblings_are_brought_together_in_free_places_and_what_they_leave_goes_on():
    slots = weeks_of(1, 2)
    ann = Child("ann", ("1", "2"), 1, standing("9"), "rossi", True)
    bob = Child("bob", ("1", "2"), 1, standing("8"), "rossi", True)
    third = Child("third", ("1",), 1, standing("1"))
    outcome = allocate(instance(slots, ann, bob, third))
    assert held(outcome) == {"ann": {"2"}, "bob": {"2"}, "third": {"1"}}
    assert answers(outcome, "ann")["2"].because == "siblings"
    assert answers(outcome, "ann")["1"].because == "together"
    assert answers(outcome, "third")["1"].because == "freed"
    # Not where it would cost somebody a place.
    other = Child("other", ("2",), 1, standing("7"))
    outcome = allocate(instance(slots, ann, bob, third, other))
    assert held(outcome) == {"ann": {"1"}, "bob": {"2"}, "third": set(), "other": {"2"}}


def test_wishes_that_overlap_in_a_chain_are_refused_where_organizers_rank_differently():
    slots = (
        Slot("w1", 1, "one", ((0, 10),)),
        Slot("both", 1, "one", ((0, 20),)),
        Slot("w2", 1, "two", ((10, 20),)),
    )
    child = Child("c", ("w1", "both", "w2"), 2, {**standing("1"), **standing("1", order="two")})
    with pytest.raises(Invalid) as refused:
        instance(slots, child)
    assert refused.value.field == "children[c].wishes"
    assert refused.value.params == {"one": "w1", "two": "both", "three": "w2"}
    # One order for all is fair for any wishes.
    slots = tuple(replace(slot, order="one") for slot in slots)
    assert held(allocate(instance(slots, replace(child, standings=standing("1"))))) == {
        "c": {"w1", "w2"}
    }


# --- for any instance -----------------------------------------------------------------------


@FEW
@given(instances())
def test_without_siblings_nobody_has_a_just_complaint(any_instance):
    given_out = held(allocate(any_instance))
    assert not breaches(any_instance, given_out)
    assert not blocking(any_instance, given_out)


@FEW
@given(instances(orders=1, chains=True))
def test_one_order_is_fair_even_where_overlaps_chain(any_instance):
    given_out = held(allocate(any_instance))
    assert not breaches(any_instance, given_out)
    assert not blocking(any_instance, given_out)


@FEW
@given(instances(quota=True))
def test_each_round_of_a_quota_is_fair_with_what_it_had(any_instance):
    outcome = allocate(any_instance)
    assert not breaches(any_instance, held(outcome))
    quota = any_instance.rules.quota
    first, second = held(outcome, "first_round"), held(outcome, "second_round")
    at_most = {child.code: min(child.weeks, quota) for child in any_instance.children}
    assert all(len(mine) <= at_most[code] for code, mine in first.items())
    assert not blocking(any_instance, first, at_most=at_most)
    left = {
        slot.code: slot.places - sum(slot.code in mine for mine in first.values())
        for slot in any_instance.slots
    }
    wished = {
        child.code: [
            wish for wish in child.wishes
            if not any(clash(any_instance, wish, mine) for mine in first[child.code])
        ]
        for child in any_instance.children
    }  # fmt: skip
    more = {child.code: child.weeks - len(first[child.code]) for child in any_instance.children}
    assert not blocking(any_instance, second, places=left, at_most=more, wished=wished)


@FEW
@given(instances(weeks=1, slots=6, children=9))
def test_one_week_instances_agree_with_the_library_matching(any_instance):
    wishes, orders, places = {}, {}, {}
    for slot in any_instance.slots:
        if slot.places and (wishing := in_order(any_instance, slot.code)):
            orders[slot.code], places[slot.code] = wishing, slot.places
    for child in any_instance.children:
        if known := [wish for wish in child.wishes if wish in orders]:
            wishes[child.code] = known
    assume(wishes)
    game = HospitalResident.create_from_dictionaries(wishes, orders, places)
    theirs = {
        slot.name: {resident.name for resident in residents}
        for slot, residents in game.solve(optimal="resident").items()
    }
    ours = {slot.code: set(slot.placed) for slot in allocate(any_instance).slots}
    assert {slot: ours[slot] for slot in orders} == theirs


@settings(max_examples=60, deadline=None)
@given(instances(children=3, slots=3, places=2))
def test_small_ones_agree_with_brute_force(any_instance):
    """Of all outcomes without a just complaint it is the one that is best for every child."""
    some = [
        [set(chosen) for chosen in chain.from_iterable(
            combinations(child.wishes, size) for size in range(child.weeks + 1))]
        for child in any_instance.children
    ]  # fmt: skip
    codes = [child.code for child in any_instance.children]
    fair = [
        found
        for choice in product(*some)
        if not breaches(any_instance, found := dict(zip(codes, choice, strict=True)))
        and not blocking(any_instance, found)
    ]
    ours = held(allocate(any_instance))
    assert ours in fair
    assert all(
        worth(child, ours[child.code]) <= worth(child, other[child.code])
        for other in fair
        for child in any_instance.children
    )


@FEW
@given(instances(orders=1), st.data())
def test_one_order_written_as_several_gives_the_same(any_instance, data):
    """In turn and by deferred acceptance: one rule, written in two ways."""
    slots = tuple(
        replace(slot, order=data.draw(st.sampled_from(["a", "b"]))) for slot in any_instance.slots
    )
    order_of = {slot.code: slot.order for slot in slots}
    children = tuple(
        replace(
            child,
            standings={
                order_of[wish]: next(iter(child.standings.values())) for wish in child.wishes
            },
        )
        for child in any_instance.children
    )
    several = replace(any_instance, slots=slots, children=children)
    assert held(allocate(several)) == held(allocate(any_instance))


@FEW
@given(instances(siblings="some", quota=True), st.randoms(use_true_random=False))
def test_the_same_inputs_in_any_order_give_the_same_bytes(any_instance, shuffled):
    slots, children = list(any_instance.slots), list(any_instance.children)
    shuffled.shuffle(slots)
    shuffled.shuffle(children)
    again = Instance(
        any_instance.rules,
        tuple(slots),
        tuple(
            replace(child, standings=dict(reversed(child.standings.items()))) for child in children
        ),
    )
    assert again.canonical() == any_instance.canonical()
    replayed = from_canonical(any_instance.canonical())
    assert replayed == any_instance
    outcome = allocate(any_instance)
    assert outcome.canonical() == allocate(again).canonical() == allocate(replayed).canonical()
    assert outcome.inputs == any_instance.sha256


@FEW
@given(instances(siblings="some"), st.data())
def test_two_children_with_equal_facts_who_swap_codes_swap_outcomes_and_nothing_else(
    any_instance, data
):
    """Whoever stands behind a code: nothing but the code's draw tells equals apart."""
    one = data.draw(st.sampled_from(any_instance.children))
    two = replace(one, code="twin", family="", together=False)
    one = replace(one, family="", together=False)
    others = [child for child in any_instance.children if child.code != one.code]
    persons = [one, *others, two]
    before = held(allocate(replace(any_instance, children=tuple(persons))))
    swapped = [replace(one, code=two.code), *others, replace(two, code=one.code)]
    after = held(allocate(replace(any_instance, children=tuple(swapped))))
    result = [before[person.code] for person in persons]
    assert [after[person.code] for person in swapped] == [result[-1], *result[1:-1], result[0]]


@FEW
@given(instances(siblings="some", quota=True))
def test_a_code_counts_by_its_draw_alone(any_instance):
    """Other codes that are drawn in the same order: the same outcomes."""
    seed = any_instance.rules.seed
    old = sorted((child.code for child in any_instance.children), key=lambda c: draw(seed, c))
    new = sorted((f"new{n}" for n in range(len(old))), key=lambda c: draw(seed, c))
    name = dict(zip(old, new, strict=True))
    children = tuple(replace(child, code=name[child.code]) for child in any_instance.children)
    renamed = held(allocate(replace(any_instance, children=children)))
    found = held(allocate(any_instance))
    assert renamed == {name[code]: mine for code, mine in found.items()}


@pytest.mark.parametrize("seed", range(10))
def test_siblings_are_moved_by_the_published_rule(seed):
    for fair in of_families(seed, 100):
        before = held(allocate(apart(fair)))
        assert held(allocate(fair)) == BySlowHand(fair, before).run(), fair


@pytest.mark.parametrize("seed", range(5))
def test_bringing_siblings_together_costs_nobody_anything(seed):
    moved = 0
    for fair in of_families(seed, 60):
        fair = replace(fair, rules=replace(fair.rules, quota=None))
        before, after = held(allocate(apart(fair))), held(allocate(fair))
        moved += before != after
        assert not breaches(fair, after)
        asking = {child.code for child in fair.children if child.together}
        for child in fair.children:
            assert len(after[child.code]) >= len(before[child.code])
            if child.code not in asking:
                assert worth(child, after[child.code]) <= worth(child, before[child.code])
        # Nor does it give anybody else a just complaint.
        assert {code for code, _ in blocking(fair, after)} <= asking
    assert moved > 5


@FEW
@given(instances(siblings="some", quota=True, chains=True, orders=1))
def test_every_wish_gets_an_answer_that_holds(any_instance):
    outcome = allocate(any_instance)
    given_out = held(outcome)
    assert not breaches(any_instance, given_out)
    for slot in outcome.slots:
        order = in_order(any_instance, slot.code)
        assert [code for code in order if slot.code in given_out[code]] == list(slot.placed)
        assert sorted(slot.waiting, key=order.index) == list(slot.waiting)
        assert not slot.waiting or len(slot.placed) == places_of(any_instance, slot.code)
        for number, code in enumerate(slot.waiting, 1):
            answer = answers(outcome, code)[slot.code]
            assert (answer.state, answer.position) == ("waiting", number)
            if answer.because == "order" and answer.last:
                assert order.index(answer.last) < order.index(code)
    for child, found in zip(any_instance.children, outcome.children, strict=True):
        assert tuple(answer.slot for answer in found.answers) == child.wishes


# --- the bytes ------------------------------------------------------------------------------


def example():
    return instance(
        weeks_of(1, 2, 1),
        Child("K7Q2", ("1", "2"), 2, standing("21.50", 1), "x", True),
        Child("M3RT", ("2", "1", "3"), 1, standing("23", 0), "x", True),
        Child("P9ZZ", ("1", "3"), 2, standing("21.5", 1)),
        ties=(Tie("resident", "high"),),
        quota=1,
    )


def test_the_bytes_are_those_published_last_year():
    """On any machine, under any hash seed: a change here makes old lists impossible to replay."""
    assert example().sha256 == PUBLISHED_INPUTS
    assert allocate(example()).sha256 == PUBLISHED_OUTCOME


def test_canonical_inputs_hold_no_float_and_no_fact_but_the_points():
    read = json.loads(example().canonical(), parse_float=pytest.fail)
    assert read["children"][0] == {
        "code": "K7Q2", "family": "x", "together": True, "weeks": 2, "wishes": ["1", "2"],
        "standings": {"one": {"points": "21.5", "ties": ["1"]}},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        (b'"weeks":2', b'"weeks":0', "children[K7Q2].weeks"),
        (b'"weeks":2', b'"weeks":2.0', "children[K7Q2].weeks"),
        (b'"weeks":2', b'"weeks":true', "children[K7Q2].weeks"),
        (b'"weeks":2', b'"weeks": 2', "inputs"),
        (b'"21.5"', b"21.5", "inputs"),
        (b'"21.5"', b'"21.50"', "inputs"),
        (b'"21.5"', b'"1e999999999"', "inputs"),
        (b'"code":"M3RT"', b'"code":"K7Q2"', "children[K7Q2]"),
        (b'"code":"M3RT"', b'"code":"M 3"', "children[M 3].code"),
        (b'["1","2"]', b'["1","4"]', "children[K7Q2].wishes[1]"),
        (b'["1","2"]', b'["1","1"]', "children[K7Q2].wishes[1]"),
        (b'"ties":["1"]', b'"ties":[]', "children[K7Q2].standings[one].ties"),
        (b'"places":2', b'"places":-1', "slots[2].places"),
        (b"[[10,20]]", b"[[20,10]]", "slots[1].hours"),
        (b"[[10,20]]", b"[[20]]", "inputs"),
        (b'"seed":"lotto 2027-05-14"', b'"seed":" "', "rules.seed"),
        (b'"quota":1', b'"quota":0', "rules.quota"),
        (b'"first":"high"', b'"first":"up"', "rules.ties[0].first"),
        (b'"family":"x"', b'"family":""', "children[K7Q2].family"),
        (b"intreccio-allocation-1", b"intreccio-allocation-0", "inputs"),
        (b'"rules":', b'"rulez":', "inputs"),
        (b"{", b"", "inputs"),
        (b"{", b"\xff", "inputs"),
    ],
)
def test_changed_inputs_are_refused_with_the_place(old, new, field):
    content = example().canonical()
    assert old in content
    with pytest.raises(Invalid) as refused:
        from_canonical(content.replace(old, new, 1))
    assert refused.value.field == field


def test_a_child_has_points_in_exactly_the_orders_of_its_wishes():
    for wrong in ({}, {**ONE, "two": ONE["one"]}):
        with pytest.raises(Invalid) as refused:
            instance(weeks_of(1), Child("c", ("1",), 1, wrong))
        assert refused.value.field == "children[c].standings"


@pytest.mark.parametrize("points", ["NaN", "sNaN", "Infinity", "1E+30", "0.00001", "1" * 30])
def test_points_that_cannot_be_written_down_are_refused(points):
    with pytest.raises(Invalid) as refused:
        instance(weeks_of(1), Child("c", ("1",), 1, standing(points)))
    assert refused.value.field == "children[c].standings[one]"
