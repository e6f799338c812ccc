"""The ledger: accounts, and transfers that are never changed, only reversed (DESIGN section 4).

One row is both legs of a transfer; a trigger writes the two balances, and a CHECK keeps them from
falling below zero. Who locks several accounts takes them by number (docs/decisions/0027).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, aliased

from app.errors import N_, Conflict, Invalid, NotEnoughCredit, NotFound
from app.models import Enrollment, LedgerAccount, ServiceRequest, Transfer
from app.operations import amounts, split
from app.operations.constraints import explained
from app.transaction import ScopedSession, elevated

REVERSIBLE = ("fund", "grant", "pay", "expire")
NOT_REVERSIBLE = N_("Only funding, credits given, payments and what expired can be reversed.")
ALREADY = N_("This was reversed already.")
TOO_MUCH_BACK = N_("Only %(left)s can still be refunded.")
HELD_ALREADY = N_("Who pays for this was settled already.")
NOTHING_HELD = N_("Nothing is held for this.")
REASON = N_("Please give the reason.")

About = Enrollment | ServiceRequest


# ---------------------------------------------------------------- accounts


def account(system: Session, *, alliance_id: int, kind: str, **owner: int) -> int:
    """The number of the owner's account of this kind, which is opened if there is none."""
    values = {"alliance_id": alliance_id, "kind": kind, **owner}
    owners = ("organization_id", "person_id", "plan_id", "grant_id", "fund_id", "holds_for_id")
    asked = select(LedgerAccount.id).where(
        LedgerAccount.alliance_id == alliance_id,
        LedgerAccount.kind == kind,
        *(getattr(LedgerAccount, name).is_not_distinct_from(owner.get(name)) for name in owners),
    )
    found = system.scalar(asked)
    if found is None:
        # Somebody else may open it at the same moment: then theirs is taken.
        table = LedgerAccount.__table__
        system.execute(insert(table).values(**values).on_conflict_do_nothing())
        found = system.scalars(asked).one()
    return found


def held_for(system: Session, payer: LedgerAccount) -> int:
    """The account in which a payer's own credit is held: none that all payers would wait for."""
    owner = {
        name: value
        for name in ("organization_id", "person_id", "plan_id", "grant_id", "fund_id")
        if (value := getattr(payer, name)) is not None
    }
    return account(
        system, alliance_id=payer.alliance_id, kind="held", holds_for_id=payer.id, **owner
    )


