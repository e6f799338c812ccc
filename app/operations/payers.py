"""Who may pay for a place or a service: public funds, and the credits of whoever looks after.

Each fund and credit sets conditions on what is paid for; what they have is split in the order of
`split.py`. Nothing is moved here: that is `paying.py`.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.models import CreditGrant, LedgerAccount, PayerFund, Person, Relation, Service, Slot
from app.operations import split
from app.operations.split import Payer
from app.transaction import elevated

# Whose credit may pay for a person: their own, and that of whoever looks after them.
FOR_WHOM = ("self", "parent", "guardian", "carer")


@dataclass(frozen=True)
class Sold:
    """What is paid for, as the payers' conditions ask: a place in a slot, or a service."""

    alliance_id: int
    day: date
    letter: str | None
    season_id: int | None = None
    category_id: int | None = None
    workshop_id: int | None = None
    service_id: int | None = None

    @property
    def letters(self) -> frozenset[str]:
        return frozenset({self.letter} if self.letter else ())


def of_slot(slot: Slot) -> Sold:
    """A place in the slot."""
    workshop = slot.workshop
    return Sold(slot.alliance_id, slot.starts_on, workshop.tuir_letter,
                season_id=workshop.season_id, workshop_id=slot.workshop_id)  # fmt: skip


def of_service(service: Service, now: datetime) -> Sold:
    """A unit of the service, asked for now."""
    return Sold(service.alliance_id, clock.local_date(now), service.tuir_letter,
                category_id=service.category_id, service_id=service.id)  # fmt: skip


def payers_of(system: Session, person: Person, sold: Sold, *, now: datetime) -> list[Payer]:
    """The accounts that may pay for a person, with what each has for it."""
    return [*_funds(system, person, sold), *_wallets(system, person, sold, now)]


def _or_any(column: Any, value: Any) -> Any:
    """The condition that a payer sets, or none."""
    return column.is_(None) if value is None else or_(column.is_(None), column == value)


def _funds(system: Session, person: Person, sold: Sold) -> list[Payer]:
    """Public money for this season or category, this day and who lives there."""
    rows = (
        select(LedgerAccount, PayerFund)
        .join(PayerFund, PayerFund.id == LedgerAccount.fund_id)
        .where(
            LedgerAccount.kind == PayerFund.kind,
            LedgerAccount.balance > 0,
            PayerFund.alliance_id == sold.alliance_id,
            PayerFund.starts_on <= sold.day,
            PayerFund.ends_on >= sold.day,
            # A category is of services, a season of workshops.
            _or_any(PayerFund.category_id, sold.category_id),
            _or_any(PayerFund.season_id, sold.season_id),
            _or_any(PayerFund.residence_id, person.municipality_id),
        )
    )
    return [
        Payer(
            account.id,
            fund.kind,
            min(account.balance, fund.per_enrollment),
            balance=account.balance,
        )
        for account, fund in system.execute(rows)
    ]


def _wallets(system: Session, person: Person, sold: Sold, now: datetime) -> list[Payer]:
    """The credits of the person, and of those who look after the person."""
    today = clock.local_date(now)
    own, looks = aliased(Relation), aliased(Relation)
    rows = (
        select(LedgerAccount, CreditGrant)
        .join(CreditGrant, CreditGrant.id == LedgerAccount.grant_id)
        .where(
            LedgerAccount.kind == "wallet",
            LedgerAccount.balance > 0,
            LedgerAccount.alliance_id == sold.alliance_id,
            CreditGrant.expires_on >= today,
            _or_any(CreditGrant.service_id, sold.service_id),
            _or_any(CreditGrant.workshop_id, sold.workshop_id),
            select(own.id)
            .join(looks, looks.user_id == own.user_id)
            .where(
                own.person_id == LedgerAccount.person_id,
                own.kind == "self",
                looks.person_id == person.id,
                looks.kind.in_(FOR_WHOM),
                or_(own.ends_on.is_(None), own.ends_on >= today),
                or_(looks.ends_on.is_(None), looks.ends_on >= today),
            )
            .exists(),
        )
    )  # fmt: skip
    return [
        Payer(
            account.id,
            "title_voucher" if grant.title_voucher else "wallet",
            account.balance,
            frozenset(grant.letters.split()),
            grant.expires_on,
            account.balance,
        )
        for account, grant in system.execute(rows)
    ]


def forecast(
    db: Session, places: Iterable[tuple[Person, Slot, Decimal]], *, now: datetime
) -> dict[str, Decimal]:
    """Euro that each kind of payer would pay of these fees, in the published order.

    Nothing is held: who is first when the places are given may use it up. Empty where nobody
    but the family could pay.
    """
    paid = dict.fromkeys(split.ORDER, Decimal("0.00"))
    used: defaultdict[int, Decimal] = defaultdict(Decimal)
    with elevated(db, "who would pay for places") as system:
        for person, slot, fee in places:
            sold = of_slot(slot)
            able = [
                replace(one, available=min(one.available, one.balance - used[one.account_id]))
                for one in payers_of(system, person, sold, now=now)
            ]
            for share in split.split(fee, able, letters=sold.letters, family=0):
                used[share.account_id] += share.amount
                paid[share.kind] += share.amount
    others = any(amount for kind, amount in paid.items() if kind != "family")
    return {kind: amount for kind, amount in paid.items() if amount} if others else {}


def possible(alliance_id: Any, person_id: Any, day: Any) -> Any:
    """Whether anybody but the family might pay, as a part of another question."""
    funds = PayerFund.__table__.alias("any_fund")
    wallet = LedgerAccount.__table__.alias("any_wallet")
    own, looks = Relation.__table__.alias("own"), Relation.__table__.alias("looks")
    return or_(
        exists().where(
            funds.c.alliance_id == alliance_id, funds.c.starts_on <= day, funds.c.ends_on >= day
        ),
        exists().where(
            wallet.c.kind == "wallet",
            wallet.c.balance > 0,
            wallet.c.person_id == own.c.person_id,
            own.c.kind == "self",
            own.c.user_id == looks.c.user_id,
            looks.c.person_id == person_id,
        ),
    )
