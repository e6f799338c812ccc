"""Who pays which part of a fee, in the published order. Pure: no database, no clock.

Project subsidies, municipal vouchers, title vouchers (each only where it covers all that is left
of its one service: TUIR art. 51(3-bis), Circ. 28/E 2016, no top-up by its holder), wallets by
their last day, and the family for what is left. Refunds take the same order from its end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.errors import N_

ORDER = ("subsidy", "voucher_fund", "title_voucher", "wallet", "family")
REASONS = {
    "subsidy": N_("Project subsidy"),
    "voucher_fund": N_("Municipal voucher"),
    "title_voucher": N_("Voucher for this service, at its full value"),
    "wallet": N_("Welfare credit"),
    "family": N_("What is left for the family"),
}
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Payer:
    """An account that may pay, and how much of one fee.

    ``letters`` are those that it admits; None where public money asks for none.
    """

    account_id: int
    kind: str
    available: Decimal
    letters: frozenset[str] | None = None
    expires_on: date = date.max
    # All that the account holds, of which one fee may take a part only.
    balance: Decimal = Decimal(0)


@dataclass(frozen=True)
class Share:
    """A payer's part of the fee, and why it pays."""

    account_id: int
    kind: str
    amount: Decimal

    @property
    def reason(self) -> str:
        """A message of the catalogue."""
        return REASONS[self.kind]


def split(
    fee: Decimal, payers: Iterable[Payer], *, letters: frozenset[str], family: int
) -> list[Share]:
    """The shares of a fee, in order; they sum to the fee, and none is of nothing.

    ``letters`` are those of TUIR art. 51(2) that the service falls under, ``family`` is the
    account that pays what nobody else does.
    """
    left = fee
    shares: list[Share] = []
    for payer in sorted(payers, key=_turn):
        admitted = payer.letters is None or bool(payer.letters & letters)
        amount = min(left, payer.available)
        whole = payer.kind != "title_voucher" or payer.available >= left
        if admitted and whole and amount > 0:
            shares.append(Share(payer.account_id, payer.kind, amount))
            left -= amount
    if left > 0:
        shares.append(Share(family, "family", left))
    return shares


def _turn(payer: Payer) -> tuple[int, date, int]:
    return ORDER.index(payer.kind), payer.expires_on, payer.account_id


def refund(amount: Decimal, captured: Sequence[Decimal]) -> list[tuple[int, Decimal]]:
    """How an amount goes back over what was captured, from the last payer to the first.

    Returns (place in ``captured``, amount); it never gives back more than was taken.
    """
    left = amount
    parts = []
    for place in reversed(range(len(captured))):
        part = min(left, captured[place])
        if part > 0:
            parts.append((place, part))
            left -= part
    return parts
