"""Places and wishes for places."""

from app.api.base import ResourceApi


class EnrollmentApi(ResourceApi):
    resource = "enrollments"
    list_columns = [
        "status",
        "queue_no",
        "person.id",
        "person.label",
        "slot.id",
        "slot.title",
        "slot.starts_on",
        "slot.workshop.title",
        "offer_expires_at",
        "fee",
        "application.receipt",
    ]
    show_columns = [
        *list_columns,
        "position",
        "person.birth_date",
        "slot.ends_on",
        "slot.workshop.id",
        "reason",
        "reduced",
        "extras",
        "fee_lines",
        "application.id",
    ]
    filter_columns = ["slot_id", "person_id", "application_id", "slot.workshop_id",
                      "slot.workshop.season_id"]  # fmt: skip
    search_columns = ["person.last_name", "person.first_name", "application.receipt"]
    sort = "-id"
    small_cells = 5


class AttendanceApi(ResourceApi):
    resource = "attendances"
    list_columns = ["enrollment.id", "day", "status", "excused", "left_at", "picked_up_by"]
    show_columns = [*list_columns, "reason"]
    filter_columns = ["enrollment_id", "day", "enrollment.slot_id"]
    sort = "-id"
    small_cells = 5


class StateChangeApi(ResourceApi):
    resource = "state-changes"
    list_columns = ["noun", "row_id", "from_status", "to_status", "reason", "at"]
    sort = "-id"
    small_cells = 5
