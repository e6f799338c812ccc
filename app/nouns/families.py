"""Persons, who acts for them, and what they apply for."""

from datetime import datetime
from typing import Any

from flask_babel import get_locale, gettext
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app import formats, reasons
from app.errors import N_, Forbidden, Invalid
from app.inserts import Entered
from app.models import ATTENDED, Application, Delegation, Person
from app.operations import (
    applications,
    attendance,
    consents,
    delegations,
    enrollments,
    people,
    requests,
)
from app.query.fields import NOT_CHOICE, REQUIRED
from app.query.schemas import WriteSchema, write_schema
from app.query.verbs import REASON, Field, Noun, Verb
from app.transaction import ScopedSession

# How an application or a request came in, by the seat that entered it.
CHANNELS = {"staff": "staff", "social_point": "desk"}


def channel(db: Session) -> str:
    """By which way what this seat enters comes in."""
    return CHANNELS.get(db.principal.kind, "web") if isinstance(db, ScopedSession) else "web"


def create_person(db: Session, values: dict[str, Any], *, now: datetime) -> Person:
    """A citizen enters somebody they act for; staff enter anybody."""
    relation = values.pop("relation", None)
    if relation is not None:
        return people.register(db, relation=relation, now=now, **values)
    try:
        alliance_id = db.principal.alliance_id if isinstance(db, ScopedSession) else None
        return people.enter(db, alliance_id=alliance_id or 0, fields=values, now=now)
    except Forbidden:
        raise Invalid(REQUIRED, field="relation") from None


