"""A union sends its two signed forms; the office decides."""

from datetime import timedelta

import pytest

from app import clock
from app.errors import DeadlinePassed, Duplicate, Invalid, WrongState
from app.models import Membership
from app.operations import memberships, rows
from tests import factories as f


@pytest.fixture
def union(db):
    return f.OrganizationFactory(kind="union")


@pytest.fixture
def partner(as_seat, union):
    return as_seat("partner", alliance_id=union.alliance_id, organization_id=union.id)


@pytest.fixture
def staff(as_seat, union):
    return as_seat("staff", alliance_id=union.alliance_id)


@pytest.fixture
def call(union, now):
    today = clock.local_date(now)
    return f.CallFactory(
        alliance=union.alliance, published_on=today - timedelta(days=9), deadline=today
    )


@pytest.fixture
def form(union, call):
    return f.MembershipFactory(organization=union, network="ats", call=call)


@pytest.fixture
def paper(union):
    return f.FileFactory(alliance=union.alliance, organization=union)


def test_a_signed_form_is_sent_until_the_evening_of_the_deadline_and_decided(
    partner, staff, form, paper, now
):
    mine = partner.get(Membership, form.id)
    memberships.send(partner, mine, file_id=paper.id, signature="handwritten", now=now)
    assert (mine.status, mine.sent_at, mine.file_id) == ("sent", now, paper.id)
    theirs = staff.get(Membership, form.id)
    memberships.accept(staff, theirs, protocol_number="123/2026", now=now)
    assert (theirs.status, theirs.starts_on) == ("accepted", clock.local_date(now))
    assert theirs.protocol_number == "123/2026"
    with pytest.raises(WrongState):
        memberships.refuse(staff, theirs, reason="tardi", now=now)


def test_nothing_is_sent_after_the_deadline(partner, form, paper, now):
    mine = partner.get(Membership, form.id)
    with pytest.raises(DeadlinePassed) as refusal:
        memberships.send(
            partner, mine, file_id=paper.id, signature="digital", now=now + timedelta(days=1)
        )
    assert refusal.value.field == "call_id"
    assert mine.status == "draft"


def test_the_form_is_the_bodys_own_and_its_signature_what_it_says(
    db, partner, form, paper, union, now
):
    mine = partner.get(Membership, form.id)
    foreign = f.FileFactory(
        alliance=union.alliance, organization=f.OrganizationFactory(alliance=union.alliance)
    )
    scan = f.FileFactory(alliance=union.alliance, organization=union, media_type="image/png")
    signed = f.FileFactory(
        alliance=union.alliance, organization=union, media_type="application/pkcs7-mime"
    )
    for file_id, signature, field in (
        (foreign.id, "digital", "file_id"),
        (scan.id, "digital", "file_id"),
        (signed.id, "handwritten", "signature"),
        (paper.id, "by heart", "signature"),
    ):
        with pytest.raises(Invalid) as refusal:
            memberships.send(partner, mine, file_id=file_id, signature=signature, now=now)
        assert refusal.value.field == field


def test_a_refusal_gives_its_reason_and_another_form_may_follow(
    db, partner, staff, form, paper, union, now
):
    memberships.send(
        partner, partner.get(Membership, form.id), file_id=paper.id, signature="digital", now=now
    )
    with pytest.raises(Duplicate), db.begin_nested():
        rows.create(
            db,
            Membership,
            {
                "alliance_id": union.alliance_id,
                "organization_id": union.id,
                "network": "ats",
            },
            now=now,
        )
    theirs = staff.get(Membership, form.id)
    with pytest.raises(Invalid):
        memberships.refuse(staff, theirs, reason=" ", now=now)
    memberships.refuse(staff, theirs, reason="Manca la firma", now=now)
    db.expire_all()
    assert f.MembershipFactory(organization=union, network="ats").status == "draft"
