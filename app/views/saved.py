"""Lists that are kept under a name."""

from app.errors import N_
from app.views.base import ResourceView
from app.views.works import about


class SavedViewView(ResourceView):
    resource = "saved-views"
    importable = False
    list_columns = ["title", "resource", "audience", "in_menu"]
    show_columns = [(N_("Saved view"), ["title", "resource", "query", "audience", "in_menu"])]
    add_columns = ["title", "resource", "query", "audience", "in_menu"]
    edit_columns = ["title", "audience", "in_menu"]
    search_columns = ["title"]
    filter_columns = ["resource", "audience"]
    order = "title"
    said_as = {"resource": about}
