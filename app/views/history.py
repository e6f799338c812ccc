"""What happened to a row: the trail of its changes, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext
from sqlalchemy import inspect as inspect_
from sqlalchemy import select

from app import permissions, security
from app.models import Alliance, AuditEvent, AuditValue
from app.query import grammar, rows, values
from app.query.paths import Path, path, related, relation_of
from app.transaction import web
from app.views import lists, words
from app.views.choices import names_of
from app.views.screens import Row
from app.views.showing import ShowScreens

TRAIL = "audit-events"
PAGE = 20
# Machines write these tables, and the trail is not told of itself.
NO_TRAIL = frozenset((TRAIL, "state-changes", "messages", "job-runs", "sensitive-reads"))
# What every row has, and nobody asks about.
KEPT_OUT = frozenset(("id", "alliance_id", "version", "created_at", "changed_at"))
# Stands for a value that was erased from the trail.
ERASED = object()


@dataclass(frozen=True)
class Change:
    """One column of an entry; without values where they are not for the reader."""

    label: str
    before: str = ""
    after: str = ""
    hidden: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Entry:
    """One change of a row, in the reader's words."""

    id: int
    at: str
    actor: str
    behalf: str
    action: str
    changes: list[Change]
    erased: bool


class HistoryScreens(ShowScreens):
    """The tab "History" of a row's page."""

    def has_history(self) -> bool:
        """Whether the noun's rows carry a trail that the seat may list."""
        of_alliance = "alliance_id" in inspect_(self.model).columns or self.model is Alliance
        return of_alliance and self.resource not in NO_TRAIL and self.may("list", TRAIL)

    def tabs(self) -> dict[str, str]:
        """The history last."""
        found = super().tabs()
        return {**found, TRAIL: gettext("History")} if self.has_history() else found

    def related_list(self, other: str, pk: int) -> dict[str, Any]:
        """The history's page that the address asks for, newest first."""
        if other != TRAIL:
            return super().related_list(other, pk)
        cursor = request.args.get("cursor", "")
        named = ("table_name", self.model.__tablename__), ("row_id", str(pk))
        of_row = tuple(grammar.Condition(name, "eq", value, name) for name, value in named)
        wanted = rows.Selection(
            TRAIL,
            ("id", "at", "actor", "action", "columns", "on_behalf_of"),
            sort="-id",
            given=grammar.Group(True, of_row),
        )
        found, older = rows.page(
            web(), wanted, now=security.moment(), limit=PAGE, cursor=cursor
        )  # fmt: skip
        here = {"pk": pk, "other": TRAIL}
        return {
            "entries": self.entries(found),
            "older": self.to("related_rows", **here, cursor=older) if older else "",
            "newest": self.to("related_rows", **here) if cursor else "",
        }

    def entries(self, found: list[Row]) -> list[Entry]:
        """The events in words: their values by one SELECT, the rows that they name by one each."""
        ids = [row["id"] for row in found]
        of_events = select(AuditValue.event_id, AuditValue.before, AuditValue.after).where(
            AuditValue.event_id.in_(ids)
        )
        held = {event: (old or {}, new or {}) for event, old, new in web().execute(of_events)}
        named = self.named(part for both in held.values() for part in both)
        behalf = names_of("persons", {row["on_behalf_of"] for row in found} - {None})
        actions = AuditEvent.ACTIONS
        return [
            Entry(
                row["id"],
                words.plain(row["at"]),
                row["actor"] or "",
                behalf.get(row["on_behalf_of"], str(row["on_behalf_of"] or "")),
                words.said(actions.get(row["action"], "")),
                self._changes(row, held.get(row["id"]), named),
                row["id"] not in held,
            )
            for row in found
        ]

    def _changes(self, event: Row, held: Any, named: dict[Any, str]) -> list[Change]:
        """Column by column; what was entered blank is not told."""
        old, new = held or ({}, {})
        told = {name for name in (*old, *new) if old.get(name, new.get(name)) is not None}
        result = []
        for name in self.in_order(event["columns"] or told):
            column = self.column(name)
            if name in KEPT_OUT:
                continue
            if column is None:
                result.append(Change(gettext("Another column"), hidden=True))
                continue
            label = self.column_label(column)
            if held is None or not self.open_to_reader(column):
                result.append(Change(label, hidden=True))
                continue
            said = (self.in_words(column, part.get(name), named) for part in (old, new))
            result.append(Change(label, *said, lang=lists.lang_of(column)))
        return list(dict.fromkeys(result))

    def in_order(self, names: Iterable[str]) -> list[str]:
        """The names of columns as the table has them, and then those that it has no more."""
        places = {c.name: place for place, c in enumerate(inspect_(self.model).local_table.c)}
        return sorted(set(names), key=lambda name: (places.get(name, len(places)), name))

    def column(self, name: str) -> Path | None:
        """The column that the trail calls by its name in the database, if there still is one."""
        mapper = inspect_(self.model)
        if name not in mapper.local_table.c:
            return None
        return path(self.model, mapper.get_property_by_column(mapper.local_table.c[name]).key)

    def column_label(self, column: Path) -> str:
        """What the column is called."""
        return words.said(column.info["label"])

    def open_to_reader(self, column: Path) -> bool:
        """Whether the trail's values of a column are shown: never ciphertext, nor another's."""
        return not column.sealed and column.readable_by(web().principal)

    def in_words(self, column: Path, value: Any, named: dict[Any, str]) -> str:
        """A value of the trail as the reader says it."""
        if value is None or value is ERASED:
            return gettext("erased") if value is ERASED else ""
        resource = self._points_at(column)
        if resource:
            return named.get((resource, value), str(value))
        if isinstance(value, dict):
            parts = ((self.label(key) or key, self.part(key, item)) for key, item in value.items())
            return "; ".join(f"{label}: {text}" for label, text in parts)
        if values.comparable(column.type):
            try:
                value = values.parse(column.type, value)
            except ValueError:  # The column was of another type then.
                return words.plain(value)
        return self.text(column, {column.name: value})

    def part(self, name: str, value: Any) -> str:
        """A value within a value, such as a column's in a proposed change."""
        column = self.column(name)
        return self.in_words(column, value, {}) if column is not None else words.plain(value)

    def _points_at(self, column: Path) -> str:
        """The noun whose rows a column names; none if it names none."""
        relation = relation_of(self.model, column.column)
        return permissions.NAMES.get(related(self.model, relation), "") if relation else ""

    def named(self, parts: Iterable[dict[str, Any]]) -> dict[Any, str]:
        """What rows that the values name are called: by noun and id, those that the seat sees."""
        asked: dict[str, set[int]] = {}
        for part in parts:
            for name, value in part.items():
                column = self.column(name)
                if value is None or value is ERASED or column is None:
                    continue
                if self.open_to_reader(column) and (resource := self._points_at(column)):
                    asked.setdefault(resource, set()).add(value)
        return {
            (resource, id_): text
            for resource, ids in asked.items()
            for id_, text in names_of(resource, ids).items()
        }
