"""What citizens ask of services."""

from app.api.base import ResourceApi


class ServiceRequestApi(ResourceApi):
    resource = "service-requests"
    list_columns = [
        "receipt",
        "status",
        "service.id",
        "service.title",
        "person.id",
        "person.label",
        "submitted_at",
        "due_on",
        "channel",
    ]
    show_columns = [
        *list_columns,
        "service.organization.name",
        "message",
        "contact",
        "answer",
        "reason",
        "fee",
        "fee_lines",
        "officer",
        "protocol_number",
        "protocol_date",
    ]
    filter_columns = ["service_id", "person_id"]
    search_columns = ["receipt", "person.last_name", "person.first_name"]
    sort = "-id"
    small_cells = 5
