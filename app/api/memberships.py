"""Forms to join one of the two networks, and the decisions on them."""

from app.api.base import ResourceApi


class MembershipApi(ResourceApi):
    resource = "memberships"
    list_columns = [
        "organization.id",
        "organization.name",
        "network",
        "status",
        "sent_at",
        "protocol_number",
        "decided_on",
    ]
    show_columns = [
        *list_columns,
        "call.id",
        "call.title",
        "recipient",
        "signature",
        "file.id",
        "protocol_date",
        "reason",
        "starts_on",
        "ends_on",
    ]
    add_columns = ["organization_id", "network", "call_id", "recipient", "signature", "file_id"]
    edit_columns = [
        "call_id",
        "recipient",
        "signature",
        "file_id",
        "protocol_number",
        "protocol_date",
    ]
    filter_columns = ["organization_id"]
    sort = "-id"
