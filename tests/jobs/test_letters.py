"""Every letter that the operations write has its words, in both languages."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from app import clock, mail
from app.models import SEAT_KINDS, Application, Message, ServiceRequest
from app.operations import (
    accounts,
    applications,
    delegations,
    enrollments,
    invitations,
    outbox,
    requests,
)
from app.transaction import ScopedSession
from tests.factories import (
    AllianceFactory,
    OrganizationFactory,
    PersonFactory,
    ServiceFactory,
    SlotFactory,
    SocialPointFactory,
    WorkshopFactory,
)

TEMPLATES = Path(mail.__file__).parent / "templates" / "mail"


def body(message: Message, language: str = "it") -> str:
    message.locale = language
    letter = mail.render(message, base_url="https://a.example", sender="i@a.example")
    html = letter.get_body(("html",)).get_content()
    text = letter.get_body(("plain",)).get_content()
    for words in (html, text, str(letter["Subject"])):
        assert "None" not in words
        assert "{" not in words
        assert not re.search(r"%\(\w+\)", words)
    return text


def letters(db: ScopedSession, kind: str) -> list[Message]:
    """The letters of a kind, each proven to have its words."""
    found = list(db.scalars(select(Message).where(Message.kind == kind).order_by(Message.id)))
    assert found, kind
    for message in found:
        body(message, "en")
        body(message)
    return found


@pytest.fixture
def apply(db: ScopedSession, now: datetime) -> Callable[..., Application]:
    """Call it with slots: a family applies for one child."""

    def send(*slots: object) -> Application:
        alliance = slots[0].alliance
        child = PersonFactory(alliance=alliance)
        sent = applications.apply_for(
            db,
            alliance_id=alliance.id,
            wishes=[{"person_id": child.id, "slot_id": slot.id} for slot in slots],
            contact_email=f"famiglia.{child.id}@famiglie.example",
            channel="staff",
            now=now,
        )
        return db.get_one(Application, sent.id)

    return send


def test_there_is_a_template_for_every_kind_and_no_other() -> None:
    found = {path.stem for path in TEMPLATES.glob("*.txt")} - {"layout", "lines"}
    assert found == outbox.KINDS


def test_applying(db: ScopedSession, apply: Callable[..., Application]) -> None:
    workshop = WorkshopFactory(price_kind="fixed", price=Decimal("12.50"))
    full = SlotFactory(workshop=workshop, places=0)
    free = SlotFactory(workshop=workshop)
    application = apply(free, full)
    [receipt] = letters(db, "receipt")
    words = body(receipt)
    assert application.receipt in words
    assert str(application.officer) in words
    assert "12,50" in words
    assert "25,00" in words
    [placed], [waiting] = letters(db, "placed"), letters(db, "waiting")
    assert str(free.title) in body(placed)
    assert str(full.title) not in body(placed)
    assert str(full.title) in body(waiting)


def test_the_waiting_list(
    db: ScopedSession, apply: Callable[..., Application], now: datetime
) -> None:
    slot = SlotFactory(places=1)
    first, second, third, fourth = (apply(slot).enrollments[0] for _ in range(4))
    assert "1" in body(letters(db, "waiting")[1])
    enrollments.cancel(db, first, reason="Siamo in montagna", now=now)
    assert "Siamo in montagna" in body(letters(db, "cancelled")[0])
    assert str(slot.workshop.title) in body(letters(db, "offered")[0])
    enrollments.expire_offers(db, now=now + timedelta(days=3))
    letters(db, "expired")
    db.refresh(third)
    enrollments.accept(db, third, now=now + timedelta(days=3))
    assert [m.about for m in letters(db, "placed")] == [
        f"application:{first.application_id}",
        f"enrollment:{third.id}",
    ]
    enrollments.refuse(db, fourth, reason="Documenti mancanti", now=now)
    assert "Documenti mancanti" in body(letters(db, "refused")[0])
    db.refresh(second)
    assert second.status == "expired"


def test_asking_for_a_service(db: ScopedSession, now: datetime) -> None:
    def ask() -> ServiceRequest:
        service = ServiceFactory(title="Assistenza a domicilio")
        person = PersonFactory(alliance=service.alliance, email="nonna@famiglie.example")
        sent = requests.send(
            db, person_id=person.id, service_id=service.id, channel="staff", now=now
        )
        return db.get_one(ServiceRequest, sent.id)

    taken = ask()
    receipt, copy = sorted(letters(db, "request_sent"), key=lambda m: m.about)
    assert taken.receipt in body(receipt)
    assert str(taken.officer) in body(receipt)
    # The names of those who ask do not travel by mail to the provider.
    assert taken.person.last_name not in body(copy)
    requests.answer(db, taken, answer="Veniamo lunedì.\n\n- portare il documento", now=now)
    assert "Veniamo lunedì." in body(letters(db, "request_answered")[0])
    requests.accept(db, taken, now=now)
    letters(db, "request_accepted")
    requests.start(db, taken, now=now)
    letters(db, "request_started")
    requests.close(db, taken, now=now)
    letters(db, "request_closed")
    requests.refuse(db, ask(), reason="Fuori territorio", now=now)
    assert "Fuori territorio" in body(letters(db, "request_refused")[0])
    requests.cancel(db, ask(), now=now)
    letters(db, "request_cancelled")


def test_a_code_for_the_desk(db: ScopedSession, now: datetime) -> None:
    point = SocialPointFactory()
    person = PersonFactory(alliance=point.alliance, email="nonna@famiglie.example")
    delegations.record(
        db,
        social_point_id=point.id,
        method="code",
        ends_on=clock.local_date(now) + timedelta(days=90),
        person_id=person.id,
        now=now,
    )
    [letter] = letters(db, "delegation_code")
    code = outbox.reveal(letter.payload["sealed"]["code"])
    assert code in body(letter)
    assert str(point.name) in body(letter)


def test_opening_an_account(db: ScopedSession, now: datetime) -> None:
    alliance = AllianceFactory()

    def sign_up(days: int, where: object = alliance) -> Message:
        accounts.sign_up(
            db, alliance_id=where.id, email="ada@famiglie.example",
            password="un-cavallo-che-legge-7", first_name="Ada", last_name="Bianchi",
            now=now + timedelta(days=days),
        )  # fmt: skip
        return letters(db, "confirm")[-1]

    new = sign_up(0)
    token = outbox.reveal(new.payload["sealed"]["token"])
    assert f"/{alliance.slug}/" in body(new)
    assert token in body(new)
    accounts.confirm(db, token=token, now=now)

    known = sign_up(1)
    assert "sealed" not in known.payload
    assert "/login" in body(known)
    other = sign_up(2, AllianceFactory())
    assert outbox.reveal(other.payload["sealed"]["token"]) in body(other)

    accounts.ask_reset(db, alliance_id=alliance.id, email="ada@famiglie.example", now=now)
    [reset] = letters(db, "reset")
    assert outbox.reveal(reset.payload["sealed"]["token"]) in body(reset)


def test_inviting(db: ScopedSession, now: datetime) -> None:
    organization = OrganizationFactory(name="Cooperativa Alba")
    for kind in SEAT_KINDS:
        at_a_body = kind not in invitations.WITHOUT_BODY
        invitations.invite(
            db, email=f"{kind}@ente.example", kind=kind,
            alliance_id=None if kind == "admin" else organization.alliance_id,
            organization_id=organization.id if at_a_body else None, now=now,
        )  # fmt: skip
    found = letters(db, "invite")
    assert len(found) == len(SEAT_KINDS)
    for letter in found:
        assert ("Cooperativa Alba" in body(letter)) == bool(letter.payload["organization"])
        assert outbox.reveal(letter.payload["sealed"]["token"]) in body(letter)
