"""From rows of a SELECT to what is written out: a function made once for a list of columns."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

Writer = Callable[[Iterable[Sequence[Any]]], list[dict[str, Any]]]


def compiled(names: Sequence[str], nested: bool) -> Writer:
    """What writes rows by declared name; ``nested`` gives ``slot.title`` as ``{"slot": {...}}``.

    The names are declared in the code, never a client's. The function is made as source, as
    dataclasses makes its own: a display of constants and indexes is as fast as Python gets.
    """
    tree: dict[str, Any] = {}
    for number, name in enumerate(names):
        *parents, last = name.split(".") if nested else (name,)
        place = tree
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = number
    found: Writer = eval(f"lambda rows: [{_display(tree)} for row in rows]", {})  # noqa: S307
    return found


def _display(tree: dict[str, Any]) -> str:
    parts = (
        f"{name!r}: {_display(inner) if isinstance(inner, dict) else f'row[{inner}]'}"
        for name, inner in tree.items()
    )
    return "{" + ", ".join(parts) + "}"
