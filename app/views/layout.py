"""Which columns a list shows, and in what order: as declared, or as the address says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from app.errors import BadRequest
from app.query import grammar
from app.query.paths import path, paths
from app.transaction import web
from app.views import lists


@dataclass(frozen=True)
class Choice:
    """A column that may be shown; where it is, the addresses that move it."""

    name: str
    label: str
    shown: bool
    up: str = ""
    down: str = ""


def offered(model: type[Any], listed: Iterable[str], others: Iterable[str]) -> tuple[str, ...]:
    """The columns that the seat may read in a list, those listed first.

    What is encrypted is opened row by row, on the page of one row: no list offers it that was
    not declared with it.
    """
    listed = tuple(listed)
    found = paths(model, dict.fromkeys((*listed, *others)), web().principal)
    return tuple(p.name for p in found if not p.sealed or p.name in listed)


def asked(
    model: type[Any], known: Sequence[str], given: MultiDict[str, str]
) -> tuple[str, ...]:  # fmt: skip
    """The columns that an address asks for; none if it asks for none. Raises BadRequest."""
    names = [n.strip() for part in given.getlist("columns") for n in part.split(",")]
    try:
        found = lists.declared(model, (n for n in names if n))
    except (KeyError, ValueError):
        raise BadRequest(grammar.UNKNOWN_FIELD, field="columns") from None
    if not set(found) <= set(known):
        raise BadRequest(grammar.UNKNOWN_FIELD, field="columns")
    return found


def choices(model: type[Any], shown: Sequence[str], known: Iterable[str]) -> list[Choice]:
    """Every column that is offered: the shown ones in their order, then the others."""
    found = []
    for n, name in enumerate(shown):
        up, down = _swapped(shown, n - 1), _swapped(shown, n)
        found.append(Choice(name, lists.heading(path(model, name)) or name, True, up, down))
    rest = (name for name in known if name not in shown)
    return found + [Choice(n, lists.heading(path(model, n)) or n, False) for n in rest]


def _swapped(shown: Sequence[str], n: int) -> str:
    """The address with a column and the one after it changed about; nothing at the ends."""
    if not 0 <= n < len(shown) - 1:
        return ""
    names = [*shown[:n], shown[n + 1], shown[n], *shown[n + 2 :]]
    return lists.address(columns=",".join(names), arrange="1", cursor=None)
