"""The permission table, written into Flask-AppBuilder's roles."""

from flask_appbuilder.security.sqla.models import Permission, PermissionView, Role, ViewMenu
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from app import permissions
from app.models import RoleScope
from app.transaction import open_session, system


def write_roles(url: str) -> None:
    """Make the base roles say what ``permissions.py`` says; safe to repeat."""
    engine = create_engine(url)
    with open_session(engine, system("upgrade")) as db:
        for kind in permissions.GRANTS:
            _write(db, kind)
        db.commit()
    engine.dispose()


def _write(db: Session, kind: str) -> None:
    role = db.scalar(select(Role).where(Role.name == kind))
    if role is None:
        role = Role(name=kind)
        db.add(role)
        db.flush()
        if kind != "public":
            db.add(RoleScope(role_id=role.id, base=kind))
    wanted = permissions.permissions(kind)
    held = {(p.permission.name, p.view_menu.name): p for p in role.permissions}
    for pair in held.keys() - wanted:
        role.permissions.remove(held[pair])
    for permission, resource in sorted(wanted - held.keys()):
        role.permissions.append(pair_of(db, permission, resource))
    db.flush()


def pair_of(db: Session, permission: str, resource: str) -> PermissionView:
    """The row of a permission on a resource, made where there is none."""
    verb = db.scalar(select(Permission).where(Permission.name == permission))
    verb = verb or Permission(name=permission)
    view = db.scalar(select(ViewMenu).where(ViewMenu.name == resource))
    view = view or ViewMenu(name=resource)
    db.add_all([verb, view])
    db.flush()
    found = db.scalar(
        select(PermissionView).where(
            PermissionView.permission_id == verb.id, PermissionView.view_menu_id == view.id
        )
    )
    if found is None:
        found = PermissionView(permission_id=verb.id, view_menu_id=view.id)
        db.add(found)
        db.flush()
    return found
