"""Signing in and out of the browser's session."""

from typing import Any, cast

from flask import current_app, session
from flask_login import login_user

from app.models import Account
from app.security.seats import accounts, seats_of


def sign_in(username: str, password: str) -> Account | None:
    """The account, if the password is its; the same work is done when there is none."""
    manager = cast(Any, current_app).appbuilder.sm
    known = manager.find_user(username=username) or manager.find_user(email=username)
    if known is not None and not (known.password and _may_come_by_password(known.id)):
        # Known by a digital identity alone: no password fits, whatever is typed.
        username = ""
    found = manager.auth_user_db(username, password)
    return cast("Account | None", found)


def _may_come_by_password(user_id: int) -> bool:
    return any(row.Seat is not None for row in seats_of(user_id))


def start_session(account: Account, how: str = "password") -> None:
    """Begin a session of the browser, under a new identifier; it knows how one came in."""
    session.clear()
    session["how"] = how
    session["version"] = account.token_version
    session["locale"] = account.locale


def welcome(user_id: int, seat_id: int) -> None:
    """Begin the session of somebody whom a digital identity named, on a seat of theirs."""
    manager = cast(Any, current_app).appbuilder.sm
    account = manager.load_user(user_id)
    manager.update_user_auth_stat(account)
    start_session(account, "identity")
    session["seat"] = seat_id
    login_user(account, remember=False)
    accounts.rollback()


def end_session() -> None:
    """Forget who it was, but not the language."""
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
