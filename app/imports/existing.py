"""Which rows of a sheet are there already, by their keys."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, func
from sqlalchemy import inspect as inspect_

from app.errors import N_
from app.imports.headings import plain
from app.imports.plans import Draft, Plan
from app.operations import rows as row_operations
from app.query import rows
from app.transaction import ScopedSession

NOT_THERE = N_("There is no such row, and none shall be entered.")
TWICE = N_("Line %(line)s has the same key.")
NO_KEY = N_("The key is missing.")
SEVERAL = N_("The key fits several rows: %(rows)s.")


def find(
    db: ScopedSession, plan: Plan, drafts: list[Draft], seen: dict[str, int], now: datetime
) -> None:
    """Which rows are there, by one SELECT; a key that comes twice is refused the second time."""
    # Where a title is unique within an organization, the organization belongs to the key.
    within = "organization_id" if "organization_id" in inspect_(plan.model).columns else ""
    within = within if within in {t.name for t in plan.columns.values()} else ""
    asked: dict[str, list[Draft]] = {}
    for draft in drafts:
        text = draft.sent.get(plan.key)
        if text is None:
            if plan.key == "id":
                continue  # A row without a number is a new one.
            if not draft.errors:
                draft.errors.append((plan.key, NO_KEY, {}))
            continue
        said = _key(plan, text)
        whole = f"{draft.sent.get(within, '')} {said}" if within else said
        if whole in seen:
            draft.errors.append((plan.key, TWICE, {"line": seen[whole]}))
            continue
        seen[whole] = draft.line
        asked.setdefault(said, []).append(draft)
    found = _there(db, plan, list(asked), within, now) if asked else {}
    for said, those in asked.items():
        for draft in those:
            organization = draft.sent.get(within)
            fits = [
                key for key, of in found.get(said, ()) if not organization or of == organization
            ]
            if len(fits) > 1:
                named = ", ".join(map(str, fits[:5]))
                draft.errors.append((plan.key, SEVERAL, {"rows": named}))
            elif fits:
                draft.row_id = fits[0]
            elif plan.key == "id":
                draft.errors.append((plan.key, NOT_THERE, {}))


def _key(plan: Plan, text: Any) -> str:
    kind = inspect_(plan.model).columns[plan.key].type
    return plain(text) if isinstance(kind, String) else str(text)


def _there(
    db: ScopedSession, plan: Plan, said: list[str], within: str, now: datetime
) -> dict[str, list[tuple[int, str]]]:
    """The rows with these keys that the seat sees: their ids and organizations."""
    column = getattr(plan.model, plan.key)
    if isinstance(column.type, String):
        condition = func.plain_text(column).in_(said)
    else:
        whole = [int(text) for text in said if text.isascii() and text.isdecimal()]
        condition = column.in_([n for n in whole if row_operations.numbered(plan.model, n)])
    names = ("id", plan.key, *((within,) if within else ()))
    wanted = rows.Selection(plan.resource, tuple(dict.fromkeys(names)), extra=(condition,))
    found: dict[str, list[tuple[int, str]]] = {}
    for row in rows.stream(db, wanted, now=now):
        of = str(row[within]) if within else ""
        found.setdefault(_key(plan, row[plan.key]), []).append((int(row["id"]), of))
    return found
