"""Payments by program: who asks, who is asked, and what a file of receipts says was paid."""

from datetime import timedelta
from decimal import Decimal

import pytest

from app import clock
from app.models import PaymentNotice, PaymentReceipt
from app.operations import enrollments
from tests import factories as f

IBAN = "IT60X0542811101000000123456"
HEADER = "numero_avviso;iur;importo_centesimi;data_pagamento\n"
NOTICES = "/api/v1/payment-notices/"
RECEIVE = "/api/v1/payment-receipts/receive"


@pytest.fixture
def body(db):
    return f.OrganizationFactory()


@pytest.fixture
def staff(body, client):
    return client(f.SeatFactory(kind="staff", alliance=body.alliance))


@pytest.fixture
def application(db, body):
    workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
    made = f.ApplicationFactory(alliance=body.alliance)
    person = f.PersonFactory(alliance=body.alliance)
    slot = f.SlotFactory(workshop=workshop, places=1)
    enrollments.enrol(db, application=made, person=person, slot=slot, now=clock.now())
    db.flush()
    return made


@pytest.fixture
def payee(staff, body):
    sent = {"organization_id": body.id, "kind": "transfer", "iban": IBAN, "account_holder": "Ente"}
    made = staff.post("/api/v1/payees/", json=sent)
    assert made.status_code == 201, made.text
    return made.json["id"]


def asked(application, payee, days=10):
    due = (clock.today() + timedelta(days)).isoformat()
    return {"application_id": application.id, "payee_id": payee, "due_on": due}


@pytest.fixture
def notice(staff, application, payee):
    made = staff.post(NOTICES, json=asked(application, payee))
    assert made.status_code == 201, made.text
    return made.json["result"]


def paid(notice, iur="IUR1", cents=6000):
    return f"{notice['number']};{iur};{cents};{clock.today()}\n"


def test_a_family_is_asked_once_and_reads_and_prints_its_notice(
    staff, application, payee, notice, client
):
    assert (notice["amount"], notice["status"]) == ("60.00", "open")
    again = staff.post(NOTICES, json=asked(application, payee))
    assert again.status_code == 409, again.text
    family = client(f.SeatFactory(kind="citizen", alliance=application.alliance,
                                  user=application.user))  # fmt: skip
    (row,) = family.get(f"{NOTICES}?include=lines").json["result"]
    assert row["number"] == notice["number"]
    assert [line["amount"] for line in row["lines"]["result"]] == ["60.00"]
    paper = family.get(f"{NOTICES}{notice['id']}/paper")
    assert paper.status_code == 200
    assert paper.mimetype == "application/pdf"
    assert paper.data.startswith(b"%PDF")
    other = client(f.SeatFactory(kind="citizen", alliance=application.alliance))
    assert other.get(f"{NOTICES}{notice['id']}/paper").status_code == 404
    assert other.get(NOTICES).json["result"] == []


def test_who_paid_prints_what_an_employer_asks_for_and_the_payee_does_not(
    db, staff, body, application, notice, client
):
    family = client(f.SeatFactory(kind="citizen", alliance=application.alliance,
                                  user=application.user))  # fmt: skip
    address = f"{NOTICES}{notice['id']}/certificate"
    assert family.get(address).status_code == 409  # Nothing has been paid.
    row = db.get_one(PaymentNotice, notice["id"])
    body.fiscal_code, row.debtor_code = "84507570152", "BNCDAA80A41E648K"
    db.flush()
    receive = {"payee_id": row.payee_id, "content": HEADER + paid(notice)}
    assert staff.post(RECEIVE, json=receive).status_code == 200
    for reader in (family, staff):
        paper = reader.get(address)
        assert paper.status_code == 200, paper.text
        assert paper.data.startswith(b"%PDF")
        assert paper.headers["Cache-Control"] == "no-store"
    # A tax code stands on it, which neither the body nor another family reads.
    provider = client(f.SeatFactory(kind="provider", organization=body, alliance=body.alliance))
    assert provider.get(f"{NOTICES}{notice['id']}").status_code == 200
    assert provider.get(address).status_code == 403
    other = client(f.SeatFactory(kind="citizen", alliance=application.alliance))
    assert other.get(address).status_code == 404
    db.expire_all()
    row.debtor_code = None
    db.flush()
    refused = family.get(address)
    assert refused.status_code == 409
    assert refused.json["errors"][0]["field"] == "debtor_code"


