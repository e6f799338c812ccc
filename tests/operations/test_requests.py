"""Somebody asks for a service; each side is told of each step."""

import pytest
from sqlalchemy import select

from app.errors import Conflict, Duplicate, Invalid, NotDelegated, WrongState
from app.models import Message, ServiceRequest
from app.operations import requests
from tests import factories as f


@pytest.fixture
def alliance(db):
    return f.AllianceFactory(officer="Dott.ssa Responsabile")


@pytest.fixture
def service(alliance):
    organization = f.OrganizationFactory(alliance=alliance)
    f.OrganizationContactFactory(organization=organization, email="sad@comune.example")
    f.OrganizationContactFactory(organization=organization, email="muto@x.example", notify=False)
    return f.ServiceFactory(organization=organization, title="SAD")


@pytest.fixture
def person(alliance):
    return f.PersonFactory(alliance=alliance, age=80)


@pytest.fixture
def carer(as_seat, alliance, person):
    account = f.AccountFactory(email="figlia@famiglie.example")
    f.RelationFactory(person=person, user=account, kind="carer")
    return as_seat("citizen", user_id=account.id, alliance_id=alliance.id)


@pytest.fixture
def provider(as_seat, alliance, service):
    return as_seat("provider", alliance_id=alliance.id, organization_id=service.organization_id)


def mails(db):
    found = db.scalars(select(Message).order_by(Message.id))
    return [(m.kind, m.recipient, m.payload["audience"]) for m in found]


def test_who_asks_gets_a_receipt_and_who_offers_gets_the_request(db, carer, service, person, now):
    sent = requests.send(
        carer, person_id=person.id, service_id=service.id, message="Due volte", now=now
    )
    assert (sent.status, sent.officer) == ("sent", "Dott.ssa Responsabile")
    assert sent.due_on is not None
    assert set(mails(db)) == {
        ("request_sent", "figlia@famiglie.example", "asker"),
        ("request_sent", "sad@comune.example", "provider"),
    }


def test_each_step_of_the_organizer_reaches_who_asked(db, carer, provider, service, person, now):
    sent = requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    row = provider.get(ServiceRequest, sent.id)
    requests.answer(provider, row, answer="Veniamo lunedì", now=now)
    requests.accept(provider, row, now=now)
    requests.start(provider, row, now=now)
    assert requests.close(provider, row, now=now).status == "closed"
    kinds = [m[0] for m in mails(db) if m[1] == "figlia@famiglie.example"]
    assert kinds == [
        "request_sent",
        "request_answered",
        "request_accepted",
        "request_started",
        "request_closed",
    ]
    with pytest.raises(WrongState):
        requests.refuse(provider, row, reason="tardi", now=now)


def test_a_refusal_gives_its_reason(db, carer, provider, service, person, now):
    sent = requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    row = provider.get(ServiceRequest, sent.id)
    with pytest.raises(Invalid) as missing:
        requests.refuse(provider, row, reason=" ", now=now)
    assert missing.value.field == "reason"
    assert requests.refuse(provider, row, reason="Fuori zona", now=now).reason == "Fuori zona"


def test_a_withdrawal_reaches_the_organizer(db, carer, service, person, now):
    sent = requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    requests.cancel(carer, sent, now=now)
    assert mails(db)[-1] == ("request_cancelled", "sad@comune.example", "provider")


def test_one_open_request_a_person_and_service(carer, service, person, now):
    sent = requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    with pytest.raises(Duplicate) as refusal, carer.begin_nested():
        requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    assert refusal.value.field == "service_id"
    requests.cancel(carer, sent, now=now)
    assert requests.send(carer, person_id=person.id, service_id=service.id, now=now).id != sent.id


def test_what_is_not_asked_for_online_is_refused(db, carer, service, person, now):
    service.requestable = False
    db.flush()
    with pytest.raises(Conflict) as refusal:
        requests.send(carer, person_id=person.id, service_id=service.id, now=now)
    assert refusal.value.field == "service_id"
    with pytest.raises(Invalid) as refusal:
        requests.send(carer, person_id=10**9, service_id=service.id, now=now)
    assert refusal.value.field == "person_id"


def test_a_desk_asks_under_a_delegation_for_services(db, as_seat, alliance, service, person, now):
    point = f.SocialPointFactory(organization__alliance=alliance)
    delegation = f.DelegationFactory(person=person, social_point=point, scope="enrol")
    desk = as_seat("social_point", alliance_id=alliance.id, organization_id=point.organization_id)
    ask = {"person_id": person.id, "service_id": service.id, "channel": "desk", "now": now}
    with pytest.raises(NotDelegated):
        requests.send(desk, **ask)
    delegation.scope = "request"
    db.flush()
    assert requests.send(desk, **ask).delegation_id == delegation.id
    # The person has no address: only the organizer is written to.
    assert [m[2] for m in mails(db)] == ["provider"]
