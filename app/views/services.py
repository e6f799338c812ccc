"""The catalogue: categories, services and where they are offered."""

from app.errors import N_
from app.views.base import ResourceView
from app.views.offers import OfferView


class ServiceCategoryView(ResourceView):
    resource = "service-categories"
    list_columns = ["title", "tree", "parent_id", "examples", "position"]
    show_columns = [
        (N_("Category"), ["title", "title_en", "code", "tree", "parent_id", "position"]),
        ("", ["examples"]),
    ]
    add_columns = ["title", "title_en", "code", "tree", "parent_id", "position", "examples"]
    edit_columns = add_columns
    search_columns = ["title", "examples"]
    filter_columns = ["tree", "parent_id"]
    order = "tree,position"
    related = {"services": "category_id"}


class ServiceView(OfferView):
    resource = "services"
    site = "portal.service"
    list_columns = ["title", "organization_id", "category_id", "municipality_id", "price_kind",
                    "price", "price_unit", "fee_scheme_id", "status"]  # fmt: skip
    show_columns = [
        (N_("Service"), ["title", "title_en", "organization_id", "category_id", "municipality_id",
                         "call_id", "status"]),
        (N_("Price"), ["price_kind", "price", "reduced_price", "reduced_for", "price_unit",
                       "fee_scheme_id",
                       "tuir_letter"]),
        (N_("For the families"), ["description", "description_en", "audience", "how_to", "needs",
                                  "timing", "requestable"]),
        (N_("Privacy"), ["controller_id"]),
        (N_("Review"), ["review_note", "submitted_at", "published_at"]),
    ]  # fmt: skip
    add_columns = [
        "title", "title_en", "organization_id", "category_id", "municipality_id", "call_id",
        "price_kind", "price", "reduced_price", "reduced_for", "price_unit", "fee_scheme_id",
        "tuir_letter",
        "description", "description_en", "audience", "how_to", "needs", "timing", "requestable",
        "controller_id",
    ]  # fmt: skip
    edit_columns = [c for c in add_columns if c != "organization_id"]
    inline_columns = ["title", "price"]
    bulk_columns = ["category_id", "call_id", "price", "price_unit", "tuir_letter", "requestable"]
    search_columns = ["title", "description", "organization.name", "category.title"]
    filter_columns = ["category_id", "organization_id", "municipality_id", "call_id", "status",
                      "price_kind"]  # fmt: skip
    order = "title"
    related = {"service-locations": "service_id", "service-requests": "service_id"}


class ServiceLocationView(ResourceView):
    resource = "service-locations"
    list_columns = ["location_id", "service_id", "location.address"]
    show_columns = [(N_("Location of a service"), ["service_id", "location_id"])]
    add_columns = ["service_id", "location_id"]
    search_columns = ["service.title", "location.name"]
    filter_columns = ["service_id", "location_id"]
