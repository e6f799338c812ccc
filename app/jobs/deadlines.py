"""What the bodies of the network and the office are reminded of; a repeat writes nothing new."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.jobs.batch import each
from app.models import (
    Account,
    Alliance,
    Call,
    Membership,
    Organization,
    Seat,
    Service,
    Workshop,
)
from app.operations import outbox

AHEAD = timedelta(days=7)
PATIENCE = timedelta(days=3)


def calls(db: Session, now: datetime) -> int:
    """Bodies that have not answered a call that closes within seven days."""
    today = clock.local_date(now)
    answered = or_(
        exists().where(
            Service.call_id == Call.id,
            Service.organization_id == Organization.id,
            Service.status.not_in(("draft", "returned")),
        ),
        # Who has begun a form is reminded of that instead.
        exists().where(
            Membership.call_id == Call.id, Membership.organization_id == Organization.id
        ),
    )
    found = db.execute(
        select(Call.id, Organization.id)
        .join(Organization, Organization.alliance_id == Call.alliance_id)
        .where(
            Call.status == "published",
            Call.deadline.between(today, today + AHEAD),
            Organization.status == "active",
            ~answered,
        )
        .order_by(Call.deadline, Call.id, Organization.id)
    )

    def remind(key: tuple[int, int]) -> bool:
        call = db.get_one(Call, key[0])
        payload = {"call_id": call.id, "call": call.title, "deadline": call.deadline}
        about = f"call:{call.id}:{call.deadline}"
        to = outbox.organizers(db, key[1])
        return _tell(db, call.alliance_id, "call_deadline", about, to, payload, now)

    return each(db, [(call, organization) for call, organization in found], remind)


def memberships(db: Session, now: datetime) -> int:
    """Bodies whose form is still a draft, or whose membership ends, within seven days."""
    today = clock.local_date(now)
    last = today + AHEAD
    form = and_(Membership.status == "draft", Call.deadline.between(today, last))
    renewal = and_(Membership.status == "accepted", Membership.ends_on.between(today, last))
    rows = db.scalars(
        select(Membership.id)
        .outerjoin(Call, Call.id == Membership.call_id)
        .where(or_(form, renewal))
        .order_by(Membership.id)
    )

    def remind(number: int) -> bool:
        membership = db.get_one(Membership, number)
        ends = membership.status == "accepted"
        deadline = membership.ends_on if ends else membership.call and membership.call.deadline
        payload = {
            "membership_id": number,
            "organization": membership.organization.name,
            "network": membership.network,
            "deadline": deadline,
            "renewal": ends,
        }
        about = f"membership:{number}:{deadline}"
        to = outbox.organizers(db, membership.organization_id)
        return _tell(db, membership.alliance_id, "membership_deadline", about, to, payload, now)

    return each(db, list(rows), remind)


def reviews(db: Session, now: datetime) -> int:
    """The office, about what has been waiting for its review for three days."""
    waiting: list[tuple[type[Service] | type[Workshop], int]] = []
    for noun in (Service, Workshop):
        changed = and_(noun.status == "published", func.jsonb_typeof(noun.proposal) == "object")
        rows = select(noun.id).where(
            or_(noun.status == "review", changed), noun.submitted_at <= now - PATIENCE
        )
        waiting += [(noun, number) for number in db.scalars(rows.order_by(noun.id))]

    def remind(key: tuple[type[Service] | type[Workshop], int]) -> bool:
        row = db.get_one(*key)
        noun = row.__tablename__
        payload = {
            "resource": f"{noun}s",
            "row_id": row.id,
            "title": row.title,
            "organization": row.organization.name,
            "submitted_at": row.submitted_at,
        }
        about = f"{noun}:{row.id}:{int(row.submitted_at.timestamp()) if row.submitted_at else 0}"
        to = office(db, row.alliance_id)
        return _tell(db, row.alliance_id, "review_waiting", about, to, payload, now)

    return each(db, waiting, remind)


def office(db: Session, alliance_id: int) -> list[str]:
    """The addresses of the alliance's staff, or else of its office."""
    staff = (
        select(Account.email)
        .join(Seat, Seat.user_id == Account.id)
        .where(Seat.alliance_id == alliance_id, Seat.kind == "staff", Seat.active, Account.active)
    )
    found = sorted(set(db.scalars(staff)))
    email = db.get_one(Alliance, alliance_id).email
    return found or ([email] if email else [])


def _tell(
    db: Session,
    alliance_id: int,
    kind: str,
    about: str,
    recipients: Iterable[str],
    payload: dict[str, object],
    now: datetime,
) -> bool:
    new = [
        outbox.queue(
            db, alliance_id=alliance_id, kind=kind, about=about, recipient=recipient,
            payload=payload, now=now,
        )
        for recipient in recipients
    ]  # fmt: skip
    return any(new)
