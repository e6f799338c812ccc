"""Criteria of precedence: sets of them, and their rows."""

from app.errors import N_
from app.views.base import ResourceView


class CriterionSetView(ResourceView):
    resource = "criterion-sets"
    importable = False
    settled = ("published",)
    list_columns = ["title", "edition", "organization_id", "status", "published_at"]
    show_columns = [
        (N_("Set of criteria"), ["title", "title_en", "organization_id", "edition", "status",
                                 "published_at"]),
    ]  # fmt: skip
    add_columns = ["organization_id", "title", "title_en"]
    edit_columns = ["title", "title_en"]
    search_columns = ["title"]
    filter_columns = ["status", "organization_id"]
    order = "-id"
    related = {"criteria": "criterion_set_id"}


class CriterionView(ResourceView):
    resource = "criteria"
    list_columns = ["position", "title", "kind", "code", "question", "points", "maximum", "first",
                    "criterion_set_id"]  # fmt: skip
    show_columns = [
        (N_("Criterion"), ["criterion_set_id", "position", "title", "title_en", "declared"]),
        (N_("How it counts"), ["kind", "code", "question", "points", "maximum", "first"]),
    ]
    add_columns = ["criterion_set_id", "position", "title", "title_en", "kind", "code", "question",
                   "points", "maximum", "first", "declared"]  # fmt: skip
    edit_columns = ["position", "title", "title_en", "kind", "code", "question", "points",
                    "maximum", "first", "declared"]  # fmt: skip
    search_columns = ["title", "code"]
    filter_columns = ["criterion_set_id", "kind"]
    order = "position"
