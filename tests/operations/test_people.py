"""Persons are entered once, with codes that are theirs, and never found by typing a code."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app import clock
from app.errors import AskTheOffice, Duplicate, Forbidden, Invalid, WrongAge
from app.models import Person, Relation
from app.operations import codice_fiscale, enrollments, people
from tests import factories as f

BORN = date(2018, 3, 7)


def code(first="Anna", last="Bianchi", sex="F", born=BORN):
    return codice_fiscale.encode(
        family_name=last, given_name=first, born=born, sex=sex, place="E648"
    )


def fields(**changes):
    return {
        "first_name": "Anna",
        "last_name": "Bianchi",
        "birth_date": BORN,
        "fiscal_code": code(),
        **changes,
    }


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def account(db):
    return f.AccountFactory()


@pytest.fixture
def family(as_seat, alliance, account):
    return as_seat("citizen", user_id=account.id, alliance_id=alliance.id)


def test_a_parent_enters_a_child_and_acts_for_it(family, now):
    child = people.register(
        family, relation="parent", now=now, **fields(fiscal_code=code().lower(), allergies="noci")
    )
    assert (child.fiscal_code, child.sex) == (code(), "F")
    assert child.allergies.reveal() == "noci"
    assert [r.kind for r in family.scalars(select(Relation))] == ["parent"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fiscal_code": code()[:-1] + ("A" if code()[-1] != "A" else "B")}, "fiscal_code"),
        ({"fiscal_code": code(first="Sofia")}, "fiscal_code"),
        ({"fiscal_code": code(born=BORN + timedelta(days=1))}, "fiscal_code"),
        ({"sex": "M"}, "sex"),
        ({"fiscal_code": None}, "fiscal_code"),
        ({"no_fiscal_code": "in arrivo"}, "no_fiscal_code"),
        ({"first_name": "  "}, "first_name"),
        ({"birth_date": None}, "birth_date"),
        ({"birth_date": date(2999, 1, 1)}, "birth_date"),
        ({"birth_date": date(1024, 1, 1)}, "birth_date"),
        ({"password": "x"}, "password"),
    ],
)
def test_what_does_not_hold_is_refused_by_its_field(db, family, now, changes, field):
    with pytest.raises(Invalid) as refusal:
        people.register(family, relation="parent", now=now, **fields(**changes))
    assert refusal.value.field == field
    assert db.scalars(select(Person)).all() == []


def test_a_child_without_a_code_is_entered_with_the_reason(family, now):
    child = people.register(
        family,
        relation="parent",
        now=now,
        **fields(fiscal_code=None, no_fiscal_code="Arrivata il mese scorso"),
    )
    assert child.fiscal_code is None


def test_typing_the_code_of_a_known_child_reveals_nothing_and_links_nobody(
    db, as_seat, alliance, family, now
):
    people.register(family, relation="parent", now=now, **fields(school="IV B"))
    other = as_seat("citizen", user_id=f.AccountFactory().id, alliance_id=alliance.id)
    with pytest.raises(AskTheOffice) as refusal:
        people.register(other, relation="parent", now=now, **fields())
    assert "IV B" not in str(refusal.value)
    assert "Bianchi" not in str(refusal.value)
    assert other.scalars(select(Relation)).all() == []


def test_the_same_child_may_be_in_two_alliances(as_seat, account, family, now):
    people.register(family, relation="parent", now=now, **fields())
    elsewhere = as_seat("citizen", user_id=account.id, alliance_id=f.AllianceFactory().id)
    assert people.register(elsewhere, relation="parent", now=now, **fields()).id


def test_one_is_oneself_once_and_nobody_names_themselves_a_delegate(family, now):
    people.register(family, relation="self", now=now, **fields())
    with pytest.raises(Duplicate):
        people.register(family, relation="self", now=now, **fields(first_name="Eva"))
    with pytest.raises(Invalid) as refusal:
        people.register(family, relation="delegate", now=now, **fields())
    assert refusal.value.field == "relation"


def test_the_public_enters_nobody(as_seat, now):
    with pytest.raises(Forbidden):
        people.register(as_seat("public"), relation="parent", now=now, **fields())


def test_a_change_keeps_the_code_and_the_date_of_birth_together(family, now):
    child = people.register(family, relation="parent", now=now, **fields())
    people.change(family, child, {"school": "V B", "phone": " "}, now=now)
    assert child.school == "V B"
    with pytest.raises(Invalid) as refusal:
        people.change(family, child, {"birth_date": BORN + timedelta(days=1)}, now=now)
    assert refusal.value.field == "fiscal_code"


def test_a_changed_date_of_birth_does_not_keep_a_place_that_age_forbids(db, family, alliance, now):
    slot = f.SlotFactory(workshop__alliance=alliance, workshop__min_age=6, workshop__max_age=11)
    today = clock.local_date(now)
    seven = date(today.year - 7, 1, 1)
    child = people.register(
        family,
        relation="parent",
        now=now,
        **fields(birth_date=seven, fiscal_code=None, no_fiscal_code="in arrivo"),
    )
    application = f.ApplicationFactory(alliance=alliance)
    enrollments.enrol(
        db, application=application, person=db.get(Person, child.id), slot=slot, now=now
    )
    with pytest.raises(WrongAge) as refusal:
        people.change(family, child, {"birth_date": date(today.year - 3, 1, 1)}, now=now)
    assert refusal.value.field == "birth_date"


def test_another_familys_child_cannot_be_changed(db, family, alliance, now):
    stranger = f.PersonFactory(alliance=alliance)
    assert family.get(Person, stranger.id) is None


def test_the_office_links_a_second_parent_once(db, alliance, now):
    child, second = f.PersonFactory(alliance=alliance), f.AccountFactory()
    people.link(db, user_id=second.id, person=child, kind="parent", now=now)
    with pytest.raises(Duplicate):
        people.link(db, user_id=second.id, person=child, kind="guardian", now=now)
