"""The order in which rows are locked: persons, then slots, each by number.

Whoever gives up a place may have to offer it to somebody else, and whose turn it is shows only
once the slot is held. Then a person is held only if that takes no waiting. Otherwise all
starts again with that person held first: the savepoint gives back what was locked too early,
so that two such changes can never wait for each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Repeated
from app.models import Person, Slot
from app.operations.constraints import explained

# Each attempt that fails means that somebody else's work got on.
ATTEMPTS = 60

T = TypeVar("T")


class NotLocked(Exception):
    """More has to be held before the work can go on."""

    def __init__(self, locks: "Locks") -> None:
        super().__init__()
        self.locks = locks


@dataclass(frozen=True)
class Locks:
    """The persons and slots that a piece of work holds."""

    persons: frozenset[int] = frozenset()
    slots: frozenset[int] = frozenset()

    def __or__(self, other: "Locks") -> "Locks":
        return Locks(self.persons | other.persons, self.slots | other.slots)

    def require(self, other: "Locks") -> None:
        """Raise NotLocked unless these are held too."""
        if not (other.persons <= self.persons and other.slots <= self.slots):
            raise NotLocked(other)


def holding(system: Session, locks: Locks, work: Callable[[Locks], T]) -> T:
    """Do the work with these rows held; a refusal leaves nothing written.

    Raises what the work raises, with violated constraints explained.
    """
    for _ in range(ATTEMPTS):
        try:
            with system.begin_nested(), explained():
                _lock(system, locks)
                result = work(locks)
                system.flush()
        except NotLocked as more:
            locks |= more.locks
        else:
            return result
    raise Repeated


def hold_besides(system: Session, locks: Locks, persons: set[int]) -> Locks:
    """What is held, and these persons too, while slots are held already.

    Raises NotLocked if somebody else holds one of them: they may be waiting for our slot.
    """
    missing = persons - locks.persons
    if not missing:
        return locks
    rows = select(Person.id).where(Person.id.in_(missing)).order_by(Person.id)
    got = set(system.scalars(rows.with_for_update(key_share=True, skip_locked=True)))
    more = Locks(persons=frozenset(missing))
    if missing - got:
        raise NotLocked(more)
    return locks | more


def _lock(system: Session, locks: Locks) -> None:
    # NO KEY: rows that refer to these may be added meanwhile.
    for model, ids in ((Person, locks.persons), (Slot, locks.slots)):
        if ids:
            rows = select(model.id).where(model.id.in_(ids)).order_by(model.id)
            system.execute(rows.with_for_update(key_share=True)).all()
