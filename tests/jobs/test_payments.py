"""An unpaid place is freed, and no family that paid on the last day loses its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import clock
from app.jobs import payments as job
from app.models import Enrollment, PaymentNotice
from app.operations import enrollments, payees, payments
from tests import factories as f


@pytest.fixture
def notice(db, now):
    body = f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")
    workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
    slot = f.SlotFactory(workshop=workshop, places=1)
    payee = payees.set_payee(db, body, kind="pagopa", segregation_code=1)
    asked, next_ = (f.ApplicationFactory(alliance=body.alliance) for _ in range(2))
    for application in (asked, next_):
        person = f.PersonFactory(alliance=body.alliance)
        enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
    due_on = clock.local_date(now) + timedelta(days=10)
    return db.get(PaymentNotice, payments.issue(db, asked, payee, due_on=due_on, now=now))


def after(notice, now, days):
    return now + (notice.due_on - clock.local_date(now)) + timedelta(days=days)


def test_a_place_is_kept_while_a_receipt_may_still_come(db, notice, now):
    assert job.expire(db, after(notice, now, 5)) == 0
    assert notice.status == "open"


def test_a_place_that_stays_unpaid_is_offered_to_the_next_family_once(db, notice, now):
    late = after(notice, now, 6)
    assert job.expire(db, late) == 1
    assert job.expire(db, late) == 0
    db.expire_all()
    assert notice.status == "expired"
    place = notice.lines[0].enrollment
    assert place.status == "refused"
    waited = select(Enrollment.status).where(Enrollment.slot_id == place.slot_id)
    assert set(db.scalars(waited)) == {"refused", "offered"}
