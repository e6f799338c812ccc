"""Citizens who come by SPID or CIE: whom they turn out to be, and whose data they never get."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app import clock
from app.errors import Forbidden, Invalid
from app.models import Account, Alliance, DigitalIdentity, Person, Relation, Seat
from app.operations import identities
from app.operations.identities import Entered
from app.transaction import ScopedSession
from tests import factories as f

CODE = "RSSMRA85T10A562S"
CLAIMS = {
    "sub": "abc",
    "fiscal_number": f"TINIT-{CODE}",
    "given_name": "Mario",
    "family_name": "Rossi",
    "birthdate": "1985-12-10",
    "email": "Mario.Rossi@posta.example",
}
ISSUER = "https://identity.example"


def read(now: datetime, **changes: Any) -> identities.Identity:
    said = {k: v for k, v in {**CLAIMS, **changes}.items() if v is not None}
    return identities.read(said, issuer=ISSUER, now=now)


@pytest.fixture
def alliance(db: ScopedSession) -> Alliance:
    made: Alliance = f.AllianceFactory()
    db.flush()
    return made


@pytest.fixture
def enter(db: ScopedSession, alliance: Alliance, now: datetime) -> Callable[..., Entered]:
    """Call it with what differs from Mario's claims."""

    def come(
        where: Alliance = alliance, signed_in_as: int | None = None, **changes: Any
    ) -> Entered:
        db.flush()
        return identities.enter(
            db, alliance_id=where.id, identity=read(now, **changes),
            signed_in_as=signed_in_as, now=now,
        )  # fmt: skip

    return come


def relations(db: ScopedSession, person_id: int) -> dict[int, tuple[str, date | None]]:
    """Who acts for a person: the kind and the end by account."""
    db.expire_all()
    rows = db.scalars(select(Relation).where(Relation.person_id == person_id))
    return {row.user_id: (row.kind, row.ends_on) for row in rows}


def mario(db: ScopedSession, alliance: Alliance, **values: Any) -> Person:
    made: Person = f.PersonFactory(
        alliance=alliance, first_name="Mario", last_name="Rossi", sex="M",
        birth_date=date(1985, 12, 10), fiscal_code=CODE, **values,
    )  # fmt: skip
    db.flush()
    return made


# ---------------------------------------------------------------- what the provider says


def test_the_code_is_read_with_and_without_its_country(now: datetime) -> None:
    for said in (f"TINIT-{CODE}", CODE, f"tinit-{CODE.lower()}", f" {CODE} "):
        assert read(now, fiscal_number=said).fiscal_code == CODE


