"""The catalogue: categories, services and where they are offered."""

from app.api.base import ResourceApi


class ServiceCategoryApi(ResourceApi):
    resource = "service-categories"
    list_columns = [
        "code",
        "tree",
        "title",
        "title_en",
        "parent.id",
        "parent.title",
        "examples",
        "position",
    ]
    show_columns = [*list_columns, "alliance.slug"]
    add_columns = ["code", "tree", "title", "title_en", "parent_id", "examples", "position"]
    edit_columns = add_columns
    search_columns = ["title", "examples"]
    filter_columns = ["parent_id"]
    sort = "tree,position"
    includes = {
        "children": ("service-categories", "parent_id"),
        "services": ("services", "category_id"),
    }


class ServiceApi(ResourceApi):
    resource = "services"
    demands_version = True
    list_columns = [
        "uid",
        "title",
        "title_en",
        "organization.id",
        "organization.name",
        "category.id",
        "category.title",
        "municipality.id",
        "municipality.name",
        "status",
        "price_kind",
        "price",
        "reduced_price",
        "reduced_for",
        "price_unit",
        "fee_scheme_id",
        "requestable",
    ]
    show_columns = [
        *list_columns,
        "controller.id",
        "controller.name",
        "call.id",
        "call.title",
        "audience",
        "how_to",
        "needs",
        "timing",
        "tuir_letter",
        "description",
        "description_en",
        "submitted_at",
        "published_at",
        "review_note",
        "proposal",
        "alliance.slug",
    ]
    edit_columns = [
        "title",
        "title_en",
        "category_id",
        "call_id",
        "controller_id",
        "municipality_id",
        "description",
        "description_en",
        "audience",
        "how_to",
        "needs",
        "timing",
        "price_kind",
        "price",
        "reduced_price",
        "reduced_for",
        "price_unit",
        "fee_scheme_id",
        "tuir_letter",
        "requestable",
    ]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["title", "description", "organization.name", "category.title"]
    filter_columns = ["category_id", "municipality_id", "organization_id"]
    sort = "title"
    includes = {
        "locations": ("service-locations", "service_id"),
        "requests": ("service-requests", "service_id"),
    }


class ServiceLocationApi(ResourceApi):
    resource = "service-locations"
    list_columns = [
        "service.id",
        "service.title",
        "location.id",
        "location.name",
        "location.address",
    ]
    add_columns = ["service_id", "location_id"]
    filter_columns = ["service_id", "location_id"]
