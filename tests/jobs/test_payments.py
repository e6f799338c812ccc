"""An unpaid place is freed, and no family that paid on the last day loses its own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from app import clock, mail
from app.jobs import payments as job
from app.models import Enrollment, Message, PaymentNotice
from app.operations import enrollments, payees, payment_receipts, payments
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


def told(db):
    """The letters of notices in order, each proven to have its words in both languages."""
    found = list(
        db.scalars(select(Message).where(Message.kind == "notice_due").order_by(Message.id))
    )
    for letter in found:
        for letter.locale in ("en", "it"):
            mail.render(letter, base_url="https://a.example", sender="i@a.example")
    return found


def words(letter):
    mailed = mail.render(letter, base_url="https://a.example", sender="i@a.example")
    return mailed.get_body(("plain",)).get_content()


def test_a_family_hears_of_its_notice_when_it_is_asked(db, notice):
    [letter] = told(db)
    assert letter.recipient == notice.application.contact_email
    said = words(letter)
    assert notice.number in said
    assert "60,00" in said
    assert f"/applications/{notice.application_id}" in said


def test_a_family_is_reminded_three_days_before_and_once_after(db, notice, now):
    assert job.remind(db, after(notice, now, -4)) == 0
    assert [job.remind(db, after(notice, now, day)) for day in (-3, -2, 0)] == [1, 0, 0]
    assert [job.remind(db, after(notice, now, day)) for day in (1, 2, 5)] == [1, 0, 0]
    assert [letter.payload["when"] for letter in told(db)] == ["issued", "soon", "late"]
    # The place is still kept on the day that the letter names, and no longer.
    kept = (notice.due_on + timedelta(days=5)).isoformat()
    assert told(db)[-1].payload["kept_until"] == kept
    assert job.expire(db, after(notice, now, 5)) == 0
    assert job.expire(db, after(notice, now, 6)) == 1
    assert job.remind(db, after(notice, now, 6)) == 0


def test_who_has_paid_or_was_asked_today_is_left_alone(db, notice, now):
    paid = payment_receipts.Received(notice.number, "IUR1", notice.amount, clock.local_date(now))
    near = after(notice, now, -3)
    notice.issued_at = near - timedelta(hours=2)
    assert job.remind(db, near) == 0
    notice.issued_at = now
    payment_receipts.receive(db, notice.payee_id, [paid], alliance_id=notice.alliance_id, now=now)
    assert job.remind(db, near) == 0
    assert job.remind(db, after(notice, now, 1)) == 0


def test_a_place_given_up_brings_the_family_the_new_notice(db, notice, now):
    slot = f.SlotFactory(workshop=notice.lines[0].enrollment.slot.workshop)
    person = f.PersonFactory(alliance=notice.alliance)
    application = notice.application
    payments.cancel(db, notice.id, alliance_id=notice.alliance_id, now=now)
    kept = enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
    payments.issue(db, application, notice.payee_id, now=now)
    enrollments.cancel(db, notice.lines[0].enrollment, now=now)
    again = db.scalars(select(PaymentNotice).where(PaymentNotice.status == "open")).one()
    assert [line.enrollment_id for line in again.lines] == [kept.id]
    assert again.number in words(told(db)[-1])


def test_a_family_without_an_address_stops_no_other(db, notice, now):
    silent = f.PaymentNoticeFactory(
        due_on=notice.due_on, issued_at=now, application__channel="staff",
        application__contact_email=None, payee__organization__alliance=notice.alliance,
        payee__alliance=notice.alliance,
    )  # fmt: skip
    assert job.remind(db, after(notice, now, -3)) == 1
    assert silent.status == "open"
    assert [letter.payload["number"] for letter in told(db)] == [notice.number] * 2
