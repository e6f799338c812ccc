"""A payment and a cancelling at the same moment, on real connections: one of the two was first."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from app import clock
from app.models import Application, Enrollment, PaymentNotice
from app.operations import checks, enrollments, payees, payment_receipts, payments
from app.operations.payment_receipts import Received
from tests import factories as f
from tests.operations.test_crowds import at_once, crowd, filled

__all__ = ["crowd"]


def asked(crowd, now):
    """A notice for two places of a family: its number, and that of the first place."""
    with filled(crowd) as db:
        body = f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")
        workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
        payee = payees.set_payee(db, body, kind="pagopa", segregation_code=1)
        application = f.ApplicationFactory(alliance=body.alliance)
        person = f.PersonFactory(alliance=body.alliance)
        for _ in range(2):
            slot = f.SlotFactory(workshop=workshop, places=1)
            enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
        due_on = clock.local_date(now) + timedelta(days=10)
        made = payments.issue(db, application, payee, due_on=due_on, now=now)
        return made, db.get_one(PaymentNotice, made).lines[0].enrollment_id


def test_who_pays_while_a_place_is_given_up_has_paid_or_is_shown_as_late(crowd, now):
    notice_id, enrollment_id = asked(crowd, now)

    def pay():
        with crowd() as db, db.begin():
            row = db.get_one(PaymentNotice, notice_id)
            told = Received(row.number, "IUR1", Decimal("120.00"), clock.local_date(now))
            came = payment_receipts.receive(
                db, row.payee_id, [told], alliance_id=row.alliance_id, now=now
            )  # fmt: skip
            return came[0].outcome

    def give_up():
        with crowd() as db, db.begin():
            return enrollments.cancel(db, db.get_one(Enrollment, enrollment_id), now=now).status

    came, left = at_once([pay, give_up])
    assert left == "cancelled"
    with crowd() as db:
        states = list(db.scalars(select(PaymentNotice.status).order_by(PaymentNotice.id)))
        assert (came, states) in [("matched", ["paid"]), ("late", ["cancelled", "open"])]
        broken = {one.table for one in checks.run(db, now=now)}
        assert not {table for table in broken if table.startswith("payment")}


def test_who_asks_for_a_place_while_it_is_given_up_asks_for_nothing_that_is_gone(crowd, now):
    with filled(crowd) as db:
        body = f.OrganizationFactory(kind="municipality", fiscal_code="84507570152")
        workshop = f.WorkshopFactory(organization=body, price_kind="fixed", price=Decimal("60.00"))
        payee_id = payees.set_payee(db, body, kind="pagopa", segregation_code=1)
        application = f.ApplicationFactory(alliance=body.alliance)
        person = f.PersonFactory(alliance=body.alliance)
        slot = f.SlotFactory(workshop=workshop, places=1)
        held = enrollments.enrol(db, application=application, person=person, slot=slot, now=now)
        application_id, enrollment_id = application.id, held.id
    due_on = clock.local_date(now) + timedelta(days=10)

    def ask():
        with crowd() as db, db.begin():
            row = db.get_one(Application, application_id)
            return payments.issue(db, row, payee_id, due_on=due_on, now=now)

    def give_up():
        with crowd() as db, db.begin():
            return enrollments.cancel(db, db.get_one(Enrollment, enrollment_id), now=now).status

    asked_for, left = at_once([ask, give_up])
    assert left == "cancelled"
    with crowd() as db:
        states = list(db.scalars(select(PaymentNotice.status)))
        assert states == (["cancelled"] if isinstance(asked_for, int) else [])
        broken = {one.table for one in checks.run(db, now=now)}
        assert not {table for table in broken if table.startswith("payment")}
