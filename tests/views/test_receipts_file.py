"""The office's file of receipts: looked at row by row, taken in once, by one button."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from app import clock
from app.errors import BadRequest
from app.models import PaymentNotice, PaymentReceipt
from app.operations import enrollments, payment_files, payments
from tests import factories as f
from tests.browsers import sign_in
from tests.views.conftest import fields_of, texts

HEADER = "numero_avviso;iur;importo_centesimi;data_pagamento\n"


@pytest.fixture
def payee(db, seat):
    body = f.OrganizationFactory(alliance=seat.alliance)
    made = f.PayeeFactory(organization=body)
    db.flush()
    return made


@pytest.fixture
def notice(db, payee):
    workshop = f.WorkshopFactory(
        organization=payee.organization, price_kind="fixed", price=Decimal("60.00")
    )
    application = f.ApplicationFactory(alliance=payee.alliance)
    person = f.PersonFactory(alliance=payee.alliance)
    now = clock.now()
    slot = f.SlotFactory(workshop=workshop)
    enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
    due_on = clock.today() + timedelta(days=10)
    made = payments.issue(db, application, payee.id, due_on=due_on, now=now)
    return db.get(PaymentNotice, made)


def line(number, iur, cents=6000):
    return f"{number};{iur};{cents};{clock.today()}\n"


def uploaded(staff, payee, content, header=HEADER):
    sent = (BytesIO((header + content).encode()), "ricevute.csv")
    return staff.post(f"/office/payment-receipts/file/{payee.id}", file=sent)


def looked_at(staff, payee, content):
    answer = uploaded(staff, payee, content)
    assert answer.status_code == 302, texts(answer.text)
    where = answer.headers["Location"]
    return where, staff.get(where).text


def outcomes(page):
    return re.findall(r'data-outcome="(\w+)"', page)


def test_every_row_says_what_it_comes_to_and_nothing_is_written(db, staff, payee, notice):
    rows = (
        line(notice.number, "I1") + line(notice.number, "I2") + line("RF00NONE", "I3")
        + line(notice.number, "I1")
    )  # fmt: skip
    _, page = looked_at(staff, payee, rows)
    assert outcomes(page) == ["unmatched", "double", "matched", "known"]
    assert "Riga 2" in texts(page) or "Line 2" in texts(page)
    assert db.query(PaymentReceipt).count() == 0
    db.refresh(notice)
    assert notice.status == "open"


def test_one_button_takes_the_file_in_and_the_same_file_changes_nothing(db, staff, payee, notice):
    rows = line(notice.number, "I1") + line("RF00NONE", "I2", 100)
    where, _ = looked_at(staff, payee, rows)
    done = staff.post(where)
    assert done.status_code == 302, texts(done.text)
    db.refresh(notice)
    assert notice.status == "paid"
    assert db.query(PaymentReceipt).count() == 2
    page = staff.get(where).text
    assert outcomes(page) == ["known", "known"]
    assert f'action="{where}"' not in page
    where, page = looked_at(staff, payee, rows)
    assert outcomes(page) == ["known", "known"]
    assert db.query(PaymentReceipt).count() == 2


def test_a_row_that_cannot_be_read_is_named_with_its_column_and_stops_the_file(
    db, staff, payee, notice
):
    rows = line(notice.number, "I1") + f"{notice.number};I2;dieci;2020-01-01\n" + "a;b\n"
    where, page = looked_at(staff, payee, rows)
    assert outcomes(page) == ["unreadable", "unreadable", "matched"]
    assert "importo_centesimi" in texts(page)
    assert f'action="{where}"' not in page
    refused = staff.post(where, page="/office/payees/add")
    assert refused.status_code == 422
    assert db.query(PaymentReceipt).count() == 0


def test_a_receipt_with_another_story_is_shown_and_stops_the_file(db, staff, payee, notice):
    where, _ = looked_at(staff, payee, line(notice.number, "I1", 100))
    assert staff.post(where).status_code == 302
    rows = line(notice.number, "I2") + line(notice.number, "I1")
    where, page = looked_at(staff, payee, rows)
    assert outcomes(page) == ["other_data", "matched"]
    assert staff.post(where, page="/office/payees/add").status_code == 422
    db.refresh(notice)
    assert notice.status == "open"


@pytest.mark.parametrize(
    ("header", "content", "status"),
    [("", "x", 400), ("", "", 400), ("numero;iur\n", "1;2\n", 400), ("\x00", "", 400)],
)
def test_what_is_no_file_of_receipts_is_refused_at_once(staff, payee, header, content, status):
    answer = uploaded(staff, payee, content, header)
    assert answer.status_code == status
    assert 'aria-invalid="true"' in answer.text


def test_the_form_says_how_large_a_file_may_be_and_none_larger_is_read(staff, payee):
    page = staff.get(f"/office/payment-receipts/file/{payee.id}").text
    assert f"{payment_files.LARGEST // 10**6} MB" in page
    with pytest.raises(BadRequest):
        payment_files.read(b"x" * (payment_files.LARGEST + 1), today=clock.today())


def test_a_form_without_a_file_asks_for_one(staff, payee):
    assert staff.post(f"/office/payment-receipts/file/{payee.id}").status_code == 422


def test_nobody_else_s_payee_takes_a_file(staff, reader, payee, seat):
    other = f.PayeeFactory()
    assert staff.get(f"/office/payment-receipts/file/{other.id}").status_code == 404
    assert staff.get(f"/office/payment-receipts/file/{payee.id}/{'0' * 64}").status_code == 404
    assert staff.get(f"/office/payment-receipts/file/{payee.id}/..%2Fx").status_code == 404
    provider = reader(
        f.SeatFactory(kind="provider", organization=payee.organization, alliance=seat.alliance)
    )
    assert provider.get(f"/office/payment-receipts/file/{payee.id}").status_code in (403, 404)
    assert provider.get(f"/office/payment-notices/debts/{payee.id}/csv").status_code in (403, 404)


def test_a_payee_s_page_gives_its_debts_and_takes_its_receipts(staff, payee, notice):
    page = staff.get(f"/office/payees/show/{payee.id}").text
    assert f"/office/payment-receipts/file/{payee.id}" in page
    debts = staff.get(f"/office/payment-notices/debts/{payee.id}/csv")
    assert debts.mimetype == "text/csv"
    assert "attachment" in debts.headers["Content-Disposition"]
    assert notice.number in debts.text
    assert staff.get(f"/office/payment-notices/debts/{f.PayeeFactory().id}/csv").status_code == 404


def test_an_application_s_page_asks_for_what_is_left_to_pay(db, staff, payee, notice):
    page = f"/office/applications/show/{notice.application_id}"
    assert "payment-notices/add" not in staff.get(page).text
    payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=clock.now())
    [way] = re.findall(r'href="(/office/payment-notices/add[^"]*)"', staff.get(page).text)
    way = unescape(way)
    form = fields_of(staff.get(way).text)
    assert (form["application_id"], form["payee_id"]) == (str(notice.application_id), str(payee.id))
    answer = staff.post(way, **{k: v for k, v in form.items() if k != "csrf_token"})
    assert answer.status_code == 302, texts(answer.text)
    asked = db.query(PaymentNotice).filter_by(status="open").one()
    # No day was named: the workshop's, or thirty.
    assert asked.due_on == clock.today() + timedelta(days=30)
    assert "payment-notices/add" not in staff.get(page).text


@pytest.mark.browser
def test_a_file_is_taken_in_on_a_telephone_s_width(page: Page) -> None:
    sign_in(page, "staff")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/office/payees/list/")
    page.locator("main a[href^='/office/payees/show/']").first.click()
    page.locator("a[href^='/office/payment-receipts/file/']").first.click()
    content = (HEADER + line("RF18539007547034", "IUR-320", 100)).encode()
    page.locator("#f-file").set_input_files(
        {"name": "ricevute.csv", "mimeType": "text/csv", "buffer": content}
    )
    assert not Axe().run(page).response["violations"]
    page.locator("form.entry button[type=submit]").click()
    expect(page.locator("tr[data-outcome=unmatched]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert not Axe().run(page).response["violations"]
    page.locator(".counts form button").click()
    expect(page.locator("tr[data-outcome=known]")).to_be_visible()
    expect(page.locator(".counts form")).to_have_count(0)
