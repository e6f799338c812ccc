"""Roles that narrow a base role: staff make them for their own alliance, and never widen one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import permissions as table
from app.errors import N_, Duplicate, Forbidden, Invalid, NotFound
from app.models import Permission, PermissionView, Role, RoleScope, Seat, ViewMenu
from app.transaction import ScopedSession, elevated

NOT_IN_BASE = N_("The base role does not hold this permission: %(permission)s.")
ONLY_ADMIN = N_("Only a platform administrator makes roles of this kind.")
OTHER_BASE = N_("This role narrows seats of another kind.")


def create(db: Session, *, name: str, base: str, permissions: Iterable[str], now: datetime) -> Role:
    """A role of the caller's alliance with some of the base role's permissions.

    A permission is ``<verb> <resource>``. Raises Invalid, Duplicate, Forbidden.
    """
    alliance_id = _alliance(db)
    if base == "admin" or base not in table.GRANTS:
        raise Invalid(ONLY_ADMIN, field="base")
    pairs = _pairs(base, permissions)
    with elevated(db, "make a role") as system:
        full_name = f"{alliance_id}: {name.strip()}"
        if system.scalar(select(Role.id).where(Role.name == full_name)) is not None:
            raise Duplicate(field="name")
        role = Role(name=full_name)
        role.permissions = _rows(system, pairs)
        system.add(role)
        system.flush()
        system.add(RoleScope(role_id=role.id, alliance_id=alliance_id, base=base))
        system.flush()
        number = role.id
    return db.get_one(Role, number)


def change(db: Session, role: Role, *, permissions: Iterable[str], now: datetime) -> Role:
    """Give a role of the caller's alliance other permissions. Raises Invalid, Forbidden."""
    alliance_id = _alliance(db)
    with elevated(db, "change a role") as system:
        scope = system.scalar(
            select(RoleScope).where(
                RoleScope.role_id == role.id, RoleScope.alliance_id == alliance_id
            )
        )
        if scope is None:
            raise Forbidden
        row = system.get_one(Role, role.id)
        row.permissions = _rows(system, _pairs(scope.base, permissions))
    return db.get_one(Role, role.id)


def narrow(db: Session, seat: Seat, *, role_id: int | None, now: datetime) -> Seat:
    """Put a seat of the caller's alliance under one of its roles, or under none.

    Raises NotFound, Invalid, Forbidden.
    """
    alliance_id = _alliance(db)
    with elevated(db, "narrow a seat") as system:
        row = system.get(Seat, seat.id)
        if row is None or row.alliance_id != alliance_id:
            raise NotFound
        if role_id is not None:
            scope = system.scalar(
                select(RoleScope).where(
                    RoleScope.role_id == role_id, RoleScope.alliance_id == alliance_id
                )
            )
            if scope is None or scope.base != row.kind:
                raise Invalid(OTHER_BASE, field="role_id")
        row.role_id = role_id
    return db.get_one(Seat, seat.id)


def _alliance(db: Session) -> int:
    found = db.principal.alliance_id if isinstance(db, ScopedSession) else None
    if found is None:
        raise Forbidden
    return found


def _pairs(base: str, wanted: Iterable[str]) -> set[tuple[str, str]]:
    held = table.permissions(base)
    pairs = set()
    for said in wanted:
        verb, _, resource = said.strip().partition(" ")
        pair = (f"can_{verb}", resource.strip())
        if pair not in held:
            raise Invalid(NOT_IN_BASE, field="permissions", permission=said[:80])
        pairs.add(pair)
    return pairs


def _rows(system: Session, pairs: set[tuple[str, str]]) -> list[PermissionView]:
    rows = system.scalars(
        select(PermissionView)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    ).unique()
    return [row for row in rows if (row.permission.name, row.view_menu.name) in pairs]
