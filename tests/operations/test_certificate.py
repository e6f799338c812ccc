"""The paper that a parent hands to an employer: it tells what was really paid, and no more."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from app import clock
from app.errors import Conflict
from app.operations import certificate
from tests import factories as f

TODAY = date(2027, 7, 1)
PARENT = "BNCDAA80A41E648K"


@pytest.fixture
def notice(db):
    body = f.OrganizationFactory(fiscal_code="84507570152", vat_number="00743110157",
                                 address="Via Fittizia 1, Lodi")  # fmt: skip
    payee = f.PayeeFactory(organization=body)
    made = f.PaymentNoticeFactory(
        payee=payee, amount=Decimal("60.00"), status="paid", paid_on=date(2027, 6, 20),
        paid_amount=Decimal("60.00"), debtor_code=PARENT, due_on=clock.today() + timedelta(9),
    )  # fmt: skip
    slot = f.SlotFactory(workshop=f.WorkshopFactory(organization=body, kind="summer_camp"))
    f.PaymentNoticeLineFactory(
        notice=made, enrollment=f.EnrollmentFactory(slot=slot), amount=Decimal("60.00")
    )
    db.flush()
    db.refresh(made)
    return made


def read(notice):
    return PdfReader(BytesIO(certificate.pdf(certificate.of(notice, today=TODAY))))


def test_it_names_issuer_parent_child_service_dates_and_amount(notice):
    pdf = read(notice)
    said = " ".join(pdf.pages[0].extract_text().split())
    child = notice.lines[0].enrollment.person
    for fact in ("84507570152", "00743110157", "Via Fittizia 1, Lodi",
                 PARENT, child.fiscal_code, "20/06/2027",
                 "educativa e ricreativa", "60,00 €", "01/07/2027"):  # fmt: skip
        assert fact in said, fact
    assert pdf.trailer["/Root"]["/Lang"] == "it"


def test_it_never_says_that_anything_can_be_deducted(notice):
    pdf = read(notice)
    said = (pdf.pages[0].extract_text() + str(pdf.metadata)).lower()
    assert not [word for word in ("detra", "deduc", "dedu") if word in said]


def test_what_was_not_paid_gets_none(notice):
    notice.status, notice.paid_on, notice.paid_amount = "open", None, None
    with pytest.raises(Conflict):
        certificate.of(notice, today=TODAY)


def test_without_the_parent_s_code_no_employer_could_take_it(notice):
    notice.debtor_code = None
    with pytest.raises(Conflict) as refused:
        certificate.of(notice, today=TODAY)
    assert refused.value.field == "debtor_code"
