"""From a declared name such as ``slot.workshop.title`` to a column, its joins and its group."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, literal
from sqlalchemy import inspect as inspect_

from app import permissions
from app.query import values
from app.sealed import Encrypted
from app.transaction import Principal

# What a row is called in lists of choices: its ``label_columns`` in one text.
LABEL = "label"


@dataclass(frozen=True)
class Path:
    """A column reached from a table over to-one relationships."""

    name: str
    model: Any
    relations: tuple[str, ...]
    target: Any
    column: str

    @cached_property
    def info(self) -> dict[str, Any]:
        """Label, group and help text of the column; a label has those of what leads to it."""
        if self.column != LABEL:
            return _info(self.target, self.column)
        if not self.relations:
            return {"label": "", "group": "public", "help": ""}
        owner = self.model
        for relation in self.relations[:-1]:
            owner = related(owner, relation)
        return _info(owner, foreign_key(owner, self.relations[-1]))

    @cached_property
    def type(self) -> Any:
        """The column's SQL type."""
        if self.column == LABEL:
            return String()
        return inspect_(self.target).columns[self.column].type

    @cached_property
    def sealed(self) -> bool:
        """Whether the column is ciphertext."""
        return isinstance(self.type, Encrypted)

    @cached_property
    def ordered(self) -> bool:
        """Whether a list may be sorted by it."""
        return not self.sealed and values.comparable(self.type)

    def readable_by(self, principal: Principal) -> bool:
        """Whether the seat may read every column on the way."""
        return _readable_by(self, principal.kind, principal.care)

    def expression(self, entity: Any) -> ColumnElement[Any]:
        """The SQL of the column on an entity or alias of its table."""
        if self.column == LABEL:
            return label_of(self.target, entity)
        found: ColumnElement[Any] = getattr(entity, self.column)
        return found


def _readable_by(path: Path, kind: str, care: bool) -> bool:
    model = path.model
    for relation in path.relations:
        if not _readable(kind, care, model, _info(model, foreign_key(model, relation))["group"]):
            return False
        model = related(model, relation)
    names = label_columns(model) if path.column == LABEL else (path.column,)
    return all(_readable(kind, care, model, _info(model, name)["group"]) for name in names)


def _readable(kind: str, care: bool, model: type[Any], group: str) -> bool:
    if kind == "system":
        return True
    return group in permissions.readable(kind, permissions.NAMES.get(model, ""), care)


def _info(model: type[Any], column: str) -> dict[str, Any]:
    found = inspect_(model).columns[column].info
    return found or {"label": column.replace("_", " "), "group": "system", "help": ""}


@lru_cache(maxsize=4096)
def path(model: Any, name: str) -> Path:
    """The path of a declared name. Raises KeyError where there is none."""
    *relations, column = name.split(".")
    target = model
    for relation in relations:
        target = related(target, relation)
    if column != LABEL and column not in inspect_(target).columns:
        raise KeyError(name)
    return Path(name, model, tuple(relations), target, column)


def related(model: Any, relation: str) -> type[Any]:
    """The class at the other end of a to-one relationship. Raises KeyError."""
    found = inspect_(model).relationships[relation]
    if found.uselist:
        raise KeyError(relation)
    result: type[Any] = found.mapper.class_
    return result


def foreign_key(model: Any, relation: str) -> str:
    """The attribute that holds a to-one relationship's key."""
    mapper = inspect_(model)
    local = next(iter(mapper.relationships[relation].local_columns))
    for pair in mapper.relationships[relation].local_remote_pairs or ():
        local = pair[0]
    return str(mapper.get_property_by_column(local).key)


@lru_cache(maxsize=512)
def relation_of(model: Any, column: str) -> str | None:
    """The to-one relationship that a foreign-key attribute belongs to, if any."""
    for relation in inspect_(model).relationships:
        if relation.uselist:
            continue
        if foreign_key(model, relation.key) == column:
            return str(relation.key)
    return None


@lru_cache(maxsize=256)
def label_columns(model: Any) -> tuple[str, ...]:
    """The plain columns that a row's label is made of."""
    columns = inspect_(model).columns
    wanted = getattr(model, "label_columns", None) or ("name", "username")
    return tuple(c for c in wanted if c in columns) or ("id",)


def label_of(model: Any, entity: Any) -> ColumnElement[Any]:
    """A row's label as SQL."""
    columns = [cast(getattr(entity, c), String) for c in label_columns(model)]
    if len(columns) == 1:
        return columns[0]
    # Of no row there is no label: concat_ws alone would make an empty one.
    return func.nullif(func.concat_ws(literal(" "), *columns), "", type_=String)


def paths(model: Any, names: Iterable[str], principal: Principal) -> list[Path]:
    """The declared columns that the principal may read, in order."""
    return [*_readable_paths(model, tuple(names), principal.kind, principal.care)]


@lru_cache(maxsize=4096)
def _readable_paths(model: Any, names: tuple[str, ...], kind: str, care: bool) -> tuple[Path, ...]:
    return tuple(p for p in (path(model, n) for n in names) if _readable_by(p, kind, care))
