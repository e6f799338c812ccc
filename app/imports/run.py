"""The rows of a sheet, entered and changed by the rules of their noun, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import String, UniqueConstraint, func
from sqlalchemy import inspect as inspect_
from sqlalchemy.exc import DataError
from sqlalchemy.orm.exc import StaleDataError

from app import nouns, permissions
from app.errors import N_, ChangedMeanwhile, DomainError, Invalid
from app.imports import cells
from app.imports.headings import Target, plain
from app.imports.related import Related
from app.imports.sheets import Row
from app.operations import imports
from app.operations import rows as row_operations
from app.operations.constraints import explained
from app.query import rows
from app.query.schemas import errors_of, write_schema
from app.transaction import ScopedSession, name_the_actor

# So many rows are looked up together; then what is in memory is let go.
LOT = 200
# After so many new rows, and at each fourfold, the table counts as grown.
GROWS = 1000
MODES = ("both", "enter", "change")
THERE = N_("This row is there already, and nothing shall be changed.")
NOT_THERE = N_("There is no such row, and none shall be entered.")
TWICE = N_("Line %(line)s has the same key.")
NO_KEY = N_("The key is missing.")
SEVERAL = N_("The key fits several rows: %(rows)s.")
NOTHING = N_("There is nothing in this row.")

Error = tuple[str | None, str, dict[str, Any]]
REFUSALS = (DomainError, ValidationError, StaleDataError, DataError)


@dataclass(frozen=True)
class Plan:
    """What is to be done with the rows of a sheet."""

    resource: str
    # The field of each column.
    columns: Mapping[int, Target]
    # The fields that a new row and a change take.
    enters: frozenset[str]
    changes: frozenset[str]
    # The field that says which row it is; none where every row is new.
    key: str = ""
    mode: str = "both"
    # Whether the rows with errors are left out, or stop all of it.
    leave_out: bool = False
    details: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The seat's own organization, where it has one.
    own: int | None = None

    @property
    def model(self) -> Any:
        """The table."""
        return permissions.RESOURCES[self.resource]


@dataclass(frozen=True)
class Line:
    """What became of a row."""

    line: int
    outcome: str
    row_id: int | None = None
    errors: tuple[Error, ...] = ()

    def noted(self) -> dict[str, Any]:
        """As ``operations.works.note`` keeps it."""
        said = [[name, text, _plain(params)] for name, text, params in self.errors]
        return {
            "line": self.line, "outcome": self.outcome, "row_id": self.row_id,
            "errors": said or None,
        }  # fmt: skip


@dataclass
class Counts:
    """How many rows came to what."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    deleted: int = 0
    refused: int = 0

    def add(self, outcome: str) -> None:
        """One more."""
        setattr(self, outcome, getattr(self, outcome) + 1)

    @property
    def total(self) -> int:
        """In all."""
        return self.created + self.changed + self.unchanged + self.deleted + self.refused


@dataclass
class _Draft:
    """A row on its way: what a form would have sent, and what is wrong with it."""

    line: int
    sent: dict[str, Any]
    errors: list[Error]
    row_id: int | None = None


def keys_of(model: Any, names: Iterable[str]) -> list[str]:
    """The fields among these that tell a row of the table: each stands in a unique key of it."""
    table = inspect_(model).local_table
    last = {list(c.columns)[-1].name for c in table.constraints if isinstance(c, UniqueConstraint)}
    last |= {list(i.columns)[-1].name for i in table.indexes if i.unique and i.columns}
    return [name for name in names if name in last]


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
            _find(db, plan, drafts, seen, now)
        for draft in drafts:
            _check(plan, draft)
        yield from _written(db, plan, drafts, now)
        db.expunge_all()


def _draft(plan: Plan, line: int, row: list[Any]) -> _Draft:
    made = _Draft(line, {}, [])
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


def _resolve(plan: Plan, related: Related, drafts: list[_Draft]) -> None:
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


def _find(
    db: ScopedSession, plan: Plan, drafts: list[_Draft], seen: dict[str, int], now: datetime
) -> None:
    """Which rows are there, by one SELECT; a key that comes twice is refused the second time."""
    # Where a title is unique within an organization, the organization belongs to the key.
    within = "organization_id" if "organization_id" in inspect_(plan.model).columns else ""
    within = within if within in {t.name for t in plan.columns.values()} else ""
    asked: dict[str, list[_Draft]] = {}
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


def _check(plan: Plan, draft: _Draft) -> None:
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


def _loaded(plan: Plan, draft: _Draft) -> dict[str, Any]:
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


def _written(db: ScopedSession, plan: Plan, drafts: list[_Draft], now: datetime) -> Iterator[Line]:
    """The lot written as a whole; where the rules refuse one of its rows, row by row."""
    good = [draft for draft in drafts if not draft.errors]
    made: dict[int, Line] = {}
    try:
        with explained(), db.begin_nested():
            made = {draft.line: _write(db, plan, draft, now) for draft in good}
    except REFUSALS:
        for draft in good:
            made[draft.line] = _alone(db, plan, draft, now)
    for draft in drafts:
        refused = Line(draft.line, "refused", draft.row_id, tuple(draft.errors))
        yield refused if draft.errors else made[draft.line]


def _alone(db: ScopedSession, plan: Plan, draft: _Draft, now: datetime) -> Line:
    try:
        with explained(), db.begin_nested():
            return _write(db, plan, draft, now)
    except REFUSALS as error:
        return Line(draft.line, "refused", draft.row_id, tuple(reasons(error)))


def reasons(error: Exception) -> list[Error]:
    """What a refusal says, field by field."""
    match error:
        case DomainError():
            return list(error.errors)
        case ValidationError():
            return errors_of(error)
        case StaleDataError():
            return list(ChangedMeanwhile().errors)
    return list(Invalid().errors)


def _write(db: ScopedSession, plan: Plan, draft: _Draft, now: datetime) -> Line:
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


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    kept = (str, int, float, bool, type(None))
    return {k: v if isinstance(v, kept) else str(v) for k, v in params.items()}
