"""The receipt of an enrolment on paper (L. 241/1990, art. 18-bis): PDF/UA, Italian and English.

It says what was sent and when, by when and by whom it is answered, and what became of each wish.
Whoever prints it sees the wishes that they see elsewhere, and by name the payers that they see.
"""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import typst
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Conflict
from app.models import Application, Enrollment, LedgerAccount, Transfer
from app.operations import paying
from app.operations.notice_paper import euro
from app.transaction import elevated

TEMPLATE = Path(__file__).with_name("receipt_paper.typ")
NOT_SENT = N_("The application has not been sent yet.")
ENDED = ("declined", "expired", "passed", "cancelled", "refused")
STATES = {
    "submitted": ("Inviata", "Submitted"),
    "placed": ("Posto assegnato", "Placed"),
    "waiting": ("In lista d'attesa", "On the waiting list"),
    "offered": ("Posto offerto, da accettare", "Place offered, to be accepted"),
    "declined": ("Posto rifiutato dalla famiglia", "Declined by the family"),
    "expired": ("Offerta scaduta", "Offer expired"),
    "passed": ("Assegnata una preferenza migliore", "A better wish was granted"),
    "cancelled": ("Annullata dalla famiglia", "Cancelled by the family"),
    "refused": ("Non accolta", "Refused"),
}
PAYERS = {
    "subsidy": "Contributo del progetto",
    "voucher_fund": "Voucher comunale",
    "title_voucher": "Voucher per il servizio",
    "wallet": "Credito welfare",
}
OTHERS = "Altri"


@dataclass(frozen=True)
class Wish:
    """A person in a slot, what became of it, what it costs, and who pays how much of that."""

    person: str
    what: str
    days: str
    organizer: str
    state: str
    state_en: str
    fee: str
    shares: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReceiptPaper:
    """What stands on the paper."""

    alliance: str
    office: str
    contacts: str
    receipt: str
    protocol: str
    sent: str
    due_on: str
    officer: str
    printed_on: str
    wishes: tuple[Wish, ...]
    total: str
    others: str
    family: str


def printed(db: Session, application: Application, *, today: date) -> bytes:
    """The PDF of an application that the caller sees. Raises Conflict for a draft."""
    if application.submitted_at is None or application.status == "draft":
        raise Conflict(NOT_SENT, field="status")
    sees = select(Enrollment.id).where(
        Enrollment.application_id == application.id, Enrollment.status != "draft"
    )
    seen = list(db.scalars(sees.order_by(Enrollment.position, Enrollment.id)))
    named = {(row.enrollment_id, row.kind) for row in db.execute(_payers(seen))}
    others = paying.shares(db, seen)
    with elevated(db, "print a receipt of enrolment") as system:
        row = system.get_one(Application, application.id)
        places = [system.get_one(Enrollment, number) for number in seen]
        paper = _paper(row, places, others, named, today)
    return pdf(paper)


def pdf(paper: ReceiptPaper) -> bytes:
    """The paper as a tagged PDF with its fonts."""
    made: bytes = typst.compile(
        _template(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"facts": orjson.dumps(asdict(paper)).decode()},
    )
    return made


def _payers(seen: list[int]) -> Any:
    """Of which places the caller sees which kinds of payers."""
    return (
        select(Transfer.enrollment_id, LedgerAccount.kind)
        .join(LedgerAccount, LedgerAccount.id == Transfer.debit_id)
        .where(Transfer.enrollment_id.in_(seen), Transfer.kind == "hold")
    )


def _paper(
    row: Application,
    places: list[Enrollment],
    others: dict[int, list[tuple[str, Decimal]]],
    named: set[tuple[int | None, str]],
    today: date,
) -> ReceiptPaper:
    alliance = row.alliance
    borne = sum((part for shares in others.values() for _, part in shares), Decimal(0))
    total = sum((one.fee or Decimal(0) for one in places if one.status not in ENDED), Decimal(0))
    sent = row.submitted_at.astimezone(clock.ROME) if row.submitted_at else None
    dated = _day(row.protocol_date) if row.protocol_date else None
    protocol = filter(None, (row.protocol_number, dated))
    return ReceiptPaper(
        alliance=alliance.name,
        office=alliance.office,
        contacts=" · ".join(filter(None, (alliance.address, alliance.phone, alliance.email))),
        receipt=row.receipt,
        protocol=", ".join(protocol),
        sent=f"{sent:%d/%m/%Y, %H:%M}" if sent else "",
        due_on=_day(row.due_on) if row.due_on else "",
        officer=row.officer or "",
        printed_on=_day(today),
        wishes=tuple(_wish(one, others.get(one.id, []), named) for one in places),
        total=euro(total),
        others=euro(borne) if borne else "",
        family=euro(total - borne),
    )


def _wish(
    row: Enrollment, shares: list[tuple[str, Decimal]], named: set[tuple[int | None, str]]
) -> Wish:
    slot = row.slot
    state, state_en = STATES[row.status]
    borne = [
        (PAYERS.get(kind, OTHERS) if (row.id, kind) in named else OTHERS, euro(part))
        for kind, part in shares
    ]
    return Wish(
        person=row.person.name,
        what=f"{slot.workshop.title}, {slot.title}",
        days=f"{_day(slot.starts_on)}-{_day(slot.ends_on)}",
        organizer=slot.workshop.organization.name,
        state=state,
        state_en=state_en,
        fee="" if row.fee is None else euro(row.fee),
        shares=tuple(borne),
    )


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


@lru_cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
