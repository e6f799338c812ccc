"""Signing in on a screen, signing out, and changing seat."""

from typing import Any

from flask import current_app, flash, g, redirect, request
from flask_appbuilder import BaseView, expose
from flask_appbuilder.security.forms import LoginForm_db
from flask_appbuilder.security.views import AuthDBView
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import lazy_gettext as _
from flask_login import login_user, logout_user

from app import security, throttle
from app.views import drafts, opened

WRONG = _("The user name or the password is wrong.")


def _tried() -> str:
    return request.form.get("username", "")


class SignInView(AuthDBView):
    """``/login/`` and ``/logout/``."""

    title = drafts.TITLE

    @expose("/login/", methods=["GET", "POST"])
    @throttle.attempts(_tried)
    def login(self) -> Any:
        """The form, and what it sends; what was typed stays when it is refused."""
        target = get_safe_redirect(request.args.get("next", ""))
        draft = request.form.get("draft", "")
        if g.principal.user_id is not None:
            return drafts.back(draft, g.principal.user_id) or redirect(target)
        form = LoginForm_db()
        status = 200
        if form.validate_on_submit():
            account = security.sign_in(form.username.data, form.password.data)
            if account is not None:
                throttle.succeeded()
                security.start_session(account)
                login_user(account, remember=False)
                return drafts.back(draft, account.id) or redirect(target)
            flash(str(WRONG), "danger")
            status = 401
        return drafts.sign_in(form, drafts.opened(draft), draft, status)

    @expose("/logout/", methods=["POST"])
    def logout(self) -> Any:
        """End the session."""
        logout_user()
        security.end_session()
        return opened.forget(redirect(current_app.config.get("LOGOUT_REDIRECT_URL", "/")))


class SeatView(BaseView):
    """``/seat``: act under another of one's seats."""

    route_base = "/seat"

    @expose("/", methods=["POST"])
    def choose(self) -> Any:
        """Take the seat and go back to its home."""
        wanted = request.form.get("seat", "")
        security.choose_seat(int(wanted) if wanted.isdecimal() and len(wanted) < 19 else 0)
        return redirect(
            get_safe_redirect(request.form.get("next", "") or self.appbuilder.get_url_for_index)
        )
