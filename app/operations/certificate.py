"""The paper that a company's welfare reimbursement needs (DPR 917/1986, art. 51).

It shows what was used, so it is the family's, which hands it to the employer or does not; the
platform never does. It says what was paid, and nothing of taxes.
"""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import orjson
import typst
from sqlalchemy.orm import Session

from app import permissions
from app.errors import N_, Conflict, Forbidden
from app.models import PaymentNotice, Person, Slot
from app.operations.notice_paper import euro
from app.transaction import ScopedSession, elevated

TEMPLATE = Path(__file__).with_name("certificate.typ")
NATURES = {
    "workshop": ("educativa e ricreativa", "educational and recreational"),
    "summer_camp": ("centro estivo, educativa e ricreativa", "summer camp"),
    "online": ("educativa e ricreativa, online", "educational and recreational, online"),
}

NOT_PAID = N_("Nothing has been paid yet: a certificate names what was really paid.")
NO_CODE = N_("The codice fiscale is missing: the certificate cannot be made without it.")


@dataclass(frozen=True)
class Part:
    """A place that was paid: whose, for what, when, how much."""

    child: str
    child_code: str
    service: str
    nature: str
    nature_en: str
    days: str
    amount: str


@dataclass(frozen=True)
class Certificate:
    """What stands on the paper."""

    issuer: str
    issuer_code: str
    issuer_vat: str
    issuer_address: str
    payer: str
    payer_code: str
    number: str
    paid_on: str
    issued_on: str
    amount: str
    parts: tuple[Part, ...]


def of(notice: PaymentNotice, *, today: date) -> Certificate:
    """The certificate of a notice that was paid.

    Raises Conflict where nothing was paid, or a codice fiscale is missing.
    """
    if notice.paid_on is None or notice.paid_amount is None:
        raise Conflict(NOT_PAID, field="status")
    issuer = notice.payee.organization
    return Certificate(
        issuer=issuer.name,
        issuer_code=_needed(issuer.fiscal_code, "issuer"),
        issuer_vat=issuer.vat_number or "",
        issuer_address=issuer.address or "",
        payer=notice.debtor_name,
        payer_code=_needed(notice.debtor_code, "debtor_code"),
        number=notice.number,
        paid_on=_day(notice.paid_on),
        issued_on=_day(today),
        amount=euro(notice.paid_amount),
        parts=tuple(
            _part(line.enrollment.person, line.enrollment.slot, line.amount)
            for line in notice.lines
        ),
    )


def printed(db: Session, notice: PaymentNotice, *, today: date) -> bytes:
    """The PDF of a notice that the caller sees, and of which they read whose it is.

    Raises Forbidden for a seat that reads no codice fiscale, and what ``of`` raises.
    """
    if not readable(db):
        raise Forbidden(field="debtor_code")
    with elevated(db, "print a certificate of payment") as system:
        made = of(system.get_one(PaymentNotice, notice.id), today=today)
    return pdf(made)


def readable(db: Session) -> bool:
    """Whether the caller's seat reads what stands on the paper."""
    kind = db.principal.kind if isinstance(db, ScopedSession) else "system"
    return kind == "system" or "contact" in permissions.readable(kind, "payment-notices")


def lacking(db: Session, notice: PaymentNotice) -> bool:
    """Whether a codice fiscale is missing, of a notice that was paid and that the caller sees."""
    with elevated(db, "look whether a certificate can be made") as system:
        row = system.get_one(PaymentNotice, notice.id)
        children = (line.enrollment.person.fiscal_code for line in row.lines)
        return not all((row.payee.organization.fiscal_code, row.debtor_code, *children))


def pdf(certificate: Certificate) -> bytes:
    """The paper as a tagged PDF with its fonts."""
    made: bytes = typst.compile(
        _template(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        sys_inputs={"facts": orjson.dumps(asdict(certificate)).decode()},
    )
    return made


def _part(child: Person, slot: Slot, amount: Decimal) -> Part:
    nature, nature_en = NATURES[slot.workshop.kind]
    return Part(
        child=child.name,
        child_code=_needed(child.fiscal_code, "person.fiscal_code"),
        service=slot.workshop.title,
        nature=nature,
        nature_en=nature_en,
        days=f"{_day(slot.starts_on)}-{_day(slot.ends_on)}",
        amount=euro(amount),
    )


def _needed(code: str | None, field: str) -> str:
    if not code:
        raise Conflict(NO_CODE, field=field)
    return code


def _day(day: date) -> str:
    return day.strftime("%d/%m/%Y")


@lru_cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
