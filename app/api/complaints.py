"""Complaints against provisional lists, and their answers."""

from app.api.base import ResourceApi


class ComplaintApi(ResourceApi):
    resource = "complaints"
    list_columns = [
        "receipt",
        "status",
        "entry.id",
        "entry.code",
        "submitted_at",
        "due_on",
        "answered_at",
    ]
    show_columns = [
        *list_columns,
        "complaint",
        "answer",
        "officer",
        "channel",
        "protocol_number",
        "protocol_date",
    ]
    filter_columns = ["entry_id", "entry.ranking_id"]
    search_columns = ["receipt"]
    sort = "-id"
    one_by_one = True
