"""Fees by means: schemes, and the ISEE that families declare."""

from datetime import datetime
from typing import Any

from flask_babel import gettext
from sqlalchemy import Numeric
from sqlalchemy.orm import Session

from app.errors import N_
from app.models import Isee
from app.nouns.families import channel
from app.operations import fee_schemes, isees
from app.operations.fees import Quote
from app.query.fields import field_for
from app.query.verbs import Field, Noun, Verb


def create_isee(db: Session, values: dict[str, Any], *, now: datetime) -> Isee:
    """An ISEE, declared under responsibility; the last one counts."""
    return isees.declare(db, channel=channel(db), now=now, **values)


def told(found: Quote) -> dict[str, Any]:
    """A fee with its lines, in the reader's language; amounts in euro, as text."""
    said = [gettext(one.label) for one in found.lines]
    lines = [{**one, "label": label} for one, label in zip(found.as_json(), said, strict=True)]
    return {"amount": str(found.amount), "lines": lines}


def read(found: dict[str, Any]) -> dict[str, str]:
    """An amount in euro, as text."""
    return {name: str(value) for name, value in found.items()}


TRIED = (
    Field("isee", N_("ISEE"), "money", required=False, help=N_("Empty: none was declared.")),
    Field("non_resident", N_("Not resident"), "bool", required=False),
    Field("rank", N_("Which child of the family"), "int", required=False),
    Field("slots", N_("How many days or weeks"), "int", required=False),
    Field("extras", N_("Extras"), required=False, help=N_("Their codes, with a blank between.")),
)

NOUNS: dict[str, Noun] = {
    "fee-schemes": Noun(
        update=fee_schemes.change,
        verbs={
            "publish": Verb(fee_schemes.publish, N_("Publish"), states=("draft",)),
            "revise": Verb(fee_schemes.revise, N_("Make a new edition"), states=("published",)),
            "simulate": Verb(fee_schemes.simulate, N_("Try the fee"), TRIED, says=told),
        },
    ),
    "isee-declarations": Noun(
        create=create_isee,
        create_fields={"amount": field_for(Numeric(12, 2), required=True, nullable=False)},
        verbs={"amount": Verb(isees.amount_of, N_("ISEE"), says=read)},
    ),
}
