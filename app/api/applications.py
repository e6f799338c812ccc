"""What families submit: several children, several slots, one receipt."""

from app.api.base import ResourceApi


class ApplicationApi(ResourceApi):
    resource = "applications"
    list_columns = ["receipt", "status", "submitted_at", "due_on", "channel", "season.title"]
    show_columns = [
        "receipt",
        "status",
        "submitted_at",
        "due_on",
        "officer",
        "channel",
        "season.id",
        "season.title",
        "contact_email",
        "contact_phone",
        "note",
        "photo_consent",
        "protocol_number",
        "protocol_date",
    ]
    edit_columns = ["contact_email", "contact_phone", "note", "photo_consent"]
    search_columns = ["receipt"]
    filter_columns = ["season_id"]
    sort = "-id"
