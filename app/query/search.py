"""Text search: every word stands in one of the searched columns, by its stem or by its beginning.

The SQL functions of migration 0003 take case and accents away and find the stems. A column of
another table is looked for in that table, by its own index and under its own policy, and the
rows that point at what was found are taken by the index on their key.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Enum,
    String,
    any_,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import aliased

from app.models import search_vector
from app.query.paths import LABEL, Path, foreign_key, label_columns, related
from app.sealed import Encrypted

MOST_WORDS = 8
LONGEST_WORD = 100
BETWEEN = re.compile(r"[\s\x00\ud800-\udfff'’`´]+")
# Said between the words that are meant: not asked for, unless it is the last and still being typed.
SMALL = re.compile(
    r"[adeilo]|[aeo]d|di|da|su|il|l[aeo]|gli|in|con|per|[tf]ra|un[ao]?"
    r"|(?:a|da|de|ne|su)(?:i|gli|l|ll[aeo]?)",
    re.IGNORECASE,
)


def words(text: str) -> list[str]:
    """The words that a text asks for, as many as are looked at; none of an empty text.

    A text of signs alone is one word, which nothing has.
    """
    typed = [word[:LONGEST_WORD] for word in BETWEEN.split(text) if word]
    spoken = [word for word in typed if any(c.isalnum() for c in word)]
    if not spoken:
        return ["-"] if text.strip() else []
    meant = [word for word in spoken[:-1] if not SMALL.fullmatch(word)]
    return [*meant, spoken[-1]][:MOST_WORDS]


def matches(model: Any, searched: Sequence[Path], word: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row of the table has the word in one of the columns, its own or a related row's.

    ``word`` is a parameter; of one that is no word at all, and where no text is searched,
    nothing is found. Subqueries name mapped classes, so the policy reaches into them.
    """
    columns = [found for one in searched for found in _texts(one)]
    return or_(false(), *_found(model, model, columns, func.search_query(word)))


def _texts(one: Path) -> Iterator[tuple[tuple[str, ...], str]]:
    """The text columns behind a declared one: a label has several; dates and states have none."""
    columns = inspect_(one.target).columns
    for name in label_columns(one.target) if one.column == LABEL else (one.column,):
        kind = columns[name].type
        if isinstance(kind, String) and not isinstance(kind, (Enum, Encrypted)):
            yield one.relations, name


def _found(
    model: Any, entity: Any, columns: list[tuple[tuple[str, ...], str]], query: Any
) -> Iterator[ColumnElement[bool]]:
    own: list[str] = []
    further: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
    for relations, name in dict.fromkeys(columns):
        if relations:
            further[relations[0]].append((relations[1:], name))
        else:
            own.append(name)
    for relation, inner in further.items():
        target = related(model, relation)
        yield _one_of(getattr(entity, foreign_key(model, relation)), target, inner, query)
    if further and own:
        # How many rows the other tables' arrays bring is unknown to the planner: in one OR with
        # them, words might be looked for row by row. Apart, they always go through their index.
        yield _one_of(entity.id, model, [((), name) for name in own], query)
        return
    for name in own:
        vector = search_vector(inspect_(model).columns[name], getattr(entity, name))
        yield vector.bool_op("@@")(query)


def _one_of(
    key: Any, target: Any, columns: list[tuple[tuple[str, ...], str]], query: Any
) -> ColumnElement[bool]:
    """Whether a key is one of the target's rows that have the word."""
    other: Any = aliased(target)
    ids = select(other.id).where(or_(*_found(target, other, columns, query)))
    # An array, not IN: computed once and first, so that the key's own index can be used.
    array = func.array(ids.scalar_subquery(), type_=ARRAY(BigInteger))
    found: ColumnElement[bool] = key == any_(array)
    return found
