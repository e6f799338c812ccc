"""Criteria of precedence: sets of them, and their rows."""

from app.api.base import ResourceApi


class CriterionSetApi(ResourceApi):
    resource = "criterion-sets"
    list_columns = [
        "title",
        "title_en",
        "organization.id",
        "organization.name",
        "edition",
        "status",
        "published_at",
    ]
    edit_columns = ["title", "title_en"]
    add_columns = ["organization_id", *edit_columns]
    search_columns = ["title"]
    filter_columns = ["organization_id"]
    sort = "-id"
    includes = {"criteria": ("criteria", "criterion_set_id")}


class CriterionApi(ResourceApi):
    resource = "criteria"
    list_columns = [
        "criterion_set.id",
        "criterion_set.title",
        "position",
        "title",
        "title_en",
        "kind",
        "code",
        "question",
        "points",
        "maximum",
        "first",
    ]
    show_columns = [*list_columns, "declared"]
    edit_columns = [
        "position",
        "title",
        "title_en",
        "kind",
        "code",
        "question",
        "points",
        "maximum",
        "first",
        "declared",
    ]
    add_columns = ["criterion_set_id", *edit_columns]
    filter_columns = ["criterion_set_id"]
    search_columns = ["title", "code"]
    sort = "position"