def test_a_payee_reads_the_name_of_who_pays_and_not_the_tax_code(body, notice, client):
    provider = client(f.SeatFactory(kind="provider", organization=body, alliance=body.alliance))
    row = provider.get(f"{NOTICES}{notice['id']}").json["result"]
    assert row["debtor_name"] == notice["debtor_name"]
    assert "debtor_code" not in row
    assert provider.post(f"{NOTICES}{notice['id']}/cancel", json={}).status_code == 403
    other = f.OrganizationFactory(alliance=body.alliance)
    elsewhere = client(f.SeatFactory(kind="provider", organization=other, alliance=body.alliance))
    assert elsewhere.get(f"{NOTICES}{notice['id']}").status_code == 404


def test_the_same_key_asks_once(db, staff, application, payee):
    sent = {"json": asked(application, payee), "headers": {"Idempotency-Key": "k1"}}
    first, second = staff.post(NOTICES, **sent), staff.post(NOTICES, **sent)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert db.query(PaymentNotice).count() == 1


@pytest.mark.parametrize("field", ["application_id", "payee_id", "due_on"])
@pytest.mark.parametrize("value", [-1, 10**15, "x", "NaN", None, 1.5])
def test_what_asks_for_nothing_real_is_refused_by_name(db, staff, application, payee, field, value):
    answer = staff.post(NOTICES, json={**asked(application, payee), field: value})
    assert answer.status_code == 422, answer.text
    assert [wrong["field"] for wrong in answer.json["errors"]] == [field]
    assert db.query(PaymentNotice).count() == 0


def test_a_notice_without_a_day_takes_the_workshops(staff, application, payee):
    sent = asked(application, payee)
    del sent["due_on"]
    made = staff.post(NOTICES, json=sent)
    assert made.status_code == 201, made.text
    assert made.json["result"]["due_on"] == (clock.today() + timedelta(days=30)).isoformat()


def test_another_alliance_s_payee_is_refused_by_name(staff, application):
    answer = staff.post(NOTICES, json=asked(application, f.PayeeFactory().id))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "payee_id"


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"iban": "IT00"}, "iban"),
        ({"account_holder": ""}, "account_holder"),
        ({"kind": "cash"}, "kind"),
        ({"kind": "pagopa", "segregation_code": 46}, "segregation_code"),
        ({"kind": "pagopa", "segregation_code": -1}, "segregation_code"),
        ({"organization_id": 10**15}, "organization_id"),
    ],
)
def test_a_payee_that_cannot_be_paid_is_refused_by_name(db, staff, body, sent, field):
    body.fiscal_code = "84507570152"
    db.flush()
    given = {"organization_id": body.id, "kind": "transfer", "iban": IBAN, "account_holder": "E"}
    answer = staff.post("/api/v1/payees/", json={**given, **sent})
    assert answer.status_code == 422, answer.text
    assert [wrong["field"] for wrong in answer.json["errors"]] == [field]


def test_a_body_is_entered_as_a_payee_once_and_changed_after(staff, body, payee):
    sent = {"organization_id": body.id, "kind": "transfer", "iban": IBAN, "account_holder": "E"}
    assert staff.post("/api/v1/payees/", json=sent).status_code == 409
    changed = staff.patch(f"/api/v1/payees/{payee}", json={"account_holder": "Altro ente"})
    assert changed.status_code == 200, changed.text
    assert changed.json["result"]["account_holder"] == "Altro ente"
    assert changed.json["result"]["iban"] == IBAN


