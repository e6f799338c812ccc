"""Accounts are opened by whoever reads the mailbox, and a stranger learns nothing of them."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.security import check_password_hash

from app.errors import Forbidden, Invalid
from app.models import Account, AccountToken, Message, Relation, Seat
from app.operations import accounts, invitations, outbox, passwords
from tests import factories as f

GOOD = "una frase lunga"


@pytest.fixture
def alliance(db):
    return f.AllianceFactory()


@pytest.fixture
def stranger(as_seat):
    return as_seat("public")


def sign_up(session, alliance, now, **changes):
    values = {
        "alliance_id": alliance.id,
        "email": "Madre@Famiglie.example",
        "password": GOOD,
        "first_name": "Ada",
        "last_name": "Rossi",
        **changes,
    }
    return accounts.sign_up(session, now=now, **values)


def letters(db):
    return list(db.scalars(select(Message).order_by(Message.id)))


def token_of(message):
    return outbox.reveal(message.payload["sealed"]["token"])


def test_an_account_opens_once_its_address_is_confirmed(db, stranger, alliance, now):
    sign_up(stranger, alliance, now)
    account = db.scalars(select(Account)).one()
    assert (account.email, account.active, account.password) == (
        "madre@famiglie.example", False, None,
    )  # fmt: skip
    (letter,) = letters(db)
    assert (letter.kind, letter.recipient) == ("confirm", "madre@famiglie.example")
    assert accounts.confirm(stranger, token=token_of(letter), now=now) == account.id
    db.expire_all()
    assert account.active
    assert check_password_hash(account.password, GOOD)
    seat = db.scalars(select(Seat)).one()
    assert (seat.kind, seat.alliance_id) == ("citizen", alliance.id)
    with pytest.raises(Invalid) as again:
        accounts.confirm(stranger, token=token_of(letter), now=now)
    assert again.value.field == "token"


def test_neither_token_nor_password_is_readable_in_the_database(db, stranger, alliance, now):
    sign_up(stranger, alliance, now)
    (letter,) = letters(db)
    token, kept = token_of(letter), db.scalars(select(AccountToken)).one()
    assert token not in str(letter.payload)
    assert token not in kept.digest
    assert GOOD not in str(kept.payload)
    assert len(token) >= 43


def test_a_second_sign_up_gets_the_same_answer_and_another_letter(db, stranger, alliance, now):
    account = f.AccountFactory(email="madre@famiglie.example", password="x")
    f.SeatFactory(user=account, kind="citizen", alliance=alliance)
    assert sign_up(stranger, alliance, now) is None
    (letter,) = letters(db)
    assert letter.payload["existing"] is True
    assert "sealed" not in letter.payload
    db.refresh(account)
    assert account.password == "x"


def test_an_account_of_one_alliance_is_let_into_another_by_its_mailbox(db, stranger, alliance, now):
    account = f.AccountFactory(email="madre@famiglie.example", password="x")
    sign_up(stranger, alliance, now, password="quella di un altro")
    (letter,) = letters(db)
    accounts.confirm(stranger, token=token_of(letter), now=now)
    db.expire_all()
    assert account.password == "x"
    assert db.scalars(select(Seat)).one().alliance_id == alliance.id


def test_a_closed_account_is_not_opened_again_by_signing_up(db, stranger, alliance, now):
    f.AccountFactory(email="madre@famiglie.example", password="x", active=False)
    assert sign_up(stranger, alliance, now) is None
    accounts.ask_reset(stranger, alliance_id=alliance.id, email="madre@famiglie.example", now=now)
    assert letters(db) == []


def test_who_signs_up_again_and_again_fills_no_mailbox(db, stranger, alliance, now):
    for _ in range(5):
        sign_up(stranger, alliance, now)
    assert len(letters(db)) == 1
    sign_up(stranger, alliance, now + passwords.QUIET)
    assert len(letters(db)) == 2


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "corta"}, "password"),
        ({"password": "a" * 201}, "password"),
        ({"password": "madre@famiglie.example"}, "password"),
        ({"email": "madre"}, "email"),
        ({"email": "a b@c.example"}, "email"),
        ({"email": "x@" + "a" * 320 + ".it"}, "email"),
        ({"first_name": " "}, "first_name"),
        ({"last_name": "a" * 65}, "last_name"),
        ({"alliance_id": 10**9}, "alliance_id"),
    ],
)
def test_a_sign_up_that_does_not_hold_names_its_field(db, stranger, alliance, now, changes, field):
    with pytest.raises(Invalid) as refusal:
        sign_up(stranger, alliance, now, **changes)
    assert refusal.value.field == field


# ---------------------------------------------------------------- new passwords


def test_a_new_password_is_set_once_and_throws_everybody_out(db, stranger, alliance, now):
    account = f.AccountFactory(email="madre@famiglie.example")
    ask = {"alliance_id": alliance.id, "email": "MADRE@famiglie.example"}
    accounts.ask_reset(stranger, now=now, **ask)
    later = now + passwords.QUIET
    accounts.ask_reset(stranger, now=later, **ask)
    first, second = (token_of(letter) for letter in letters(db))
    assert accounts.reset(stranger, token=first, password=GOOD, now=later) == account.id
    db.expire_all()
    assert check_password_hash(account.password, GOOD)
    assert account.token_version == 2
    for token in (first, second):
        with pytest.raises(Invalid):
            accounts.reset(stranger, token=token, password="un'altra frase", now=later)


def test_a_password_that_is_refused_does_not_use_the_link_up(db, stranger, alliance, now):
    f.AccountFactory(email="madre@famiglie.example")
    accounts.ask_reset(stranger, alliance_id=alliance.id, email="madre@famiglie.example", now=now)
    token = token_of(letters(db)[0])
    with pytest.raises(Invalid) as refusal:
        accounts.reset(stranger, token=token, password="corta", now=now)
    assert refusal.value.field == "password"
    assert accounts.reset(stranger, token=token, password=GOOD, now=now)


def test_a_link_is_too_old_after_its_time_and_good_for_one_thing_only(db, stranger, alliance, now):
    f.AccountFactory(email="madre@famiglie.example")
    accounts.ask_reset(stranger, alliance_id=alliance.id, email="madre@famiglie.example", now=now)
    token = token_of(letters(db)[0])
    with pytest.raises(Invalid):
        accounts.confirm(stranger, token=token, now=now)
    late = now + passwords.VALID_FOR["reset"]
    with pytest.raises(Invalid):
        accounts.reset(stranger, token=token, password=GOOD, now=late)


def test_asking_for_an_unknown_address_leaves_nothing_behind(db, stranger, alliance, now):
    answer = accounts.ask_reset(
        stranger, alliance_id=alliance.id, email="nessuno@famiglie.example", now=now
    )
    assert answer is None
    assert letters(db) == []
    assert db.scalars(select(AccountToken)).all() == []


# ---------------------------------------------------------------- invitations


@pytest.fixture
def staff(as_seat, alliance):
    return as_seat("staff", alliance_id=alliance.id)


def test_a_provider_is_invited_and_takes_the_seat(db, staff, stranger, alliance, now):
    body = f.OrganizationFactory(alliance=alliance, name="Il Mosaico")
    invitations.invite(
        staff, email="coop@ente.example", kind="provider", organization_id=body.id, now=now
    )
    (letter,) = letters(db)
    token = token_of(letter)
    assert letter.payload["organization"] == "Il Mosaico"
    seen = invitations.invitation(stranger, token=token, now=now)
    assert (seen.email, seen.kind, seen.known) == ("coop@ente.example", "provider", False)
    made = invitations.accept_invitation(
        stranger, token=token, first_name="Ugo", last_name="Neri", password=GOOD, now=now
    )
    seat = db.scalars(select(Seat)).one()
    assert (seat.user_id, seat.kind, seat.organization_id) == (made, "provider", body.id)
    with pytest.raises(Invalid):
        invitations.accept_invitation(stranger, token=token, password=GOOD, now=now)


def test_a_second_parent_is_invited_and_acts_for_the_child(db, staff, stranger, alliance, now):
    account = f.AccountFactory(email="padre@famiglie.example", password="x")
    child = f.PersonFactory(alliance=alliance)
    invitations.invite(
        staff, email="Padre@famiglie.example", kind="citizen", person_id=child.id, now=now
    )
    invitations.accept_invitation(stranger, token=token_of(letters(db)[0]), now=now)
    db.expire_all()
    assert account.password == "x"
    assert [(r.user_id, r.person_id) for r in db.scalars(select(Relation))] == [
        (account.id, child.id)
    ]


def test_only_an_administrator_makes_staff(db, as_seat, staff, alliance, now):
    with pytest.raises(Forbidden):
        invitations.invite(staff, email="a@b.example", kind="staff", now=now)
    with pytest.raises(Forbidden):
        invitations.invite(as_seat("citizen"), email="a@b.example", kind="citizen", now=now)
    admin = as_seat("admin")
    invitations.invite(admin, email="a@b.example", kind="staff", alliance_id=alliance.id, now=now)
    invitations.invite(admin, email="a@b.example", kind="admin", now=now)
    assert [letter.payload["kind"] for letter in letters(db)] == ["staff", "admin"]


def test_nobody_is_invited_into_another_alliance_or_body(staff, alliance, now):
    elsewhere = f.OrganizationFactory()
    for values, field in (
        ({"kind": "provider", "organization_id": elsewhere.id}, "organization_id"),
        ({"kind": "provider"}, "organization_id"),
        ({"kind": "citizen", "alliance_id": elsewhere.alliance_id}, "alliance_id"),
        ({"kind": "citizen", "person_id": f.PersonFactory().id}, "person_id"),
        ({"kind": "emperor"}, "kind"),
    ):
        with pytest.raises(Invalid) as refusal:
            invitations.invite(staff, email="a@b.example", now=now, **values)
        assert refusal.value.field == field


def test_an_invitation_lasts_two_weeks(db, staff, stranger, now):
    invitations.invite(staff, email="a@b.example", kind="citizen", now=now)
    with pytest.raises(Invalid):
        invitations.invitation(
            stranger, token=token_of(letters(db)[0]), now=now + timedelta(days=14)
        )
