"""Asking for a service, and what was answered."""

from typing import Any

from flask import abort

from app.models import Service, ServiceRequest, Transfer
from app.portal import family, fees, site
from app.portal.site import area
from app.query import rows

SERVICE = ("id", "title", "title_en", "requestable", "organization.name", "controller.name",
           "price_kind", "price", "reduced_price", "reduced_for", "price_unit",
           "needs", "fee_scheme_id")  # fmt: skip


@area.get("/richieste/nuova")
def new_request() -> Any:
    """The form that asks for a service for one of the family's persons."""
    id_ = site.number("service")
    if id_ is None:
        abort(404)
    found = site.one(
        site.db(),
        rows.Selection("services", SERVICE, extra=(Service.id == id_, Service.requestable)),
    )
    return site.render(
        "area/new_request.html",
        service=found,
        persons=family.persons(),
        fees=fees.of(site.public(), found),
    )


@area.get("/richieste/<int:id_>")
def request_(id_: int) -> Any:
    """A request with its receipt, its state and its answer."""
    found = site.one(
        site.db(),
        rows.Selection("service-requests", family.REQUEST, extra=(ServiceRequest.id == id_,)),
    )
    family.shared([found], Transfer.service_request_id)
    return site.render("area/request.html", request_=found)
