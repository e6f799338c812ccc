"""Public calls and the categories that they admit."""

from app.api.base import ResourceApi


class CallApi(ResourceApi):
    resource = "calls"
    list_columns = [
        "title",
        "title_en",
        "legal_act",
        "published_on",
        "deadline",
        "asks_services",
        "status",
    ]
    show_columns = [
        *list_columns,
        "project.id",
        "project.title",
        "description",
        "description_en",
        "alliance.slug",
    ]
    add_columns = [
        "title",
        "title_en",
        "legal_act",
        "project_id",
        "published_on",
        "deadline",
        "asks_services",
        "status",
        "description",
        "description_en",
    ]
    edit_columns = add_columns
    search_columns = ["title", "description"]
    filter_columns = ["project_id"]
    sort = "-published_on"
    includes = {"categories": ("call-categories", "call_id")}


class CallCategoryApi(ResourceApi):
    resource = "call-categories"
    list_columns = ["call.id", "call.title", "category.id", "category.title"]
    add_columns = ["call_id", "category_id"]
    filter_columns = ["call_id", "category_id"]
