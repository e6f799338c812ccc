"""A family's persons: entered and changed through the API."""

from typing import Any

from flask import g, request
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.models import Municipality, Person, Relation, Territory
from app.operations import people
from app.portal import family, site
from app.portal.site import area
from app.query import rows

WHOLE = (
    "id", "first_name", "last_name", "birth_date", "fiscal_code", "no_fiscal_code", "sex",
    "municipality_id", "address", "email", "phone", "school", "allergies", "pickup",
)  # fmt: skip


@area.get("/persone/")
def persons() -> Any:
    """Everybody whom the reader acts for."""
    return site.render("area/persons.html", persons=family.persons())


@area.get("/persone/nuova")
def new_person() -> Any:
    """The form for a child, or for the reader themselves."""
    known = {row["relation"] for row in family.persons()}
    relation = "self" if request.args.get("relation") == "self" and "self" not in known else ""
    return _form({}, relations=_relations("self" in known), relation=relation)


@area.get("/persone/<int:id_>")
def person(id_: int) -> Any:
    """The form for what is known of a person."""
    found = site.one(
        site.db(), rows.Selection("persons", WHOLE, extra=(Person.id == id_,))
    )  # fmt: skip
    kind = site.db().scalar(
        select(Relation.kind).where(
            Relation.person_id == id_, Relation.user_id == g.principal.user_id
        )
    )
    return _form(found, relation=kind)


def _form(found: dict[str, Any], **more: Any) -> Any:
    target = get_safe_redirect(request.args.get("next", "")) if "next" in request.args else ""
    return site.render(
        "area/person.html",
        person=found,
        target=target,
        today=clock.today(),
        places=_places(),
        **more,
    )


def _relations(entered_self: bool) -> list[tuple[str, str]]:
    """What a citizen may say to be to the person."""
    said = {
        "parent": _("I am the mother or the father"),
        "guardian": _("I am the guardian"),
        "carer": _("I care for this person"),
        "self": _("It is me"),
    }
    return [
        (kind, text)
        for kind, text in said.items()
        if kind in people.CLAIMED and not (kind == "self" and entered_self)
    ]


def _places() -> list[tuple[str, list[tuple[int, str]]]]:
    """The municipalities: those of the alliance first, then all others."""
    mine = select(Territory.municipality_id).where(Territory.alliance_id == g.alliance["id"])
    columns = Municipality.id, Municipality.name, Municipality.province
    known = site.public().execute(
        select(*columns, Municipality.id.in_(mine).label("ours")).order_by(Municipality.name)
    )
    ours, others = [], []
    for row in known:
        (ours if row.ours else others).append((row.id, f"{row.name} ({row.province})"))
    return [(_("Municipalities of the alliance"), ours), (_("Others"), others)]
