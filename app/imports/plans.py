"""What is to be done with the rows of a sheet, and what becomes of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlalchemy import inspect as inspect_

from app import permissions
from app.imports.headings import Target

MODES = ("both", "enter", "change")

Error = tuple[str | None, str, dict[str, Any]]


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
class Draft:
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


def _plain(params: Mapping[str, Any]) -> dict[str, Any]:
    kept = (str, int, float, bool, type(None))
    return {k: v if isinstance(v, kept) else str(v) for k, v in params.items()}