def lock(system: Session, ids: Iterable[int]) -> dict[int, LedgerAccount]:
    """Hold these accounts until the transaction ends, by number, and read them as they stand."""
    rows = (
        select(LedgerAccount)
        .where(LedgerAccount.id.in_(set(ids)))
        .order_by(LedgerAccount.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {row.id: row for row in system.scalars(rows)}


def require(payer: LedgerAccount, amount: Decimal) -> None:
    """Raise NotEnoughCredit before the database does; the account is locked."""
    if payer.kind not in ("outside", "family") and payer.balance < amount:
        raise NotEnoughCredit(field="amount")


def move(
    system: Session,
    kind: str,
    *,
    alliance_id: int,
    debit: int,
    credit: int,
    amount: Decimal,
    now: datetime,
    **about: Any,
) -> Transfer:
    """Write one transfer; the balances follow. Raises NotEnoughCredit, Conflict."""
    row = Transfer(
        alliance_id=alliance_id, kind=kind, debit_id=debit, credit_id=credit, amount=amount,
        at=now, user_id=system.principal.user_id if isinstance(system, ScopedSession) else None,
        **about,
    )  # fmt: skip
    with explained():
        system.add(row)
        system.flush()
    return row


# ---------------------------------------------------------------- money in


def fund(db: Session, account_id: int, *, amount: Any, note: str = "", now: datetime) -> Transfer:
    """Money comes in from outside, into a plan, a fund, or as a family's payment."""
    with elevated(db, "fund an account") as system:
        target = _found(system, account_id)
        kind = {"family": "pay"}.get(target.kind, "fund")
        if target.kind not in ("plan", "voucher_fund", "subsidy", "family"):
            raise Invalid(field="account_id")
        outside = account(system, alliance_id=target.alliance_id, kind="outside")
        made = move(
            system, kind, alliance_id=target.alliance_id, debit=outside, credit=target.id,
            amount=amounts.require(amount), now=now, note=note.strip() or None,
        )  # fmt: skip
    return _again(db, made)


def reverse(db: Session, transfer: Transfer, *, reason: str, now: datetime) -> Transfer:
    """Take a transfer back by its mirror. Raises NotEnoughCredit where it was spent meanwhile."""
    if not reason.strip():
        raise Invalid(REASON, field="reason")
    with elevated(db, "reverse a transfer") as system:
        former = system.get(Transfer, transfer.id)
        if former is None:
            raise NotFound
        if former.kind not in REVERSIBLE:
            raise Conflict(NOT_REVERSIBLE, field="kind")
        locked = lock(system, (former.debit_id, former.credit_id))
        if system.scalar(select(Transfer.id).where(Transfer.settles_id == former.id)):
            raise Conflict(ALREADY)
        require(locked[former.credit_id], former.amount)
        made = move(
            system, "reverse", alliance_id=former.alliance_id, debit=former.credit_id,
            credit=former.debit_id, amount=former.amount, now=now, settles_id=former.id,
            grant_id=former.grant_id, note=reason.strip(),
        )  # fmt: skip
    return _again(db, made)


# ---------------------------------------------------------------- hold, capture, release, refund


def hold(
    system: Session, about: About, fee: Decimal, payers: Sequence[split.Payer], *,
    letters: frozenset[str], family: int, now: datetime,
) -> list[split.Share]:  # fmt: skip
    """Hold a fee at those who pay it, each in its own account. Returns the shares.

    What is available is read again under the lock: two who spend one wallet come one after
    the other. Raises Conflict if it was held before.
    """
    held = {p.account_id: held_for(system, _found(system, p.account_id)) for p in payers}
    held[family] = held_for(system, _found(system, family))
    locked = lock(system, [*held, *held.values()])
    if open_holds(system, about):
        raise Conflict(HELD_ALREADY)
    able = [replace(p, available=min(p.available, locked[p.account_id].balance)) for p in payers]
    shares = split.split(fee, able, letters=letters, family=family)
    for share in shares:
        payer = locked[share.account_id]
        move(
            system, "hold", alliance_id=payer.alliance_id, debit=payer.id,
            credit=held[payer.id], amount=share.amount, now=now, grant_id=payer.grant_id,
            **_about(about),
        )  # fmt: skip
    return shares


def capture(system: Session, about: About, *, provider: int, now: datetime) -> list[Transfer]:
    """What was held is spent: it goes to the provider's account. Raises Conflict."""
    holds = _locked_holds(system, about, provider)
    return [
        move(
            system, "capture", alliance_id=row.alliance_id, debit=row.credit_id, credit=provider,
            amount=row.amount, now=now, settles_id=row.id, grant_id=row.grant_id, **_about(about),
        )
        for row in holds
    ]  # fmt: skip


def release(system: Session, about: About, *, now: datetime) -> list[Transfer]:
    """What was held goes back to whom it came from. Raises Conflict where nothing is."""
    holds = _locked_holds(system, about)
    return [
        move(
            system, "release", alliance_id=row.alliance_id, debit=row.credit_id,
            credit=row.debit_id, amount=row.amount, now=now, settles_id=row.id,
            grant_id=row.grant_id, **_about(about),
        )
        for row in reversed(holds)
    ]  # fmt: skip


def refund(system: Session, about: About, *, amount: Any, now: datetime) -> list[Transfer]:
    """Give an amount back to its sources, the family first. Raises Conflict, Invalid."""
    wanted = amounts.require(amount)
    captured, holds = aliased(Transfer), aliased(Transfer)
    rows = (
        select(captured, holds.debit_id)
        .join(holds, holds.id == captured.settles_id)
        .where(captured.kind == "capture", of(captured, about))
        .order_by(captured.id)
    )
    spent = system.execute(rows).all()
    lock(system, [n for row, payer in spent for n in (row.credit_id, payer)])
    back = select(Transfer.settles_id, func.sum(Transfer.amount)).where(
        Transfer.kind == "refund", of(Transfer, about)
    )
    given = {row[0]: row[1] for row in system.execute(back.group_by(Transfer.settles_id))}
    left = [row.amount - given.get(row.id, Decimal(0)) for row, _ in spent]
    if wanted > sum(left):
        raise Conflict(TOO_MUCH_BACK, field="amount", left=sum(left, Decimal(0)))
    return [
        move(
            system, "refund", alliance_id=about.alliance_id, debit=spent[place][0].credit_id,
            credit=spent[place][1], amount=part, now=now, settles_id=spent[place][0].id,
            grant_id=spent[place][0].grant_id, **_about(about),
        )
        for place, part in split.refund(wanted, left)
    ]  # fmt: skip


def open_holds(system: Session, about: About) -> list[Transfer]:
    """The holds of an enrolment or a request that were neither spent nor released, in order."""
    ended = aliased(Transfer)
    rows = (
        select(Transfer)
        .where(
            Transfer.kind == "hold",
            of(Transfer, about),
            ~select(ended.id).where(ended.settles_id == Transfer.id).exists(),
        )
        .order_by(Transfer.id)
    )
    return list(system.scalars(rows))


def _locked_holds(system: Session, about: About, *more: int) -> list[Transfer]:
    found = open_holds(system, about)
    lock(system, [*more, *(n for row in found for n in (row.debit_id, row.credit_id))])
    holds = open_holds(system, about)
    if not holds:
        raise Conflict(NOTHING_HELD)
    return holds


def of(model: Any, about: About) -> Any:
    """The condition of being about an enrolment or a request."""
    ((name, value),) = _about(about).items()
    return getattr(model, name) == value


def _about(about: About) -> dict[str, int]:
    name = "enrollment_id" if isinstance(about, Enrollment) else "service_request_id"
    return {name: about.id}


def _found(system: Session, account_id: int) -> LedgerAccount:
    row = system.get(LedgerAccount, account_id)
    if row is None:
        raise Invalid(field="account_id")
    return row


def _again(db: Session, made: Transfer) -> Transfer:
    row = db.get(Transfer, made.id)
    if row is None:
        raise NotFound
    return row
