"""Workshops, summer camps and their slots."""

from app.api.base import ResourceApi


class WorkshopApi(ResourceApi):
    resource = "workshops"
    demands_version = True
    list_columns = [
        "title",
        "title_en",
        "kind",
        "organization.id",
        "organization.name",
        "season.id",
        "season.title",
        "municipality.id",
        "municipality.name",
        "participants",
        "min_age",
        "max_age",
        "starts_on",
        "ends_on",
        "opens_at",
        "closes_at",
        "status",
        "price_kind",
        "price",
        "reduced_price",
        "reduced_for",
        "price_unit",
        "fee_scheme_id",
        "free_places",
    ]
    show_columns = [
        *list_columns,
        "location.id",
        "location.name",
        "location.address",
        "controller.id",
        "controller.name",
        "allocation",
        "ranking.id",
        "ranking.title",
        "criterion_set.id",
        "offer_hours",
        "absences_allowed",
        "pay_within_days",
        "tuir_letter",
        "description",
        "description_en",
        "submitted_at",
        "published_at",
        "review_note",
        "proposal",
        "alliance.slug",
    ]
    edit_columns = [
        "title",
        "title_en",
        "season_id",
        "kind",
        "municipality_id",
        "location_id",
        "controller_id",
        "participants",
        "min_age",
        "max_age",
        "starts_on",
        "ends_on",
        "opens_at",
        "closes_at",
        "allocation",
        "ranking_id",
        "criterion_set_id",
        "offer_hours",
        "absences_allowed",
        "description",
        "description_en",
        "price_kind",
        "price",
        "reduced_price",
        "reduced_for",
        "price_unit",
        "fee_scheme_id",
        "pay_within_days",
        "tuir_letter",
    ]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["title", "description", "organization.name"]
    filter_columns = [
        "season_id",
        "municipality_id",
        "organization_id",
        "season.kind",
        "ranking_id",
    ]
    sort = "starts_on"
    includes = {"slots": ("slots", "workshop_id")}


class SlotApi(ResourceApi):
    resource = "slots"
    list_columns = [
        "title",
        "title_en",
        "workshop.id",
        "workshop.title",
        "starts_on",
        "ends_on",
        "starts_at",
        "ends_at",
        "places",
        "places_taken",
        "waiting_count",
    ]
    show_columns = [*list_columns, "workshop.status", "organization.name"]
    edit_columns = ["title", "title_en", "starts_on", "ends_on", "starts_at", "ends_at", "places"]
    add_columns = ["workshop_id", *edit_columns]
    filter_columns = ["workshop_id", "workshop.season_id"]
    search_columns = ["title", "workshop.title"]
    sort = "starts_on"
    includes = {"enrollments": ("enrollments", "slot_id")}
