"""Periods that workshops are held in."""

from app.api.base import ResourceApi


class SeasonApi(ResourceApi):
    resource = "seasons"
    list_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    show_columns = [*list_columns, "alliance.slug"]
    add_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    edit_columns = add_columns
    search_columns = ["title"]
    sort = "-starts_on"
    includes = {"workshops": ("workshops", "season_id")}
