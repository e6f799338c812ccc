"""The generated screens."""

from flask_appbuilder import AppBuilder, IndexView

from app.views.login import SeatView, SignInView


class HomeView(IndexView):
    """What a seat sees first."""


def register(appbuilder: AppBuilder) -> None:
    """Add every screen to the application."""
    appbuilder.sm.auth_view = appbuilder.add_view_no_menu(SignInView)
    appbuilder.sm.lm.login_view = "SignInView.login"
    appbuilder.add_view_no_menu(SeatView)
