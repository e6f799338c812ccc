"""Two people on one row: what only one of them changed is merged, the rest is asked for.

A form brings along what its row held when it was drawn, encrypted, so that it can be neither
read nor made up on its way: without that nobody could tell what each of the two changed.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from flask import request
from flask_babel import gettext

from app import security
from app.clock import ROME
from app.errors import N_, Invalid
from app.operations import care
from app.query import grammar, rows
from app.query.paths import path
from app.sealed import seal, unseal
from app.transaction import web
from app.views import lists, words
from app.views.fields import FormField, number
from app.views.screens import Row, Screens

MINE, THEIRS = "mine", "theirs"
CHOOSE = N_("Choose which of the two stays.")
# As far back as it is looked up who wrote what stands now.
ENTRIES = 50


@dataclass(frozen=True)
class Loaded:
    """What a row held when its form was drawn, as inputs take it."""

    version: int | None
    values: dict[str, str]
    # The fields that both had changed, and what they held before; None where nobody knows.
    asked: dict[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """A field that two people changed: what it held, what the other saved, who stays."""

    before: str
    theirs: str
    # Who saved it and when, where the trail may be seen.
    by: str = ""
    keep: str = ""


@dataclass
class Conflict:
    """What is said above the form: what was merged, one line a field."""

    # As (label, before, now, who and when) and as labels.
    taken: list[tuple[str, str, str, str]] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    asked: list[FormField] = field(default_factory=list)


class ConflictScreens(Screens):
    """What a form knows of its row, and what becomes of it when the row has changed."""

    def held(self, row: Any, name: str) -> Any:
        """What the form shows of a row's column; for the noun to override."""
        return getattr(row, name)

    def standing(self, asked: Iterable[FormField], row: Any) -> dict[str, str]:
        """What the row holds now, as inputs take it; what is encrypted is opened, and logged."""
        names = [one.name for one in asked if one.kind != "file"]
        sealed = [name for name in names if path(self.model, name).sealed]
        opened = care.reveal(web(), [row], sealed, now=security.moment()) if sealed else {}
        open_ = opened.get(row.id, {})
        return {n: words.typed(open_[n] if n in open_ else self.held(row, n)) for n in names}

    # -------------------------------------------------------------- what the form brings along

    def pack(self, pk: int, loaded: Loaded) -> str:
        """What a form brings along, for this account's eyes alone."""
        return seal(json.dumps(asdict(loaded)), self._context(pk))

    def brought(self, pk: int) -> Loaded | None:
        """What the form that was sent brought along; None for what is not ours."""
        try:
            return Loaded(**json.loads(unseal(request.form.get("loaded", ""), self._context(pk))))
        except ValueError:
            return None

    def _context(self, pk: int) -> str:
        return f"form.loaded:{self.model.__tablename__}:{pk}:{web().principal.user_id}"

    # -------------------------------------------------------------- who decides

    def chosen(self, loaded: Loaded | None) -> set[str]:
        """The fields of which the other's value stays. Raises Invalid where none was chosen."""
        asked = loaded.asked if loaded else {}
        keeps = {name: request.form.get(f"keep.{name}") for name in asked}
        missing = [(n, CHOOSE) for n, keep in keeps.items() if keep not in (MINE, THEIRS)]
        if missing:
            raise Invalid.many(missing)
        return {name for name, keep in keeps.items() if keep == THEIRS}

    def meet(
        self, asked: Iterable[FormField], loaded: Loaded | None, now: Mapping[str, str], pk: int
    ) -> tuple[Conflict, dict[str, str | None]]:
        """Merge what was typed, which the fields hold, with what the row holds now.

        The conflict, and the fields that are asked for with what they held before.
        """
        conflict = Conflict()
        open_: dict[str, str | None] = {}
        known = loaded.values if loaded else {}
        undecided = loaded.asked if loaded else {}
        keeps = {name: request.form.get(f"keep.{name}") for name in undecided}
        for one in asked:
            # Chosen once already, and saved anew by somebody since.
            one.value = known[one.name] if keeps.get(one.name) == THEIRS else one.value
        differ = [one for one in asked if one.name in now and not same(one, one.value, now)]
        by = self.writers(pk, [one.name for one in differ])
        for one in differ:
            before = known.get(one.name)
            if one.name in undecided and keeps[one.name] not in (MINE, THEIRS):
                open_[one.name] = undecided[one.name]
            elif before is not None and same(one, before, {one.name: one.value}):
                said = self.in_words_of(one, before), self.in_words_of(one, now[one.name])
                conflict.taken.append((one.label, *said, by.get(one.name, "")))
                one.value = now[one.name]
            elif before is not None and same(one, before, now):
                conflict.kept.append(one.label)
            else:
                open_[one.name] = before
        return conflict, open_

    def ask(
        self, asked: Iterable[FormField], loaded: Loaded | None, pk: int, keep: bool
    ) -> list[FormField]:
        """The fields of which somebody has to choose, each with its choice."""
        open_ = [one for one in asked if loaded and one.name in loaded.asked]
        by = self.writers(pk, [one.name for one in open_])
        for one in open_:
            before = loaded.asked[one.name] if loaded else None
            one.choice = Choice(
                gettext("not known") if before is None else self.in_words_of(one, before),
                self.in_words_of(one, loaded.values[one.name] if loaded else ""),
                by.get(one.name, ""),
                request.form.get(f"keep.{one.name}", "") if keep else "",
            )
        return open_

    def writers(self, pk: int, names: list[str]) -> dict[str, str]:
        """Who wrote last what stands in the columns, and when, by name; for who sees the trail."""
        if not names or not self.has_history():
            return {}
        named = ("table_name", self.model.__tablename__), ("row_id", str(pk))
        of_row = tuple(grammar.Condition(name, "eq", value, name) for name, value in named)
        wanted = rows.Selection(
            "audit-events", ("id", "at", "actor", "columns"), sort="-id",
            given=grammar.Group(True, of_row),
        )  # fmt: skip
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=ENTRIES)
        return {
            name: words.instant(event["at"]) + (f", {event['actor']}" if event["actor"] else "")
            for name in names
            if (event := _last(found, path(self.model, name).column))
        }

    def in_words_of(self, one: FormField, text: str) -> str:
        """What an input holds as it is read."""
        if not text:
            return gettext("No") if one.kind == "bool" else gettext("empty")
        if one.kind == "bool":
            return gettext("Yes")
        if one.kind == "choice":
            return dict(one.choices).get(text, text)
        if one.kind == "ref":
            return self.shown_choice(one.resource, text) or gettext("not shown")
        try:
            if one.kind == "date":
                return words.plain(date.fromisoformat(text))
            if one.kind == "time":
                return words.plain(time.fromisoformat(text))
            if one.kind == "datetime":
                return words.plain(datetime.fromisoformat(text).replace(tzinfo=ROME))
        except ValueError:
            return text
        return text


def same(one: FormField, text: str, values: Mapping[str, str]) -> bool:
    """Whether a text is what the values have for the field, however it is written."""
    return _plain(one, text) == _plain(one, values[one.name])


def _plain(one: FormField, text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if one.kind in ("decimal", "int"):
        try:
            found = Decimal(number(text))
        except InvalidOperation:
            return text
        return str(found.normalize()) if found.is_finite() else text
    # Browsers may add seconds that are none.
    return text[: {"time": 5, "datetime": 16}.get(one.kind, len(text))]


def _last(found: Iterable[Row], column: str) -> Row | None:
    """The newest event that wrote the column."""
    return next((event for event in found if column in (event["columns"] or ())), None)


def version_sent() -> int | None:
    """The version that the form was drawn of; none if it says none, no row's if it is mangled."""
    text = request.form.get("version")
    return None if not text else lists.key(text) or -1
