"""Who is reminded of what, once, and with a letter that can be written."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from app import clock, mail
from app.jobs import deadlines, digest, reminders
from app.models import Enrollment, Message
from app.operations import enrollments
from app.transaction import ScopedSession
from tests.factories import (
    AccountFactory,
    ApplicationFactory,
    CallFactory,
    EnrollmentFactory,
    MembershipFactory,
    OrganizationContactFactory,
    OrganizationFactory,
    PersonFactory,
    SeatFactory,
    ServiceFactory,
    SlotFactory,
    WorkshopFactory,
)

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def letters(db: ScopedSession, kind: str) -> list[Message]:
    """The letters of a kind, each of which is proven to have its words."""
    found = list(db.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))
    for message in found:
        for language in ("it", "en"):
            message.locale = language
            mail.render(message, base_url="https://a.example", sender="i@a.example")
    return found


def body(message: Message) -> str:
    letter = mail.render(message, base_url="https://a.example", sender="i@a.example")
    return letter.get_body(("plain",)).get_content()


def place(db: ScopedSession, slot: object, now: datetime, **values: object) -> Enrollment:
    """A child in the slot, as the operation leaves it."""
    alliance = slot.alliance
    person = PersonFactory(alliance=alliance, age=8)
    application = values.pop("application", None) or ApplicationFactory(
        alliance=alliance, submitted_at=now, **values
    )
    return enrollments.enrol(db, application=application, person=person, slot=slot, now=now)


def twice(job: Callable[[ScopedSession, datetime], int], db: ScopedSession, now: datetime) -> int:
    """Run the job two times: the second finds its own letters."""
    made = job(db, now)
    assert job(db, now) == 0
    return made


def test_a_family_with_a_draft_hears_that_the_window_closes(
    db: ScopedSession, now: datetime
) -> None:
    soon = WorkshopFactory(closes_at=now + 2 * DAY, title="Presepe")
    later = WorkshopFactory(closes_at=now + 5 * DAY, alliance=soon.alliance)
    for workshop in (soon, later):
        application = ApplicationFactory(alliance=soon.alliance, status="draft", submitted_at=None)
        EnrollmentFactory(slot=SlotFactory(workshop=workshop), application=application)
    sent = ApplicationFactory(alliance=soon.alliance)
    EnrollmentFactory(slot=SlotFactory(workshop=soon), application=sent)

    assert twice(reminders.windows, db, now) == 1
    [letter] = letters(db, "window_closes")
    assert "Presepe" in body(letter)
    assert reminders.windows(db, now + 2 * DAY + HOUR) == 1  # by now the other one is near


def test_a_window_that_is_prolonged_is_announced_again(db: ScopedSession, now: datetime) -> None:
    workshop = WorkshopFactory(closes_at=now + 2 * DAY)
    application = ApplicationFactory(alliance=workshop.alliance, status="draft")
    EnrollmentFactory(slot=SlotFactory(workshop=workshop), application=application)
    assert reminders.windows(db, now) == 1
    workshop.closes_at = now + 6 * DAY
    assert reminders.windows(db, now + DAY) == 0
    assert reminders.windows(db, now + 4 * DAY) == 1


def test_on_the_eve_each_family_hears_once_of_all_its_children(
    db: ScopedSession, now: datetime
) -> None:
    tomorrow = clock.local_date(now) + DAY
    workshop = WorkshopFactory(starts_on=tomorrow, closes_at=now + HOUR)
    slot = SlotFactory(workshop=workshop, starts_on=tomorrow, places=2)
    other = SlotFactory(workshop=workshop, starts_on=tomorrow + DAY)
    family = ApplicationFactory(alliance=slot.alliance)
    first = place(db, slot, now, application=family)
    second = place(db, slot, now, application=family)
    place(db, slot, now)  # waits
    place(db, other, now)  # a day later
    assert twice(reminders.slots, db, now) == 1
    [letter] = letters(db, "slot_tomorrow")
    assert letter.recipient == family.contact_email
    assert first.person.name in body(letter)
    assert second.person.name in body(letter)


def test_whoever_has_no_address_stops_nobody(db: ScopedSession, now: datetime) -> None:
    tomorrow = clock.local_date(now) + DAY
    slot = SlotFactory(workshop__starts_on=tomorrow, starts_on=tomorrow)
    place(db, slot, now, contact_email=None, channel="desk")
    place(db, slot, now)
    assert reminders.slots(db, now) == 1


def offered(db: ScopedSession, now: datetime, **workshop: object) -> Enrollment:
    slot = SlotFactory(places=1, workshop=WorkshopFactory(**workshop))
    first, second = place(db, slot, now), place(db, slot, now)
    enrollments.cancel(db, first, now=now)
    db.refresh(second)
    assert second.status == "offered"
    return second


def test_an_offer_is_recalled_twelve_hours_before_it_ends(db: ScopedSession, now: datetime) -> None:
    enrollment = offered(db, now, offer_hours=48)
    assert reminders.offers(db, now + 35 * HOUR) == 0
    assert twice(reminders.offers, db, now + 37 * HOUR) == 1
    [letter] = letters(db, "offer_expires")
    assert letter.about.startswith(f"enrollment:{enrollment.id}:")
    assert enrollment.person.name in body(letter)


def test_a_short_offer_is_not_recalled_along_with_itself(db: ScopedSession, now: datetime) -> None:
    offered(db, now, offer_hours=8)
    assert reminders.offers(db, now) == 0
    assert reminders.offers(db, now + 5 * HOUR) == 1


def test_a_call_s_deadline_is_told_to_who_has_not_answered(
    db: ScopedSession, now: datetime
) -> None:
    call = CallFactory(deadline=clock.local_date(now) + 6 * DAY)
    silent, offers_a_service, has_a_form = (
        OrganizationFactory(alliance=call.alliance) for _ in range(3)
    )
    OrganizationContactFactory(organization=silent, email="a@ente.example")
    OrganizationContactFactory(organization=silent, email="b@ente.example", notify=False)
    ServiceFactory(organization=offers_a_service, call=call)
    MembershipFactory(organization=has_a_form, call=call)
    OrganizationFactory()  # of another alliance
    assert twice(deadlines.calls, db, now) == 1
    assert [letter.recipient for letter in letters(db, "call_deadline")] == ["a@ente.example"]
    assert twice(deadlines.memberships, db, now) == 1
    [form] = letters(db, "membership_deadline")
    assert form.recipient == has_a_form.email


def test_a_membership_that_ends_is_renewed_in_time(db: ScopedSession, now: datetime) -> None:
    end = clock.local_date(now) + 7 * DAY
    membership = MembershipFactory(status="accepted", ends_on=end)
    MembershipFactory(status="accepted", ends_on=end + DAY)
    assert twice(deadlines.memberships, db, now) == 1
    [letter] = letters(db, "membership_deadline")
    assert membership.organization.name in body(letter)


def test_staff_hear_of_what_has_waited_three_days(db: ScopedSession, now: datetime) -> None:
    old = now - 3 * DAY - HOUR
    waiting = WorkshopFactory(status="review", submitted_at=old)
    alliance = waiting.alliance
    staff = SeatFactory(kind="staff", alliance=alliance)
    SeatFactory(kind="staff", alliance=alliance, active=False)
    SeatFactory(kind="staff", alliance=alliance, user=AccountFactory(active=False))
    SeatFactory(kind="staff")
    body_ = waiting.organization
    ServiceFactory(organization=body_, status="published", proposal={"title": "x"},
                   submitted_at=old)  # fmt: skip
    ServiceFactory(organization=body_, status="published", proposal=None, submitted_at=old)
    ServiceFactory(organization=body_, status="review", submitted_at=now - 2 * DAY)
    assert twice(deadlines.reviews, db, now) == 2
    assert {letter.recipient for letter in letters(db, "review_waiting")} == {staff.user.email}


def test_organizers_hear_once_of_each_new_enrolment(db: ScopedSession, now: datetime) -> None:
    noon = datetime.combine(clock.local_date(now), datetime.min.time(), clock.ROME) + 12 * HOUR
    slot = SlotFactory(places=1)
    place(db, slot, noon - DAY)
    place(db, slot, noon - DAY)
    place(db, slot, noon)
    seven = noon - 5 * HOUR
    assert twice(digest.digest, db, seven) == 1
    [letter] = letters(db, "digest")
    assert (letter.payload["number"], letter.recipient) == (2, slot.organization.email)
    [line] = letter.payload["lines"]
    assert (line["placed"], line["waiting"]) == (1, 1)

    # The process stood still for three days: the next digest tells of all of them.
    assert twice(digest.digest, db, seven + 3 * DAY) == 1
    second = letters(db, "digest")[1].payload
    assert second["number"] == 1
    assert second["first_day"] == clock.local_date(seven).isoformat()
    assert digest.digest(db, seven + 4 * DAY) == 0


@pytest.mark.parametrize("hours", [-2, 2])
def test_tomorrow_is_rome_s_tomorrow(db: ScopedSession, hours: int) -> None:
    midnight = datetime(2027, 1, 13, 0, tzinfo=clock.ROME)
    now = midnight + hours * HOUR
    with clock.at(now - 10 * DAY):
        slot = SlotFactory(workshop__starts_on=date(2027, 1, 13), starts_on=date(2027, 1, 13))
        place(db, slot, now - 9 * DAY)
    assert reminders.slots(db, now) == (1 if hours < 0 else 0)
