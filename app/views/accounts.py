"""Accounts, the seats that they hold, and the roles that narrow them."""

from collections.abc import Iterable
from typing import Any

from flask import current_app

from app.errors import N_
from app.views.base import ResourceView, Row
from app.views.forms import Fields


def languages() -> dict[str, str]:
    """The languages of the screens, each by its own name."""
    known: dict[str, Any] = current_app.config["LANGUAGES"]
    return {code: language["name"] for code, language in known.items()}


def language(row: Row) -> str:
    """The language that somebody reads."""
    code = str(row.get("locale") or "")
    return languages().get(code, code)


class AccountView(ResourceView):
    resource = "accounts"
    list_columns = ["username", "first_name", "last_name", "email", "active", "last_login"]
    show_columns = [
        (N_("Account"), ["username", "first_name", "last_name", "email", "active"]),
        (N_("Use"), ["locale", "last_login", "login_count", "fail_login_count", "created_on"]),
    ]
    edit_columns = ["first_name", "last_name", "email", "active", "locale"]
    search_columns = ["username", "first_name", "last_name", "email"]
    filter_columns = ["active"]
    order = "username"
    related = {"seats": "user_id", "relations": "user_id"}
    said_as = {"locale": language}

    def form_fields(self, names: Iterable[str]) -> Fields:
        """The language is one of those that there are."""
        asked = super().form_fields(names)
        for one in asked:
            if one.name == "locale":
                one.kind, one.choices = "choice", [*languages().items()]
        return asked


class SeatsView(ResourceView):
    resource = "seats"
    importable = False
    list_columns = ["user_id", "kind", "organization_id", "alliance_id", "care", "active"]
    show_columns = [
        (N_("Seat"), ["user_id", "kind", "alliance_id", "organization_id"]),
        (N_("Limits"), ["role_id", "care", "active"]),
    ]
    add_columns = ["user_id", "kind", "alliance_id", "organization_id", "role_id", "care"]
    edit_columns = ["role_id", "care", "active"]
    search_columns = ["user.username", "user.last_name", "organization.name"]
    filter_columns = ["kind", "user_id", "organization_id", "role_id", "active"]
