"""Accounts, messages, jobs and the trail of changes."""

from app.api.base import ResourceApi


class AllianceApi(ResourceApi):
    resource = "alliances"
    list_columns = ["slug", "name", "name_en", "territory", "rite", "office", "email", "phone"]
    show_columns = [*list_columns, "officer", "address", "term_days", "accessibility_url"]
    edit_columns = [
        "name",
        "name_en",
        "territory",
        "office",
        "officer",
        "address",
        "email",
        "phone",
        "term_days",
        "accessibility_url",
    ]
    add_columns = ["slug", "rite", "patron_subdivision", *edit_columns]
    search_columns = ["name"]
    sort = "name"


class MunicipalityApi(ResourceApi):
    resource = "municipalities"
    list_columns = ["istat_code", "cadastral_code", "name", "province", "postal_code"]
    add_columns = ["istat_code", "cadastral_code", "name", "province", "postal_code"]
    edit_columns = ["name", "province", "postal_code"]
    search_columns = ["name", "istat_code"]
    sort = "name"


class TerritoryApi(ResourceApi):
    resource = "territories"
    list_columns = ["municipality.id", "municipality.name", "municipality.istat_code"]
    add_columns = ["municipality_id"]
    filter_columns = ["municipality_id"]


class SeatApi(ResourceApi):
    resource = "seats"
    list_columns = ["kind", "organization.name", "user_id", "active"]
    show_columns = [
        "kind",
        "organization.id",
        "organization.name",
        "user_id",
        "alliance_id",
        "role_id",
        "care",
        "active",
    ]
    add_columns = ["user_id", "alliance_id", "kind", "organization_id", "role_id", "care"]
    edit_columns = ["role_id", "care", "active"]
    filter_columns = ["user_id"]
    sort = "id"


class MessageApi(ResourceApi):
    resource = "messages"
    list_columns = ["kind", "recipient", "status", "attempts", "next_at", "sent_at", "error"]
    show_columns = [*list_columns, "about", "locale"]
    search_columns = ["recipient"]
    sort = "-id"


class JobRunApi(ResourceApi):
    resource = "job-runs"
    list_columns = ["job", "due_at", "started_at", "finished_at", "status", "rows", "error"]
    search_columns = ["job"]
    sort = "-due_at"


class AuditEventApi(ResourceApi):
    resource = "audit-events"
    list_columns = ["at", "table_name", "row_id", "action", "columns", "actor", "on_behalf_of"]
    filter_columns = ["user_id", "seat_id"]
    search_columns = ["table_name", "actor"]
    sort = "-id"


class SensitiveReadApi(ResourceApi):
    resource = "sensitive-reads"
    list_columns = ["at", "table_name", "row_ids", "columns", "user_id", "seat_id"]
    sort = "-id"
