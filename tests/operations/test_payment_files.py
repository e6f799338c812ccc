"""The files between us and the body that collects: a cell misread is money misplaced."""

from datetime import date
from decimal import Decimal

import pytest

from app.errors import BadRequest, Invalid
from app.operations import payment_files
from app.operations.payment_receipts import Received
from tests import factories as f

TODAY = date(2027, 6, 1)
HEADER = "numero_avviso;iur;importo_centesimi;data_pagamento\r\n"
GOOD = "301002611000000160;IUR1;6050;2027-05-30\r\n"


def read(text, encoding="utf-8"):
    return payment_files.receipts(text.encode(encoding), today=TODAY)


def test_a_line_becomes_a_payment_of_so_many_euro():
    wanted = [Received("301002611000000160", "IUR1", Decimal("60.50"), date(2027, 5, 30))]
    assert read(HEADER + GOOD) == wanted
    assert read(HEADER + "\r\n" + GOOD, "utf-8-sig") == wanted


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("x;IUR1;6050", "rows[3]"),
        ("30100-2;IUR1;6050;2027-05-30", "rows[3].numero_avviso"),
        ("301002611000000160;;6050;2027-05-30", "rows[3].iur"),
        ("301002611000000160;" + "9" * 36 + ";6050;2027-05-30", "rows[3].iur"),
        ("301002611000000160;IUR2;60,50;2027-05-30", "rows[3].importo_centesimi"),
        ("301002611000000160;IUR2;-1;2027-05-30", "rows[3].importo_centesimi"),
        ("301002611000000160;IUR2;0;2027-05-30", "rows[3].importo_centesimi"),
        ("301002611000000160;IUR2;NaN;2027-05-30", "rows[3].importo_centesimi"),
        ("301002611000000160;IUR2;" + "9" * 12 + ";2027-05-30", "rows[3].importo_centesimi"),
        ("301002611000000160;IUR2;6050;30/05/2027", "rows[3].data_pagamento"),
        ("301002611000000160;IUR2;6050;2027-02-30", "rows[3].data_pagamento"),
        ("301002611000000160;IUR2;6050;2027-06-02", "rows[3].data_pagamento"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(line, field):
    with pytest.raises(Invalid) as refused:
        read(HEADER + GOOD + line + "\r\n")
    assert [name for name, _, _ in refused.value.errors] == [field]


def test_every_wrong_line_is_told_at_once():
    with pytest.raises(Invalid) as refused:
        read(HEADER + GOOD + "a;b;c;d\r\n" + "e\r\n")
    assert len(refused.value.errors) == 3


@pytest.mark.parametrize(
    "content", [b"", b"a;b\r\n", "numero_avviso;è".encode("latin-1"), HEADER.encode("utf-16")]
)
def test_a_file_of_something_else_is_refused_whole(content):
    with pytest.raises(BadRequest) as refused:
        payment_files.receipts(content, today=TODAY)
    assert refused.value.field == "file"


def test_a_file_of_debts_asks_each_notice_in_cents(db):
    notice = f.PaymentNoticeFactory(
        amount=Decimal("60.50"), debtor_name="=Ada;\nBianchi", reason="Retta", due_on=TODAY
    )
    head, line = payment_files.debts([notice])
    assert head == "numero_avviso;codice_fiscale;debitore;importo_centesimi;scadenza;causale\r\n"
    assert line == f'{notice.number};;"Ada; Bianchi";6050;2027-06-01;Retta\r\n'


def test_a_file_of_more_rows_than_are_taken_in_at_once_is_refused_and_a_full_one_is_not():
    rows = [f"301002611000000160;IUR{n};6050;2027-05-30\r\n" for n in range(5001)]
    assert len(read(HEADER + "".join(rows[:5000]) + "\r\n")) == 5000
    with pytest.raises(BadRequest) as refused:
        read(HEADER + "".join(rows))
    assert refused.value.field == "file"
