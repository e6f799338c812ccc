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
    ended = aliased(Transfer)
    still_open = ~select(ended.id).where(ended.settles_id == Transfer.id).exists()
    held = func.coalesce(func.sum(Transfer.amount), 0)
    yield (
        "held credit is that of the open holds",
        "ledger_account",
        select(LedgerAccount.id, LedgerAccount.balance)
        .outerjoin(
            Transfer,
            and_(Transfer.credit_id == LedgerAccount.id, Transfer.kind == "hold", still_open),
        )
        .where(LedgerAccount.kind == "held")
        .group_by(LedgerAccount.id)
        .having(held != LedgerAccount.balance),
    )
    yield (
        "what is held for an enrolment is its fee, while it has its place",
        "enrollment",
        select(Enrollment.id, Enrollment.status)
        .join(Transfer, Transfer.enrollment_id == Enrollment.id)
        .where(Transfer.kind == "hold", still_open)
        .group_by(Enrollment.id)
        .having(or_(Enrollment.status != "placed", func.sum(Transfer.amount) != Enrollment.fee)),
    )
    asked = aliased(Transfer)
    its_open = ~select(ended.id).where(ended.settles_id == asked.id).exists()
    waits = ServiceRequest.status.in_(("sent", "answered"))
    yield (
        "what is held for a request is its fee, while it waits for an answer",
        "service_request",
        select(ServiceRequest.id, ServiceRequest.status)
        .join(asked, asked.service_request_id == ServiceRequest.id)
        .where(asked.kind == "hold", its_open)
        .group_by(ServiceRequest.id)
        .having(or_(~waits, func.sum(asked.amount) != ServiceRequest.fee)),
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
