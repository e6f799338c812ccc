"""What each noun does when it is written: once, for screens, API and portal.

A noun that is not named here is plain: its rows are entered, changed and deleted as they are.
"""

from datetime import datetime
from typing import Any

from flask_babel import format_datetime, gettext
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app import permissions
from app.clock import ROME
from app.errors import N_, Forbidden, Invalid
from app.models import SEAT_KINDS, SIGNATURES, Application, Delegation, Person, ServiceRequest
from app.operations import (
    applications,
    calendar,
    camps,
    consents,
    delegations,
    enrollments,
    invitations,
    memberships,
    offers,
    outbox,
    people,
    requests,
    roles,
    rows,
    runs,
    slots,
)
from app.query.schemas import NOT_CHOICE, REQUIRED, WriteSchema, write_schema
from app.query.verbs import REASON, Field, Noun, Verb
from app.transaction import ScopedSession

# How an application or a request came in, by the seat that entered it.
CHANNELS = {"staff": "staff", "social_point": "desk"}


def channel(db: Session) -> str:
    """By which way what this seat enters comes in."""
    return CHANNELS.get(db.principal.kind, "web") if isinstance(db, ScopedSession) else "web"


# ---------------------------------------------------------------- persons


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
    return people.link(db, person=person, now=now, **values)


def create_delegation(db: Session, values: dict[str, Any], *, now: datetime) -> Delegation:
    """A desk records a person's consent, or sends them a code that confirms it."""
    return delegations.record(db, now=now, person_fields=values.pop("person", None), **values)


# ---------------------------------------------------------------- applications


class WishSchema(WriteSchema):
    """One person's wish for one slot."""

    person_id = fields.Integer(required=True, strict=True)
    slot_id = fields.Integer(required=True, strict=True)
    reduced = fields.Boolean(load_default=False)


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
        {"person_id": e.person_id, "slot_id": e.slot_id, "reduced": e.reduced}
        for e in sorted(row.enrollments, key=lambda e: (e.position or 0, e.id))
    ]
    given = {**kept, "wishes": wishes, **values}
    return applications.save_draft(
        db, alliance_id=row.alliance_id, channel=row.channel, application=row, now=now, **given
    )


def create_request(db: Session, values: dict[str, Any], *, now: datetime) -> ServiceRequest:
    """Ask for a service: online, at a desk, or in the office."""
    return requests.send(db, channel=channel(db), now=now, **values)


def create_role(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """A role that narrows one of the base roles."""
    return roles.create(db, now=now, **values)


def change_role(db: Session, row: Any, values: dict[str, Any], *, now: datetime) -> Any:
    """Other permissions for a role of one's alliance."""
    return roles.change(db, row, now=now, **values)


PERMISSIONS = fields.List(
    fields.String(validate=validate.Length(max=80)), required=True,
    validate=validate.Length(max=1000),
)  # fmt: skip
REVIEW = {
    "submit": Verb(
        offers.submit, N_("Send for review"), states=("draft", "returned", "suspended", "published")
    ),
    "publish": Verb(
        offers.publish,
        N_("Publish"),
        states=("draft", "review", "returned", "suspended", "published"),
    ),
    "return": Verb(offers.return_, N_("Return"), (REASON,), states=("review", "published")),
    "suspend": Verb(offers.suspend, N_("Suspend"), (REASON,), states=("published",)),
}
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
        name: format_datetime(value.astimezone(ROME), "d MMM y HH:mm")
        if isinstance(value, datetime)
        else value
        for name, value in why.params.items()
    }
    return {"why": gettext(why.message) % facts if facts else gettext(why.message)}


