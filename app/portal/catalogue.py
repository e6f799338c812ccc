"""The catalogue of services, and the page of each."""

from typing import Any

from flask import g
from sqlalchemy import or_, select

from app.models import Location, Municipality, Service, ServiceCategory, ServiceLocation
from app.portal import fees, site
from app.portal.site import pages
from app.query import rows

CARD = (
    "id", "title", "title_en", "description", "description_en", "organization.name",
    "category.title", "category.title_en", "municipality.name", "price_kind", "price",
    "reduced_price", "reduced_for", "price_unit",
)  # fmt: skip
WHOLE = (
    *CARD, "fee_scheme_id", "audience", "how_to", "needs", "timing", "tuir_letter", "requestable",
    "organization.id", "organization.address", "organization.email", "organization.phone",
    "organization.website", "organization.kind", "controller.name", "category.id",
    "published_at",
)  # fmt: skip
SEARCHED = (
    "title", "title_en", "description", "description_en", "organization.name", "category.title",
    "category.examples", "municipality.name",
)  # fmt: skip


@pages.get("/servizi/")
def services() -> Any:
    """The services, searched by text, category and municipality."""
    db = site.public()
    tree = _tree(db)
    category, place = site.number("category"), site.number("municipality")
    conditions: list[Any] = [Service.alliance_id == g.alliance["id"]]
    if category is not None:
        conditions.append(Service.category_id.in_(_with_parts(tree, category)))
    if place is not None:
        # What is tied to no municipality is there for all of the territory.
        everywhere = Service.municipality_id.is_(None)
        conditions.append(or_(Service.municipality_id == place, everywhere))
    wanted = rows.Selection(
        "services",
        CARD,
        search=site.words_of(),
        search_columns=SEARCHED,
        sort="title",
        extra=tuple(conditions),
    )
    return site.render(
        "services.html",
        found=site.listed(db, wanted),
        q=site.words_of(),
        category=category,
        municipality=place,
        tree=tree,
        places=_places(db),
    )


@pages.get("/servizi/<int:id_>")
def service(id_: int) -> Any:
    """One service, in the sections that Italian municipalities' sites have."""
    db = site.public()
    ours = (Service.id == id_, Service.alliance_id == g.alliance["id"])
    found = site.one(db, rows.Selection("services", WHOLE, extra=ours))
    venues = db.execute(
        select(Location.name, Location.address, Location.postal_code,
               Municipality.name.label("municipality"))
        .join(ServiceLocation, ServiceLocation.location_id == Location.id)
        .outerjoin(Municipality, Municipality.id == Location.municipality_id)
        .where(ServiceLocation.service_id == id_)
        .order_by(Location.name)
    )  # fmt: skip
    return site.render(
        "service.html", service=found, venues=list(venues.mappings()), fees=fees.of(db, found)
    )


def _tree(db: Any) -> list[dict[str, Any]]:
    """The categories, each under the one that it is part of."""
    columns = ("id", "title", "title_en", "tree", "parent_id", "position")
    found = db.execute(
        select(*(getattr(ServiceCategory, name) for name in columns))
        .where(ServiceCategory.alliance_id == g.alliance["id"])
        .order_by(ServiceCategory.tree, ServiceCategory.position, ServiceCategory.title)
    ).mappings()
    known = [dict(row) for row in found]
    ordered: list[dict[str, Any]] = []

    def put(parent: int | None, depth: int) -> None:
        for row in known:
            if row["parent_id"] == parent:
                ordered.append({**row, "depth": depth})
                put(row["id"], depth + 1)

    put(None, 0)
    return ordered


def _with_parts(tree: list[dict[str, Any]], id_: int) -> list[int]:
    """A category and all that is part of it."""
    found = {id_}
    for row in tree:  # Parents come before their parts.
        if row["parent_id"] in found:
            found.add(row["id"])
    return sorted(found)


def _places(db: Any) -> list[Any]:
    """The municipalities that something is offered in."""
    offered = select(Service.municipality_id).where(Service.alliance_id == g.alliance["id"])
    named = select(Municipality.id, Municipality.name).where(Municipality.id.in_(offered))
    return list(db.execute(named.order_by(Municipality.name)).mappings())
