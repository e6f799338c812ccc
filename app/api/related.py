"""Which related rows a noun's rows can be asked with: ``include=``."""

from functools import lru_cache
from typing import Any

from sqlalchemy import inspect as inspect_

from app import permissions, security
from app.errors import N_, BadRequest
from app.query.includes import MOST_RELATIONS, Relation
from app.query.paths import path, relation_of
from app.transaction import web

UNKNOWN_RELATION = N_("This list has no such relation to include.")
TOO_MANY = N_("At most %(most)s can be asked for at once.")
NOT_IN_A_FILE = N_("A file has one line a row: include relations to many in JSON.")


def asked(api: Any, names: tuple[str, ...], *, flat: bool = False) -> tuple[Relation, ...]:
    """The named relations of a noun; ``flat`` is for files, which have none to many.

    Raises BadRequest for one that the noun has not, or whose rows the seat may not list.
    """
    if not names:
        return ()
    if len(names) > MOST_RELATIONS:
        raise BadRequest(TOO_MANY, field="include", most=MOST_RELATIONS)
    known = relations(type(api))
    for name in names:
        if name not in known or not _open(permissions.RESOURCES[api.resource], known[name]):
            raise BadRequest(UNKNOWN_RELATION, field="include")
        if flat and known[name].key:
            raise BadRequest(NOT_IN_A_FILE, field="include")
    return tuple(known[name] for name in names)


def _open(model: Any, relation: Relation) -> bool:
    """Whether the seat may list the related noun, and read what ties the two together."""
    if ("can_list", relation.resource) not in security.seat_permissions():
        return False
    principal = web().principal
    if relation.key:
        related = permissions.RESOURCES[relation.resource]
        return path(related, relation.key).readable_by(principal)
    columns = (path(model, f"{relation.name}.{name}") for name in relation.columns)
    return any(column.readable_by(principal) for column in columns)


@lru_cache(maxsize=64)
def relations(api: Any) -> dict[str, Relation]:
    """Every relation of a noun's class by name.

    To one: those that lead to a noun and of which the noun shows or filters something. To many:
    those that it declares.
    """
    model = permissions.RESOURCES[api.resource]
    declared = _declared()
    found = {}
    for name in (*api.list_columns, *api.show_columns, *api.filter_columns):
        first = name.split(".")[0] if "." in name else relation_of(model, name)
        resource = _noun(model, first) if first else None
        if first and resource in declared:
            found[first] = _relation(first, declared[resource])
    for name, (resource, key) in api.includes.items():
        found[name] = _relation(name, declared[resource], key)
    return found


def _declared() -> dict[str | None, Any]:
    from app.api import classes

    return {one.resource: one for one in classes() if getattr(one, "resource", "")}


def _noun(model: Any, relation: str) -> str | None:
    return permissions.NAMES.get(inspect_(model).relationships[relation].mapper.class_)


def _relation(name: str, api: Any, key: str = "") -> Relation:
    listed = tuple(dict.fromkeys(("id", *api.list_columns)))
    allowed = (*listed, *api.show_columns, *api.filter_columns)
    return Relation(name, api.resource, listed, key, api.sort if key else "", allowed)
