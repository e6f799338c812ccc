"""Flask-AppBuilder's security manager, on our accounts, sessions and permissions."""

from typing import Any

from flask import Flask, g
from flask_appbuilder.const import AUTH_DB
from flask_appbuilder.security.sqla.manager import SecurityManager as FabSecurityManager
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_login import LoginManager, current_user
from sqlalchemy import Engine

from app import problems
from app.errors import Unauthorized
from app.extensions import limiter
from app.models import Account
from app.security.grants import seat_permissions
from app.security.seats import accounts
from app.transaction import web


class SecurityManager(FabSecurityManager):
    """Permissions of the seat that the request acts under; a session of its own."""

    user_model = Account

    @property
    def session(self) -> Any:
        return accounts

    def create_limiter(self, app: Flask) -> Limiter:
        return limiter

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether the active seat holds the permission; a menu entry asks for its list."""
        verb = "can_list" if permission_name == "menu_access" else permission_name
        return (verb, view_name) in seat_permissions()

    def is_item_public(self, permission_name: str, view_name: str) -> bool:
        return False

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        return {name for name in menu_names or [] if self.has_access("menu_access", name)}

    def create_login_manager(self, app: Flask) -> LoginManager:
        """Flask-AppBuilder's, but that no page loads the whole account just to be drawn."""
        manager = LoginManager()
        manager.init_app(app, add_context_processor=False)
        manager.login_view = "login"
        manager.user_loader(self.load_user)
        return manager

    def create_jwt_manager(self, app: Flask) -> JWTManager:
        manager = super().create_jwt_manager(app)
        # Every way for a token to be wrong has one answer.
        refuse = lambda *_: problems.of(Unauthorized())  # noqa: E731
        for hook in (
            manager.unauthorized_loader,
            manager.invalid_token_loader,
            manager.expired_token_loader,
            manager.revoked_token_loader,
            manager.user_lookup_error_loader,
            manager.needs_fresh_token_loader,
            manager.token_verification_failed_loader,
        ):
            hook(refuse)
        return manager

    def load_user_jwt(self, _jwt_header: Any, jwt_data: Any) -> Any:
        """The account behind a token; ``identify`` checks its version and seat itself."""
        return self.load_user(jwt_data["sub"])

    @staticmethod
    def before_request() -> None:
        g.user = current_user


def configure(app: Flask, engine: Engine) -> None:
    """Bind the sessions to the database and the requests to their principals."""
    for registry in (web, accounts):
        registry.remove()
        registry.configure(bind=engine)
    app.config["AUTH_TYPE"] = AUTH_DB

    @app.teardown_appcontext
    def _remove_sessions(_: BaseException | None) -> None:
        web.remove()
        accounts.remove()
