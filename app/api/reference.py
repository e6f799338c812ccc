"""The API's document, and the page that shows it and tries it out."""

from typing import Any

import orjson
from flask import Blueprint, Response, current_app, make_response, render_template, request
from flask_babel import get_locale

from app.api.document import document

reference = Blueprint("reference", __name__)

# The page's own scripts and styles and nothing else; icons are written into the styles.
POLICY = (
    "default-src 'self'; img-src 'self' data:; font-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; frame-ancestors 'self'"
)


@reference.get("/api/v1/openapi.json")
def show() -> Response:
    """The OpenAPI document in the reader's language, made once a process."""
    made: dict[str, bytes] = current_app.extensions.setdefault("openapi", {})
    language = str(get_locale() or "it")
    if language not in made:
        made[language] = orjson.dumps(whole())
    answer = Response(made[language], content_type="application/json")
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Vary"] = "Accept-Language"
    answer.headers["Content-Language"] = language
    answer.add_etag()
    return answer.make_conditional(request)


def whole() -> dict[str, Any]:
    """The document of this installation."""
    return document(current_app.extensions["settings"])


@reference.get("/swagger/v1")
def console() -> Response:
    """The reference page, with a console to try each operation."""
    answer = make_response(render_template("reference.html"))
    answer.headers["Content-Security-Policy"] = POLICY
    return answer
