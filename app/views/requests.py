"""What people ask of services, and how the asked answer."""

from app.errors import N_
from app.views.base import ResourceView
from app.views.enrollments import fee_lines


class ServiceRequestView(ResourceView):
    resource = "service-requests"
    importable = False
    list_columns = ["receipt", "status", "service_id", "person_id", "submitted_at", "due_on",
                    "channel"]  # fmt: skip
    show_columns = [
        (N_("Service request"), ["receipt", "status", "service_id", "service.organization.label",
                                 "person_id", "channel"]),
        (N_("What was asked and answered"), ["message", "contact", "answer", "reason"]),
        (N_("Fee"), ["fee", "fee_lines"]),
        (N_("Procedure"), ["submitted_at", "due_on", "officer", "protocol_number",
                           "protocol_date"]),
    ]  # fmt: skip
    add_columns = ["person_id", "service_id", "message", "contact"]
    search_columns = ["receipt", "person.last_name", "person.first_name", "service.title"]
    filter_columns = ["status", "service_id", "person_id", "due_on"]
    order = "-id"
    said_as = {"fee_lines": fee_lines}
