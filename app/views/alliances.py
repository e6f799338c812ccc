"""Alliances, their territory, and the municipalities of Italy."""

from app.errors import N_
from app.views.base import ResourceView


class AllianceView(ResourceView):
    resource = "alliances"
    importable = False
    list_columns = ["name", "territory", "rite", "office", "email", "phone"]
    show_columns = [
        (N_("Alliance"), ["name", "name_en", "slug", "territory", "rite", "patron_subdivision"]),
        (N_("Procedure"), ["office", "officer", "term_days"]),
        (N_("How to reach it"), ["address", "email", "phone", "accessibility_url"]),
    ]
    add_columns = [
        "slug", "name", "name_en", "territory", "rite", "patron_subdivision", "office", "officer",
        "address", "email", "phone", "term_days", "accessibility_url",
    ]  # fmt: skip
    edit_columns = [
        "name", "name_en", "territory", "office", "officer", "address", "email", "phone",
        "term_days", "accessibility_url",
    ]  # fmt: skip
    search_columns = ["name", "territory"]
    order = "name"


class MunicipalityView(ResourceView):
    resource = "municipalities"
    list_columns = ["name", "province", "postal_code", "istat_code", "cadastral_code"]
    show_columns = [
        (N_("Municipality"), ["name", "province", "postal_code", "istat_code", "cadastral_code"])
    ]
    add_columns = ["name", "province", "postal_code", "istat_code", "cadastral_code"]
    edit_columns = ["name", "province", "postal_code"]
    search_columns = ["name", "istat_code"]
    filter_columns = ["province"]
    order = "name"


class TerritoryView(ResourceView):
    resource = "territories"
    list_columns = ["municipality_id", "municipality.province", "municipality.istat_code",
                    "alliance_id"]  # fmt: skip
    show_columns = [
        (N_("Territory"), ["municipality_id", "municipality.istat_code", "alliance_id"])
    ]
    add_columns = ["alliance_id", "municipality_id"]
    filter_columns = ["municipality_id", "alliance_id"]
    search_columns = ["municipality.name"]
    order = "municipality.label"
