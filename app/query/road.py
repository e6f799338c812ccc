"""The fast road: a list or a row by one SELECT that was compiled once, straight to JSON.

Compiled once for each noun, set of columns, seat kind and shape of question: its joins, the
policy's rules, and the proof that the token still holds. At a request only values are read and
the statement runs; nothing is built, validated or counted again.
"""

import secrets
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Engine, Select, literal_column
from sqlalchemy.exc import DataError

from app import policy, scope, transaction
from app.errors import BadRequest
from app.proof import PROOFS
from app.query import writer
from app.query.selection import OFFSET, Query, Selection
from app.transaction import Principal, ScopedSession, narrowed, prove, proven

Row = Sequence[Any]


@dataclass(frozen=True)
class Asked:
    """What of a selection is wanted: a page of it, one row, all of it, or how many."""

    limit: int | None = None
    offset: bool = False
    # Which keys of a cursor are given; none for the first page.
    after: tuple[bool, ...] = ()
    nested: bool = False
    version: bool = False
    count: bool = False

    def of(self, query: Query) -> Select[Any]:
        """The statement, without the policy and without its bounds."""
        if self.count:
            return query.count()
        return query.page(self.after, plain=self.nested, version=self.version)


@dataclass(frozen=True, eq=False)
class Compiled:
    """A statement as text, its constant parameters, and what reads and writes its values."""

    query: Query
    asked: Asked
    write: writer.Writer
    sql: str = ""
    # The same behind the proof of a token, by whether a role narrows its seat.
    guarded: Mapping[bool, str] = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    # Instead of the text, where the caller's own conditions make each statement another.
    statement: Select[Any] | None = None


def compiled(wanted: Selection, principal: Principal, asked: Asked) -> Compiled:
    """The statement of a selection's shape, for everybody who sits on a seat of this kind.

    Raises BadRequest for what the noun or the seat does not have.
    """
    if wanted.extra:
        return through_session(wanted, principal, asked)
    return _compiled(wanted.shape, principal.kind, principal.care, asked)


def order_types(wanted: Selection, principal: Principal) -> tuple[Any, ...]:
    """The types of the sort keys that a cursor of the selection holds. Raises BadRequest."""
    return _order_types(wanted.shape, principal.kind, principal.care)


def like(kind: str, care: bool) -> Principal:
    """All that a compiled statement knows of who asks: the kind of seat."""
    return Principal(kind, care=care)


@lru_cache(maxsize=2048)
def _order_types(shape: Selection, kind: str, care: bool) -> tuple[Any, ...]:
    return tuple(key.expression.type for key in Query(shape, like(kind, care)).order())


@lru_cache(maxsize=2048)
def _compiled(shape: Selection, kind: str, care: bool, asked: Asked) -> Compiled:
    query = Query(shape, like(kind, care))
    statement = asked.of(query)
    if asked.limit is not None:
        # Written out, not a parameter: one plan then serves every request.
        statement = statement.limit(literal_column(str(int(asked.limit))))
    if asked.offset:
        statement = statement.offset(OFFSET)
    if kind != "system":
        statement = statement.options(*scope.criteria(kind))
    sql, constants = policy.compiled(statement)
    # Read no more, and the heaviest part by far: 400 kB a statement, 2,048 of which are kept.
    query.aliases.clear()
    query.joins.clear()
    # The order of the page is kept: its only partner is one row.
    guarded = {
        by_role: f"WITH proof AS MATERIALIZED ({proof})"  # noqa: S608
        f" SELECT proof.known, proof.granted, page.* FROM proof {transaction.guarded(sql)}"
        for by_role, proof in PROOFS.items()
    }
    return Compiled(query, asked, _writer(query, asked), sql, guarded, constants)


def through_session(wanted: Selection, principal: Principal, asked: Asked) -> Compiled:
    """The same statement for the session, which adds the policy itself."""
    query = Query(wanted.shape, principal)
    statement = asked.of(query)
    if asked.limit is not None:
        statement = statement.limit(asked.limit)
    if asked.offset:
        statement = statement.offset(OFFSET)
    return Compiled(query, asked, _writer(query, asked), statement=statement)


def _writer(query: Query, asked: Asked) -> writer.Writer:
    return writer.compiled([p.name for p in query.paths], asked.nested)


def fetch(db: ScopedSession, found: Compiled, parameters: dict[str, Any]) -> list[Row]:
    """The rows of a compiled statement. Raises Unauthorized or Forbidden for a stale token."""
    if found.statement is not None:
        return [tuple(row) for row in db.execute(found.statement, parameters)]
    given = {**found.constants, **policy.values(db.principal), **parameters}
    if "besides" in db.info:
        prove(db)
    proof = db.info.get("proof")
    if proof is None:
        return run(db, found.sql, given)
    rows = run(db, found.guarded[narrowed(proof)], {**given, **proof})
    proven(db, known=rows[0][0], granted=rows[0][1])
    return [row[3:] for row in rows] if rows[0][2] else []


def run(db: ScopedSession, sql: str, parameters: dict[str, Any]) -> list[Row]:
    """One statement: in the session's transaction if one is open, else by itself.

    Raises BadRequest for a value that the database cannot take.
    """
    try:
        if db.in_transaction() or not isinstance(db.bind, Engine):
            db.flush()
            return list[Row](transaction.bare(db, sql, parameters))
        return _by_itself(db.bind, sql, parameters)
    except (psycopg.DataError, DataError) as error:
        raise BadRequest() from error


def _by_itself(engine: Engine, sql: str, parameters: dict[str, Any]) -> list[Row]:
    """A single SELECT needs no BEGIN and no ROLLBACK, each a journey of its own."""
    borrowed = engine.raw_connection()
    connection: Any = borrowed.dbapi_connection
    try:
        connection.autocommit = True
        return list[Row](transaction.asked(connection, sql, parameters))
    finally:
        if connection.closed:
            borrowed.invalidate()
        else:
            connection.autocommit = False
        borrowed.close()


def stream(
    db: ScopedSession, found: Compiled, parameters: dict[str, Any], size: int = 1000
) -> Generator[list[Row], None, None]:
    """The rows of a compiled statement, so many at a time, from the session's transaction.

    Whoever stops in the middle closes it: its cursor ends before its connection does.
    """
    if found.statement is not None:
        options = {"yield_per": size}
        for part in db.execute(found.statement, parameters, execution_options=options).partitions():
            yield [tuple(row) for row in part]
        return
    prove(db)
    given = {**found.constants, **policy.values(db.principal), **parameters}
    db.flush()
    connection: Any = db.raw_connection().connection
    with connection.cursor(name=f"rows_{secrets.token_hex(4)}") as cursor:
        cursor.itersize = size
        cursor.execute(found.sql, given)
        while rows := cursor.fetchmany(size):
            yield rows
