"""Saved lists and long work."""

from app.api.base import ResourceApi


class SavedViewApi(ResourceApi):
    resource = "saved-views"
    list_columns = ["title", "resource", "query", "audience", "kind", "in_menu", "seat_id"]
    add_columns = ["title", "resource", "query", "audience", "in_menu"]
    edit_columns = ["title", "audience", "in_menu"]
    filter_columns = ["resource", "audience"]
    search_columns = ["title"]
    sort = "title"


class WorkApi(ResourceApi):
    resource = "works"
    list_columns = [
        "title", "kind", "resource", "status", "total", "done", "failed", "stop_asked", "error",
        "asked_at", "started_at", "finished_at", "seen_at", "file_name", "file_size",
    ]  # fmt: skip
    filter_columns = ["kind", "status", "resource"]
    search_columns = ["title"]
    sort = "-id"


class WorkLineApi(ResourceApi):
    resource = "work-lines"
    list_columns = ["work_id", "line", "row_id", "outcome", "errors"]
    filter_columns = ["work_id", "outcome"]
    sort = "id"
