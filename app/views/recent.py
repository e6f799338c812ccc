"""What the account changed last under its seat: rows to go on with, from the audit trail."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import url_for
from sqlalchemy import Select, bindparam, case, func, select

from app import permissions, security
from app.models import AuditEvent
from app.nouns import titles
from app.query.paths import LABEL, label_of, path
from app.transaction import web
from app.views import words
from app.views.choices import NAMES, names_of
from app.views.history import NO_TRAIL, TRAIL
from app.views.screens import VIEWS

ROWS = 6
# How far back is looked, in events and in days: both keep the SELECT short.
EVENTS = 100
# Ties between others: they have no name that one would know again.
TIES = frozenset(("relations", "role-scopes", "seats"))
DAYS = timedelta(days=14)


@dataclass(frozen=True)
class Recent:
    """A row that was changed: what it is, its name, its page, when."""

    noun: str
    name: str
    href: str
    at: str


def rows() -> list[Recent]:
    """The rows that the account entered or changed last and may still open, by one SELECT.

    Their names by one more each for nouns whose label alone would not tell them. Nothing for a
    seat that the trail is not open to.
    """
    granted = security.seat_permissions()
    nouns = _nouns(granted) if ("can_list", TRAIL) in granted else ()
    if not nouns:
        return []
    given = {"user": web().principal.user_id, "since": security.moment() - DAYS}
    last = [row for row in web().execute(_last(nouns), given) if row.name is not None][:ROWS]
    told = {
        noun: names_of(noun, {row.row_id for row in last if row.noun == noun})
        for noun in {row.noun for row in last} & NAMES.keys()
    }
    return [
        Recent(
            titles.one(noun),
            told.get(noun, {}).get(row_id) or str(name),
            url_for(f"{VIEWS[noun].__name__}.show", pk=row_id),
            words.plain(when),
        )
        for noun, row_id, when, name in last
    ]


@lru_cache(maxsize=64)
def _last(nouns: tuple[str, ...]) -> Select[Any]:
    """The last rows of these nouns that a user changed: noun, id, when, name."""
    models = {noun: permissions.RESOURCES[noun] for noun in nouns}
    tables = {model.__tablename__: noun for noun, model in models.items()}
    table, at = AuditEvent.table_name, AuditEvent.at
    mine = (
        select(table, AuditEvent.row_id, at)
        .where(
            AuditEvent.user_id == bindparam("user"),
            at > bindparam("since"),
            AuditEvent.action != "delete",
            table.in_(tables),
        )
        .order_by(at.desc())
        .limit(EVENTS)
        .subquery()
    )
    last = (
        select(mine.c.table_name, mine.c.row_id, func.max(mine.c.at).label("at"))
        .group_by(mine.c.table_name, mine.c.row_id)
        .subquery()
    )
    # The name as it is now, under the policy: a row that is out of the seat's sight has none.
    names = {
        name: select(label_of(models[noun], models[noun]))
        .where(models[noun].id == last.c.row_id)
        .correlate(last)
        .scalar_subquery()
        for name, noun in tables.items()
    }
    noun_ = case(tables, value=last.c.table_name)
    label = case(names, value=last.c.table_name)
    found = select(noun_.label("noun"), last.c.row_id, last.c.at, label.label("name"))
    # Twice as many: some may be out of sight.
    return found.order_by(last.c.at.desc()).limit(2 * ROWS)


def _nouns(granted: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """The nouns whose rows the seat lists, opens and may read the names of."""
    found = []
    for resource, view in VIEWS.items():
        open_ = {("can_list", resource), ("can_get", resource)} <= granted
        shows = "show" in view.include_route_methods and resource not in NO_TRAIL | TIES
        label = path(permissions.RESOURCES[resource], LABEL)
        if open_ and shows and label.readable_by(web().principal):
            found.append(resource)
    return tuple(found)
