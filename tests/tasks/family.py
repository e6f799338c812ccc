"""Who telephones: the demo's mother and her children, as she would say their names."""

from dataclasses import dataclass

from sqlalchemy import create_engine, select

from app.models import Account, Enrollment, Person, Relation, Slot
from app.transaction import open_session, system


@dataclass(frozen=True)
class Family:
    """The names; the full day that the boy waits for, and a free one for his sister."""

    surname: str
    boy: str
    sister: str
    telephone: str
    full: str
    free: str


def of_login(database_url: str, username: str = "parent") -> Family:
    """The family of a login of the demo: the elder child waits for a place."""
    engine = create_engine(database_url)
    with open_session(engine, system("test")) as db:
        related = (
            select(Person, Relation.kind)
            .join(Relation, Relation.person_id == Person.id)
            .join(Account, Account.id == Relation.user_id)
            .where(Account.username == username)
            .order_by(Person.birth_date)
        )
        mother, boy, sister = (person for person, _ in db.execute(related))
        wanted = (
            select(Slot)
            .join(Enrollment, Enrollment.slot_id == Slot.id)
            .where(Enrollment.person_id == boy.id, Enrollment.status == "waiting")
        )
        full = db.scalars(wanted).one()
        hers = select(Enrollment.slot_id).where(Enrollment.person_id == sister.id)
        free = (
            select(Slot.title)
            .where(Slot.workshop_id == full.workshop_id, Slot.starts_on > full.starts_on)
            .where(Slot.waiting_count == 0, Slot.places_taken < Slot.places, Slot.id.not_in(hers))
            .order_by(Slot.starts_on)
        )
        found = Family(
            surname=mother.last_name,
            boy=boy.first_name,
            sister=sister.first_name,
            telephone=mother.phone,
            full=full.title,
            free=str(db.scalars(free).first()),
        )
    engine.dispose()
    return found
