"""Credit by program: a company gives it, its employee sees it, and nobody else what it paid."""

import pytest

from tests import factories as f

CODE = "RSSMRA85T10A562S"


@pytest.fixture
def company(db):
    return f.SeatFactory(
        kind="company", organization=f.OrganizationFactory(kind="company"),
    )  # fmt: skip


@pytest.fixture
def staff(db, company, client):
    company.alliance = company.organization.alliance
    db.flush()
    return client(f.SeatFactory(kind="staff", alliance=company.alliance))


@pytest.fixture
def plan(staff, company):
    sent = {
        "organization_id": company.organization_id, "title": "Piano", "year": 2026,
        "letters": "f, f-bis", "starts_on": "2026-01-01", "ends_on": "2030-12-31",
    }  # fmt: skip
    made = staff.post("/api/v1/welfare-plans/", json=sent)
    assert made.status_code == 201, made.text
    number = made.json["id"]
    paid = staff.post(f"/api/v1/welfare-plans/{number}/fund", json={"amount": "500.00"})
    assert paid.status_code == 200, paid.text
    return number


def credit(plan, **values):
    return {"plan_id": plan, "fiscal_code": CODE, "amount": "120.00", "expires_on": "2030-01-01",
            **values}  # fmt: skip


def employee(company):
    return f.PersonFactory(alliance=company.alliance, fiscal_code=CODE, no_fiscal_code=None)


def test_a_company_gives_a_credit_and_sees_no_account_and_no_transfer(
    db, staff, plan, company, client
):
    employee(company)
    hr = client(company)
    made = hr.post("/api/v1/credit-grants/", json=credit(plan))
    assert made.status_code == 201, made.text
    (row,) = hr.get("/api/v1/credit-grants/").json["result"]
    assert (row["fiscal_code"], row["amount"], row["letters"]) == (CODE, "120.00", "f f-bis")
    for noun in ("ledger-accounts", "transfers"):
        assert hr.get(f"/api/v1/{noun}/").status_code == 403
        balances = staff.get(f"/api/v1/{noun}/")
        assert balances.status_code == 200
    kinds = {
        row["kind"]: row["balance"] for row in staff.get("/api/v1/ledger-accounts/").json["result"]
    }
    assert kinds == {"outside": "-500.00", "plan": "380.00", "wallet": "120.00"}


REFUSED = [
    ("amount", {"amount": "-1"}),
    ("amount", {"amount": "NaN"}),
    ("amount", {"amount": "99999999999999"}),
    ("amount", {"amount": "600.00"}),
    ("fiscal_code", {"fiscal_code": "XXX"}),
    ("fiscal_code", {"fiscal_code": "VRDLGU80A01F205T"}),
    ("expires_on", {"expires_on": "2020-01-01"}),
    ("expires_on", {"expires_on": "mai"}),
    ("letters", {"letters": "f-ter"}),
    ("plan_id", {"plan_id": 2**70}),
    ("service_id", {"title_voucher": True}),
]


@pytest.mark.parametrize(("field", "values"), REFUSED, ids=str)
def test_a_credit_that_does_not_hold_is_refused_by_name(
    db, staff, plan, company, client, field, values
):
    employee(company)
    answer = client(company).post("/api/v1/credit-grants/", json=credit(plan, **values))
    assert answer.status_code in (409, 422), answer.text
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert staff.get("/api/v1/credit-grants/").json["result"] == []


def test_the_plan_of_another_company_is_no_choice(db, staff, plan, company, client):
    employee(company)
    other = f.SeatFactory(
        kind="company", alliance=company.alliance,
        organization=f.OrganizationFactory(kind="company", alliance=company.alliance),
    )  # fmt: skip
    answer = client(other).post("/api/v1/credit-grants/", json=credit(plan))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == "plan_id"


def test_an_employee_sees_the_own_wallet_and_a_stranger_does_not(
    db, staff, plan, company, client
):  # fmt: skip
    person = employee(company)
    client(company).post("/api/v1/credit-grants/", json=credit(plan))
    relation = f.RelationFactory(person=person, kind="self")
    mine = client(f.SeatFactory(kind="citizen", user=relation.user, alliance=company.alliance))
    (wallet,) = mine.get("/api/v1/ledger-accounts/").json["result"]
    assert (wallet["kind"], wallet["balance"]) == ("wallet", "120.00")
    assert len(mine.get("/api/v1/transfers/").json["result"]) == 1
    stranger = client(f.SeatFactory(kind="citizen", alliance=company.alliance))
    for noun in ("ledger-accounts", "transfers", "credit-grants"):
        assert stranger.get(f"/api/v1/{noun}/").json["result"] == []


def test_money_that_came_in_by_mistake_is_reversed_once(db, staff, plan):
    (funded,) = staff.get("/api/v1/transfers/?kind=fund").json["result"]
    path = f"/api/v1/transfers/{funded['id']}/reverse"
    assert staff.post(path, json={}).status_code == 422
    assert staff.post(path, json={"reason": "bonifico stornato"}).status_code == 200
    assert staff.post(path, json={"reason": "ancora"}).status_code == 409
