"""The rows of a sheet, entered and changed by the rules of their noun, in one transaction."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from marshmallow import ValidationError

from app import nouns
from app.errors import N_, Invalid
from app.imports import cells
from app.imports.existing import NOT_THERE, find
from app.imports.plans import Counts, Draft, Line, Plan
from app.imports.related import Related
from app.imports.sheets import Row
from app.operations import imports
from app.operations import rows as row_operations
from app.operations.constraints import explained
from app.query.refusals import OF_A_ROW, refusal_of
from app.query.schemas import errors_of, write_schema
from app.transaction import ScopedSession, name_the_actor

# So many rows are looked up together; then what is in memory is let go.
LOT = 200
# After so many new rows, and at each fourfold, the table counts as grown.
GROWS = 1000
THERE = N_("This row is there already, and nothing shall be changed.")
NOTHING = N_("There is nothing in this row.")


def attempt(
    db: ScopedSession,
    plan: Plan,
    given: Iterable[Row],
    *,
    now: datetime,
    put: Callable[[Line], None],
    dry: bool,
    progress: Callable[[int, int], None] = lambda done, failed: None,
) -> tuple[Counts, bool]:
    """What the rows come to, and whether it was done: tried out, it is taken back as a whole,
    with the letters that it would have sent; so it is where rows are refused and none shall be
    left out.
    """
    counts, grows = Counts(), GROWS
    # Once: inside a savepoint it would be said again after each.
    name_the_actor(db)
    whole = db.begin_nested()
    try:
        for line in _run(db, plan, given, now):
            counts.add(line.outcome)
            put(line)
            if counts.total % LOT == 0:
                progress(counts.total - counts.refused, counts.refused)
                if counts.created >= grows:
                    imports.grown(db, plan.model)
                    grows *= 4
    except BaseException:
        whole.rollback()
        raise
    done = not dry and (plan.leave_out or not counts.refused)
    if done:
        whole.commit()
    else:
        whole.rollback()
    return counts, done


def _run(db: ScopedSession, plan: Plan, given: Iterable[Row], now: datetime) -> Iterator[Line]:
    related = Related(db, plan.details, now)
    seen: dict[str, int] = {}
    lines = iter(given)
    while lot := list(islice(lines, LOT)):
        drafts = [_draft(plan, line, row) for line, row in lot]
        _resolve(plan, related, drafts)
        if plan.key:
            find(db, plan, drafts, seen, now)
        for draft in drafts:
            _check(plan, draft)
        yield from _written(db, plan, drafts, now)
        db.expunge_all()


def _draft(plan: Plan, line: int, row: list[Any]) -> Draft:
    made = Draft(line, {}, [])
    for column, target in plan.columns.items():
        try:
            value = cells.sent(row[column] if column < len(row) else None, target)
        except Invalid as error:
            made.errors.append((target.name, error.message, error.params))
            continue
        if value is not None:
            made.sent[target.name] = value
    if not made.sent and not made.errors:
        made.errors.append((None, NOTHING, {}))
    return made


def _resolve(plan: Plan, related: Related, drafts: list[Draft]) -> None:
    for target in plan.columns.values():
        if not target.resource:
            continue
        here = [draft for draft in drafts if target.name in draft.sent]
        related.look_for(target.resource, (draft.sent[target.name] for draft in here))
        for draft in here:
            try:
                found = related.one(target.resource, draft.sent[target.name])
                draft.sent[target.name] = str(found)
            except Invalid as error:
                del draft.sent[target.name]
                draft.errors.append((target.name, error.message, error.params))


def _check(plan: Plan, draft: Draft) -> None:
    """What can be said without the database."""
    wrong = {name for name, _, _ in draft.errors}
    if plan.key and plan.key not in wrong:
        if draft.row_id is not None and plan.mode == "enter":
            draft.errors.append((plan.key, THERE, {}))
        elif draft.row_id is None and plan.mode == "change":
            draft.errors.append((plan.key, NOT_THERE, {}))
    try:
        draft.sent = _loaded(plan, draft)
    except ValidationError as error:
        draft.errors += [e for e in errors_of(error) if e[0] not in wrong]


def _loaded(plan: Plan, draft: Draft) -> dict[str, Any]:
    """The values for a new row or for a change. Raises ValidationError."""
    new = draft.row_id is None
    names = plan.enters if new else plan.changes
    sent = {name: value for name, value in draft.sent.items() if name in names}
    if new and "controller_id" in names and "controller_id" not in sent:
        # As on the form: who offers it, unless another is named.
        sent["controller_id"] = sent.get("organization_id") or str(plan.own or "") or None
    schema = write_schema(plan.model, sorted(names), partial=not new)
    loaded: Any = schema.load(sent)
    return dict(loaded)


def _written(db: ScopedSession, plan: Plan, drafts: list[Draft], now: datetime) -> Iterator[Line]:
    """The lot written as a whole; where the rules refuse one of its rows, row by row."""
    good = [draft for draft in drafts if not draft.errors]
    made: dict[int, Line] = {}
    try:
        with explained(), db.begin_nested():
            made = {draft.line: _write(db, plan, draft, now) for draft in good}
    except OF_A_ROW:
        for draft in good:
            made[draft.line] = _alone(db, plan, draft, now)
    for draft in drafts:
        refused = Line(draft.line, "refused", draft.row_id, tuple(draft.errors))
        yield refused if draft.errors else made[draft.line]


def _alone(db: ScopedSession, plan: Plan, draft: Draft, now: datetime) -> Line:
    try:
        with explained(), db.begin_nested():
            return _write(db, plan, draft, now)
    except OF_A_ROW as error:
        return Line(draft.line, "refused", draft.row_id, tuple(refusal_of(error).errors))


def _write(db: ScopedSession, plan: Plan, draft: Draft, now: datetime) -> Line:
    if draft.row_id is None:
        row = nouns.create(db, plan.resource, dict(draft.sent), now=now)
        return Line(draft.line, "created", int(row.id))
    row = row_operations.get(db, plan.model, draft.row_id)
    changed = {
        name: value for name, value in draft.sent.items() if getattr(row, name, None) != value
    }
    if not changed:
        return Line(draft.line, "unchanged", draft.row_id)
    nouns.update(db, plan.resource, row, changed, now=now)
    return Line(draft.line, "changed", draft.row_id)