NOUNS: dict[str, Noun] = {
    "persons": Noun(
        create=create_person,
        update=people.change,
        create_fields={
            "relation": fields.String(
                load_default=None,
                allow_none=True,
                validate=validate.OneOf(people.CLAIMED, error=NOT_CHOICE),
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
    "accounts": Noun(
        verbs={
            "invite": Verb(
                invitations.invite,
                N_("Invite"),
                (
                    Field("email", N_("E-mail")),
                    Field("kind", N_("Seat"), "choice", values=SEAT_KINDS),
                    Field("organization_id", N_("Organization"), "ref:organizations",
                          required=False),
                    Field("alliance_id", N_("Alliance"), "ref:alliances", required=False),
                ),
                collection=True,
            )
        }
    ),
    "roles": Noun(
        create=create_role,
        update=change_role,
        create_fields={
            "name": fields.String(required=True, validate=validate.Length(1, 50)),
            "base": fields.String(required=True),
            "permissions": PERMISSIONS,
        },
        update_fields={"permissions": PERMISSIONS},
    ),
    "seats": Noun(
        verbs={
            "narrow": Verb(
                roles.narrow,
                N_("Narrow the role"),
                (Field("role_id", N_("Role"), "ref:roles", required=False),),
            )
        }
    ),
    "services": Noun(update=offers.propose, verbs=REVIEW),
    "workshops": Noun(
        update=offers.propose,
        verbs={
            **REVIEW,
            "weeks": Verb(
                camps.generate_weeks,
                N_("Make the weeks"),
                (
                    Field("places", N_("Places"), "int"),
                    Field("starts_at", N_("From"), "time"),
                    Field("ends_at", N_("To"), "time"),
                    Field("first", N_("First day"), "date", required=False),
                    Field("last", N_("Last day"), "date", required=False),
                ),
            ),
            "copy": Verb(
                camps.copy_from_last_year,
                N_("Copy to another season"),
                (Field("season_id", N_("Season"), "ref:seasons"),),
            ),
        },
    ),
    "seasons": Noun(
        verbs={
            "propose": Verb(
                calendar.enter_proposed,
                N_("Enter the seasons of a school year"),
                (
                    Field(
                        "school_year",
                        N_("School year"),
                        required=False,
                        help=N_("Like 2026/27; the one that runs, if left empty."),
                    ),
                ),
                collection=True,
            )
        }
    ),
    "memberships": Noun(
        verbs={
            "send": Verb(
                memberships.send,
                N_("Send"),
                (
                    Field("file_id", N_("Signed form"), "file"),
                    Field("signature", N_("Signature"), "choice", values=SIGNATURES),
                ),
                states=("draft",),
            ),
            "accept": Verb(
                memberships.accept,
                N_("Accept"),
                (
                    Field("starts_on", N_("Starts on"), "date", required=False),
                    Field("protocol_number", N_("Protocol number"), required=False),
                ),
                states=("sent",),
            ),
            "refuse": Verb(
                memberships.refuse,
                N_("Refuse"),
                (REASON, Field("protocol_number", N_("Protocol number"), required=False)),
                states=("sent",),
            ),
        },
    ),
    "slots": Noun(create=slots.create, update=slots.change),
    "service-requests": Noun(
        create=create_request,
        create_fields={
            "person_id": fields.Integer(required=True, strict=True),
            "service_id": fields.Integer(required=True, strict=True),
            "message": fields.String(allow_none=True, validate=validate.Length(max=5000)),
            "contact": fields.String(allow_none=True, validate=validate.Length(max=320)),
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
        },
    ),
    "messages": Noun(
        verbs={"resend": Verb(outbox.resend, N_("Send again"), states=("failed",))}
    ),
    "job-runs": Noun(
        verbs={
            "run": Verb(
                runs.run_now, N_("Run now"), (Field("job", N_("Job")),), collection=True,
                says=lambda run: run.id,
            )
        }
    ),
}  # fmt: skip

PLAIN = Noun()


def noun(resource: str) -> Noun:
    """The noun's rules; a plain noun's where none are declared."""
    return NOUNS.get(resource, PLAIN)


def create(db: Session, resource: str, values: dict[str, Any], *, now: datetime) -> Any:
    """Enter a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).create
    if rule is not None:
        return rule(db, values, now=now)
    return rows.create(db, permissions.RESOURCES[resource], values, now=now)


def update(db: Session, resource: str, row: Any, values: dict[str, Any], *, now: datetime) -> Any:
    """Change a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).update
    if rule is not None:
        return rule(db, row, values, now=now)
    return rows.change(db, row, values, now=now)


def delete(db: Session, resource: str, row: Any, *, now: datetime) -> None:
    """Delete a row of the noun by its rule. Raises a DomainError."""
    rule = noun(resource).delete or rows.remove
    rule(db, row, now=now)
