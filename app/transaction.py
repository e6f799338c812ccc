"""Sessions: on whose behalf one runs, and how an operation sees more than its caller may.

``policy.py`` hangs its rules on ``ScopedSession``; this module knows none of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, scoped_session, sessionmaker

from app.errors import Forbidden


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
    db.flush()
    principal = replace(db.principal, kind="system", name=db.principal.name)
    inner = ScopedSession(
        db.raw_connection(),
        info={"principal": principal, "why": why},
        join_transaction_mode="rollback_only",
        expire_on_commit=False,
    )
    try:
        yield inner
        inner.flush()
        wrote = bool(inner.info.get("wrote"))
        inner.commit()  # Flushes; the transaction is the caller's, and stays open.
    finally:
        inner.close()
    if wrote:
        db.expire_all()


def _name_the_actor(session: Session) -> None:
    """Tell the audit trigger who acts, once a transaction."""
    if not isinstance(session, ScopedSession):
        return
    session.info["wrote"] = True
    principal = session.principal
    transaction = session.get_transaction()
    if session.info.get("named") is transaction:
        return
    session.info["named"] = transaction
    session.raw_connection().execute(
        text(
            "SELECT set_config('intreccio.user', :user, true),"
            " set_config('intreccio.seat', :seat, true),"
            " set_config('intreccio.actor', :actor, true),"
            " set_config('intreccio.behalf', :behalf, true)"
        ),
        {
            "user": str(principal.user_id or ""),
            "seat": str(principal.seat_id or ""),
            "actor": principal.name,
            "behalf": str(principal.on_behalf_of or ""),
        },
    )


@event.listens_for(ScopedSession, "before_flush")
def _before_flush(session: Session, context: UOWTransaction, instances: Any) -> None:
    if session.new or session.dirty or session.deleted:
        _name_the_actor(session)


@event.listens_for(ScopedSession, "do_orm_execute")
def _before_write(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete or state.is_insert:
        _name_the_actor(state.session)


def act_for(db: Session, person_id: int) -> None:
    """From here on the session acts for a person: the audit carries both."""
    if isinstance(db, ScopedSession):
        db.info["principal"] = replace(db.principal, on_behalf_of=person_id)
        db.info.pop("named", None)
