"""What the demo loads holds together, on the day it is loaded, whatever day that is."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from app import clock, sealed, transaction
from app import models as m
from app.demo import families, loader, logins
from app.operations import checks, codice_fiscale
from app.transaction import open_session
from tests.databases import ENVIRONMENT

# One process loads it, once.
pytestmark = pytest.mark.xdist_group("demo")
PASSWORD = "known-to-the-tests"
NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=clock.ROME)
# The turns of the year: holidays, Carnival, leap day, summer, the school year's last minutes,
# the hour that comes twice.
MOMENTS = [
    datetime(2026, 1, 1, 0, 30, tzinfo=clock.ROME),
    datetime(2026, 2, 14, 12, tzinfo=clock.ROME),
    datetime(2026, 3, 29, 3, 30, tzinfo=clock.ROME),
    datetime(2026, 4, 5, 10, tzinfo=clock.ROME),
    datetime(2026, 5, 15, 9, tzinfo=clock.ROME),
    datetime(2026, 6, 8, 10, tzinfo=clock.ROME),
    datetime(2026, 6, 20, 10, tzinfo=clock.ROME),
    datetime(2026, 7, 31, 23, tzinfo=clock.ROME),
    datetime(2026, 8, 31, 23, 50, tzinfo=clock.ROME),
    datetime(2026, 9, 1, 0, 10, tzinfo=clock.ROME),
    datetime(2026, 9, 12, 8, tzinfo=clock.ROME),
    datetime(2026, 10, 25, 2, 30, tzinfo=clock.ROME),
    datetime(2026, 12, 31, 23, 30, tzinfo=clock.ROME),
    datetime(2028, 2, 29, 10, tzinfo=clock.ROME),
]


@pytest.fixture(scope="module")
def loaded(engine: Engine):
    """The demo of a day in November, taken back when this file is done."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    with engine.connect() as connection:
        outer = connection.begin()
        with open_session(
            connection, transaction.system("demo"), join_transaction_mode="create_savepoint"
        ) as db:
            with clock.at(NOVEMBER):
                loader.load(db, now=NOVEMBER, password=PASSWORD)
            yield db
        outer.rollback()


def of_lodi(db: Session, model, **where):
    lodi = select(m.Alliance.id).where(m.Alliance.slug == "lodi").scalar_subquery()
    return db.scalars(select(model).filter_by(**where).where(model.alliance_id == lodi)).all()


def require_whole(db: Session, now: datetime) -> None:
    """What must be true of the demo at any date."""
    assert checks.run(db, now=now) == []
    states = set(db.scalars(select(m.Enrollment.status)))
    assert states == set(m.ENROLLMENT_STATES)
    assert set(db.scalars(select(m.ServiceRequest.status))) == set(m.REQUEST_STATES)
    assert set(db.scalars(select(m.Service.status))) == set(m.OFFER_STATES)
    in_alliances = select(m.Workshop).where(m.Workshop.status == "published")
    for alliance in db.scalars(select(m.Alliance)):
        workshops = db.scalars(in_alliances.where(m.Workshop.alliance_id == alliance.id)).all()
        assert any(w.opens_at <= now < w.closes_at for w in workshops), alliance.slug
        assert any(now < w.opens_at for w in workshops), alliance.slug
        assert any(w.closes_at <= now for w in workshops), alliance.slug
    assert db.scalar(select(func.max(m.StateChange.at))) <= now
    assert db.scalar(select(func.max(m.Application.submitted_at))) <= now


def test_the_demo_holds_together(loaded: Session):
    require_whole(loaded, NOVEMBER)


def test_loading_again_changes_nothing_and_names_the_same_logins(loaded: Session):
    def rows():
        return [loaded.scalar(select(func.count()).select_from(t)) for t in (m.Person, m.Message)]

    before = rows()
    again = loader.load(loaded, now=NOVEMBER + timedelta(days=3), password="another")
    assert again == logins.listed()
    assert rows() == before


def test_there_is_a_login_for_every_seat_and_codogno_has_two(loaded: Session):
    assert {username for _, username in logins.listed()} == {
        *("admin", "staff", "staff-milano", "municipality", "provider", "partner", "company"),
        *("social-point", "parent"),
    }
    seats = loaded.scalars(
        select(m.Seat)
        .join(m.Account, m.Seat.user_id == m.Account.id)
        .where(m.Account.username == "municipality")
    ).all()
    assert {(seat.kind, seat.organization.name) for seat in seats} == {
        ("municipality", "Comune di Codogno"),
        ("company", "Comune di Codogno"),
    }
    provider = loaded.scalars(select(m.Seat).where(m.Seat.kind == "provider")).one()
    assert "Cooperativa" in provider.organization.name
    partner = loaded.scalars(select(m.Seat).where(m.Seat.kind == "partner")).one()
    assert partner.organization.kind == "union"


