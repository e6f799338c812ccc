"""A receipt can be read out, heard and typed without losing it."""

from app.operations.receipts import ALPHABET, as_read, receipt_code


def test_a_receipt_has_ten_characters_that_nobody_confuses():
    code = receipt_code()
    assert len(code) == 10
    assert set(code) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)
    assert len(ALPHABET) == 32


def test_the_random_source_can_be_replaced():
    assert receipt_code(lambda count: bytes([10, 255, 32] * count)[:count]) == "AZ0AZ0AZ0A"


def test_receipts_do_not_repeat():
    assert len({receipt_code() for _ in range(10_000)}) == 10_000


def test_what_was_misread_finds_the_receipt():
    assert as_read("o1-il k7") == "0111K7"
