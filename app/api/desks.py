"""Social points and what people delegate to them."""

from app.api.base import ResourceApi


class SocialPointApi(ResourceApi):
    resource = "social-points"
    list_columns = [
        "name",
        "organization.id",
        "organization.name",
        "location.address",
        "opening_hours",
        "phone",
        "email",
    ]
    edit_columns = ["name", "location_id", "opening_hours", "phone", "email"]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["name"]
    filter_columns = ["organization_id"]
    sort = "name"
    includes = {"delegations": ("delegations", "social_point_id")}


class DelegationApi(ResourceApi):
    resource = "delegations"
    list_columns = [
        "person.id",
        "person.label",
        "social_point.id",
        "social_point.name",
        "scope",
        "method",
        "confirmed_at",
        "revoked_at",
        "starts_on",
        "ends_on",
    ]
    filter_columns = ["person_id", "social_point_id"]
    sort = "-id"
    small_cells = 5
