"""Related rows beside those of a list: to-one in the same SELECT, to-many in one more each."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Select, bindparam, func, literal_column, select, true

from app.query import cursors, grammar, road, rows
from app.query.road import Asked
from app.query.selection import Query, Selection
from app.transaction import ScopedSession

MOST_RELATIONS = 5
# Children of one row; the rest is had by their cursor.
MOST_CHILDREN = 100


@dataclass(frozen=True)
class Relation:
    """A relation of a noun: to one row, or by the child's ``key`` to many.

    ``columns`` are those that the related noun's own list shows, in its own order.
    """

    name: str
    resource: str
    columns: tuple[str, ...]
    key: str = ""
    sort: str = ""
    filter_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class Children(Asked):
    """The first children of each of several rows, instead of a page."""

    nested: bool = True
    key: str = ""

    def of(self, query: Query) -> Select[Any]:
        """The parent's id before each child's columns and sort keys."""
        given = bindparam("parents", None, ARRAY(BigInteger()))
        parents = func.unnest(given).table_valued("id").render_derived(name="parent")
        # A page for each parent, by the index on the key; not one sorted heap of all children.
        page = query.page(plain=True).where(getattr(query.model, self.key) == parents.c.id)
        child = page.limit(literal_column(str(MOST_CHILDREN + 1))).lateral("child")
        return select(parents.c.id, *child.c).join_from(parents, child, true())


def beside(wanted: Selection, relations: Sequence[Relation]) -> Selection:
    """The selection with the columns of its to-one relations; children are found by the id."""
    if not relations:
        return wanted
    names = list(wanted.columns)
    for one in relations:
        names += ["id"] if one.key else [f"{one.name}.{name}" for name in one.columns]
    return replace(wanted, columns=tuple(dict.fromkeys(names)))


def add_children(
    db: ScopedSession, found: Sequence[dict[str, Any]], relations: Iterable[Relation], *,
    now: datetime,
) -> None:  # fmt: skip
    """Write each row's children into it, as a page of the child's own list.

    ``next`` is the cursor of that list with the key as its only condition.
    """
    for one in relations:
        if one.key and found:
            pages = _children(db, one, [row["id"] for row in found], now)
            for row in found:
                row[one.name] = pages[row["id"]]


def _children(
    db: ScopedSession, relation: Relation, parents: list[int], now: datetime
) -> dict[int, dict[str, Any]]:
    wanted = Selection(
        relation.resource,
        relation.columns,
        filter_columns=relation.filter_columns,
        sort=relation.sort,
    )
    compiled = road.compiled(wanted, db.principal, Children(key=relation.key))
    width = len(compiled.query.paths)
    children: list[road.Row] = []
    owners: list[int] = []
    following: dict[int, str] = {}
    counts: Counter[int] = Counter()
    for parent, *child in road.fetch(db, compiled, {"parents": parents}):
        counts[parent] += 1
        if counts[parent] <= MOST_CHILDREN:
            children.append(child)
            owners.append(parent)
        else:
            # The question that the address of the next page asks.
            asked = replace(wanted, where=grammar.where(relation.key, str(parent)))
            keys = children[-1][width:]
            following[parent] = cursors.write(asked, db.principal.kind, keys)
    pages: dict[int, dict[str, Any]] = {
        parent: {"result": [], "next": following.get(parent)} for parent in parents
    }
    for parent, row in zip(owners, rows.written(db, compiled, children, now), strict=True):
        pages[parent]["result"].append(row)
    return pages
