"""The world's rows by name."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import inspect as inspect_

from app.transaction import PUBLIC, Principal
from tests.walk.markers import Markers


@dataclass
class World:
    """The numbers of the rows by table and name, and who sits where."""

    ids: dict[str, dict[str, int]] = field(default_factory=dict)
    principals: dict[str, Principal] = field(default_factory=lambda: {"public": PUBLIC})
    markers: Markers = field(default_factory=Markers)

    def keep(self, label: str, row: Any) -> Any:
        """Name a row."""
        named = self.ids.setdefault(inspect_(type(row)).local_table.name, {})
        assert named.setdefault(label, row.id) == row.id, (row, label)
        return row

    def id(self, table: str, label: str) -> int:
        """The number of a named row."""
        return self.ids[table][label]

    def labels(self, table: str, numbers: Any) -> set[str]:
        """The names of those of the numbers that have one."""
        names = {number: label for label, number in self.ids.get(table, {}).items()}
        return {names[number] for number in numbers if number in names}
