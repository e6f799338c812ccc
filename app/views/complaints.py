"""Complaints against provisional lists, and their answers."""

from app.errors import N_
from app.views.base import ResourceView


class ComplaintView(ResourceView):
    resource = "complaints"
    importable = False
    list_columns = ["receipt", "status", "entry_id", "submitted_at", "due_on", "answered_at"]
    show_columns = [
        (N_("Complaint"), ["receipt", "status", "entry_id", "complaint", "answer"]),
        (N_("Procedure"), ["submitted_at", "due_on", "answered_at", "officer", "channel",
                           "protocol_number", "protocol_date"]),
    ]  # fmt: skip
    add_columns = ["entry_id", "complaint"]
    search_columns = ["receipt", "entry.code"]
    filter_columns = ["status", "entry_id", "entry.ranking_id", "due_on"]
    order = "-id"
