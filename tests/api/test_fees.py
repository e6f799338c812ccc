"""Fees by scheme over the API: quoted, kept, declared; and who is told which amounts."""

from datetime import timedelta

import pytest

from app import clock
from app.operations import fee_schemes
from tests import factories as f


@pytest.fixture
def scheme(db, family):
    body = f.OrganizationFactory(alliance=family.alliance, municipality=f.MunicipalityFactory())
    row = f.FeeSchemeFactory(organization=body)
    f.FeeBandFactory(fee_scheme=row)
    f.FeeExtraFactory(fee_scheme=row)
    db.flush()
    db.expire_all()
    return fee_schemes.publish(db, row, now=clock.now())


def test_a_family_asks_for_a_service_with_its_extras(family, db, scheme):
    service = f.ServiceFactory(
        alliance=family.alliance, status="published", requestable=True, published_at=clock.now(),
        price_kind="scheme", price=None, price_unit="day", fee_scheme=scheme,
    )  # fmt: skip
    db.flush()
    asked = {"person_id": family.child.id, "service_id": service.id, "extras": ["meal"]}
    made = family.http.post("/api/v1/service-requests/", json=asked)
    assert made.status_code == 201, made.text
    kept = family.http.get(f"/api/v1/service-requests/{made.json['id']}").json["result"]
    assert kept["fee"] == "104.00"
    wrong = family.http.post("/api/v1/service-requests/", json={**asked, "extras": ["pony"]})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "extras[0]")


def test_a_family_declares_an_isee_and_no_list_tells_its_amount(family):
    day = (clock.today() + timedelta(days=30)).isoformat()
    said = {"person_id": family.child.id, "amount": "98765.43", "expires_on": day,
            "protocol_number": "INPS-ISEE-2026-01234567A-00"}  # fmt: skip
    made = family.http.post("/api/v1/isee-declarations/", json=said)
    assert made.status_code == 201, made.text
    for path in ("", made.json["id"]):
        assert "98765" not in family.http.get(f"/api/v1/isee-declarations/{path}").text
    opened = family.http.post(f"/api/v1/isee-declarations/{made.json['id']}/amount")
    assert opened.json["result"] == {"amount": "98765.43"}
    wrong = family.http.post("/api/v1/isee-declarations/", json={**said, "amount": "-1.00"})
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "amount")
