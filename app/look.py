"""Light or dark, compact or with room: how this browser's reader wants the pages."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from flask import Response, current_app, request

# How a reader may want the screens: the cookie's parts and their values.
LOOKS = {"theme": ("light", "dark"), "density": ("comfortable", "compact")}
LOOK = "look"
A_YEAR = timedelta(days=365)


def looks() -> dict[str, str]:
    """What the reader chose of the pages' look, in this browser; nothing unknown."""
    said = dict(part.partition("=")[::2] for part in request.cookies.get(LOOK, "").split("&"))
    return {name: said[name] for name, known in LOOKS.items() if said.get(name) in known}


def keep(answer: Response, chosen: Mapping[str, str]) -> Response:
    """The answer, with the choice in a cookie for a year; what is unknown goes back to none."""
    kept = {name: v for name, v in {**looks(), **chosen}.items() if v in LOOKS[name]}
    answer.set_cookie(
        LOOK, urlencode(kept), max_age=A_YEAR, httponly=True, samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )  # fmt: skip
    return answer
