"""How bodies are paid: public ones by pagoPA, the others by bank transfer or pagoPA."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, Conflict, Invalid, NotFound
from app.models import Organization, Payee, PaymentNotice
from app.operations import codice_fiscale, payment_codes
from app.operations.constraints import explained
from app.transaction import elevated

# They must take pagoPA (D.Lgs. 82/2005, art. 5).
PUBLIC = ("municipality", "public_body", "health_body", "university")

MUST_BE_PAGOPA = N_("A public body is paid by pagoPA.")
CODE_FIRST = N_("Enter the body's codice fiscale first: a notice names it.")
STILL_OPEN = N_("Families hold open notices to the present account: cancel them first.")
HOLDER = N_("Name the holder of the account.")


def set_payee(
    db: Session,
    organization: Organization,
    *,
    kind: str,
    segregation_code: int | None = None,
    iban: str = "",
    account_holder: str = "",
) -> int:
    """Say how a body is paid. Returns the payee's number. Raises Invalid, Conflict."""
    if organization.kind in PUBLIC and kind != "pagopa":
        raise Invalid(MUST_BE_PAGOPA, field="kind")
    code, account, holder = segregation_code, "", " ".join(account_holder.split())
    if kind == "pagopa":
        if not organization.fiscal_code:
            raise Invalid(CODE_FIRST, field="fiscal_code")
        codice_fiscale.check_body(organization.fiscal_code)
        if code is None:
            raise Invalid(payment_codes.SEGREGATION, field="segregation_code")
        payment_codes.notice_number(code, 0)
    else:
        code, account = None, payment_codes.check_iban(iban)
        if not holder:
            raise Invalid(HOLDER, field="account_holder")
    with elevated(db, "say how a body is paid") as system, explained():
        found = select(Payee).where(Payee.organization_id == organization.id).with_for_update()
        payee = system.scalar(found) or Payee(
            alliance_id=organization.alliance_id, organization_id=organization.id
        )
        told = (payee.kind, payee.segregation_code, payee.iban)
        if payee.id is not None and told != (kind, code, account or None):
            _require_nothing_open(system, payee)
        payee.kind, payee.segregation_code = kind, code
        payee.iban, payee.account_holder = account or None, holder or None
        system.add(payee)
        system.flush()
        return payee.id


def held(system: Session, payee_id: int, alliance_id: int) -> Payee:
    """The payee, held: its numbers and receipts are dealt with one after the other.

    Raises NotFound.
    """
    found = select(Payee).where(Payee.id == payee_id, Payee.alliance_id == alliance_id)
    mine = found.with_for_update().execution_options(populate_existing=True)
    payee: Payee | None = system.scalar(mine)
    if payee is None:
        raise NotFound
    return payee


def _require_nothing_open(system: Session, payee: Payee) -> None:
    """A paper that a family holds names the account: it must not lead elsewhere."""
    asked = select(PaymentNotice.id).where(
        PaymentNotice.payee_id == payee.id, PaymentNotice.status == "open"
    )
    if system.scalar(asked.limit(1)) is not None:
        raise Conflict(STILL_OPEN, field="kind")
