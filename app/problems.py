"""Errors as RFC 9457 problems for programs, and as pages for people."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import orjson
import psycopg
from flask import Flask, Response, current_app, g, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_wtf.csrf import CSRFError
from marshmallow import ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from app import formats
from app.errors import (
    N_,
    BadRequest,
    ChangedMeanwhile,
    DomainError,
    Invalid,
    TooMany,
    Unauthorized,
)
from app.operations.constraints import refusal
from app.query.schemas import errors_of
from app.transaction import web

RETRY_AFTER = 5
LONGEST_NAME = 300
TITLES = {
    400: N_("The request could not be read"),
    401: N_("Not signed in"),
    403: N_("Not allowed"),
    404: N_("Not found"),
    405: N_("Not possible here"),
    409: N_("Conflict"),
    412: N_("Changed in the meantime"),
    413: N_("Too large"),
    415: N_("Unknown kind of content"),
    422: N_("Not valid"),
    428: N_("The version is needed"),
    429: N_("Too many requests"),
    500: N_("Something went wrong"),
    503: N_("Not available now"),
}

# What is there to do, where the refusal itself does not say it.
ADVICE = {
    404: N_("It may have been taken away, or the address may have a mistake in it."),
    429: N_("Please wait a minute, then try again."),
    500: N_("Please try again later. If it happens again, tell the office what you were doing."),
    503: N_("Please try again in a moment."),
}
PORTAL = ("front", "portal", "area")


def translated(message: str, params: dict[str, Any] | None = None) -> str:
    """A message of the rules in the reader's language."""
    said, language = gettext(message), str(get_locale() or "it")
    numbers = {
        k: formats.number(v, language) if type(v) is int else v for k, v in (params or {}).items()
    }
    return said % numbers if numbers else said


def problem(
    status: int,
    code: str,
    detail: str = "",
    errors: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
    besides: dict[str, Any] | None = None,
) -> Response:
    """A problem answer; ``errors`` lists field and message, ``besides`` is the problem's own."""
    body: dict[str, Any] = {
        "type": f"urn:intreccio:problem:{code}",
        "title": gettext(TITLES.get(status, HTTPStatus(status).phrase)),
        "status": status,
        "detail": detail or gettext(TITLES.get(status, HTTPStatus(status).phrase)),
        "instance": request.path,
        "code": code,
        "errors": errors or [],
        **(besides or {}),
    }
    answer = Response(orjson.dumps(body), status, content_type="application/problem+json")
    answer.headers.update(headers or {})
    if status == 401:
        answer.headers.setdefault("WWW-Authenticate", "Bearer")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def of(error: DomainError) -> Response:
    """The problem of a refusal by the rules."""
    errors = [
        # A field may be a parameter of the client's own making, and of any length.
        {"field": field[:LONGEST_NAME], "message": translated(message, params)}
        for field, message, params in error.errors
        if field is not None
    ]
    return problem(error.status, error.code, translated(error.message, error.params), errors)


def for_programs() -> bool:
    """Whether the request came from a program: the API, or whoever asks for JSON."""
    if request.path.startswith(("/api/", "/hsds/", "/status")):
        return True
    best = request.accept_mimetypes.best_match(("text/html", "application/json"))
    return best == "application/json"


def page(
    status: int, detail: str, parameter: str = "", headers: dict[str, str] | None = None
) -> Response:
    """The page that a person sees; ``parameter`` is the part of the address that is wrong."""
    title = gettext(TITLES.get(status, TITLES[500]))
    families = _for_families()
    text = render_template(
        "problem.html", title=title, detail=detail, status=status, parameter=parameter,
        for_families=families, back="/" if families else url_for("HomeView.index"),
        advice=gettext(ADVICE[status]) if status in ADVICE else "",
        without=_without(parameter) if parameter and request.method == "GET" else "",
    )  # fmt: skip
    return Response(text, status, headers, content_type="text/html; charset=utf-8")


def _without(parameter: str) -> str:
    """This page's address without the part that is wrong."""
    left = [pair for pair in request.args.items(multi=True) if pair[0] != parameter]
    return f"{request.path}?{urlencode(left)}" if left else request.path


def _for_families() -> bool:
    """Whether the page is for who reads the public site, and not for who sits at the office."""
    if request.blueprint in PORTAL:
        return True
    # Where no page was found, or nobody asked the database yet who this is.
    principal = g.get("principal")
    away = principal is None or principal.user_id is None or principal.kind == "citizen"
    return away and not request.path.startswith("/office/")


def _typed() -> Response | None:
    """The page that keeps what was typed into a form whose session had ended, if it was one."""
    keep: Callable[[], Response | None] = current_app.extensions["typed"]
    return keep()


def register(app: Flask) -> None:
    """Handle every error of the application, once."""

    @app.errorhandler(DomainError)
    def _refused(error: DomainError) -> Any:
        web.rollback()
        if for_programs():
            return of(error)
        if isinstance(error, Unauthorized):
            return _typed() or redirect(url_for("SignInView.login", next=request.full_path))
        wrong = (error.field or "")[:LONGEST_NAME] if isinstance(error, BadRequest) else ""
        return page(error.status, translated(error.message, error.params), wrong)

    @app.errorhandler(ValidationError)
    def _invalid(error: ValidationError) -> Any:
        return _refused(Invalid.many(errors_of(error)))

    @app.errorhandler(StaleDataError)
    def _stale(error: StaleDataError) -> Any:
        return _refused(ChangedMeanwhile())

    @app.errorhandler(IntegrityError)
    @app.errorhandler(DataError)
    def _unfit(error: IntegrityError | DataError) -> Any:
        # The database has the last word; a rule that had seen it would have said it better.
        current_app.logger.warning("a value reached the database that no check refused: %s", error)
        return _refused(refusal(error))

    @app.errorhandler(OperationalError)
    @app.errorhandler(psycopg.OperationalError)
    def _away(error: Exception) -> Any:
        # The database is away, or too slow for an answer: it may be there in a moment.
        current_app.logger.error("the database does not answer: %s", error)
        return _http(ServiceUnavailable(retry_after=RETRY_AFTER))

    @app.errorhandler(UnicodeError)
    def _no_text(error: UnicodeError) -> Any:
        return _refused(BadRequest())

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        web.rollback()
        status = error.code or 500
        if status < 400:
            return error
        if isinstance(error, CSRFError) and not for_programs() and (answer := _typed()):
            return answer
        kept = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
        if for_programs():
            if status == 429:
                return problem(429, "too-many", translated(TooMany.message), headers=kept)
            code = HTTPStatus(status).phrase.lower().replace(" ", "-")
            return problem(status, code, headers=kept)
        return page(status, gettext(TITLES.get(status, TITLES[500])), headers=kept)

    @app.errorhandler(Exception)
    def _unforeseen(error: Exception) -> Any:
        web.rollback()
        current_app.logger.exception("unforeseen error at %s", request.path)
        return _http(InternalServerError())
