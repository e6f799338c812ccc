"""Funded projects, their extensions and partners."""

from app.api.base import ResourceApi


class ProjectApi(ResourceApi):
    resource = "projects"
    list_columns = [
        "title",
        "title_en",
        "programme",
        "budget",
        "starts_on",
        "ends_on",
        "continues.title",
    ]
    show_columns = [
        *list_columns,
        "legal_act",
        "months",
        "continues.id",
        "description",
        "description_en",
        "alliance.slug",
    ]
    add_columns = [
        "title",
        "title_en",
        "programme",
        "legal_act",
        "budget",
        "starts_on",
        "ends_on",
        "months",
        "continues_id",
        "description",
        "description_en",
    ]
    edit_columns = add_columns
    search_columns = ["title", "programme"]
    sort = "title"
    includes = {
        "calls": ("calls", "project_id"),
        "extensions": ("project-extensions", "project_id"),
        "partners": ("project-partners", "project_id"),
    }


class ProjectExtensionApi(ResourceApi):
    resource = "project-extensions"
    list_columns = ["project.id", "project.title", "extended_to", "decided_on", "legal_act"]
    add_columns = ["project_id", "extended_to", "decided_on", "legal_act"]
    edit_columns = ["extended_to", "decided_on", "legal_act"]
    filter_columns = ["project_id"]


class ProjectPartnerApi(ResourceApi):
    resource = "project-partners"
    list_columns = [
        "project.id",
        "project.title",
        "organization.id",
        "organization.name",
        "role",
        "starts_on",
        "ends_on",
        "source",
    ]
    add_columns = ["project_id", "organization_id", "role", "starts_on", "ends_on", "source"]
    edit_columns = ["role", "starts_on", "ends_on", "source"]
    filter_columns = ["project_id", "organization_id"]
