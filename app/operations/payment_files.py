"""The files that go to and come from a payee's own collecting system (MyPay and its like).

Semicolons between, UTF-8, amounts in cents, dates as year-month-day.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from app.errors import N_, BadRequest, Invalid
from app.models import PaymentNotice
from app.operations import payment_codes
from app.operations.payment_receipts import Received

DEBTS = ("numero_avviso", "codice_fiscale", "debitore", "importo_centesimi", "scadenza", "causale")
RECEIPTS = ("numero_avviso", "iur", "importo_centesimi", "data_pagamento")
LARGEST = 12 * 10**6  # bytes: a little less than a request may have
MOST = 100  # mistakes named at once
MOST_ROWS = 5000  # taken in by one transaction, while somebody waits
Wrong = tuple[str, str, dict[str, object]]

TOO_LARGE = N_("The file is too large.")
TOO_MANY = N_("The file has more than %(most)s rows: send it in parts.")
NOT_UTF8 = N_("The file is not written in UTF-8.")
HEADER = N_("The first line has to be: %(header)s")
COLUMNS = N_("This line has %(found)s columns instead of %(wanted)s.")
NO_CENTS = N_("An amount is written in cents, by digits alone.")
NO_DATE = N_("A date is written as year-month-day.")
AHEAD = N_("The date lies in the future.")
NO_IUR = N_("The receipt's identifier has 1 to 35 characters.")


def debts(notices: Iterable[PaymentNotice]) -> Iterator[str]:
    """The lines of a file of debts, its header first."""
    yield _line(DEBTS)
    for notice in notices:
        yield _line(
            (
                notice.number, notice.debtor_code or "", _plain(notice.debtor_name),
                str(payment_codes.cents(notice.amount)), notice.due_on.isoformat(),
                _plain(notice.reason),
            )
        )  # fmt: skip


def receipts(content: bytes, *, today: date) -> list[Received]:
    """What a file of receipts says. Raises BadRequest for a file that is none, or Invalid, which
    names each line, counted like in an editor, and its column."""
    found, wrong = read(content, today=today)
    if wrong:
        raise Invalid.many(wrong)
    return found


def read(content: bytes, *, today: date) -> tuple[list[Received], list[Wrong]]:
    """What a file of receipts says, and what of it cannot be read: (field, message, params).

    Raises BadRequest for a file that is none.
    """
    if len(content) > LARGEST:
        raise BadRequest(TOO_LARGE, field="file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRequest(NOT_UTF8, field="file") from None
    lines = csv.reader(StringIO(text, newline=""), delimiter=";")
    found: list[Received] = []
    wrong: list[Wrong] = []
    try:
        if tuple(next(lines, ())) != RECEIPTS:
            raise BadRequest(HEADER, field="file", header=";".join(RECEIPTS))
        for cells in lines:
            if cells and len(found) == MOST_ROWS:
                raise BadRequest(TOO_MANY, field="file", most=MOST_ROWS)
            if cells and len(wrong) < MOST:
                row = _receipt(cells, lines.line_num, today, wrong)
                found += [row] if row else []
    except csv.Error:
        raise BadRequest(field="file") from None
    return found, wrong


def _receipt(cells: list[str], line: int, today: date, wrong: list[Wrong]) -> Received | None:
    before, at = len(wrong), f"rows[{line}]"
    if len(cells) != len(RECEIPTS):
        wrong.append((at, COLUMNS, {"found": len(cells), "wanted": len(RECEIPTS)}))
        return None
    number, iur, amount, day = (cell.strip() for cell in cells)
    number = "".join(number.split()).upper()
    if not number.isascii() or not number.isalnum() or len(number) > 25:
        wrong.append((f"{at}.numero_avviso", payment_codes.NUMBER, {}))
    if not 1 <= len(iur) <= 35 or not iur.isprintable():
        wrong.append((f"{at}.iur", NO_IUR, {}))
    if not (amount.isascii() and amount.isdigit() and len(amount) <= 11 and int(amount)):
        wrong.append((f"{at}.importo_centesimi", NO_CENTS, {}))
    paid_on = _date(day)
    if paid_on is None or paid_on > today:
        wrong.append((f"{at}.data_pagamento", AHEAD if paid_on else NO_DATE, {}))
    if len(wrong) > before or paid_on is None:
        return None
    return Received(number, iur, Decimal(amount) / 100, paid_on, line)


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        return None


def _line(cells: Iterable[str]) -> str:
    out = StringIO(newline="")
    csv.writer(out, delimiter=";").writerow(cells)
    return out.getvalue()


def _plain(words: str) -> str:
    """On one line, and no formula for whoever opens the file in a spreadsheet."""
    return " ".join(words.split()).lstrip("=+-@ ")
