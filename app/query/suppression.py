"""Small cells: which figures of a table are kept back, so that none of them tells of few people.

What is protected is the table that is printed and passed on: neither a small cell nor, from the
sums of the table's own lines, what stands in it. Who may list the rows can count them.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any


def hidden(groups: Sequence[tuple[Any, ...]], sizes: Sequence[int], least: int) -> set[int]:
    """The cells that are kept back: the small ones, and those that would give them away.

    ``groups`` are the values that each cell stands under, one of each dimension. A cell of
    nothing is not small: it tells of nobody.
    """
    found = {n for n, size in enumerate(sizes) if 0 < size < least}
    lines = list(_lines(groups))
    grown = bool(found)
    while grown:
        before = len(found)
        for line in lines:
            found |= _next(line, found, sizes)
        grown = len(found) > before
    return found


def _lines(groups: Sequence[tuple[Any, ...]]) -> Iterator[list[int]]:
    """The cells of each sum that a coarser table shows: of the whole, of a row, of a column."""
    width = len(groups[0]) if groups else 0
    for size in range(width):
        for kept in combinations(range(width), size):
            lines: dict[tuple[Any, ...], list[int]] = {}
            for n, group in enumerate(groups):
                lines.setdefault(tuple(group[k] for k in kept), []).append(n)
            yield from lines.values()


def _next(line: list[int], found: set[int], sizes: Sequence[int]) -> set[int]:
    """The cells to keep back as well, where the line's sum gives away what is kept back in it.

    By their sizes alone, not by their places: then cells of different sizes might change places
    and the table would look the same, so that none of them is known. One cell, or several of
    one size, are known from the sum less the others.
    """
    inside = {sizes[n] for n in line if n in found}
    outside = [n for n in line if n not in found]
    if len(inside) != 1 or not outside:
        return set()
    smallest = min(sizes[n] for n in outside)
    return {n for n in outside if sizes[n] == smallest}
