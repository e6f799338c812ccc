"""Places by need: criteria, rankings, what families declare, and their complaints."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask_babel import get_locale, gettext
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from app import formats
from app.errors import N_
from app.models import Complaint, RankingEntry
from app.nouns.families import channel
from app.operations import (
    complaints,
    criteria,
    ranking_final,
    ranking_reasons,
    ranking_runs,
    rankings,
)
from app.query.schemas import WriteSchema
from app.query.verbs import REASON, Field, Noun, Verb


def create_entry(db: Session, values: dict[str, Any], *, now: datetime) -> RankingEntry:
    """What a family declares, under responsibility; once more replaces it."""
    typed = [(one["fact"], one["value"]) for one in values.pop("facts", [])]
    facts = rankings.typed(db, values["ranking_id"], typed)
    return rankings.declare(db, facts=facts, now=now, **values)


def create_complaint(db: Session, values: dict[str, Any], *, now: datetime) -> Complaint:
    """A complaint against a provisional list."""
    return complaints.file(db, channel=channel(db), now=now, **values)


class FactSchema(WriteSchema):
    """One declared fact, as somebody says it."""

    fact = fields.String(required=True, validate=validate.Length(max=40))
    value = fields.String(required=True, validate=validate.Length(max=100))


def said(found: dict[str, Any]) -> list[dict[str, str]]:
    """Declared facts, one by one; yes and no are true and false."""
    words = {True: "true", False: "false"}
    return [
        {"fact": fact, "value": words[value] if isinstance(value, bool) else str(value)}
        for fact, value in found.items()
    ]


def named(db: Session, entry: RankingEntry, found: dict[str, Any]) -> list[str]:
    """Declared facts as people read them: the words of the criteria, yes, numbers."""
    asked = {one.key: one for one in rankings.asked(db, entry.ranking_id)}
    lines = []
    for fact, value in found.items():
        one = asked.get(value if isinstance(value, str) else fact)
        label = one.label if one else fact
        if value is True:
            lines.append(label)
        elif value is not False:
            lines.append(label if isinstance(value, str) else f"{label}: {value}")
    return lines


def told(found: ranking_reasons.Told) -> dict[str, Any]:
    """An entry's points and reasons, in the reader's language."""
    return {
        "code": found.code,
        "points": None if found.points is None else str(found.points),
        "lines": found.lines,
        "reasons": [
            {
                "enrollment_id": one.enrollment_id,
                "slot": one.slot,
                "wish": one.wish,
                "state": one.state,
                "why": gettext(one.message) % _filled(one.params),
            }
            for one in found.reasons
        ],
    }


def points(value: Decimal) -> str:
    """Points as the reader writes numbers: 21,5 or 10."""
    return formats.number(value.normalize(), str(get_locale()))


def _filled(params: dict[str, Any]) -> dict[str, Any]:
    return {
        name: points(value) if isinstance(value, Decimal) else value
        for name, value in params.items()
    }


def differences(found: list[ranking_runs.Changed]) -> list[dict[str, Any]]:
    """What is otherwise than in the run before."""
    return [asdict(one) for one in found]


def replayed(found: ranking_runs.Replayed) -> dict[str, Any]:
    """Whether a run came out the same once more, and its fingerprints."""
    return {**asdict(found), "differs": list(found.differs), "same": not found.differs}


ANSWER = Field("answer", N_("Answer"), "longtext")
PROTOCOL = Field("protocol_number", N_("Protocol number"), required=False)
FACT = N_("The key of what was declared, as the criteria name it.")
VALUE = N_("Yes or no, a number, or the key of an answer; empty: it was not declared.")

NOUNS: dict[str, Noun] = {
    "criterion-sets": Noun(
        update=criteria.change,
        verbs={
            "publish": Verb(criteria.publish, N_("Publish"), states=("draft",)),
            "revise": Verb(criteria.revise, N_("Make a new edition"), states=("published",)),
        },
    ),
    "rankings": Noun(
        update=rankings.change,
        verbs={
            "publish": Verb(rankings.publish, N_("Announce"), states=("draft",)),
            "draw": Verb(
                rankings.draw,
                N_("Write down the seed"),
                (Field("seed", N_("Seed"), help=N_("What the announced source gave.")),),
                states=("published",),
            ),
            "try": Verb(
                ranking_runs.try_out, N_("Compute for trial"), states=("drawn", "provisional")
            ),
            "provisional": Verb(
                ranking_runs.publish_list,
                N_("Publish the provisional list"),
                (Field("complaints_until", N_("Complaints until"), "date"),),
                states=("drawn", "provisional"),
            ),
            "sample": Verb(
                complaints.sample,
                N_("Draw a sample to check"),
                (Field("per_cent", N_("Per cent of those who declared something"), "int"),),
                states=("drawn", "provisional"),
            ),
            "finalize": Verb(
                ranking_final.finalize,
                N_("Make the list final"),
                (
                    Field("act_number", N_("Number of the act")),
                    Field("act_date", N_("Date of the act"), "date"),
                ),
                states=("provisional",),
            ),
        },
    ),
    "ranking-entries": Noun(
        create=create_entry,
        create_fields={
            "ranking_id": fields.Integer(required=True, strict=True),
            "person_id": fields.Integer(required=True, strict=True),
            "weeks": fields.Integer(strict=True, allow_none=True),
            "together": fields.Boolean(load_default=False),
            "facts": fields.List(
                fields.Nested(FactSchema), load_default=list, validate=validate.Length(max=100)
            ),
        },
        verbs={
            "why": Verb(ranking_reasons.why, N_("Why?"), says=told),
            "declared": Verb(rankings.declared, N_("What was declared"), says=said),
            "correct": Verb(
                complaints.correct,
                N_("Put a fact right"),
                (
                    Field("fact", N_("Fact"), help=FACT),
                    Field("value", N_("Value"), required=False, help=VALUE),
                    REASON,
                ),
                states=("declared", "checking", "confirmed"),
            ),
            "confirm": Verb(
                complaints.confirm, N_("Confirm what was declared"), states=("checking",)
            ),
            "exclude": Verb(
                complaints.exclude,
                N_("Exclude"),
                (REASON,),
                states=("declared", "checking", "confirmed"),
            ),
        },
    ),
    "ranking-runs": Noun(
        verbs={
            "replay": Verb(ranking_runs.replay, N_("Compute it again"), says=replayed),
            "difference": Verb(
                ranking_runs.difference, N_("Compare with the run before"), says=differences
            ),
        }
    ),
    "complaints": Noun(
        create=create_complaint,
        create_fields={
            "entry_id": fields.Integer(required=True, strict=True),
            "complaint": fields.String(required=True, validate=validate.Length(max=5000)),
        },
        verbs={
            "uphold": Verb(
                complaints.uphold,
                N_("Uphold"),
                (
                    ANSWER,
                    Field("fact", N_("Fact"), required=False, help=FACT),
                    Field("value", N_("Value"), required=False, help=VALUE),
                    PROTOCOL,
                ),
                states=("received",),
            ),
            "reject": Verb(
                complaints.reject, N_("Reject"), (ANSWER, PROTOCOL), states=("received",)
            ),
        },
    ),
}
