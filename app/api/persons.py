"""The people that the alliance serves, and who acts for them."""

from app.api.base import ResourceApi


class PersonApi(ResourceApi):
    resource = "persons"
    list_columns = [
        "first_name",
        "last_name",
        "birth_date",
        "fiscal_code",
        "municipality.name",
        "email",
        "phone",
    ]
    show_columns = [
        *list_columns,
        "no_fiscal_code",
        "sex",
        "municipality.id",
        "address",
        "school",
        "allergies",
        "pickup",
    ]
    add_columns = [
        "first_name",
        "last_name",
        "birth_date",
        "fiscal_code",
        "no_fiscal_code",
        "sex",
        "municipality_id",
        "address",
        "email",
        "phone",
        "school",
        "allergies",
        "pickup",
    ]
    edit_columns = add_columns
    search_columns = ["last_name", "first_name", "fiscal_code"]
    sort = "last_name,first_name"
    includes = {
        "delegations": ("delegations", "person_id"),
        "enrollments": ("enrollments", "person_id"),
        "relations": ("relations", "person_id"),
        "requests": ("service-requests", "person_id"),
    }
    small_cells = 5


class RelationApi(ResourceApi):
    resource = "relations"
    list_columns = ["kind", "person.id", "person.label", "ends_on", "user_id"]
    add_columns = ["user_id", "person_id", "kind", "ends_on"]
    edit_columns = ["kind", "ends_on"]
    filter_columns = ["person_id"]
    small_cells = 5
