"""Forms to join one of the two networks, and the decisions on them."""

from app.errors import N_
from app.views.base import ResourceView


class MembershipView(ResourceView):
    resource = "memberships"
    importable = False
    list_columns = ["organization_id", "network", "status", "sent_at", "protocol_number",
                    "decided_on"]  # fmt: skip
    show_columns = [
        (N_("Membership"), ["organization_id", "network", "call_id", "status", "reason"]),
        (N_("Form"), ["recipient", "signature", "file_id", "sent_at"]),
        (N_("Registry"), ["protocol_number", "protocol_date", "decided_on"]),
        (N_("Dates"), ["starts_on", "ends_on"]),
    ]
    add_columns = ["organization_id", "network", "call_id", "recipient", "signature", "file_id"]
    edit_columns = ["call_id", "recipient", "signature", "file_id", "protocol_number",
                    "protocol_date"]  # fmt: skip
    search_columns = ["organization.name", "protocol_number"]
    filter_columns = ["network", "status", "organization_id", "call_id"]
    order = "-id"
