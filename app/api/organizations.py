"""Bodies of the network, their other names, contacts and places."""

from app.api.base import ResourceApi


class OrganizationApi(ResourceApi):
    resource = "organizations"
    list_columns = [
        "uid",
        "name",
        "kind",
        "municipality.name",
        "website",
        "email",
        "phone",
        "status",
    ]
    show_columns = [
        *list_columns,
        "fiscal_code",
        "vat_number",
        "municipality.id",
        "address",
        "pec",
        "description",
        "description_en",
        "note",
        "alliance.slug",
    ]
    add_columns = [
        "name",
        "kind",
        "fiscal_code",
        "vat_number",
        "municipality_id",
        "address",
        "website",
        "email",
        "phone",
        "pec",
        "description",
        "description_en",
        "note",
    ]
    edit_columns = [
        "name",
        "kind",
        "fiscal_code",
        "vat_number",
        "municipality_id",
        "address",
        "website",
        "email",
        "phone",
        "pec",
        "status",
        "description",
        "description_en",
        "note",
    ]
    search_columns = ["name"]
    filter_columns = ["municipality_id"]
    sort = "name"
    includes = {
        "aliases": ("organization-aliases", "organization_id"),
        "contacts": ("organization-contacts", "organization_id"),
        "locations": ("locations", "organization_id"),
        "memberships": ("memberships", "organization_id"),
        "services": ("services", "organization_id"),
        "social_points": ("social-points", "organization_id"),
        "workshops": ("workshops", "organization_id"),
    }


class OrganizationAliasApi(ResourceApi):
    resource = "organization-aliases"
    list_columns = ["organization.id", "organization.name", "name", "source"]
    add_columns = ["organization_id", "name", "source"]
    edit_columns = ["name", "source"]
    search_columns = ["name"]
    filter_columns = ["organization_id"]


class OrganizationContactApi(ResourceApi):
    resource = "organization-contacts"
    list_columns = [
        "organization.id",
        "organization.name",
        "name",
        "role",
        "email",
        "phone",
        "notify",
    ]
    edit_columns = ["name", "role", "email", "phone", "notify"]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["name", "email"]
    filter_columns = ["organization_id"]


class LocationApi(ResourceApi):
    resource = "locations"
    list_columns = [
        "uid",
        "organization.id",
        "organization.name",
        "name",
        "kind",
        "address",
        "postal_code",
        "municipality.name",
    ]
    show_columns = [*list_columns, "municipality.id", "latitude", "longitude"]
    edit_columns = [
        "name",
        "kind",
        "address",
        "postal_code",
        "municipality_id",
        "latitude",
        "longitude",
    ]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["name", "address"]
    filter_columns = ["organization_id", "municipality_id"]
    sort = "name"
