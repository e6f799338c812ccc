"""Small cells: what a printed table keeps back, and that its own sums do not give it away."""

from collections import defaultdict
from itertools import product

import pytest

from app.query.suppression import hidden
from app.small_cells import LEAST


def kept_back(*sizes: int) -> set[int]:
    """The cells of a table of one dimension that are kept back."""
    return hidden([(n,) for n in range(len(sizes))], sizes, LEAST)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ((12, 5, 30), set()),
        ((), set()),
        ((0,), set()),
        ((0, 7), set()),
        ((4,), {0}),
        ((4, 9), {0, 1}),
        ((30, 3, 9, 8), {1, 3}),
        ((30, 3, 2, 8), {1, 2}),
        # Two cells that sum to two are known as well as one.
        ((30, 1, 1, 8), {1, 2, 3}),
        # Nor does their place tell the one that is small.
        ((30, 5, 5, 4), {1, 2, 3}),
    ],
)
def test_a_small_cell_is_kept_back_with_what_would_give_it_away(
    sizes: tuple[int, ...], expected: set[int]
) -> None:
    assert kept_back(*sizes) == expected


def test_nobody_who_knows_the_rule_can_work_out_what_is_kept_back() -> None:
    """Every table of four groups up to eight: each that looks alike might be another."""
    alike = defaultdict(list)
    for width in (2, 3, 4):
        for sizes in product(range(1, 9), repeat=width):
            back = kept_back(*sizes)
            shown = tuple(None if n in back else size for n, size in enumerate(sizes))
            total = sum(sizes)  # which a second question gives
            alike[shown, total if total >= LEAST else None].append(sizes)
    for (shown, total), tables in alike.items():
        if all(size is None for size in shown):
            continue  # only the total: what it is made of is not shown anywhere
        for n, size in enumerate(shown):
            if size is None:
                assert len({table[n] for table in tables}) > 1, (shown, total, tables)


def test_no_row_or_column_of_a_table_has_a_single_gap() -> None:
    """Of two dimensions: what one line's sum less its other cells would be."""
    places = list(product("ab", "xyz"))
    for sizes in product((1, 4, 6, 9), repeat=len(places)):
        back = hidden(places, sizes, LEAST)
        assert {n for n, size in enumerate(sizes) if size < LEAST} <= back
        for axis, values in enumerate(("ab", "xyz")):
            for value in values:
                line = [n for n, place in enumerate(places) if place[axis] == value]
                assert len(back & set(line)) != 1, sizes
