"""Rows that a text of a sheet means: by a code or by their name, among those that the seat sees."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, func, or_
from sqlalchemy import inspect as inspect_

from app import permissions
from app.errors import N_, Invalid
from app.imports.headings import plain
from app.operations import rows as row_operations
from app.query import rows
from app.query.paths import label_columns, paths
from app.transaction import ScopedSession

NONE_SUCH = N_("There is no such row that you see: “%(text)s”.")
SEVERAL = N_("Several rows are called so: %(rows)s. Write the number of the one that is meant.")
# What tells a row, besides its name.
CODES = (
    "name", "title", "code", "username", "fiscal_code", "vat_number", "istat_code",
    "cadastral_code", "slug", "receipt",
)  # fmt: skip
# So many of them are named where a text means several.
NAMED = 5
# What was looked for is kept until there are so many.
REMEMBERED = 20_000


class Related:
    """Finds the rows that texts mean, a lot of texts at a time."""

    def __init__(
        self, db: ScopedSession, details: Mapping[str, tuple[str, ...]], now: datetime
    ) -> None:
        self.db, self.details, self.now = db, details, now
        self._known: dict[tuple[str, str], list[tuple[int, str]]] = {}

    def look_for(self, resource: str, texts: Iterable[str]) -> None:
        """Look for all these texts, by one SELECT."""
        asked = {text for text in texts if (resource, text) not in self._known}
        if not asked:
            return
        if len(self._known) > REMEMBERED:
            self._known.clear()
        found = self._candidates(resource, asked)
        for text in asked:
            said, number = plain(text), text if _whole(text) else ""
            meant = [row for row in found if said and said in row[2]]
            meant = meant or [row for row in found if str(row[0]) == number]
            self._known[resource, text] = [(key, name) for key, name, _ in meant]

    def one(self, resource: str, text: str) -> int:
        """The row that the text means, which was looked for. Raises Invalid: none, or several."""
        meant = self._known[resource, text]
        if len(meant) == 1:
            return meant[0][0]
        if not meant:
            raise Invalid(NONE_SUCH, text=text[:200])
        named = "; ".join(f"{name} ({key})" for key, name in meant[:NAMED])
        raise Invalid(SEVERAL, rows=f"{named} …" if len(meant) > NAMED else named)

    def _candidates(self, resource: str, texts: set[str]) -> list[tuple[int, str, set[str]]]:
        """The rows that one of the texts may mean: id, name with what tells namesakes apart, and
        what each of them may be called."""
        model: Any = permissions.RESOURCES[resource]
        mapper, principal = inspect_(model).columns, self.db.principal
        label = [c for c in label_columns(model) if isinstance(mapper[c].type, String)]
        label = [p.name for p in paths(model, label, principal)]
        codes = [p.name for p in paths(model, [c for c in CODES if c in mapper], principal)]
        details = [p.name for p in paths(model, self.details.get(resource, ()), principal)]
        ways: list[ColumnElement[Any]] = [func.plain_text(getattr(model, c)) for c in codes]
        if label:
            # A person's first name may stand first, or last.
            own = [getattr(model, c) for c in label]
            ways += [func.plain_text(func.concat_ws(" ", *own))]
            ways += [func.plain_text(func.concat_ws(" ", *reversed(own)))] if own[1:] else []
        numbers = [int(t) for t in texts if _whole(t) and row_operations.numbered(model, int(t))]
        said = sorted({plain(text) for text in texts})
        matches = or_(model.id.in_(numbers), *(way.in_(said) for way in ways))
        wanted = rows.Selection(
            resource, tuple(dict.fromkeys(("id", *label, *codes, *details))), extra=(matches,)
        )
        found = []
        for row in rows.stream(self.db, wanted, now=self.now):
            parts = [str(row[c]) for c in label if row.get(c)]
            told = ", ".join(str(row[d]) for d in details if row.get(d) is not None)
            called = {plain(row[c]) for c in codes if row.get(c)}
            called |= {plain(" ".join(parts)), plain(" ".join(reversed(parts)))}
            name = " ".join(parts) or resource
            found.append((int(row["id"]), f"{name}, {told}" if told else name, called - {""}))
        return found


def _whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 20
