"""Plain nouns: enter, change and delete a row under the caller's policy."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy import inspect as inspect_
from sqlalchemy.orm import Session

from app.errors import ChangedMeanwhile, NotFound
from app.inserts import held, insert
from app.operations.constraints import explained
from app.transaction import ScopedSession


def create(db: Session, model: type[Any], values: dict[str, Any], *, now: datetime) -> Any:
    """The new row, in the caller's alliance and, where none is named, organization.

    Raises Forbidden, Duplicate or Invalid.
    """
    columns = inspect_(model).columns
    principal = db.principal if isinstance(db, ScopedSession) else None
    given = dict(values)
    if principal is not None and principal.kind != "system":
        if "alliance_id" in columns and principal.alliance_id is not None:
            given["alliance_id"] = principal.alliance_id
        if "organization_id" in columns and given.get("organization_id") is None:
            given["organization_id"] = principal.organization_id
        if "controller_id" in columns and given.get("controller_id") is None:
            given["controller_id"] = given.get("organization_id")
    with explained():
        return held(db, model, insert(db, model, **given).id)


def change(db: Session, row: Any, values: dict[str, Any], *, now: datetime) -> Any:
    """The row with its new values. Raises Forbidden, Duplicate or Invalid."""
    for name, value in values.items():
        setattr(row, name, value)
    with explained():
        db.flush()
    return row


def remove(db: Session, row: Any, *, now: datetime) -> None:
    """Delete a row that nothing refers to. Raises StillInUse or Forbidden."""
    with explained():
        db.delete(row)
        db.flush()


def numbered(model: type[Any], id_: int) -> bool:
    """Whether a row of the table can have this number: accounts and roles have smaller ones."""
    key = inspect_(model).primary_key[0].type
    return 0 < id_ < (2**63 if isinstance(key, BigInteger) else 2**31)


def get(db: Session, model: type[Any], id_: int, version: int | None = None) -> Any:
    """The row, if the caller sees it. Raises NotFound, or ChangedMeanwhile for another version."""
    row = db.get(model, id_) if numbered(model, id_) else None
    if row is None:
        raise NotFound()
    # Where a table keeps no versions, none can be the right one.
    if version is not None and getattr(row, "version", None) != version:
        raise ChangedMeanwhile()
    return row


def version_of(db: Session, model: type[Any], id_: int) -> int:
    """The version of a row that the caller sees."""
    return int(db.scalar(select(model.version).where(model.id == id_)) or 0)
