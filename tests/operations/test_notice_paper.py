"""The paper that a family takes to the bank: what is wrong on it is paid wrongly."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from app.errors import Invalid
from app.operations import notice_paper
from app.operations.notice_paper import NoticePaper

PAPER = NoticePaper(
    issuer="Comune di Prova", issuer_code="84507570152", kind="pagopa",
    number="301002611000000160", amount=Decimal("1120.00"), due_on=date(2027, 6, 20),
    reason="ABCDE12345 Estate in cascina", debtor="Ada Bianchi", debtor_code="BNCDAA80A41E648K",
    lines=(("Nina, prima settimana", Decimal("1000.00")), ("Nina, mensa", Decimal("120.00"))),
)  # fmt: skip
TRANSFER = replace(
    PAPER, kind="transfer", number="RF33123", iban="IT60X0542811101000000123456",
    holder="Cooperativa Prova", debtor_code=None,
)  # fmt: skip


def read(paper):
    return PdfReader(BytesIO(notice_paper.pdf(paper)))


def words(paper):
    return " ".join(" ".join(page.extract_text().split()) for page in read(paper).pages)


def test_a_notice_says_who_asks_whom_for_what_until_when():
    said = words(PAPER)
    for fact in ("Comune di Prova", "84507570152", "3010 0261 1000 0001 60", "1.120,00 €",
                 "20/06/2027", "Ada Bianchi", "BNCDAA80A41E648K", "Nina, mensa"):  # fmt: skip
        assert fact in said
    assert said.index("Avviso di pagamento") < said.index("Payment notice")


def test_a_transfer_names_its_account_and_reference():
    said = words(TRANSFER)
    assert "IT60X0542811101000000123456" in said
    assert "RF33123" in said
    assert "pagoPA" not in said


@pytest.mark.parametrize("paper", [PAPER, TRANSFER])
def test_nothing_promises_that_the_amount_can_be_deducted(paper):
    said = words(paper).lower()
    assert "detra" not in said
    assert "deduc" not in said


def test_a_reader_of_the_screen_finds_title_language_tags_and_fonts():
    pdf = read(PAPER)
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "it"
    assert root["/MarkInfo"]["/Marked"]
    assert "301" in pdf.metadata.title
    assert b"pdfuaid" in notice_paper.pdf(PAPER)
    fonts = pdf.pages[0]["/Resources"]["/Font"].values()
    for font in fonts:
        descendant = font.get_object()["/DescendantFonts"][0].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descendant["/FontDescriptor"].get_object())


def test_what_a_family_typed_is_printed_and_never_run():
    typed = '#read("/etc/passwd") *x* $y$ ] #panic()'
    assert typed in words(replace(PAPER, debtor=typed))


def test_an_amount_that_nobody_can_owe_gets_no_paper():
    with pytest.raises(Invalid):
        notice_paper.pdf(replace(PAPER, amount=Decimal("NaN")))
