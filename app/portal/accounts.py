"""Signing up, in and out, and a new password, for citizens."""

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, g, redirect, request, url_for
from flask_appbuilder.utils.base import get_safe_redirect
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import login_user, logout_user

from app import security, throttle
from app.errors import DomainError, NotFound
from app.models import SEAT_KINDS
from app.operations import accounts, invitations
from app.portal import site
from app.portal.site import pages
from app.problems import translated
from app.transaction import web

Errors = list[tuple[str, str]]


def _typed() -> str:
    return request.form.get("username", request.form.get("email", ""))


# As many attempts as the staff's sign-in lets, counted together with it.
_limited = throttle.attempts(_typed)


def _passwords() -> bool:
    """Whether citizens may have passwords here (DL 76/2020 art. 24)."""
    return bool(current_app.extensions["settings"].citizen_passwords)


def _text(name: str) -> str:
    return request.form.get(name, "").replace("\x00", "")[:400]


def _tried(work: Callable[[], Any]) -> Errors:
    """Do it, or say field by field what is wrong; nothing is written then."""
    try:
        work()
        web.commit()
    except DomainError as refusal:
        web.rollback()
        return [(field or "", translated(message, params))
                for field, message, params in refusal.errors]  # fmt: skip
    return []


def _form(template: str, errors: Errors | None = None, **values: Any) -> Any:
    return site.render(
        template, 422 if errors else 200, errors=errors or [], typed=request.form, **values
    )


@pages.route("/accedi", methods=["GET", "POST"])
@_limited
def login() -> Any:
    """Sign in; where passwords are off, say how citizens are known."""
    target = get_safe_redirect(request.args.get("next") or url_for("area.home"))
    if g.principal.user_id is not None:
        return redirect(target)
    if not _passwords():
        return site.render("account/identity.html", target=target)
    if request.method == "GET":
        return _form("account/login.html", target=target)
    account = security.sign_in(_text("username").strip(), request.form.get("password", "")[:400])
    if account is None:
        wrong = _("The e-mail address or the password is wrong.")
        return _form("account/login.html", [("username", wrong)], target=target)
    throttle.succeeded()
    security.start_session(account)
    login_user(account, remember=False)
    return redirect(target)


@pages.post("/esci")
def logout() -> Any:
    """End the session."""
    logout_user()
    security.end_session()
    return redirect(url_for("portal.home"))


@pages.route("/registrati", methods=["GET", "POST"])
@_limited
def sign_up() -> Any:
    """Ask for an account; the answer is the same whether the address has one."""
    if not _passwords():
        return site.render("account/identity.html")
    if request.method == "GET":
        return _form("account/sign_up.html")
    names = ("email", "password", "first_name", "last_name")
    errors = _tried(
        lambda: accounts.sign_up(
            site.db(),
            alliance_id=g.alliance["id"],
            locale=str(get_locale())[:2],
            now=security.moment(),
            **{name: _text(name) for name in names},
        )
    )
    if errors:
        return _form("account/sign_up.html", errors)
    return site.render("account/sent.html", email=_text("email"), what="confirm")


@pages.route("/confirm/<token>", methods=["GET", "POST"])
def confirm(token: str) -> Any:
    """Open the account. A click, since mail scanners follow links."""
    if not _passwords():
        raise NotFound()
    errors: Errors = []
    if request.method == "POST":
        errors = _tried(lambda: accounts.confirm(site.db(), token=token, now=security.moment()))
        if not errors:
            flash(_("Your address is confirmed. You can sign in now."), "success")
            return redirect(url_for("portal.login"))
    return _form("account/confirm.html", errors)


@pages.route("/password", methods=["GET", "POST"])
@_limited
def ask_reset() -> Any:
    """Ask for a link to choose a new password; who works here has one in any case."""
    if request.method == "GET":
        return _form("account/ask_reset.html")
    errors = _tried(
        lambda: accounts.ask_reset(
            site.db(),
            alliance_id=g.alliance["id"],
            email=_text("email"),
            citizens=_passwords(),
            now=security.moment(),
        )
    )
    if errors:
        return _form("account/ask_reset.html", errors)
    return site.render("account/sent.html", email=_text("email"), what="reset")


@pages.route("/reset/<token>", methods=["GET", "POST"])
@_limited
def reset(token: str) -> Any:
    """Choose a new password."""
    if request.method == "GET":
        return _form("account/reset.html")
    errors = _tried(
        lambda: accounts.reset(
            site.db(), token=token, password=_text("password"), now=security.moment()
        )
    )
    if errors:
        return _form("account/reset.html", errors)
    flash(_("The new password is set. You can sign in with it now."), "success")
    return redirect(url_for("portal.login"))


@pages.route("/invitation/<token>", methods=["GET", "POST"])
@_limited
def invitation(token: str) -> Any:
    """Take a seat that one was invited to: staff, partners, a second parent."""
    now = security.moment()
    errors: Errors = []
    if request.method == "POST":
        names = ("first_name", "last_name", "password")
        errors = _tried(
            lambda: invitations.accept_invitation(
                site.db(), token=token, now=now, **{name: _text(name) for name in names}
            )
        )
        if not errors:
            flash(_("The invitation is accepted. You can sign in now."), "success")
            return redirect(url_for("portal.login"))
    try:
        given = invitations.invitation(site.db(), token=token, now=now)
    except DomainError as refusal:
        gone = [("token", translated(refusal.message, refusal.params))]
        return _form("account/invitation.html", gone, invitation=None)
    kind = _(SEAT_KINDS[given.kind])
    return _form("account/invitation.html", errors, invitation=given, kind=kind)
