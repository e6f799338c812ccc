"""Applications: one submission of a family, several persons over several slots, one receipt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, DomainError, Invalid, NotFound, WrongState
from app.inserts import Entered, insert
from app.models import CHANNELS, Application, Enrollment
from app.operations import delegations, procedure, states, telling
from app.operations import wishes as wishing
from app.operations.constraints import UNKNOWN
from app.operations.wishes import Asked
from app.statements import at_the_end, together
from app.transaction import ScopedSession, act_for, elevated

MOST_WISHES = 100

EMPTY = N_("Choose at least one slot.")
TOO_LONG = N_("One application holds at most a hundred wishes.")

Wish = Mapping[str, Any]


def save_draft(
    db: Session,
    *,
    alliance_id: int,
    wishes: Sequence[Wish],
    season_id: int | None = None,
    contact_email: str | None = None,
    contact_phone: str | None = None,
    note: str | None = None,
    photo_consent: bool = False,
    channel: str = "web",
    application: Application | None = None,
    now: datetime,
) -> Application:
    """Keep an application that is not sent yet: a new one, or all of one kept before.

    A wish is ``{"person_id", "slot_id", "reduced", "extras"}``. Raises Invalid naming the wish, and
    WrongState for one that was sent.
    """
    asked = _ask(db, alliance_id, wishes, season_id, channel)
    delegation_id = _require_delegations(db, wishes, channel, now)
    with elevated(db, "keep an application") as system, system.begin_nested():
        if application is None:
            row = Application(
                alliance_id=alliance_id,
                user_id=_user(db),
                receipt=procedure.receipt_code(),
                channel=channel,
            )
            system.add(row)
        else:
            row = _hold(system, application.id)
            if row.status != "draft":
                raise WrongState(field="status")
            for former in _wishes(system, row.id):
                system.delete(former)
        row.season_id = season_id
        row.delegation_id = delegation_id
        row.contact_email, row.contact_phone = _text(contact_email), _text(contact_phone)
        row.note, row.photo_consent = _text(note), photo_consent
        system.flush()
        for wish in asked.wishes:
            system.add(wishing.draft(row.id, wish))
        system.flush()
        made = row.id
    return _again(db, made)


def submit(db: Session, application: Application, *, now: datetime) -> Application:
    """Send a draft: every wish is decided on in one transaction, and the family is written to.

    One wish that cannot be granted stops all of it, nothing is written, and the refusal names
    it. Raises WrongState for what was sent already.
    """
    with elevated(db, "read an application's wishes") as system, system.begin_nested():
        row = _hold(system, application.id)
        if row.status != "draft":
            raise WrongState(field="status")
        # All of them: a person whom the caller no longer acts for must not slip through.
        drafts = _wishes(system, row.id)
        if not drafts:
            raise Invalid(EMPTY, field="wishes")
        wishes = [
            {
                "person_id": e.person_id,
                "slot_id": e.slot_id,
                "reduced": e.reduced,
                "extras": e.extras,
            }
            for e in drafts
        ]
    asked = wishing.ask(db, wishes, alliance_id=application.alliance_id)
    for wish, draft in zip(asked.wishes, drafts, strict=True):
        wish.id, wish.position, wish.status = draft.id, draft.position, draft.status
    _require_delegations(db, wishes, application.channel, now)
    wishing.price(db, asked.wishes, now=now)
    with elevated(db, "send an application") as system, system.begin_nested():
        row = _hold(system, application.id)
        procedure.register(row, asked.alliance, now=now)
        states.move(system, row, "submitted", because="", now=now)
        system.flush()
        wishing.decide(system, row.id, asked.wishes, told=_told(row, asked, now), now=now)
    return _again(db, application.id)


def apply_for(
    db: Session,
    *,
    alliance_id: int,
    wishes: Sequence[Wish],
    season_id: int | None = None,
    contact_email: str | None = None,
    contact_phone: str | None = None,
    note: str | None = None,
    photo_consent: bool = False,
    channel: str = "web",
    now: datetime,
) -> Entered:
    """Send an application at once: at the desk, in the office, by the API.

    Takes what ``save_draft`` takes and raises what ``submit`` raises. A refusal by the database
    (AlreadyEnrolled, Overlaps) ends the transaction, or the caller's savepoint.
    """
    if not wishes:
        raise Invalid(EMPTY, field="wishes")
    asked = _ask(db, alliance_id, wishes, season_id, channel)
    delegation_id = _require_delegations(db, wishes, channel, now)
    wishing.price(db, asked.wishes, now=now)
    with elevated(db, "send an application") as system, together(system):
        row = insert(
            system,
            Application,
            id=asked.application_id,
            alliance_id=alliance_id,
            user_id=_user(db),
            season_id=season_id,
            delegation_id=delegation_id,
            receipt=procedure.receipt_code(),
            channel=channel,
            status="submitted",
            contact_email=_text(contact_email),
            contact_phone=_text(contact_phone),
            note=_text(note),
            photo_consent=photo_consent,
            **procedure.term(asked.alliance, now=now),
        )
        states.record(system, row, None, because="", now=now)
    row.user = asked.user

    def decide() -> None:
        with elevated(db, "give places") as system:
            wishing.decide(system, row.id, asked.wishes, told=_told(row, asked, now), now=now)

    # Others wait for the slots: what is answered is written before they are held.
    at_the_end(db, decide)
    return row


def _told(row: Any, asked: Asked, now: datetime) -> dict[str, Any] | None:
    return telling.of(row, asked.wishes, procedure.summary(row, asked.alliance), now=now)


# ---------------------------------------------------------------- what may be chosen


def _ask(
    db: Session, alliance_id: int, wishes: Sequence[Wish], season_id: int | None, channel: str
) -> Asked:
    own = db.principal.alliance_id if isinstance(db, ScopedSession) else None
    if own is not None and own != alliance_id:
        raise Invalid(UNKNOWN, field="alliance_id")
    if channel not in CHANNELS:
        raise Invalid(UNKNOWN, field="channel")
    if len(wishes) > MOST_WISHES:
        raise Invalid(TOO_LONG, field="wishes")
    return wishing.ask(db, wishes, alliance_id=alliance_id, season_id=season_id)


def _user(db: Session) -> int | None:
    return db.principal.user_id if isinstance(db, ScopedSession) else None


def _require_delegations(
    db: Session, wishes: Sequence[Wish], channel: str, now: datetime
) -> int | None:
    """At a desk, a delegation of everybody in the application; it names the first."""
    if channel != "desk":
        return None
    first: int | None = None
    for n, wish in enumerate(wishes):
        try:
            found = delegations.require(db, person_id=wish["person_id"], scope="enrol", now=now)
        except DomainError as refusal:
            raise refusal.under(f"wishes[{n}]") from None
        first = first or found.id
    if first is None:
        raise Invalid(EMPTY, field="wishes")
    act_for(db, wishes[0]["person_id"])
    return first


def _wishes(db: Session, application_id: int) -> list[Enrollment]:
    rows = select(Enrollment).where(Enrollment.application_id == application_id)
    return list(db.scalars(rows.order_by(Enrollment.position, Enrollment.id)))


def _hold(system: Session, application_id: int) -> Application:
    # Whoever sends it twice at once finds it sent.
    row = select(Application).where(Application.id == application_id)
    held = row.with_for_update(key_share=True).execution_options(populate_existing=True)
    return system.scalars(held).one()


def _again(db: Session, application_id: int) -> Application:
    row = db.get(Application, application_id)
    if row is None:
        raise NotFound
    return row


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None
