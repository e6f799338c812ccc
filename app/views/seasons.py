"""Periods that workshops are held in, proposed from the calendar and the rite."""

from app.errors import N_
from app.views.base import ResourceView


class SeasonView(ResourceView):
    resource = "seasons"
    list_columns = ["title", "kind", "school_year", "starts_on", "ends_on"]
    show_columns = [
        (N_("Season"), ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"])
    ]
    add_columns = ["title", "title_en", "kind", "school_year", "starts_on", "ends_on"]
    edit_columns = add_columns
    search_columns = ["title", "school_year"]
    filter_columns = ["kind", "school_year"]
    order = "-starts_on"
    related = {"workshops": "season_id"}
