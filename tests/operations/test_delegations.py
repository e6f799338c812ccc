"""A desk acts for somebody who has agreed, as long as they agree, and not by guessing a code."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, select

from app import clock, sealed, transaction
from app.errors import AskTheOffice, Invalid, NotDelegated, TooMany, WrongState
from app.models import Delegation, Message, Person
from app.operations import codice_fiscale, delegations, outbox
from app.transaction import open_session
from tests import factories as f
from tests.databases import ENVIRONMENT


@pytest.fixture
def point(db):
    return f.SocialPointFactory()


@pytest.fixture
def desk(as_seat, point):
    return as_seat(
        "social_point",
        user_id=f.AccountFactory().id,
        alliance_id=point.alliance_id,
        organization_id=point.organization_id,
    )


@pytest.fixture
def old_woman(point):
    return f.ParentFactory(alliance=point.alliance, age=81, email="nonna@famiglie.example")


@pytest.fixture
def paper(point):
    return f.FileFactory(alliance=point.alliance, organization=point.organization)


@pytest.fixture
def soon(now):
    return clock.local_date(now) + timedelta(days=90)


def described(person, **changes):
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "birth_date": person.birth_date,
        "fiscal_code": person.fiscal_code,
        **changes,
    }


def code_sent(db):
    letter = db.scalars(select(Message).order_by(Message.id.desc())).first()
    return letter, outbox.reveal(letter.payload["sealed"]["code"])


def test_a_signed_paper_lets_the_desk_act_at_once(desk, point, old_woman, paper, soon, now):
    assert desk.get(Person, old_woman.id) is None
    made = delegations.record(
        desk, social_point_id=point.id, method="paper", file_id=paper.id, ends_on=soon,
        person_fields=described(old_woman), now=now,
    )  # fmt: skip
    assert (made.person_id, made.confirmed_at) == (old_woman.id, now)
    assert made.operator_id == desk.principal.user_id
    assert desk.get(Person, old_woman.id) is not None
    delegations.revoke(desk, made, now=now)
    desk.expire_all()
    assert desk.scalars(select(Person)).all() == []
    with pytest.raises(NotDelegated):
        delegations.require(desk, person_id=old_woman.id, scope="enrol", now=now)


def test_a_code_goes_to_the_known_address_and_not_to_the_one_that_was_typed(
    db, desk, point, old_woman, soon, now
):
    made = delegations.record(
        desk, social_point_id=point.id, method="code", ends_on=soon,
        person_fields=described(old_woman, email="operatore@desk.example"), now=now,
    )  # fmt: skip
    letter, code = code_sent(db)
    assert letter.recipient == "nonna@famiglie.example"
    assert code not in str(letter.payload)
    assert desk.scalars(select(Person)).all() == []
    delegations.confirm(desk, made, code=f" {code} ", now=now)
    assert desk.get(Person, old_woman.id) is not None
    with pytest.raises(WrongState):
        delegations.confirm(desk, made, code=code, now=now)


def test_after_five_wrong_codes_the_right_one_no_longer_helps(
    db, desk, point, old_woman, soon, now
):
    made = delegations.record(
        desk, social_point_id=point.id, method="code", ends_on=soon,
        person_fields=described(old_woman), now=now,
    )  # fmt: skip
    _, code = code_sent(db)
    for _ in range(5):
        with pytest.raises(Invalid) as refusal:
            delegations.confirm(desk, made, code="x", now=now)
        assert refusal.value.field == "code"
    with pytest.raises(TooMany):
        delegations.confirm(desk, made, code=code, now=now)


def test_a_wrong_code_counts_though_its_transaction_is_taken_back(fresh_url, now):
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    engine = create_engine(fresh_url)
    with open_session(engine, transaction.system("test")) as db, db.begin(), f.into(db):
        waiting = f.DelegationFactory(method="code", file=None, confirmed_at=None).id
    for left in range(6):
        with open_session(engine, transaction.system("test")) as db:
            row = db.get_one(Delegation, waiting)
            expected = Invalid if left < 5 else TooMany
            with pytest.raises(expected):
                delegations.confirm(db, row, code="000000", now=now)
            db.rollback()
    engine.dispose()


def test_a_code_is_too_old_after_a_day_and_the_last_one_holds(
    db, desk, point, old_woman, soon, now
):
    made = delegations.record(
        desk, social_point_id=point.id, method="code", ends_on=soon,
        person_fields=described(old_woman), now=now,
    )  # fmt: skip
    _, first = code_sent(db)
    with pytest.raises(Invalid):
        delegations.confirm(desk, made, code=first, now=now + timedelta(hours=24))
    made = delegations.send_code(desk, made, now=now)
    _, second = code_sent(db)
    if first != second:
        with pytest.raises(Invalid):
            delegations.confirm(desk, made, code=first, now=now)
    assert delegations.confirm(desk, made, code=second, now=now).confirmed_at == now


def test_a_known_code_under_another_name_reveals_nothing(desk, point, old_woman, paper, soon, now):
    other = codice_fiscale.encode(
        family_name="Rossi", given_name="Ada", born=old_woman.birth_date, sex="F", place="E648"
    )
    known = f.PersonFactory(
        alliance=point.alliance, first_name="Ada Maria", last_name="Rossi", sex="F",
        birth_date=old_woman.birth_date, fiscal_code=other,
    )  # fmt: skip
    with pytest.raises(AskTheOffice):
        delegations.record(
            desk, social_point_id=point.id, method="paper", file_id=paper.id, ends_on=soon,
            person_fields=described(known, first_name="Ada"), now=now,
        )  # fmt: skip


def test_somebody_new_is_entered_at_the_desk(db, desk, point, paper, soon, now):
    made = delegations.record(
        desk, social_point_id=point.id, method="paper", file_id=paper.id, ends_on=soon,
        person_fields={
            "first_name": "Ines", "last_name": "Verdi",
            "birth_date": soon.replace(year=1940, day=1),
            "no_fiscal_code": "Lo ha smarrito",
        },
        now=now,
    )  # fmt: skip
    assert db.get(Person, made.person_id).last_name == "Verdi"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"file_id": None}, "file_id"),
        ({"file_id": 10**9}, "file_id"),
        ({"social_point_id": 10**9}, "social_point_id"),
        ({"method": "handshake"}, "method"),
        ({"scope": "soul"}, "scope"),
        ({"person_fields": None, "person_id": 10**9}, "person_id"),
    ],
)
def test_a_delegation_that_does_not_hold_names_its_field(
    db, desk, point, old_woman, paper, soon, now, changes, field
):
    values = {
        "social_point_id": point.id, "method": "paper", "file_id": paper.id, "ends_on": soon,
        "person_fields": described(old_woman), "now": now, **changes,
    }  # fmt: skip
    with pytest.raises(Invalid) as refusal:
        delegations.record(desk, **values)
    assert refusal.value.field == field
    assert db.scalars(select(Delegation)).all() == []


def test_who_has_no_address_signs_on_paper(db, desk, point, old_woman, soon, now):
    old_woman.email = None
    db.flush()
    with pytest.raises(Invalid) as refusal:
        delegations.record(
            desk, social_point_id=point.id, method="code", ends_on=soon,
            person_fields=described(old_woman), now=now,
        )  # fmt: skip
    assert refusal.value.field == "method"


def test_a_delegation_holds_for_its_desk_its_scope_and_its_days(
    as_seat, desk, point, old_woman, now
):
    f.DelegationFactory(person=old_woman, social_point=point, scope="request")
    require = {"person_id": old_woman.id, "now": now}
    assert delegations.require(desk, scope="request", **require)
    with pytest.raises(NotDelegated):
        delegations.require(desk, scope="enrol", **require)
    late = {**require, "now": now + timedelta(days=181)}
    with pytest.raises(NotDelegated):
        delegations.require(desk, scope="request", **late)
    other = f.SocialPointFactory(organization__alliance=point.alliance)
    elsewhere = as_seat(
        "social_point", alliance_id=point.alliance_id, organization_id=other.organization_id
    )
    with pytest.raises(NotDelegated):
        delegations.require(elsewhere, scope="request", **require)
