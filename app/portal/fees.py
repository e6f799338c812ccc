"""Fees by scheme as families read them, and the ISEE that they declare."""

from typing import Any

from flask import request
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, security
from app.errors import NotFound
from app.models import FeeBand, FeeExtra, FeeScheme, FeeSibling, Isee, Organization
from app.operations import fee_schemes, isees
from app.portal import family, site
from app.portal.site import area

# What is read of each of a scheme's rows, and in which order.
ROWS: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "bands": (FeeBand, FeeBand.from_isee, fee_schemes.BANDS),
    "siblings": (FeeSibling, FeeSibling.rank, fee_schemes.SIBLINGS),
    "extras": (FeeExtra, FeeExtra.id, ("id", *fee_schemes.EXTRAS)),
}


def of(db: Any, offer: Any) -> dict[str, Any] | None:
    """The published rows of an offer's scheme; None where it has none."""
    key = offer["fee_scheme_id"]
    if key is None:
        return None
    named = (
        select(FeeScheme.title, FeeScheme.title_en, FeeScheme.edition,
               Organization.name.label("by"))
        .join(Organization, Organization.id == FeeScheme.organization_id)
        .where(FeeScheme.id == key)
    )  # fmt: skip
    scheme = db.execute(named).mappings().first()
    if scheme is None:
        return None
    found = {"scheme": scheme}
    for name, (model, order, columns) in ROWS.items():
        wanted = select(*(getattr(model, column) for column in columns))
        rows = db.execute(wanted.where(model.fee_scheme_id == key).order_by(order))
        found[name] = list(rows.mappings())
    return found


@area.get("/isee/<int:person>")
def isee(person: int) -> Any:
    """The ISEE declared for one of the family's persons, and the form that declares one."""
    who = next((row for row in family.persons() if row["id"] == person), None)
    if who is None:
        raise NotFound()
    db, now = site.db(), security.moment()
    last = db.scalar(
        select(Isee).where(Isee.person_id == person).order_by(Isee.id.desc()).limit(1)
    )  # fmt: skip
    return site.render(
        "area/isee.html",
        person=who,
        last=last,
        amount=isees.amount_of(db, last, now=now)["amount"] if last else None,
        over=last is not None and last.expires_on < clock.local_date(now),
        back=get_safe_redirect(request.args.get("next", "")) if "next" in request.args else "",
        title=_("ISEE of %(name)s", name=who["name"]),
    )
