"""Lists that are kept under a name, for oneself or for others."""

from datetime import datetime
from typing import Any, cast

from sqlalchemy.orm import Session

from app import permissions
from app.errors import N_, Invalid
from app.models import SavedView
from app.operations import rows
from app.transaction import ScopedSession

# Who may put a list into everybody's menu.
SHARE_WITH_ALL = ("admin", "staff")
NOT_FOR_ALL = N_("Only the alliance's staff keeps a list for everybody.")
NO_LIST = N_("You may not see this list.")


def create(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """A list of one's own seat's. Raises Invalid for one that it may not see or share so."""
    principal = cast(ScopedSession, db).principal
    kind = principal.kind
    if "list" not in permissions.grant(kind, values["resource"]).verbs:
        raise Invalid(NO_LIST, field="resource")
    _shared(kind, values)
    own = {"seat_id": principal.seat_id, "kind": kind}
    return rows.create(db, SavedView, {**values, **own}, now=now)


def change(db: Session, row: SavedView, values: dict[str, Any], *, now: datetime) -> Any:
    """Another name, place or audience for a list of one's own. Raises Invalid."""
    _shared(row.kind, values)
    return rows.change(db, row, values, now=now)


def _shared(kind: str, values: dict[str, Any]) -> None:
    if values.get("audience") == "everybody" and kind not in SHARE_WITH_ALL:
        raise Invalid(NOT_FOR_ALL, field="audience")
