"""What rules ask at every request: a SELECT of columns that was compiled once, past the policy."""

from collections import namedtuple
from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import Session

from app import policy
from app.errors import Forbidden
from app.statements import raw
from app.transaction import ScopedSession, begin, begins, elevated


class Question:
    """A SELECT for elevated sessions: its answers have a field for each of its columns."""

    def __init__(self, statement: Select[Any]) -> None:
        self.sql, self.constants = policy.compiled(statement)
        names = [column.key for column in statement.selected_columns]
        self.answer: Any = namedtuple("Answer", cast(Any, names))

    def ask(self, system: Session, **values: Any) -> Sequence[Any]:
        """The answers. Raises Forbidden for a session that the policy holds back."""
        session = cast(ScopedSession, system)
        if session.principal.kind != "system":
            raise Forbidden("a question passes by the policy")
        given = self._given(session, values)
        return [self.answer(*row) for row in raw(session, self.sql, given, writes=False)]

    def ask_first(self, db: Session, why: str, **values: Any) -> Sequence[Any]:
        """The answers, for the caller, by the statement that proves who asks if that is to come.

        ``why`` stands in the list of elevations: the question passes by the policy.
        """
        if isinstance(db, ScopedSession) and begins(db):
            return [self.answer(*row) for row in begin(db, self.sql, self._given(db, values))]
        with elevated(db, why) as system:
            return self.ask(system, **values)

    def _given(self, session: ScopedSession, values: dict[str, Any]) -> dict[str, Any]:
        # The caller's own, for what it says of the caller's rules.
        return {**self.constants, **policy.values(session.principal), **values}


def sees(kind: str, model: type[Any], table: Any) -> ColumnElement[bool]:
    """Whether a seat of this kind sees the row of a table, or of an alias of it."""
    rule = policy.everybody if kind == "system" else policy.rule_for(model, kind)
    return cast("ColumnElement[bool]", rule(table.c))
