"""A row at two moments of its history, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy import inspect as inspect_

from app import security
from app.errors import N_, BadRequest, NotFound
from app.models import AuditEvent, AuditValue
from app.query import rows
from app.transaction import web
from app.views import lists, words
from app.views.history import ERASED, KEPT_OUT, TRAIL, HistoryScreens
from app.views.screens import Answer, Row, screen

CHOOSE_TWO = N_("Choose two entries of the history.")


@dataclass(frozen=True)
class Field:
    """A column of the row at two moments."""

    label: str
    one: str
    other: str
    differs: bool
    lang: str = ""


class MomentScreens(HistoryScreens):
    """``/show/<id>/compare``."""

    def __init__(self) -> None:
        if "show" in self.include_route_methods:
            self.include_route_methods = {*self.include_route_methods, "compare"}
        super().__init__()

    def related_list(self, other: str, pk: int) -> dict[str, Any]:
        """Two entries of the history can be chosen."""
        found = super().related_list(other, pk)
        return {**found, "compare": self.to("compare", pk=pk)} if other == TRAIL else found

    @expose("/show/<int:pk>/compare", methods=["GET"])
    @screen("get")
    def compare(self, pk: int) -> Answer:
        """The row field by field after two entries of its history, the earlier one first.

        Raises NotFound, BadRequest for what is no entry's number.
        """
        if not self.has_history():
            raise NotFound()
        asked = sorted(_number(name) for name in ("one", "other"))
        row = self.read(pk)
        events = [self._event(pk, number) for number in asked]
        one, other = (self.moment(pk, event["id"]) for event in events)
        return self.page(
            "compare",
            title=gettext("Two moments"),
            name=self.name(row),
            pk=pk,
            back=self.to("related_rows", pk=pk, other=TRAIL),
            moments=[f"{words.plain(event['at'])} · {event['actor'] or ''}" for event in events],
            fields=self.fields_of(one, other),
        )

    def fields_of(self, one: Row, other: Row) -> list[Field]:
        """Every column that has a value at one of the moments."""
        named, result = self.named((one, other)), []
        for name in self.in_order((*one, *other)):
            column, differs = self.column(name), one.get(name) != other.get(name)
            if column is None or name in KEPT_OUT:
                continue
            label = self.column_label(column)
            if not self.open_to_reader(column):
                if differs:
                    said = gettext("not shown")
                    result.append(Field(label, said, said, True))
                continue
            texts = [self.in_words(column, part.get(name), named) for part in (one, other)]
            if any(texts):
                result.append(Field(label, *texts, differs, lists.lang_of(column)))
        return result

    def _event(self, pk: int, number: int) -> Row:
        wanted = rows.Selection(
            TRAIL, ("id", "at", "actor"), extra=(*self._of_row(pk), AuditEvent.id == number)
        )
        found, _ = rows.page(web(), wanted, now=security.moment(), limit=1)
        if not found:
            raise NotFound()
        return found[0]

    def moment(self, pk: int, event: int) -> Row:
        """The row as an entry left it, by the names that the trail uses.

        Each column is as the last entry until then left it; where the trail begins later,
        as the first entry since then found it.
        """
        known: Row = {}
        until = self._told(pk).where(AuditEvent.id <= event).order_by(AuditEvent.id.desc())
        for action, columns, _, after in web().execute(until):
            _learn(known, after, columns or self._names_of_columns())
            if action == "insert":
                return known
        since = self._told(pk).where(AuditEvent.id > event).order_by(AuditEvent.id)
        for _, columns, before, _ in web().execute(since):
            _learn(known, before, columns or self._names_of_columns())
        return known

    def _told(self, pk: int) -> Select[Any]:
        told = AuditEvent.action, AuditEvent.columns, AuditValue.before, AuditValue.after
        joined = select(*told).outerjoin(AuditValue, AuditValue.event_id == AuditEvent.id)
        return joined.where(*self._of_row(pk))

    def _of_row(self, pk: int) -> tuple[Any, Any]:
        return AuditEvent.table_name == self.model.__tablename__, AuditEvent.row_id == pk

    def _names_of_columns(self) -> list[str]:
        return [column.name for column in inspect_(self.model).local_table.c]


def _learn(known: Row, told: Row | None, names: Iterable[str]) -> None:
    """What an entry says of the columns that are not known yet."""
    for name in names:
        known.setdefault(name, ERASED if told is None else told.get(name))


def _number(name: str) -> int:
    number = lists.key(request.args.get(name))
    if not number:
        raise BadRequest(CHOOSE_TWO, field=name)
    return number
