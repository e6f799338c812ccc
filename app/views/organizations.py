"""Bodies of the network, their other names, contacts and places."""

from app.errors import N_
from app.views.base import ResourceView


class OrganizationView(ResourceView):
    resource = "organizations"
    list_columns = ["name", "kind", "municipality_id", "email", "phone", "status"]
    csv_columns = [
        "name", "kind", "fiscal_code", "vat_number", "municipality_id", "address", "website",
        "email", "phone", "pec", "status",
    ]  # fmt: skip
    show_columns = [
        (N_("Body"), ["name", "kind", "fiscal_code", "vat_number", "status"]),
        (N_("How to reach it"), ["municipality_id", "address", "website", "email", "phone", "pec"]),
        (N_("About it"), ["description", "description_en", "note"]),
    ]
    add_columns = [
        "name", "kind", "fiscal_code", "vat_number", "municipality_id", "address", "website",
        "email", "phone", "pec", "description", "description_en", "note",
    ]  # fmt: skip
    edit_columns = [*add_columns, "status"]
    search_columns = ["name", "fiscal_code", "email"]
    filter_columns = ["kind", "municipality_id", "status"]
    order = "name"
    related = {
        "organization-aliases": "organization_id",
        "organization-contacts": "organization_id",
        "memberships": "organization_id",
        "project-partners": "organization_id",
        "locations": "organization_id",
        "services": "organization_id",
        "workshops": "organization_id",
    }


class OrganizationAliasView(ResourceView):
    resource = "organization-aliases"
    list_columns = ["name", "organization_id", "source"]
    show_columns = [(N_("Other name"), ["name", "organization_id", "source"])]
    add_columns = ["organization_id", "name", "source"]
    edit_columns = ["name", "source"]
    search_columns = ["name", "organization.name"]
    filter_columns = ["organization_id"]
    order = "name"


class OrganizationContactView(ResourceView):
    resource = "organization-contacts"
    list_columns = ["name", "organization_id", "role", "email", "phone", "notify"]
    show_columns = [
        (N_("Contact"), ["name", "organization_id", "role", "email", "phone", "notify"])
    ]
    add_columns = ["organization_id", "name", "role", "email", "phone", "notify"]
    edit_columns = ["name", "role", "email", "phone", "notify"]
    search_columns = ["name", "email", "organization.name"]
    filter_columns = ["organization_id"]
    order = "name"


class LocationView(ResourceView):
    resource = "locations"
    list_columns = ["name", "organization_id", "kind", "address", "municipality_id"]
    show_columns = [
        (N_("Location"), ["name", "organization_id", "kind"]),
        (N_("Where"), ["address", "postal_code", "municipality_id", "latitude", "longitude"]),
    ]
    add_columns = [
        "organization_id", "name", "kind", "address", "postal_code", "municipality_id",
        "latitude", "longitude",
    ]  # fmt: skip
    edit_columns = add_columns[1:]
    search_columns = ["name", "address", "organization.name"]
    filter_columns = ["organization_id", "municipality_id", "kind"]
    order = "name"
    related = {"service-locations": "location_id"}