def test_a_file_of_receipts_is_tried_out_and_then_taken_in(db, staff, payee, notice):
    lines = paid(notice) + paid(notice, "IUR2") + f"RF00NONE;IUR3;100;{clock.today()}\n"
    sent = {"payee_id": payee, "content": HEADER + lines}
    tried = staff.post(f"{RECEIVE}?dry_run=true", json=sent)
    assert tried.status_code == 200, tried.text
    assert db.query(PaymentReceipt).count() == 0
    done = staff.post(RECEIVE, json=sent)
    assert done.json == tried.json
    told = done.json["result"]
    assert told["counts"] == {
        "known": 0, "matched": 1, "unmatched": 1, "double": 1, "amount_differs": 0, "late": 0,
    }  # fmt: skip
    assert [(row["line"], row["outcome"]) for row in told["rows"]] == [
        (2, "matched"), (3, "double"), (4, "unmatched"),
    ]  # fmt: skip
    assert staff.get(f"{NOTICES}{notice['id']}").json["result"]["status"] == "paid"
    again = staff.post(RECEIVE, json=sent)
    assert again.json["result"]["counts"]["known"] == 3


def test_a_receipt_with_other_data_is_named_by_its_line_and_nothing_is_taken_in(
    db, staff, payee, notice
):
    first = staff.post(RECEIVE, json={"payee_id": payee, "content": HEADER + paid(notice)})
    assert first.status_code == 200, first.text
    lines = "\n" + paid(notice, "IUR2") + paid(notice, cents=100)
    refused = staff.post(RECEIVE, json={"payee_id": payee, "content": HEADER + lines})
    assert refused.status_code == 422
    assert [wrong["field"] for wrong in refused.json["errors"]] == ["rows[4].iur"]
    assert db.query(PaymentReceipt).count() == 1


@pytest.mark.parametrize("content", ["x", "", HEADER + "a;b\n", HEADER + "R1;I1;-5;2020-01-01\n"])
def test_a_file_that_is_none_is_refused_without_a_trace(db, staff, payee, content):
    answer = staff.post(RECEIVE, json={"payee_id": payee, "content": content})
    assert answer.status_code in (400, 422), answer.text
    assert answer.json["errors"][0]["field"]
    assert db.query(PaymentReceipt).count() == 0


def test_the_debts_leave_in_a_file_and_those_cancelled_do_not(staff, payee, notice):
    asked_for = {"payee_id": payee}
    text = staff.post(f"{NOTICES}debts", json=asked_for).json["result"]
    assert notice["number"] in text
    assert staff.post(f"{NOTICES}{notice['id']}/cancel", json={}).status_code == 200
    assert staff.post(f"{NOTICES}{notice['id']}/cancel", json={}).status_code == 409
    text = staff.post(f"{NOTICES}debts", json=asked_for).json["result"]
    assert text.splitlines() == [
        "numero_avviso;codice_fiscale;debitore;importo_centesimi;scadenza;causale"
    ]


def test_a_receipt_is_printed_by_its_family_and_by_the_office_and_by_nobody_else(
    staff, application, client
):
    address = f"/api/v1/applications/{application.id}/paper"
    family = client(f.SeatFactory(kind="citizen", alliance=application.alliance,
                                  user=application.user))  # fmt: skip
    for reader in (staff, family):
        paper = reader.get(address)
        assert paper.status_code == 200, paper.text
        assert paper.data.startswith(b"%PDF")
        assert paper.headers["Cache-Control"] == "no-store"
    other = client(f.SeatFactory(kind="citizen", alliance=application.alliance))
    assert other.get(address).status_code == 404


def test_a_draft_has_no_receipt_to_print(db, staff, body):
    draft = f.ApplicationFactory(alliance=body.alliance, status="draft", submitted_at=None)
    db.flush()
    refused = staff.get(f"/api/v1/applications/{draft.id}/paper")
    assert refused.status_code in (404, 409)
