"""How bodies are paid, what families are asked for, and what was paid."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Date, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Duplicate, Invalid
from app.models import RECEIPT_OUTCOMES, Application, Organization, Payee, PaymentNotice
from app.operations import payees, payment_files, payment_receipts, payments
from app.query.fields import field_for
from app.query.verbs import Field, Noun, Verb

UNKNOWN = N_("There is no such choice here.")
OF_PAYEE = Field("payee_id", N_("Payee"), "ref:payees")


def create_payee(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """Staff say for the first time how a body is paid."""
    body = _seen(db, Organization, values, "organization_id")
    if db.scalar(select(Payee.id).where(Payee.organization_id == body.id)) is not None:
        raise Duplicate(field="organization_id")
    return db.get(Payee, payees.set_payee(db, body, **_said(values)))


def change_payee(db: Session, row: Payee, values: dict[str, Any], *, now: datetime) -> Any:
    """Staff say anew how a body is paid; what is not named stays."""
    told = {"kind": row.kind, "segregation_code": row.segregation_code, "iban": row.iban,
            "account_holder": row.account_holder, **values}  # fmt: skip
    body = db.get_one(Organization, row.organization_id)
    payees.set_payee(db, body, **_said(told))
    db.refresh(row)
    return row


def issue(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """A notice for those places of an application that no other asks for."""
    application = _seen(db, Application, values, "application_id")
    payee = _seen(db, Payee, values, "payee_id")
    made = payments.issue(db, application, payee.id, due_on=values.get("due_on"), now=now)
    return db.get(PaymentNotice, made)


def cancel(db: Session, notice: PaymentNotice, *, now: datetime) -> None:
    """Ask no longer for what the notice asks."""
    payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=now)
    db.refresh(notice)


def debts(db: Session, *, payee_id: int, now: datetime) -> str:
    """The file of a payee's open notices, for its own collecting system."""
    payee = _seen(db, Payee, {"payee_id": payee_id}, "payee_id")
    open_ = select(PaymentNotice).where(
        PaymentNotice.payee_id == payee.id, PaymentNotice.status == "open"
    )
    return "".join(payment_files.debts(db.scalars(open_.order_by(PaymentNotice.id))))


def receive(
    db: Session, *, payee_id: int, content: str, now: datetime
) -> tuple[payment_receipts.Taken, ...]:
    """Take a payee's file of receipts in, whole or not at all."""
    payee = _seen(db, Payee, {"payee_id": payee_id}, "payee_id")
    told = payment_files.receipts(content.encode(), today=clock.local_date(now))
    return tuple(
        payment_receipts.receive(db, payee.id, told, alliance_id=payee.alliance_id, now=now)
    )  # fmt: skip


def reported(found: tuple[payment_receipts.Taken, ...]) -> dict[str, Any]:
    """What became of each line of a file, and how many came to what."""
    came = Counter(one.outcome for one in found)
    return {
        "counts": {one: came[one] for one in ("known", *RECEIPT_OUTCOMES)},
        "rows": [
            {
                "line": one.line, "iur": one.iur, "notice_number": one.notice_number,
                "outcome": one.outcome,
            }
            for one in found
        ],
    }  # fmt: skip


def _said(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": values["kind"],
        "segregation_code": values.get("segregation_code"),
        "iban": values.get("iban") or "",
        "account_holder": values.get("account_holder") or "",
    }


def _seen(db: Session, model: type[Any], values: dict[str, Any], field: str) -> Any:
    """The row that a field names. Raises Invalid where the caller sees no such row."""
    row = db.get(model, values[field]) if values[field] > 0 else None
    if row is None:
        raise Invalid(UNKNOWN, field=field)
    return row


CONTENT = N_("The file's lines: numero_avviso;iur;importo_centesimi;data_pagamento")

NOUNS: dict[str, Noun] = {
    "payees": Noun(create=create_payee, update=change_payee),
    "payment-notices": Noun(
        create=issue,
        # Left out, it is what the workshops say.
        create_fields={"due_on": field_for(Date(), required=False, nullable=False)},
        verbs={
            "cancel": Verb(cancel, N_("Cancel"), states=("open",)),
            "debts": Verb(
                debts, N_("File of debts"), (OF_PAYEE,), collection=True, says=lambda text: text
            ),
        },
    ),
    "payment-receipts": Noun(
        verbs={
            "receive": Verb(
                receive,
                N_("Take receipts in"),
                (OF_PAYEE, Field("content", N_("File of receipts"), "longtext", help=CONTENT)),
                collection=True,
                says=reported,
            )
        }
    ),
}
