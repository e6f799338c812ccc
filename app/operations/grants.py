"""Welfare plans and the credits that their companies give to employees.

Each credit has a wallet of its own, so that a letter, a voucher's service and a last day stay
with the money. What is left after the last day goes to the plan's account of returned credit,
which a company does not see: an employer never learns what one employee used.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.errors import N_, Invalid, NotFound
from app.models import (
    TUIR_LETTERS,
    CreditGrant,
    LedgerAccount,
    Organization,
    Person,
    Service,
    WelfarePlan,
    Workshop,
)
from app.operations import amounts, codice_fiscale, ledger
from app.operations.constraints import UNKNOWN, explained
from app.transaction import elevated

NO_COMPANY = N_("A welfare plan is of a company.")
PAST = N_("The last day has passed already.")
NO_LETTER = N_("There is no such letter here: %(letter)s.")
LETTERS = N_("The plan does not admit this letter: %(letter)s.")
ONE_SERVICE = N_("A voucher names the one service or workshop that it pays for.")
NO_SERVICE = N_("Only a voucher for one service names it.")
NOT_KNOWN = N_("Nobody in the alliance has this codice fiscale.")


def make_plan(db: Session, *, now: datetime, **values: Any) -> WelfarePlan:
    """Open a company's plan, with its account. Raises Invalid, Duplicate."""
    company = db.get(Organization, values["organization_id"])
    if company is None:
        raise Invalid(UNKNOWN, field="organization_id")
    if company.kind != "company":
        raise Invalid(NO_COMPANY, field="organization_id")
    values["letters"] = " ".join(listed(values["letters"]))
    plan = WelfarePlan(alliance_id=company.alliance_id, **values)
    with explained():
        db.add(plan)
        db.flush()
    with elevated(db, "open a plan's account") as system:
        plan_account(system, plan)
    return plan


def plan_account(system: Session, plan: WelfarePlan, kind: str = "plan") -> int:
    """The plan's account, or its account of returned credit."""
    return ledger.account(
        system, alliance_id=plan.alliance_id, kind=kind,
        organization_id=plan.organization_id, plan_id=plan.id,
    )  # fmt: skip


def fund(
    db: Session, plan: WelfarePlan, *, amount: Any, note: str = "", now: datetime
) -> WelfarePlan:
    """The company has paid into its plan. Raises Invalid."""
    with elevated(db, "the account of a plan") as system:
        target = plan_account(system, plan)
        ledger.fund(system, target, amount=amount, note=note, now=now)
    return plan


def grant(
    db: Session,
    *,
    plan_id: int,
    amount: Any,
    expires_on: date,
    fiscal_code: str,
    letters: str | None = None,
    title_voucher: bool = False,
    service_id: int | None = None,
    workshop_id: int | None = None,
    now: datetime,
) -> CreditGrant:
    """Give an employee, found by codice fiscale, a credit out of the plan's money.

    Without ``letters``, all those of the plan. Raises Invalid, Duplicate, NotEnoughCredit.
    """
    plan = db.get(WelfarePlan, plan_id)
    if plan is None:
        raise Invalid(UNKNOWN, field="plan_id")
    sum_ = amounts.require(amount)
    admitted = _letters(plan, letters)
    if expires_on < clock.local_date(now):
        raise Invalid(PAST, field="expires_on")
    _require_service(db, title_voucher, service_id, workshop_id)
    with elevated(db, "give a credit") as system:
        person = _employee(system, plan, fiscal_code)
        source = plan_account(system, plan)
        ledger.require(ledger.lock(system, [source])[source], sum_)
        row = CreditGrant(
            alliance_id=plan.alliance_id, plan_id=plan.id, person_id=person.id,
            fiscal_code=str(person.fiscal_code), amount=sum_, expires_on=expires_on,
            letters=admitted, title_voucher=title_voucher,
            service_id=service_id, workshop_id=workshop_id,
        )  # fmt: skip
        with explained():
            system.add(row)
            system.flush()
        ledger.move(
            system, "grant", alliance_id=plan.alliance_id, debit=source,
            credit=wallet(system, row), amount=sum_, now=now, grant_id=row.id,
        )  # fmt: skip
    found = db.get(CreditGrant, row.id)
    if found is None:
        raise NotFound
    return found


def wallet(system: Session, row: CreditGrant) -> int:
    """The account of what is left of a credit."""
    return ledger.account(
        system, alliance_id=row.alliance_id, kind="wallet", person_id=row.person_id,
        plan_id=row.plan_id, grant_id=row.id,
    )  # fmt: skip


def _letters(plan: WelfarePlan, letters: str | None) -> str:
    admitted = plan.letters.split()
    asked = listed(letters) if letters else admitted
    for letter in asked:
        if letter not in admitted:
            raise Invalid(LETTERS, field="letters", letter=letter)
    return " ".join(asked)


def listed(letters: str) -> list[str]:
    """The letters that somebody wrote, in their own order: commas are as good as blanks."""
    found = letters.replace(",", " ").lower().split()
    for letter in found:
        if letter not in TUIR_LETTERS:
            raise Invalid(NO_LETTER, field="letters", letter=letter)
    return [letter for letter in TUIR_LETTERS if letter in found]


def _require_service(
    db: Session, title_voucher: bool, service_id: int | None, workshop_id: int | None
) -> None:
    named = [key for key in (service_id, workshop_id) if key is not None]
    if title_voucher and len(named) != 1:
        raise Invalid(ONE_SERVICE, field="service_id")
    if named and not title_voucher:
        raise Invalid(NO_SERVICE, field="service_id" if service_id else "workshop_id")
    if service_id is not None and db.get(Service, service_id) is None:
        raise Invalid(UNKNOWN, field="service_id")
    if workshop_id is not None and db.get(Workshop, workshop_id) is None:
        raise Invalid(UNKNOWN, field="workshop_id")


def _employee(system: Session, plan: WelfarePlan, fiscal_code: str) -> Person:
    code = codice_fiscale.check(fiscal_code)
    rows = select(Person).where(Person.alliance_id == plan.alliance_id, Person.fiscal_code == code)
    person: Person | None = system.scalar(rows)
    if person is None:
        raise Invalid(NOT_KNOWN, field="fiscal_code")
    return person


# ---------------------------------------------------------------- the last day


def due(db: Session, *, now: datetime) -> list[int]:
    """The credits whose last day has passed and of which something is left, by number."""
    rows = (
        select(LedgerAccount.grant_id)
        .join(CreditGrant, CreditGrant.id == LedgerAccount.grant_id)
        .where(
            LedgerAccount.kind == "wallet",
            LedgerAccount.balance > 0,
            CreditGrant.expires_on < clock.local_date(now),
        )
        .order_by(LedgerAccount.grant_id)
    )
    return [number for number in db.scalars(rows) if number is not None]


def expire(db: Session, grant_id: int, *, now: datetime) -> bool:
    """What is left of a credit after its last day leaves the wallet; False if nothing is.

    What is held stays held: it was promised in time.
    """
    with elevated(db, "a credit expires") as system:
        row = system.get(CreditGrant, grant_id)
        if row is None or row.expires_on >= clock.local_date(now):
            return False
        target = plan_account(system, row.plan, "returned")
        source = wallet(system, row)
        balance = ledger.lock(system, [source, target])[source].balance
        if balance <= 0:
            return False
        ledger.move(
            system, "expire", alliance_id=row.alliance_id, debit=source, credit=target,
            amount=balance, now=now, grant_id=row.id,
        )  # fmt: skip
    return True
