"""A wrong number or square sends a family's money to somebody else."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from app.errors import Invalid
from app.operations import payment_codes as codes

KNOWN = "301002611000000160"
IBAN = "IT60X0542811101000000123456"
NUMBERS = st.builds(
    codes.notice_number, st.integers(0, codes.LAST_SEGREGATION), st.integers(0, codes.LAST_BASE)
)


def test_a_number_that_is_known_comes_out_as_it_is_printed():
    assert codes.notice_number(1, 26110000001) == KNOWN
    assert codes.parse(KNOWN) == codes.Notice(1, 26110000001)


@given(NUMBERS, st.integers(1, 17), st.integers(1, 9))
def test_a_digit_that_is_mistyped_is_noticed(number, at, more):
    wrong = number[:at] + str((int(number[at]) + more) % 10) + number[at + 1 :]
    with pytest.raises(Invalid):
        codes.parse(wrong)


@given(NUMBERS)
def test_a_number_read_in_groups_of_four_is_the_same(number):
    grouped = " ".join(number[i : i + 4] for i in range(0, 18, 4))
    assert codes.as_read(grouped) == number


@pytest.mark.parametrize(
    "typed",
    ["", "3", KNOWN[:-1], KNOWN + "0", "001002611000000160", "٣٠١٠٠٢٦١١٠٠٠٠٠٠١٦٠", "x" * 18],
)
def test_what_is_no_notice_number_is_refused_by_name(typed):
    with pytest.raises(Invalid) as refused:
        codes.parse(typed, field="notice")
    assert refused.value.field == "notice"


@pytest.mark.parametrize(("segregation", "base"), [(-1, 1), (46, 1), (0, -1), (0, 10**13)])
def test_a_number_outside_its_range_is_not_made(segregation, base):
    with pytest.raises(Invalid):
        codes.notice_number(segregation, base)


def test_the_square_of_a_notice_says_what_the_bank_needs():
    said = codes.pagopa_text(KNOWN, "84507570152", Decimal("60.50"))
    assert said == f"PAGOPA|002|{KNOWN}|84507570152|6050"
    square = codes.pagopa_square(KNOWN, "84507570152", Decimal("60.50"))
    assert (square.error, square.mode) == ("M", "byte")


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.001", "1000000000"])
def test_what_nobody_can_owe_is_never_asked_for(amount):
    with pytest.raises(Invalid) as refused:
        codes.pagopa_text(KNOWN, "84507570152", Decimal(amount))
    assert refused.value.field == "amount"
    with pytest.raises(Invalid):
        codes.transfer_square("Ente", IBAN, Decimal(amount), "Retta")


def test_a_transfer_has_a_square_too_whatever_the_length_of_its_names():
    square = codes.transfer_square("È" * 200, IBAN, Decimal("60"), "retta " * 100)
    assert square.error == "M"


def test_a_line_break_in_a_name_or_reason_adds_no_field_to_a_transfer():
    one = codes.transfer_square("Ente", IBAN, Decimal("60"), "Retta\nluglio")
    same = codes.transfer_square("Ente", IBAN, Decimal("60"), "Retta luglio")
    assert one.matrix == same.matrix


def test_an_iban_is_checked_before_money_goes_there():
    assert codes.check_iban("it60 x054 2811 1010 0000 0123 456") == IBAN
    for wrong in ("", IBAN[:-1] + "7", "IT00X"):
        with pytest.raises(Invalid) as refused:
            codes.check_iban(wrong)
        assert refused.value.field == "iban"


@given(st.integers(1, codes.LAST_BASE))
def test_a_bank_takes_the_reference_of_a_transfer(base):
    assert iso11649.is_valid(codes.reference(base))
