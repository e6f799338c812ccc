"""Sessions: on whose behalf one runs, and how an operation sees more than its caller may.

``policy.py`` hangs its rules on ``ScopedSession``; this module knows none of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, scoped_session, sessionmaker

from app.errors import Forbidden, Unauthorized
from app.proof import NAMES, NAMING, PROOFS


@dataclass(frozen=True)
class Principal:
    """Who acts, under which seat. ``kind`` is a seat kind, ``public`` or ``system``."""

    kind: str
    user_id: int | None = None
    seat_id: int | None = None
    alliance_id: int | None = None
    organization_id: int | None = None
    role_id: int | None = None
    care: bool = False
    name: str = ""
    # The person for whom a desk's operator acts: every act carries both names.
    on_behalf_of: int | None = None


PUBLIC = Principal("public")


def seated(seat: Any, name: str) -> Principal:
    """The principal who acts under a seat, by the name that the audit shows."""
    return Principal(
        seat.kind,
        user_id=seat.user_id,
        seat_id=seat.id,
        alliance_id=seat.alliance_id,
        organization_id=seat.organization_id,
        role_id=seat.role_id,
        care=seat.care,
        name=name,
    )


# A parameter of a statement that is written out, or a per cent sign.
PLACEHOLDER = re.compile(r"%(?:\((\w+)\)s|%)")

# The principal of the statement that is being executed: the policy's parameters read it.
current: ContextVar[Principal] = ContextVar("principal", default=PUBLIC)


def system(name: str) -> Principal:
    """The principal of a job or of the command line, under the name that the audit shows."""
    return Principal("system", name=name)


class ScopedSession(Session):
    """A session that sees and writes only what its principal may.

    What the listener of ``policy.py`` cannot see is refused here.
    """

    @property
    def principal(self) -> Principal:
        """On whose behalf the session runs; nobody in particular sees what the public sees."""
        found = self.info.get("principal", PUBLIC)
        return found if isinstance(found, Principal) else PUBLIC

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        if self.principal.kind != "system":
            raise Forbidden("a scoped session gives no connection away")
        return super().connection(*args, **kwargs)

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine | Connection:
        caller: ScopedSession | None = self.info.get("caller")
        return caller.raw_connection() if caller else super().get_bind(*args, **kwargs)

    def raw_connection(self) -> Connection:
        """The connection, for the policy's own checks and for elevation."""
        return super().connection()

    def _refuse_bulk(self, *args: Any, **kwargs: Any) -> Any:
        raise Forbidden("bulk methods pass by the policy")

    bulk_save_objects = _refuse_bulk
    bulk_insert_mappings = _refuse_bulk
    bulk_update_mappings = _refuse_bulk


def open_session(bind: Engine | Connection, principal: Principal, **options: Any) -> ScopedSession:
    """A new session for the principal."""
    return ScopedSession(bind, info={"principal": principal}, **options)


# The web's session, one a thread, bound by create_app and removed after each request.
web = scoped_session(sessionmaker(class_=ScopedSession))


@contextmanager
def elevated(db: Session, why: str) -> Iterator[Session]:
    """A second session on the caller's connection and transaction that sees everything.

    Its rows never enter the caller's session; what it wrote is seen by the caller, whose
    loaded rows are read anew. The audit keeps the real actor; ``why`` stands in the list of uses.
    """
    if not isinstance(db, ScopedSession) or db.principal.kind == "system":
        yield db
        return
    prove(db)
    db.flush()
    nested = db.in_nested_transaction()
    inner = ScopedSession(
        info={"principal": replace(db.principal, kind="system"), "why": why, "caller": db},
        # Inside a savepoint of the caller's, what fails here ends in one of its own.
        join_transaction_mode="create_savepoint" if nested else "rollback_only",
        expire_on_commit=False,
    )
    # Else what is written out goes by the caller's line: most rules need no more.
    if nested:
        inner.begin()
    for name in ("reading", "named"):
        if name in db.info:
            inner.info[name] = db.info[name]
    try:
        yield inner
        inner.flush()
        if inner.in_transaction():
            inner.commit()  # The transaction is the caller's, and stays open.
    finally:
        if inner.in_transaction() or inner.identity_map:
            inner.close()
    if inner.info.get("wrote"):
        db.expire_all()


