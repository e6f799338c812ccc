"""What a place costs, and how the amount came about."""

from dataclasses import dataclass
from decimal import Decimal

from app.errors import N_, Invalid
from app.models import Person, Workshop

NO_REDUCED_PRICE = N_("There is no reduced price here.")
FREE = N_("Free of charge")
FULL = N_("Full price")
REDUCED = N_("Reduced price")


@dataclass(frozen=True)
class Line:
    """One step of the derivation: a key of the catalogue, what it rests on, an amount."""

    label: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True)
class Quote:
    """An amount in euro and the lines that add up to it."""

    amount: Decimal
    lines: tuple[Line, ...]

    def as_json(self) -> list[dict[str, str]]:
        """The lines as the enrolment keeps them; money as text, never as a float."""
        return [
            {"label": line.label, "amount": str(line.amount), "detail": line.detail}
            for line in self.lines
        ]


def quote(workshop: Workshop, person: Person, reduced: bool = False) -> Quote:
    """What one slot of the workshop costs the person.

    Raises Invalid where a reduced price is asked for and there is none. Whether the person
    has a right to it is declared under responsibility (DPR 445/2000) and checked by staff.
    """
    if reduced and workshop.price_kind != "reduced":
        raise Invalid(NO_REDUCED_PRICE, field="reduced")
    if workshop.price_kind == "free":
        line = Line(FREE, Decimal("0.00"))
    elif reduced:
        line = Line(REDUCED, _euro(workshop.reduced_price), workshop.reduced_for or "")
    else:
        line = Line(FULL, _euro(workshop.price))
    return Quote(line.amount, (line,))


def _euro(amount: Decimal | None) -> Decimal:
    return (amount or Decimal(0)).quantize(Decimal("0.01"))