def create_relation(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """The office lets an account act for a person."""
    person = db.get(Person, values.pop("person_id"))
    if person is None:
        raise Invalid(field="person_id")
    return people.link(db, person=person, now=now, **{"kind": "parent", **values})


def create_delegation(db: Session, values: dict[str, Any], *, now: datetime) -> Delegation:
    """A desk records a person's consent, or sends them a code that confirms it."""
    return delegations.record(db, now=now, person_fields=values.pop("person", None), **values)


def extras_field() -> fields.List:
    """The codes of the extras that are chosen; which there are is the fee scheme's to say."""
    code = fields.String(validate=validate.Length(max=40))
    return fields.List(code, load_default=list, validate=validate.Length(max=20))


class WishSchema(WriteSchema):
    """One person's wish for one slot."""

    person_id = fields.Integer(required=True, strict=True)
    slot_id = fields.Integer(required=True, strict=True)
    reduced = fields.Boolean(load_default=False)
    extras = extras_field()


def create_application(db: Session, values: dict[str, Any], *, now: datetime) -> Application:
    """Kept as a draft, or sent at once."""
    make = applications.save_draft if values.pop("status") == "draft" else applications.apply_for
    principal = db.principal if isinstance(db, ScopedSession) else None
    alliance_id = (principal.alliance_id if principal else None) or 0
    return make(db, alliance_id=alliance_id, channel=channel(db), now=now, **values)


def change_application(
    db: Session, row: Application, values: dict[str, Any], *, now: datetime
) -> Application:
    """Change a draft: what is not named stays as it is.

    The consent to photographs can be taken back at any time, from what was sent too.
    """
    if row.status != "draft" and values.keys() == {"photo_consent"}:
        consents.photographs(db, row, given=values["photo_consent"], now=now)
        return row
    kept = {
        name: getattr(row, name)
        for name in ("season_id", "contact_email", "contact_phone", "note", "photo_consent")
    }
    wishes = [
        {
            "person_id": e.person_id,
            "slot_id": e.slot_id,
            "reduced": e.reduced,
            "extras": e.extras,
        }
        for e in sorted(row.enrollments, key=lambda e: (e.position or 0, e.id))
    ]
    given = {**kept, "wishes": wishes, **values}
    return applications.save_draft(
        db, alliance_id=row.alliance_id, channel=row.channel, application=row, now=now, **given
    )


def create_request(db: Session, values: dict[str, Any], *, now: datetime) -> Entered:
    """Ask for a service: online, at a desk, or in the office."""
    return requests.send(db, channel=channel(db), now=now, **values)


# How a desk describes somebody whom it does not know yet.
DESCRIBED = (
    "first_name", "last_name", "birth_date", "sex", "fiscal_code", "no_fiscal_code",
    "municipality_id", "address", "email", "phone",
)  # fmt: skip
WISHES = fields.List(
    fields.Nested(WishSchema), required=True, validate=validate.Length(max=100)
)  # fmt: skip


def told(why: enrollments.Why) -> dict[str, str]:
    """Why an enrolment stands as it does, in the reader's language."""
    facts = {
        name: formats.instant(value, str(get_locale())) if isinstance(value, datetime) else value
        for name, value in why.params.items()
    }
    if "reason" in facts:
        facts["reason"] = reasons.told(facts["reason"], gettext)
    return {"why": gettext(why.message) % facts if facts else gettext(why.message)}


MARKED = (
    Field("day", N_("Day"), "date"),
    Field("status", N_("Status"), "choice", values=ATTENDED),
    Field("left_at", N_("Left at"), "time", required=False),
    Field(
        "picked_up_by", N_("Picked up by"), required=False,
        help=N_("As the family named them; for somebody else give the reason."),
    ),
    Field("excused", N_("The family said so"), "bool", required=False),
    Field("reason", N_("Reason"), required=False),
)  # fmt: skip

NOUNS: dict[str, Noun] = {
    "persons": Noun(
        create=create_person,
        update=people.change,
        create_fields={
            "relation": fields.String(
                load_default=None,
                allow_none=True,
                # A set: in the document, too, they stand in one order.
                validate=validate.OneOf(sorted(people.CLAIMED), error=NOT_CHOICE),
            )
        },
    ),
    "relations": Noun(create=create_relation),
    "delegations": Noun(
        create=create_delegation,
        create_fields={
            "social_point_id": fields.Integer(required=True, strict=True),
            "person_id": fields.Integer(strict=True),
            "person": fields.Nested(write_schema(Person, DESCRIBED)),
            "scope": fields.String(load_default="all"),
            "method": fields.String(required=True),
            "file_id": fields.Integer(strict=True, allow_none=True),
            "ends_on": fields.Date(required=True),
        },
        verbs={
            "confirm": Verb(
                delegations.confirm, N_("Confirm with the code"), (Field("code", N_("Code")),)
            ),
            "revoke": Verb(delegations.revoke, N_("Revoke")),
        },
    ),
    "applications": Noun(
        create=create_application,
        update=change_application,
        create_fields={
            "wishes": WISHES,
            "season_id": fields.Integer(strict=True, allow_none=True),
            "contact_email": fields.Email(allow_none=True, validate=validate.Length(max=320)),
            "contact_phone": fields.String(allow_none=True, validate=validate.Length(max=40)),
            "note": fields.String(allow_none=True, validate=validate.Length(max=2000)),
            "photo_consent": fields.Boolean(),
            "status": fields.String(
                load_default="submitted",
                validate=validate.OneOf(("draft", "submitted"), error=NOT_CHOICE),
            ),
        },
        update_fields={
            "wishes": fields.List(fields.Nested(WishSchema), validate=validate.Length(max=100)),
            "season_id": fields.Integer(strict=True, allow_none=True),
        },
        verbs={"submit": Verb(applications.submit, N_("Send"), states=("draft",))},
    ),
    "enrollments": Noun(
        verbs={
            "cancel": Verb(
                enrollments.cancel,
                N_("Cancel"),
                (Field("reason", N_("Reason"), "longtext", required=False),),
                states=("submitted", "waiting", "placed", "offered"),
            ),
            "accept": Verb(enrollments.accept, N_("Accept the place"), states=("offered",)),
            "decline": Verb(enrollments.decline, N_("Decline the place"), states=("offered",)),
            "refuse": Verb(
                enrollments.refuse,
                N_("Refuse"),
                (REASON,),
                states=("submitted", "waiting", "placed", "offered"),
            ),
            "offer": Verb(
                enrollments.offer,
                N_("Offer a place"),
                (
                    REASON,
                    Field(
                        "add_place",
                        N_("Add a place to the slot"),
                        "bool",
                        required=False,
                        help=N_("One place more than there were, for this person."),
                    ),
                ),
                states=("waiting",),
            ),
            "why": Verb(enrollments.why, N_("Why?"), says=told),
            "mark": Verb(attendance.mark, N_("Record the attendance"), MARKED, states=("placed",)),
        },
    ),
    "service-requests": Noun(
        create=create_request,
        create_fields={
            "person_id": fields.Integer(required=True, strict=True),
            "service_id": fields.Integer(required=True, strict=True),
            "message": fields.String(allow_none=True, validate=validate.Length(max=5000)),
            "contact": fields.String(allow_none=True, validate=validate.Length(max=320)),
            "extras": extras_field(),
        },
        verbs={
            "answer": Verb(
                requests.answer,
                N_("Send the answer"),
                (Field("answer", N_("Answer"), "longtext"),),
                states=("sent",),
            ),
            "accept": Verb(requests.accept, N_("Accept"), states=("sent", "answered")),
            "start": Verb(requests.start, N_("Start"), states=("accepted",)),
            "close": Verb(requests.close, N_("Close"), states=("started",)),
            "refuse": Verb(
                requests.refuse, N_("Refuse"), (REASON,), states=("sent", "answered", "accepted")
            ),
            "cancel": Verb(
                requests.cancel,
                N_("Withdraw"),
                (Field("reason", N_("Reason"), "longtext", required=False),),
                states=("sent", "answered", "accepted"),
            ),
        },
    ),
}
