"""What must be true of the ledger at any moment: a part of ``checks``."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.models import Alliance, CreditGrant, Enrollment, LedgerAccount, ServiceRequest, Transfer


def rules() -> Iterator[tuple[str, str, Any]]:
    """Each rule: its words, the table, and the rows that break it."""
    moved = func.coalesce(
        func.sum(case((Transfer.credit_id == LedgerAccount.id, Transfer.amount),
                      else_=-Transfer.amount)), 0)  # fmt: skip
    legs = or_(Transfer.debit_id == LedgerAccount.id, Transfer.credit_id == LedgerAccount.id)
    yield (
        "a balance is the sum of the account's transfers",
        "ledger_account",
        select(LedgerAccount.id, LedgerAccount.balance)
        .outerjoin(Transfer, legs)
        .group_by(LedgerAccount.id)
        .having(moved != LedgerAccount.balance),
    )
    yield (
        "the balances of an alliance sum to zero",
        "alliance",
        select(Alliance.id, func.sum(LedgerAccount.balance))
        .join(LedgerAccount, LedgerAccount.alliance_id == Alliance.id)
        .group_by(Alliance.id)
        .having(func.sum(LedgerAccount.balance) != 0),
    )
    held = func.coalesce(func.sum(Transfer.amount), 0)
    yield (
        "held credit is that of the open holds",
        "ledger_account",
        select(LedgerAccount.id, LedgerAccount.balance)
        .outerjoin(
            Transfer,
            and_(Transfer.credit_id == LedgerAccount.id, Transfer.kind == "hold", _open()),
        )
        .where(LedgerAccount.kind == "held")
        .group_by(LedgerAccount.id)
        .having(held != LedgerAccount.balance),
    )
    yield (
        "what is held for an enrolment is its fee, while it has its place",
        "enrollment",
        _held_wrongly(Enrollment, Transfer.enrollment_id, ("placed",)),
    )
    yield (
        "what is held for a request is its fee, while it waits for an answer",
        "service_request",
        _held_wrongly(ServiceRequest, Transfer.service_request_id, ("sent", "answered")),
    )
    given = (
        select(func.coalesce(func.sum(Transfer.amount), 0))
        .where(Transfer.grant_id == CreditGrant.id, Transfer.kind == "grant")
        .scalar_subquery()
    )
    yield (
        "a credit was given out of its plan",
        "credit_grant",
        select(CreditGrant.id, CreditGrant.amount).where(given != CreditGrant.amount),
    )


def _open() -> Any:
    """Whether a hold was neither spent nor given back."""
    ended = aliased(Transfer)
    return ~select(ended.id).where(ended.settles_id == Transfer.id).exists()


def _held_wrongly(noun: Any, number: Any, states: tuple[str, ...]) -> Any:
    """The rows for which something else than their fee is held, or in another state than these."""
    other = func.sum(Transfer.amount).is_distinct_from(noun.fee)
    return (
        select(noun.id, noun.status)
        .join(Transfer, number == noun.id)
        .where(Transfer.kind == "hold", _open())
        .group_by(noun.id)
        .having(or_(noun.status.not_in(states), other))
    )
