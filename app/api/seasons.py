"""Periods that workshops are held in."""

from app.api.base import ResourceApi


class SeasonApi(ResourceApi):
    resource = "seasons"
    list_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    show_columns = [
        "title",
        "title_en",
        "kind",
        "school_year",
        "starts_on",
        "ends_on",
        "alliance.slug",
    ]
    add_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    edit_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    search_columns = ["title"]
    sort = "-starts_on"
