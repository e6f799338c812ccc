"""Public calls and the categories that they admit."""

from app.errors import N_
from app.views.base import ResourceView


class CallView(ResourceView):
    resource = "calls"
    list_columns = ["title", "published_on", "deadline", "asks_services", "status"]
    show_columns = [
        (N_("Call"), ["title", "title_en", "legal_act", "project_id", "status"]),
        (N_("Window"), ["published_on", "deadline", "asks_services"]),
        (N_("About it"), ["description", "description_en"]),
    ]
    add_columns = [
        "title", "title_en", "legal_act", "project_id", "status", "published_on", "deadline",
        "asks_services", "description", "description_en",
    ]  # fmt: skip
    edit_columns = add_columns
    search_columns = ["title", "legal_act"]
    filter_columns = ["status", "project_id", "deadline"]
    order = "-published_on"
    related = {"call-categories": "call_id", "memberships": "call_id", "services": "call_id"}


class CallCategoryView(ResourceView):
    resource = "call-categories"
    list_columns = ["category_id", "call_id"]
    show_columns = [(N_("Category of a call"), ["call_id", "category_id"])]
    add_columns = ["call_id", "category_id"]
    search_columns = ["category.title", "call.title"]
    filter_columns = ["call_id", "category_id"]
    order = "category.label"
