"""The numbers and the squares that a family pays by: pure, without a table or a clock.

Sources: pagoPA, "Specifiche attuative dei codici identificativi di versamento" (a notice number
begins with 3 and ends in check digits) and "L'avviso di pagamento analogico" (its QR code); for
bank transfers the European Payments Council's EPC069-12 (its QR code).
"""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import segno
from segno.helpers import make_epc_qr
from stdnum import exceptions
from stdnum import iban as registry
from stdnum.iso7064 import mod_97_10

from app.errors import N_, Invalid

LAST_BASE = 10**13 - 1
LAST_SEGREGATION = 45
# What a pagoPA notice may ask, and what a European transfer may carry.
HIGHEST = Decimal("999999999.99")

NUMBER = N_("A notice number has eighteen digits, the first of them a 3.")
CHECK = N_("The notice number has wrong check digits: please type it again.")
SEGREGATION = N_("A segregation code is a number from 00 to 45.")
USED_UP = N_("There is no notice number left for this payee.")
AMOUNT = N_("An amount is more than zero, with two decimals at most.")
IBAN = N_("This is not a valid IBAN.")

_BLANKS = re.compile(r"[\s.-]")


@dataclass(frozen=True)
class Notice:
    """What a notice number tells: the payee's branch and the debt's number there."""

    segregation: int
    base: int


def notice_number(segregation: int, base: int) -> str:
    """The eighteen digits of the payee's debt of that number. Raises Invalid."""
    if not 0 <= segregation <= LAST_SEGREGATION:
        raise Invalid(SEGREGATION, field="segregation_code")
    if not 0 <= base <= LAST_BASE:
        raise Invalid(USED_UP, field="number")
    body = f"3{segregation:02}{base:013}"
    return body + check_digits(body)


def check_digits(body: str) -> str:
    """The two digits that follow the sixteen: what is left of them when divided by 93."""
    return f"{int(body) % 93:02}"


def parse(number: str, *, field: str = "number") -> Notice:
    """What a number tells; blanks, dots and hyphens in it are passed over. Raises Invalid."""
    typed = _BLANKS.sub("", number)
    if not re.fullmatch("3[0-9]{17}", typed):
        raise Invalid(NUMBER, field=field)
    if check_digits(typed[:16]) != typed[16:]:
        raise Invalid(CHECK, field=field)
    found = Notice(int(typed[1:3]), int(typed[3:16]))
    if found.segregation > LAST_SEGREGATION:
        raise Invalid(SEGREGATION, field=field)
    return found


def reference(base: int) -> str:
    """The reference of a transfer, which a bank checks as it is typed (ISO 11649)."""
    return f"RF{mod_97_10.calc_check_digits(f'{base}RF')}{base}"


def as_read(number: str, *, field: str = "number") -> str:
    """A valid number as it is kept, from what somebody typed. Raises Invalid."""
    found = parse(number, field=field)
    return notice_number(found.segregation, found.base)


def cents(amount: Decimal, *, field: str = "amount") -> int:
    """The amount in cents. Raises Invalid for what nobody can owe."""
    if not amount.is_finite() or not 0 < amount <= HIGHEST or amount != _rounded(amount):
        raise Invalid(AMOUNT, field=field)
    return int(amount * 100)


def check_iban(typed: str, *, field: str = "iban") -> str:
    """The IBAN in capitals, without blanks. Raises Invalid."""
    try:
        return str(registry.validate(typed))
    except exceptions.ValidationError:
        raise Invalid(IBAN, field=field) from None


def pagopa_text(number: str, fiscal_code: str, amount: Decimal) -> str:
    """What the square of a pagoPA notice says; ``fiscal_code`` is the issuer's."""
    return f"PAGOPA|002|{as_read(number)}|{fiscal_code}|{cents(amount)}"


def pagopa_square(number: str, fiscal_code: str, amount: Decimal) -> segno.QRCode:
    """The square that a bank's app reads a notice from, at the error level that pagoPA asks."""
    text = pagopa_text(number, fiscal_code, amount)
    return segno.make_qr(text, error="m", mode="byte", boost_error=False)


def transfer_square(holder: str, iban: str, amount: Decimal, reason: str) -> segno.QRCode:
    """The square that fills in a bank transfer; names and reasons are cut where it has no room."""
    cents(amount)
    return make_epc_qr(
        name=_cut(holder, 70), iban=check_iban(iban), amount=amount, text=_cut(reason, 140),
        encoding=1,
    )  # fmt: skip


def _cut(words: str, most: int) -> str:
    """The words on one line, in so many bytes: in the square a line more is a field more."""
    line = " ".join(words.split()).encode()[:most]
    return line.decode(errors="ignore").strip()


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
