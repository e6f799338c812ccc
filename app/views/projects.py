"""Funded projects, their extensions and partners."""

from app.errors import N_
from app.views.base import ResourceView


class ProjectView(ResourceView):
    resource = "projects"
    list_columns = ["title", "programme", "budget", "starts_on", "ends_on", "continues_id"]
    show_columns = [
        (N_("Project"), ["title", "title_en", "programme", "legal_act", "continues_id"]),
        (N_("Money and time"), ["budget", "starts_on", "ends_on", "months"]),
        (N_("About it"), ["description", "description_en"]),
    ]
    add_columns = [
        "title", "title_en", "programme", "legal_act", "continues_id", "budget", "starts_on",
        "ends_on", "months", "description", "description_en",
    ]  # fmt: skip
    edit_columns = add_columns
    search_columns = ["title", "programme", "legal_act"]
    filter_columns = ["starts_on"]
    order = "title"
    related = {"project-partners": "project_id", "project-extensions": "project_id",
               "calls": "project_id"}  # fmt: skip


class ProjectExtensionView(ResourceView):
    resource = "project-extensions"
    list_columns = ["extended_to", "project_id", "decided_on", "legal_act"]
    show_columns = [(N_("Extension"), ["project_id", "extended_to", "decided_on", "legal_act"])]
    add_columns = ["project_id", "extended_to", "decided_on", "legal_act"]
    edit_columns = ["extended_to", "decided_on", "legal_act"]
    search_columns = ["project.title"]
    filter_columns = ["project_id"]
    order = "-extended_to"


class ProjectPartnerView(ResourceView):
    resource = "project-partners"
    list_columns = ["organization_id", "project_id", "role", "starts_on", "ends_on", "source"]
    show_columns = [
        (N_("Partner of a project"), ["organization_id", "project_id", "role"]),
        (N_("Dates and source"), ["starts_on", "ends_on", "source"]),
    ]
    add_columns = ["project_id", "organization_id", "role", "starts_on", "ends_on", "source"]
    edit_columns = ["role", "starts_on", "ends_on", "source"]
    search_columns = ["organization.name", "project.title"]
    filter_columns = ["project_id", "organization_id", "role"]
    order = "organization.label"