def test_the_login_parent_has_two_children_one_of_whom_waits_in_codogno(loaded: Session):
    account = loaded.scalars(select(m.Account).where(m.Account.username == families.LOGIN)).one()
    relations = loaded.scalars(select(m.Relation).where(m.Relation.user_id == account.id)).all()
    assert Counter(r.kind for r in relations) == {"self": 1, "parent": 2}
    children = [r.person_id for r in relations if r.kind == "parent"]
    waiting = loaded.scalars(
        select(m.Enrollment).where(
            m.Enrollment.person_id.in_(children), m.Enrollment.status == "waiting"
        )
    ).all()
    assert [e.slot.organization.name for e in waiting] == ["Comune di Codogno"]
    # Another family is beside it.
    assert loaded.scalar(select(func.count()).select_from(m.Person)) > 50


def test_all_states_of_an_enrolment_are_seen_in_codogno(loaded: Session):
    slots = select(m.Slot.id).join(m.Organization, m.Slot.organization_id == m.Organization.id)
    in_codogno = slots.where(m.Organization.name == "Comune di Codogno")
    states = loaded.scalars(select(m.Enrollment.status).where(m.Enrollment.slot_id.in_(in_codogno)))
    assert set(states) >= set(m.ENROLLMENT_STATES) - {"submitted"}


def test_the_cooperative_has_children_to_expect_tomorrow(loaded: Session):
    tomorrow = NOVEMBER.date() + timedelta(days=1)
    slots = of_lodi(loaded, m.Slot, starts_on=tomorrow)
    playroom = next(s for s in slots if s.organization.name.startswith("Famiglia Nuova"))
    assert playroom.places_taken >= 3


def test_the_union_has_two_forms_to_sign_before_a_deadline_within_a_week(loaded: Session):
    cgil = next(o for o in of_lodi(loaded, m.Organization) if o.name == "Cgil")
    forms = of_lodi(loaded, m.Membership, organization_id=cgil.id)
    assert {(form.network, form.status) for form in forms} == {
        ("ats", "draft"),
        ("local", "draft"),
    }
    assert {form.recipient for form in forms} != {None}
    left = forms[0].call.deadline - NOVEMBER.date()
    assert timedelta(0) < left < timedelta(days=7)


def test_everybody_has_a_valid_code_and_nobody_bears_a_name_from_the_documents(loaded: Session):
    named = {"Sozzi", "Fiorentino", "Locatelli", "Piccini"}
    for person in loaded.scalars(select(m.Person)):
        codice_fiscale.require_born(codice_fiscale.check(person.fiscal_code), person.birth_date)
        assert person.last_name not in named
    for organization in loaded.scalars(select(m.Organization)):
        codice_fiscale.check_body(organization.fiscal_code)
        assert organization.email.endswith(".example")


def test_a_body_in_two_alliances_is_two_rows_with_one_code(loaded: Session):
    rows = loaded.scalars(
        select(m.Organization).where(m.Organization.name == "Regione Lombardia")
    ).all()
    assert len(rows) == 2
    assert len({row.alliance_id for row in rows}) == 2
    assert len({row.fiscal_code for row in rows}) == 1


def test_this_years_camp_knows_which_one_it_was_copied_from(loaded: Session):
    camps = of_lodi(loaded, m.Workshop, title="CRED Il Gelso")
    this_year = max(camps, key=lambda camp: camp.starts_on)
    assert loaded.get_one(m.Workshop, this_year.copied_from_id) in camps
    assert len(this_year.slots) == 8


def test_no_mail_waits_to_be_sent(loaded: Session):
    assert set(loaded.scalars(select(m.Message.status))) == {"sent"}


@pytest.mark.matrix
@pytest.mark.parametrize("now", MOMENTS, ids=lambda now: now.isoformat())
def test_the_demo_holds_together_at_the_turns_of_the_year(engine: Engine, now: datetime):
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    with engine.connect() as connection:
        outer = connection.begin()
        with (
            open_session(
                connection, transaction.system("demo"), join_transaction_mode="create_savepoint"
            ) as db,
            clock.at(now),
        ):
            loader.load(db, now=now, password=PASSWORD)
            require_whole(db, now)
        outer.rollback()
