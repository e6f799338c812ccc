"""Complaints against provisional lists, and their answers."""

from flask import request

from app.errors import N_
from app.models import Complaint
from app.operations import rows as row_operations
from app.query.verbs import Verb
from app.transaction import web
from app.views.base import ResourceView
from app.views.forms import Fields
from app.views.rankings import choose_fact


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

    def verb_fields(self, name: str, known: Verb) -> Fields:
        """The fact that is put right is chosen among those that the ranking asks."""
        found = super().verb_fields(name, known)
        if name == "uphold":
            row = row_operations.get(web(), Complaint, (request.view_args or {})["pk"])
            choose_fact(found, row.entry.ranking_id)
        return found
