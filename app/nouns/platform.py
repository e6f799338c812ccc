"""Accounts, roles, letters and jobs."""

from datetime import datetime
from typing import Any

from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import SEAT_KINDS, ProgramKey
from app.operations import invitations, keys, outbox, roles, runs, saved_views, works
from app.query.verbs import Field, Noun, Verb


def create_role(db: Session, values: dict[str, Any], *, now: datetime) -> Any:
    """A role that narrows one of the base roles."""
    return roles.create(db, now=now, **values)


def change_role(db: Session, row: Any, values: dict[str, Any], *, now: datetime) -> Any:
    """Other permissions for a role of one's alliance."""
    return roles.change(db, row, now=now, **values)


def create_key(db: Session, values: dict[str, Any], *, now: datetime) -> ProgramKey:
    """A key of one's own seat, with its text: whoever asked is the only one to see it."""
    row, row.text = keys.make(db, now=now, **values)
    return row


PERMISSIONS = fields.List(
    fields.String(validate=validate.Length(max=80)), required=True,
    validate=validate.Length(max=1000),
)  # fmt: skip
NOUNS: dict[str, Noun] = {
    "accounts": Noun(
        verbs={
            "invite": Verb(
                invitations.invite,
                N_("Invite"),
                (
                    Field("email", N_("E-mail")),
                    Field("kind", N_("Seat"), "choice", values=SEAT_KINDS),
                    Field(
                        "organization_id", N_("Organization"), "ref:organizations", required=False
                    ),
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
    "keys": Noun(
        create=create_key,
        create_fields={
            "scopes": fields.List(
                fields.String(validate=validate.Length(1, 80)),
                required=True,
                validate=validate.Length(1, 200),
            )
        },
        verbs={"revoke": Verb(keys.revoke, N_("Revoke"))},
    ),
    "saved-views": Noun(create=saved_views.create, update=saved_views.change),
    "works": Noun(
        verbs={"stop": Verb(works.stop, N_("Stop"), states=("prepared", "queued", "running"))}
    ),
    "messages": Noun(verbs={"resend": Verb(outbox.resend, N_("Send again"), states=("failed",))}),
    "job-runs": Noun(
        verbs={
            "run": Verb(
                runs.run_now,
                N_("Run now"),
                (Field("job", N_("Job")),),
                collection=True,
                says=lambda run: run.id,
            )
        }
    ),
}
