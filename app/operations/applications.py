"""Applications: one submission of a family, several persons over several slots, one receipt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import N_, DomainError, Invalid, NotFound, WrongState
from app.models import CHANNELS, Alliance, Application, Enrollment, Person, Season, Slot
from app.operations import delegations, letters, procedure, states
from app.operations import wishes as wishing
from app.operations.constraints import UNKNOWN
from app.transaction import ScopedSession, act_for, elevated

MOST_WISHES = 100

EMPTY = N_("Choose at least one slot.")
TOO_LONG = N_("One application holds at most a hundred wishes.")
TWICE = N_("This wish is in the application already.")

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

    A wish is ``{"person_id", "slot_id", "reduced"}``. Raises Invalid naming the wish, and
    WrongState for one that was sent.
    """
    _require_own_alliance(db, alliance_id)
    if channel not in CHANNELS:
        raise Invalid(UNKNOWN, field="channel")
    if season_id is not None and db.get(Season, season_id) is None:
        raise Invalid(UNKNOWN, field="season_id")
    _require_choices(db, wishes)
    delegation_id = _require_delegations(db, wishes, channel, now)
    user_id = db.principal.user_id if isinstance(db, ScopedSession) else None
    with elevated(db, "keep an application") as system, system.begin_nested():
        if application is None:
            row = Application(
                alliance_id=alliance_id,
                user_id=user_id,
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
        for n, wish in enumerate(wishes):
            try:
                wishing.draft(system, row.id, position=n + 1, **_wish(wish))
            except DomainError as refusal:
                raise refusal.under(f"wishes[{n}]") from None
        made = row.id
    return _again(db, made)


def submit(db: Session, application: Application, *, now: datetime) -> Application:
    """Send a draft: every wish is decided on in one transaction, and the family is written to.

    One wish that cannot be granted stops all of it, nothing is written, and the refusal names
    it. Raises WrongState for what was sent already.
    """
    with elevated(db, "read an application's wishes") as system:
        # All of them: a person whom the caller no longer acts for must not slip through.
        wishes = [
            {"person_id": e.person_id, "slot_id": e.slot_id}
            for e in _wishes(system, application.id)
        ]
    _require_choices(db, wishes)
    _require_delegations(db, wishes, application.channel, now)
    with elevated(db, "send an application") as system, system.begin_nested():
        row = _hold(system, application.id)
        drafts = _wishes(system, row.id)
        if row.status != "draft":
            raise WrongState(field="status")
        if not drafts:
            raise Invalid(EMPTY, field="wishes")
        alliance = system.get_one(Alliance, row.alliance_id)
        procedure.register(row, alliance, now=now)
        states.move(system, row, "submitted", because="", now=now)
        named = [(f"wishes[{n}]", wish.id) for n, wish in enumerate(drafts)]
        decided = wishing.decide(system, named, now=now)
        _write(system, row, alliance, decided, now)
    return _again(db, application.id)


def apply_for(db: Session, *, now: datetime, **values: Any) -> Application:
    """Keep and send an application in one: at the desk, in the office, by the API.

    Takes what ``save_draft`` takes and raises what ``submit`` raises.
    """
    with db.begin_nested():
        return submit(db, save_draft(db, now=now, **values), now=now)


def _write(
    system: Session,
    row: Application,
    alliance: Alliance,
    decided: Sequence[Enrollment],
    now: datetime,
) -> None:
    about = f"application:{row.id}"
    total = sum((e.fee or Decimal(0) for e in decided), Decimal(0))
    summary = procedure.summary(row, alliance)
    letters.write_all(system, "receipt", row, decided, about=about, now=now, total=total, **summary)
    for outcome in ("placed", "waiting"):
        of_these = [e for e in decided if e.status == outcome]
        if of_these:
            letters.write_all(system, outcome, row, of_these, about=about, now=now)


# ---------------------------------------------------------------- what may be chosen


def _require_own_alliance(db: Session, alliance_id: int) -> None:
    own = db.principal.alliance_id if isinstance(db, ScopedSession) else None
    if own is not None and own != alliance_id:
        raise Invalid(UNKNOWN, field="alliance_id")


def _require_choices(db: Session, wishes: Sequence[Wish]) -> None:
    """Persons and slots that the caller sees, each pair once. Raises one Invalid for all."""
    if len(wishes) > MOST_WISHES:
        raise Invalid(TOO_LONG, field="wishes")
    persons = _seen(db, Person, {wish.get("person_id") for wish in wishes})
    slots = _seen(db, Slot, {wish.get("slot_id") for wish in wishes})
    errors: list[tuple[str | None, str]] = []
    pairs: set[tuple[Any, Any]] = set()
    for n, wish in enumerate(wishes):
        person_id, slot_id = wish.get("person_id"), wish.get("slot_id")
        if person_id not in persons:
            errors.append((f"wishes[{n}].person_id", UNKNOWN))
        if slot_id not in slots:
            errors.append((f"wishes[{n}].slot_id", UNKNOWN))
        if (person_id, slot_id) in pairs:
            errors.append((f"wishes[{n}].slot_id", TWICE))
        pairs.add((person_id, slot_id))
    if errors:
        raise Invalid.many(errors)


def _seen(db: Session, model: type[Person] | type[Slot], ids: set[Any]) -> set[int]:
    possible = {i for i in ids if isinstance(i, int) and 0 < i < 2**63}
    return set(db.scalars(select(model.id).where(model.id.in_(possible))))


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


def _wish(wish: Wish) -> dict[str, Any]:
    return {
        "person_id": wish["person_id"],
        "slot_id": wish["slot_id"],
        "reduced": bool(wish.get("reduced", False)),
    }


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
