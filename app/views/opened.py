"""The rows that somebody opened last, kept in their browser until they sign out.

Only which rows, encrypted, for one account and seat; what they are called is asked for anew, under
the policy. On the server nothing is kept: nobody can look up what a colleague looked at.
"""

import json
from dataclasses import dataclass

from flask import Response, after_this_request, current_app, g, request, url_for

from app import security
from app.nouns import titles
from app.sealed import seal, unseal
from app.views.choices import names_of
from app.views.registry import VIEWS

COOKIE = "opened"
CONTEXT = "office.opened"
ROWS = 6


@dataclass(frozen=True)
class Opened:
    """A row that was opened: what it is, its name, its page."""

    noun: str
    name: str
    href: str


def note(resource: str, pk: int) -> None:
    """Put a row first among those that this browser remembers, once its page is answered."""
    if g.principal.seat_id is None:
        return
    before = [one for one in _kept() if one != (resource, pk)]
    kept = [*_reader(), [(resource, pk), *before][:ROWS]]

    @after_this_request
    def remember(answer: Response) -> Response:
        if answer.status_code == 200:
            answer.set_cookie(
                COOKIE, seal(json.dumps(kept), CONTEXT), path=_path(), httponly=True,
                samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"],
            )  # fmt: skip
        return answer


def forget(answer: Response) -> Response:
    """The answer that has the browser forget them."""
    answer.delete_cookie(COOKIE, path=_path())
    return answer


def rows() -> list[Opened]:
    """What is remembered and may still be opened, the last first: a SELECT a noun."""
    granted = security.seat_permissions()
    kept = [one for one in _kept() if ("can_get", one[0]) in granted and one[0] in VIEWS]
    names = {
        resource: names_of(resource, {pk for noun, pk in kept if noun == resource})
        for resource in {noun for noun, _ in kept}
    }
    return [
        Opened(titles.one(noun), name, url_for(f"{VIEWS[noun].__name__}.show", pk=pk))
        for noun, pk in kept
        if (name := names[noun].get(pk))
    ]


def _kept() -> list[tuple[str, int]]:
    """The rows that the cookie names for this account and seat."""
    try:
        user, seat, kept = json.loads(unseal(request.cookies.get(COOKIE, ""), CONTEXT))
    except ValueError:
        return []
    return [(noun, pk) for noun, pk in kept] if [user, seat] == _reader() else []


def _reader() -> list[int | None]:
    return [g.principal.user_id, g.principal.seat_id]


def _path() -> str:
    return url_for("HomeView.index")
