"""The payment notice on paper: PDF/UA, Italian first, English second; nothing of it is fetched."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import orjson
import segno
import typst
from sqlalchemy.orm import Session

from app.models import Enrollment, PaymentNotice
from app.operations import payment_codes
from app.transaction import elevated

TEMPLATE = Path(__file__).with_name("notice_paper.typ")


@dataclass(frozen=True)
class NoticePaper:
    """What stands on the paper. ``iban`` and ``holder`` are a transfer's; amounts are euro."""

    issuer: str
    issuer_code: str
    kind: str
    number: str
    amount: Decimal
    due_on: date
    reason: str
    debtor: str
    debtor_code: str | None
    lines: tuple[tuple[str, Decimal], ...]
    iban: str = ""
    holder: str = ""


def of(notice: PaymentNotice) -> NoticePaper:
    """What the paper of a notice says."""
    payee = notice.payee
    return NoticePaper(
        issuer=payee.organization.name,
        issuer_code=payee.organization.fiscal_code or "",
        kind=notice.kind,
        number=notice.number,
        amount=notice.amount,
        due_on=notice.due_on,
        reason=notice.reason,
        debtor=notice.debtor_name,
        debtor_code=notice.debtor_code,
        lines=tuple((_place(line.enrollment), line.amount) for line in notice.lines),
        iban=payee.iban or "",
        holder=payee.account_holder or "",
    )


def printed(db: Session, notice: PaymentNotice) -> bytes:
    """The PDF of a notice that the caller sees; the payee's account stands on it."""
    with elevated(db, "print a payment notice") as system:
        paper = of(system.get_one(PaymentNotice, notice.id))
    return pdf(paper)


def pdf(paper: NoticePaper) -> bytes:
    """The paper as a tagged PDF with its fonts. Raises Invalid for what cannot be owed."""
    facts = {
        **asdict(paper),
        "amount": euro(paper.amount),
        "due_on": paper.due_on.strftime("%d/%m/%Y"),
        "number": paper.number if paper.kind == "transfer" else _in_fours(paper.number),
        "debtor_code": paper.debtor_code or "",
        "lines": [[what, euro(part)] for what, part in paper.lines],
    }
    made: bytes = typst.compile(
        _template(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        # As data, never as source: what a family typed is no instruction to the typesetter.
        sys_inputs={"facts": orjson.dumps(facts).decode(), "square": _svg(_square(paper))},
    )
    return made


def _square(paper: NoticePaper) -> segno.QRCode:
    if paper.kind == "pagopa":
        return payment_codes.pagopa_square(paper.number, paper.issuer_code, paper.amount)
    reason = f"{paper.number} {paper.reason}"
    return payment_codes.transfer_square(paper.holder, paper.iban, paper.amount, reason)


def _svg(square: segno.QRCode) -> str:
    drawn = BytesIO()
    square.save(drawn, kind="svg", scale=4)
    return drawn.getvalue().decode()


def _place(enrollment: Enrollment) -> str:
    slot = enrollment.slot
    days = f"{slot.starts_on:%d/%m/%Y}-{slot.ends_on:%d/%m/%Y}"
    return f"{enrollment.person.name}, {slot.workshop.title}, {days}"


def euro(amount: Decimal) -> str:
    """An amount as Italians write it."""
    grouped = f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{grouped} €"


def _in_fours(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


@lru_cache
def _template() -> bytes:
    return TEMPLATE.read_bytes()
