"""What was typed into a form whose session had ended: it comes back to who typed it, not saved.

It is handed back with the page that asks to sign in, encrypted for the account for which the
form was drawn, and goes the same way round once more. It stands in no address and no log, and
neither here nor in the browser is anything left to clear.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, cast

from flask import Response, current_app, flash, g, make_response, render_template, request, url_for
from flask_appbuilder.security.forms import LoginForm_db
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import ImmutableMultiDict

from app import security
from app.errors import BadRequest
from app.sealed import seal, unseal
from app.views import once

CONTEXT = "form.draft"
# A form's part is half a million bytes at most, and what is encrypted is a third longer.
LONGEST = 300_000
# What belongs to the session that ended, or is made anew.
LEFT_OUT = ("csrf_token", "once", "draft")
TITLE = _("Sign in")


@dataclass(frozen=True)
class Draft:
    """A form as it was sent."""

    by: int
    seat: int
    path: str
    address: str
    files: bool
    fields: list[tuple[str, str]]


def opened(text: str | None) -> Draft | None:
    """The draft that a text holds; None for what is not ours."""
    try:
        return Draft(**json.loads(unseal(text or "", CONTEXT)))
    except ValueError:
        return None


def keep() -> Response | None:
    """For a form that came without its session: a page that keeps what was typed.

    None for what is no form of the office, or another account's.
    """
    if request.method != "POST":
        return None
    if "principal" not in g:
        security.identify()
    text = request.form.get("draft", "")
    draft = opened(text) or _sent()
    if draft is None or g.principal.user_id not in (None, draft.by):
        return None
    text = seal(json.dumps(asdict(draft)), CONTEXT)
    if g.principal.user_id is None:
        return sign_in(LoginForm_db(formdata=None), draft, text, 401)
    return _page("back", 400, title=gettext("The page was too old"), draft=draft, text=text)


def _sent() -> Draft | None:
    author = once.author()
    if author is None or not request.path.startswith("/office/"):
        return None
    typed = [p for p in request.form.items(multi=True) if p[0] not in LEFT_OUT]
    if sum(len(value) for _name, value in typed) > LONGEST:
        return None
    files = any(upload.filename for upload in request.files.values())
    return Draft(*author, request.path, request.full_path.rstrip("?"), files, typed)


def sign_in(form: Any, draft: Draft | None, text: str, status: int) -> Response:
    """The page that asks to sign in; it says so if something that was typed waits."""
    address = draft.address if draft else request.args.get("next")
    action = url_for("SignInView.login", next=address)
    return _page(
        "login", status, title=str(TITLE), form=form, draft=draft, text=text if draft else "",
        action=action,
    )  # fmt: skip


def back(text: str, user_id: int) -> Response | None:
    """The page that leads whoever has signed in back to what they typed; None for all others."""
    draft = opened(text)
    if draft is None or draft.by != user_id:
        return None
    # The session is new, and so is its token.
    g.pop("csrf_token", None)
    security.identify()
    return _page("back", 200, title=gettext("Signed in"), draft=draft, text=text, goes=True)


def _page(template: str, status: int, **values: Any) -> Response:
    appbuilder = cast(Any, current_app).appbuilder
    page = render_template(f"office/{template}.html", appbuilder=appbuilder, **values)
    answer = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def before_work() -> Response | None:
    """What comes before a form's work: what was typed is taken back, in the seat that it is for.

    A page for a form that was drawn for another seat of the account. Raises BadRequest, Forbidden.
    """
    if "draft" in request.form:
        _take_back()
        return None
    author = once.author()
    if author is None or author == (g.principal.user_id, g.principal.seat_id):
        return None
    draft = _sent()
    if draft is None or draft.by != g.principal.user_id:
        return None
    text = seal(json.dumps(asdict(draft)), CONTEXT)
    title = gettext("You act from another seat now")
    return _page("back", 409, title=title, draft=draft, text=text)


def _take_back() -> None:
    """Put what was typed in the place of what was sent."""
    draft = opened(request.form["draft"])
    if draft is None or draft.by != g.principal.user_id or draft.path != request.path:
        raise BadRequest(field="draft")
    if draft.seat != g.principal.seat_id:
        security.choose_seat(draft.seat)
        security.identify()
    request.form = ImmutableMultiDict(draft.fields)
    g.typed_again = True
    flash(gettext("What you typed is here again. It is not saved yet."), "warning")
    if draft.files:
        flash(gettext("Files have to be chosen again."), "warning")