def name_the_actor(session: Session) -> None:
    """Tell the audit trigger who acts, once a transaction."""
    if not isinstance(session, ScopedSession):
        return
    session.info["wrote"] = True
    named = session.info.get("named")
    if named is not None and named.is_active:
        return
    bare(session, f"SELECT {NAMING}", _names(session.principal))
    _named(session)


def _named(session: ScopedSession) -> None:
    # With a savepoint that is given up, the names go too.
    session.info["named"] = _inmost(_own(session))


def _names(principal: Principal) -> dict[str, str]:
    return {
        "audit_user": str(principal.user_id or ""),
        "audit_seat": str(principal.seat_id or ""),
        "audit_actor": principal.name,
        "audit_behalf": str(principal.on_behalf_of or ""),
    }


# ---------------------------------------------------------------- the proof of a token


def claim(session: Session, principal: Principal, version: int, family: int | None = None) -> None:
    """Take the principal that a token names; the first statement proves it."""
    session.info["principal"] = principal
    session.info["proof"] = {
        "proof_user": principal.user_id,
        "proof_seat": principal.seat_id,
        "proof_version": version,
        "proof_kind": principal.kind,
        "proof_care": principal.care,
        "proof_alliance": principal.alliance_id,
        "proof_organization": principal.organization_id,
        "proof_role": principal.role_id,
        # The sign-in that the token comes from: who signs out is out.
        "proof_family": family,
        # A seat that no role narrows needs none; for another, nothing is granted until it is said.
        "proof_verb": "",
        "proof_resource": "",
    }


def narrowed(proof: Mapping[str, Any]) -> bool:
    """Whether the seat that is to be proven is narrowed by a role."""
    return proof["proof_role"] is not None


def ask(session: Session, verb: str, resource: str) -> None:
    """The permission that the proof of a narrowed seat is for."""
    proof = session.info.get("proof")
    if proof is not None:
        proof |= {"proof_verb": verb, "proof_resource": resource}


def prove(session: Session) -> None:
    """Prove the token, if that is still to be done; the audit learns who acts as well.

    Raises Unauthorized or Forbidden.
    """
    if isinstance(session, ScopedSession) and begins(session):
        begin(session)


def begins(session: ScopedSession) -> bool:
    """Whether the first statement of the work, which proves the token, is still to come."""
    return "proof" in session.info or "besides" in session.info


def beside(
    session: ScopedSession,
    question: str,
    parameters: Mapping[str, Any],
    take: Callable[[Any], None],
) -> None:
    """Let the first statement of the work answer something else as well, an SQL expression.

    ``take`` is given the answer, once the token is proven; what it raises, the statement raises.
    """
    session.info["besides"] = question, parameters, take


