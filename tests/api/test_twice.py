"""A dropped connection and a double press cost nothing: the same key is done once, everywhere."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.models import Attendance, PaymentNotice, PaymentReceipt, StateChange
from app.operations import attendance, enrollments, payees, payments
from tests import factories as f

KEY = {"Idempotency-Key": "twice"}
# These give out tokens and end them: nothing is kept that a second time could double.
OPEN = {f"/api/v1/security/{name}" for name in ("login", "refresh", "seat", "logout")}


def test_every_verb_takes_a_key(flask_app):
    """Each POST goes through the one wrapper that looks the key up."""
    without = set()
    for rule in flask_app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and "POST" in (rule.methods or ()):
            view: Any = flask_app.view_functions[rule.endpoint]
            if not hasattr(view, "_permission_name"):
                without.add(rule.rule)
    assert without == OPEN


@pytest.fixture
def place(db, now):
    """A child's place on a slot that was yesterday, at sixty euro."""
    body = f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")
    workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
    slot = f.SlotFactory(workshop=workshop, places=2)
    application = f.ApplicationFactory(alliance=body.alliance)
    person = f.PersonFactory(alliance=body.alliance)
    made = enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
    slot.starts_on = slot.ends_on = clock.local_date(now) - timedelta(days=1)
    db.flush()
    return made


@pytest.fixture
def notice(db, place, now):
    payee = payees.set_payee(db, place.slot.organization, kind="pagopa", segregation_code=1)
    due_on = clock.local_date(now) + timedelta(days=10)
    made = payments.issue(db, place.application, payee, due_on=due_on, now=now)
    return db.get_one(PaymentNotice, made)


@pytest.fixture
def staff(place, client):
    return client(f.SeatFactory(kind="staff", alliance=place.alliance))


def receipt(notice):
    head = "numero_avviso;iur;importo_centesimi;data_pagamento\n"
    return {
        "payee_id": notice.payee_id,
        "content": f"{head}{notice.number};IUR1;6000;{clock.today()}\n",
    }


def asked(verb, place, notice):
    """The address and the body of a verb."""
    day = attendance.days_of(place.slot)[0].isoformat()
    return {
        "cancel": (f"enrollments/{place.id}/cancel", {"reason": "Trasloco"}),
        "refuse": (f"enrollments/{place.id}/refuse", {"reason": "Doppia domanda"}),
        "mark": (f"enrollments/{place.id}/mark", {"day": day, "status": "absent"}),
        "attend": (f"slots/{place.slot_id}/attend", {"day": day}),
        "notice": (f"payment-notices/{notice.id}/cancel", {}),
        "receive": ("payment-receipts/receive", receipt(notice)),
    }[verb]


@pytest.mark.parametrize("verb", ["cancel", "refuse", "mark", "attend", "notice", "receive"])
def test_the_second_time_gets_the_first_answer_and_nothing_is_done(db, staff, place, notice, verb):
    address, sent = asked(verb, place, notice)

    def done():
        tables = (Attendance, PaymentReceipt, StateChange, PaymentNotice)
        return [db.scalar(select(func.count()).select_from(one)) for one in tables]

    first = staff.post(f"/api/v1/{address}", json=sent, headers=KEY)
    assert first.status_code == 200, first.text
    known = done()
    again = staff.post(f"/api/v1/{address}", json=sent, headers=KEY)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.status_code, again.json) == (first.status_code, first.json)
    assert done() == known
    other = staff.post(f"/api/v1/{address}", json={**sent, "reason": "Altro"}, headers=KEY)
    assert other.status_code == 422, other.text
    assert other.json["errors"][0]["field"] == "Idempotency-Key"
    assert done() == known
