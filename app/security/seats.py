"""The seats that an account holds, read with the session of accounts."""

from typing import Any, cast

from flask import current_app, g, session
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from flask_appbuilder.security.sqla.models import assoc_permissionview_role as role_permissions
from sqlalchemy import func, select
from sqlalchemy.orm import scoped_session, sessionmaker

from app.errors import Forbidden
from app.models import Account, Alliance, Organization, Seat
from app.transaction import ScopedSession, system

# Flask-AppBuilder's own, for accounts and roles, used nowhere else.
accounts = scoped_session(
    sessionmaker(class_=ScopedSession, info={"principal": system("accounts")})
)


def first_seat(rows: list[Any]) -> Any | None:
    """The seat a person sits down on first: one of work before the citizen's."""
    held = [row for row in rows if row.Seat is not None]
    held.sort(key=lambda row: (row.Seat.kind == "citizen", row.Seat.id))
    return held[0] if held else None


def seats_of(user_id: int, how: str = "password") -> list[Any]:
    """An active account with its active seats: one row each, or one without a seat.

    ``how`` it came in: by password, by a digital identity, or as a program with a key.
    """
    narrowed = (
        select(func.json_agg(func.json_build_array(Permission.name, ViewMenu.name)))
        .select_from(role_permissions)
        .join(PermissionView, PermissionView.id == role_permissions.c.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
        .where(role_permissions.c.role_id == Seat.role_id)
        .correlate(Seat)
        .scalar_subquery()
    )
    held = (Seat.user_id == Account.id) & Seat.active
    if how == "password" and not citizens_have_passwords():
        # Who comes by a password comes as what they work as: a public body's citizens
        # are identified by SPID, CIE or CNS (DL 76/2020, art. 24).
        held &= Seat.kind != "citizen"
    statement = (
        select(
            Account.token_version,
            Account.first_name,
            Account.last_name,
            Seat,
            func.coalesce(narrowed, func.json_build_array()).label("narrowed"),
            Organization.name.label("organization"),
            Alliance.name.label("alliance"),
            Alliance.slug.label("slug"),
        )
        .select_from(Account)
        .outerjoin(Seat, held)
        .outerjoin(Organization, Organization.id == Seat.organization_id)
        .outerjoin(Alliance, Alliance.id == Seat.alliance_id)
        .where(Account.id == user_id, Account.active)
        .order_by(Seat.id)
    )
    found = list(accounts.execute(statement).all())
    accounts.expunge_all()
    accounts.rollback()
    return found


def citizens_have_passwords() -> bool:
    """Whether a password lets a citizen in: a private organizer's, or the demo's."""
    return bool(current_app.extensions["settings"].citizen_passwords)


def held_seats() -> tuple[Any, ...]:
    """The seats that the request's account holds."""
    if g.seats is None:
        rows = seats_of(g.principal.user_id, g.how)
        g.seats = tuple(row for row in rows if row.Seat is not None)
    return cast("tuple[Any, ...]", g.seats)


def choose_seat(seat_id: int) -> None:
    """Act under another of one's seats. Raises Forbidden for somebody else's."""
    if seat_id not in {row.Seat.id for row in held_seats()}:
        raise Forbidden()
    session["seat"] = seat_id