def begin(
    session: ScopedSession, page: str = "", parameters: Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """The first statement of a piece of work: it proves the token, names the actor to the
    audit, answers what is asked beside it, and reads a page, a SELECT, of which it gives the rows.

    Raises Unauthorized or Forbidden.
    """
    proof = session.info.get("proof")
    question, more, take = session.info.pop("besides", ("NULL", {}, None))
    given = {**_names(session.principal), **more, **(proof or {}), **(parameters or {})}
    found = bare(session, _first(proof and narrowed(proof), question, page), given)
    if proof is not None:
        proven(session, known=found[0][0], granted=found[0][1])
    _named(session)
    if take is not None:
        take(found[0][2 + NAMES])
    return [row[4 + NAMES :] for row in found if page and row[3 + NAMES]]


@lru_cache(maxsize=256)
def _first(by_role: bool | None, question: str, page: str) -> str:
    proof = "SELECT true AS known, true AS granted" if by_role is None else PROOFS[by_role]
    sql = (
        f"WITH proof AS MATERIALIZED ({proof})"
        f" SELECT proof.known, proof.granted, {NAMING}, {question}"
    )
    return f"{sql}, page.* FROM proof {guarded(page)}" if page else f"{sql} FROM proof"


def guarded(page: str) -> str:
    """What a proof is joined with: the rows of a SELECT, each after a mark that it is one."""
    return (
        f"LEFT JOIN (SELECT true AS here, asked.* FROM ({page}) AS asked) AS page"  # noqa: S608
        " ON proof.known AND proof.granted"
    )


def bare(
    session: ScopedSession,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    answers: bool = True,
    settles: bool = False,
) -> list[tuple[Any, ...]]:
    """Rows of a statement on the session's connection: the session adds nothing to it.

    Without ``answers`` none are read. Raises what SQLAlchemy would.
    """
    session = _own(session)
    inmost, connection = session.info.get("line", (None, None))
    if inmost is None or inmost is not _inmost(session):
        # Asking the session begins what was only announced, a savepoint too.
        connection = cast(Any, session.raw_connection().connection)
        session.info["line"] = _inmost(session), connection
    try:
        found = asked(
            connection.driver_connection, sql, parameters, answers=answers, settles=settles
        )
    except psycopg.Error as error:
        wrapped = DBAPIError.instance(sql, None, error, psycopg.Error, hide_parameters=True)
        raise cast(BaseException, wrapped) from error
    return found


def settled(
    session: ScopedSession, sql: str, parameters: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    """As ``bare``, for the last statement of all: COMMIT goes out with it, and what it holds is
    free before we have read a word of its answer.

    Where the transaction is somebody else's too, it stays open. The statement itself must say
    what must not stand (``require_true``).
    """
    own = _own(session)
    alone = isinstance(own.get_bind(), Engine) and not own.in_nested_transaction()
    found = bare(session, sql, parameters, settles=alone)
    if alone:
        own.info.pop("named", None)
    return found


def asked(
    driver: Any,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    answers: bool = True,
    settles: bool = False,
) -> list[tuple[Any, ...]]:
    """Rows of a statement that is written out, on the driver's own connection."""
    numbered, names = _numbered(sql)
    with _raw(driver.cursor_factory)(driver) as cursor:
        with driver.pipeline() if settles else nullcontext():
            cursor.execute(numbered, [parameters[name] for name in names])
            if settles:
                driver.commit()
        return cast("list[tuple[Any, ...]]", cursor.fetchall()) if answers else []


@lru_cache(maxsize=4096)
def _numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """A statement with its parameters by number, as PostgreSQL has them, and their names.

    The driver would read a long one anew at every request. The names stay in it as remarks: what
    an answer rests on is read off them.
    """
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = found[1]
        return f"${names.setdefault(name, len(names) + 1)}/*{name}*/" if name else "%"

    return PLACEHOLDER.sub(number, sql), tuple(names)


@lru_cache(maxsize=16)
def _raw(factory: type[Any]) -> type[Any]:
    """The connection's own kind of cursor, for parameters by number."""
    return type("Raw", (psycopg.RawCursor, factory), {})


def _own(session: ScopedSession) -> ScopedSession:
    """The session whose transaction it is: an elevated one's caller's, until it begins one."""
    caller: ScopedSession = session.info.get("caller", session)
    return session if session.in_transaction() else caller


def _inmost(session: ScopedSession) -> Any:
    return session.get_nested_transaction() or session.get_transaction()


def proven(session: Session, *, known: bool, granted: bool) -> None:
    """What the database said of the token. Raises Unauthorized or Forbidden."""
    if not known:
        raise Unauthorized()
    if not granted:
        raise Forbidden()
    del session.info["proof"]


@event.listens_for(ScopedSession, "before_flush")
def _before_flush(session: Session, context: UOWTransaction, instances: Any) -> None:
    if session.new or session.dirty or session.deleted:
        name_the_actor(session)


@event.listens_for(ScopedSession, "do_orm_execute")
def _before_write(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete or state.is_insert:
        name_the_actor(state.session)


def act_for(db: Session, person_id: int) -> None:
    """From here on the session acts for a person: the audit carries both."""
    if isinstance(db, ScopedSession):
        db.info["principal"] = replace(db.principal, on_behalf_of=person_id)
        db.info.pop("named", None)
