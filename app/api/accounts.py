"""Accounts, roles and what a role narrows."""

from app.api.base import ResourceApi


class AccountApi(ResourceApi):
    resource = "accounts"
    list_columns = ["first_name", "last_name", "username", "email", "active"]
    show_columns = [*list_columns, "locale", "last_login", "login_count", "fail_login_count"]
    edit_columns = ["first_name", "last_name", "email", "active", "locale"]
    search_columns = ["last_name", "first_name", "username", "email"]
    sort = "last_name"


class RoleApi(ResourceApi):
    resource = "roles"
    list_columns = ["name"]
    search_columns = ["name"]
    sort = "name"


class RoleScopeApi(ResourceApi):
    resource = "role-scopes"
    list_columns = ["role.id", "role.name", "base"]
    sort = "id"