@pytest.mark.parametrize(
    ("field", "value"),
    [("fiscal_number", None), ("fiscal_number", ""), ("fiscal_number", "TINIT-"),
     ("fiscal_number", 12), ("fiscal_number", "TINDE-123456789"),
     ("fiscal_number", "RSSMRA85T10A562T"), ("fiscal_number", ["x"]),
     ("given_name", None), ("family_name", "  ")],
)  # fmt: skip
def test_claims_without_code_or_name_let_nobody_in(now: datetime, field: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        read(now, **{field: value})
    assert refused.value.errors[0][0] == field


def test_a_missing_birth_date_is_read_from_the_code(now: datetime) -> None:
    for said in (None, "", "10/12/1985", 7):
        found = read(now, birthdate=said)
        assert (found.birth_date, found.sex) == (date(1985, 12, 10), "M")


def test_an_address_counts_only_if_it_is_one_and_may_be_theirs(now: datetime) -> None:
    assert read(now).email == "mario.rossi@posta.example"
    assert read(now, email=None).email is None
    assert read(now, email="nessuna").email is None
    assert read(now, email_verified=False).email is None


# ---------------------------------------------------------------- the first time


def test_who_was_never_here_gets_account_seat_and_person(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    entered = enter()
    account = db.get_one(Account, entered.user_id)
    assert (account.first_name, account.email) == ("Mario", "mario.rossi@posta.example")
    assert account.active
    assert account.password is None
    seat = db.get_one(Seat, entered.seat_id)
    assert (seat.kind, seat.alliance_id, seat.user_id) == ("citizen", alliance.id, account.id)
    person = db.scalars(select(Person).where(Person.fiscal_code == CODE)).one()
    assert (person.last_name, person.birth_date, person.sex) == ("Rossi", date(1985, 12, 10), "M")
    assert relations(db, person.id) == {account.id: ("self", None)}


def test_a_name_that_the_code_would_spell_otherwise_is_the_registry_s(
    db: ScopedSession, enter: Callable[..., Entered]
) -> None:
    enter(given_name="Màrio Òscar", family_name="Rossi De' Nobili")
    person = db.scalars(select(Person).where(Person.fiscal_code == CODE)).one()
    assert person.first_name == "Màrio Òscar"


def test_somebody_whom_the_office_entered_is_linked_and_not_entered_twice(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    known = mario(db, alliance, email="altra@posta.example")
    entered = enter()
    assert db.scalar(select(func.count()).select_from(Person)) == 1
    assert relations(db, known.id) == {entered.user_id: ("self", None)}
    assert known.email == "altra@posta.example"


def test_coming_again_changes_nothing(db: ScopedSession, enter: Callable[..., Entered]) -> None:
    first = enter()
    assert enter(email="nuova@posta.example") == first
    for table in (Person, Relation, Seat, DigitalIdentity, Account):
        assert db.scalar(select(func.count()).select_from(table)) == 1


def test_another_alliance_is_another_seat_of_the_same_account(
    db: ScopedSession, enter: Callable[..., Entered]
) -> None:
    here, there = enter(), enter(f.AllianceFactory())
    assert here.user_id == there.user_id
    assert here.seat_id != there.seat_id
    assert db.scalar(select(func.count()).select_from(Person)) == 2


def test_without_an_address_there_is_an_account_that_gets_no_mail(
    db: ScopedSession, enter: Callable[..., Entered]
) -> None:
    account = db.get_one(Account, enter(email=None).user_id)
    assert account.mailbox is None
    assert account.email.endswith("@identity.invalid")


# ---------------------------------------------------------------- accounts with a password


def with_password(db: ScopedSession, alliance: Alliance, person: Person, **values: Any) -> Account:
    """An account that calls itself this person."""
    account: Account = f.AccountFactory(**values)
    f.SeatFactory(kind="citizen", user=account, alliance=alliance)
    f.RelationFactory(user=account, person=person, kind="self")
    db.flush()
    return account


def test_an_account_with_the_same_code_and_address_is_their_own(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    person = mario(db, alliance)
    account = with_password(db, alliance, person, email="mario.rossi@posta.example")
    assert enter().user_id == account.id
    assert relations(db, person.id) == {account.id: ("self", None)}


def test_an_account_with_the_same_code_that_is_signed_in_is_their_own(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    person = mario(db, alliance)
    account = with_password(db, alliance, person, email="vecchia@posta.example")
    assert enter(signed_in_as=account.id).user_id == account.id


def test_an_account_that_only_typed_the_code_gets_nothing_and_loses_the_person(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    person = mario(db, alliance)
    stranger = with_password(db, alliance, person, email="estraneo@posta.example")
    entered = enter()
    assert entered.user_id != stranger.id
    yesterday = clock.today() - timedelta(days=1)
    assert relations(db, person.id) == {
        entered.user_id: ("self", None), stranger.id: ("self", yesterday)
    }  # fmt: skip


def test_an_account_with_the_same_address_alone_is_somebody_else(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    f.AccountFactory(email="mario.rossi@posta.example")
    entered = enter()
    account = db.get_one(Account, entered.user_id)
    assert account.mailbox is None


def test_who_is_signed_in_as_somebody_else_is_not_taken_for_them(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    wife = f.AccountFactory()
    f.SeatFactory(kind="citizen", user=wife, alliance=alliance)
    f.RelationFactory(user=wife, person=f.ParentFactory(alliance=alliance), kind="self")
    db.flush()
    assert enter(signed_in_as=wife.id).user_id != wife.id


def test_a_parent_who_acted_for_them_goes_on_acting(
    db: ScopedSession, enter: Callable[..., Entered], alliance: Alliance
) -> None:
    person = mario(db, alliance)
    mother = f.AccountFactory()
    f.RelationFactory(user=mother, person=person, kind="parent")
    entered = enter()
    assert relations(db, person.id) == {
        mother.id: ("parent", None), entered.user_id: ("self", None)
    }  # fmt: skip


def test_an_account_or_a_seat_that_was_closed_stays_closed(
    db: ScopedSession, enter: Callable[..., Entered]
) -> None:
    entered = enter()
    seat, account = db.get_one(Seat, entered.seat_id), db.get_one(Account, entered.user_id)
    for closed in (seat, account):
        closed.active = False
        with pytest.raises(Forbidden):
            enter()
        closed.active = True
    assert enter() == entered


def test_a_relation_that_had_ended_begins_again_with_the_proof(
    db: ScopedSession, enter: Callable[..., Entered], now: datetime
) -> None:
    entered = enter()
    row = db.scalars(select(Relation)).one()
    row.ends_on = clock.local_date(now) - timedelta(days=3)
    enter()
    assert relations(db, row.person_id) == {entered.user_id: ("self", None)}


def test_an_unknown_alliance_lets_nobody_in(db: ScopedSession, now: datetime) -> None:
    with pytest.raises(Invalid):
        identities.enter(db, alliance_id=0, identity=read(now), now=now)
    assert db.scalar(select(func.count()).select_from(Account)) == 0
