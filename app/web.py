"""The Flask application: settings, extensions, screens, API and portal put together."""

import select
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask, Request, Response, g, has_request_context, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_appbuilder import AppBuilder
from flask_babel import get_locale
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import configure_mappers
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter

import config
from app import api, assets, database, portal, problems, scope, sealed, security, throttle, views
from app.api.reference import reference
from app.extensions import csrf
from app.permissions import NAMES
from app.public import touched
from app.public.cache import FOR_ANYBODY, Cache
from app.public.changes import Changes
from app.status import status
from app.transaction import web

LANGUAGES = {
    "it": {"flag": "it", "name": "Italiano"},
    "en": {"flag": "gb", "name": "English"},
}
LONGEST_STATEMENT = "60s"
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "SAMEORIGIN"),
)
# What a page may load and where it may send: this server's, and no script or style in the page.
CONTENT = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self' data:",
    "img-src 'self' data:", "connect-src 'self'", "manifest-src 'self'", "form-action 'self'",
    "base-uri 'none'", "frame-ancestors 'self'",
))  # fmt: skip
LARGEST_REQUEST = 12 * 1024 * 1024


class Web(Flask):
    """An application without coroutines."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func  # Flask would ask each hook of each request what it is.


class Sessions(SecureCookieSessionInterface):
    """The browser's session; a program with a token has none, and none is looked for."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_AUTHORIZATION" in request.environ:
            return self.session_class()
        return super().open_session(app, request)


class RowNumber(IntegerConverter):
    """A number in an address; one that no row can have becomes one that no row has."""

    def to_python(self, value: str) -> int:
        return int(value) if len(value) < 19 else 2**63 - 1


def make_engine(url: str) -> Engine:
    """The engine of a web worker or of the jobs."""
    # What families sent stands in no log, not even beside an error.
    made = create_engine(url, pool_size=10, max_overflow=20, hide_parameters=True)
    event.listen(made, "checkout", _still_there)
    event.listen(made, "connect", _bounded)
    return made


def _bounded(connection: Any, _: Any) -> None:
    """No statement of a request runs for ever: whoever asked is long gone by then."""
    connection.autocommit = True
    connection.execute(f"SET statement_timeout = '{LONGEST_STATEMENT}'")
    connection.autocommit = False


def _still_there(connection: Any, *_: Any) -> None:
    """Leave a pooled connection that its server has closed; another is made instead.

    An idle connection has nothing to read but its end: asking the kernel saves the question
    to the server that each request would begin with.
    """
    asked = select.poll()
    asked.register(connection.fileno(), select.POLLIN | select.POLLHUP)
    if asked.poll(0):
        raise DisconnectionError("the server closed the connection")


class Builder(AppBuilder):  # type: ignore[misc]
    """Flask-AppBuilder without its own design: no script, style or font of it is served."""

    def _add_global_static(self) -> None:
        """Nothing: no page asks for what lies there."""


def make_app(settings: config.Settings | None, engine: Engine | None) -> Flask:
    """The application on its database."""
    settings = settings or config.load()
    sealed.configure(settings.data_key)
    configure_mappers()
    scope.criteria("public")
    app = Web("app", template_folder="templates", static_folder="static")
    app.config.update(_flask_settings(settings))
    app.url_map.converters["int"] = RowNumber
    app.session_interface = Sessions()
    app.extensions["settings"] = settings
    app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
        app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
    )
    csrf.init_app(app)
    # With an engine of somebody else's, a test's, nothing is kept.
    listens = engine is None
    engine = engine or make_engine(database.url_of(settings))
    app.config["REMEMBERS_COUNTS"] = listens
    _answer_from_memory(app, settings, engine, listens)
    throttle.configure(app, settings, engine)
    with app.app_context():
        security.configure(app, engine)
        app.before_request(security.identify)
        appbuilder = Builder(
            app,
            web,
            security_manager_class=security.SecurityManager,
            indexview=views.HomeView,
            base_template="office/base.html",
        )
        app.extensions["babel"].locale_selector = choose_locale
        problems.register(app)
        api.register(appbuilder)
        views.register(appbuilder)
        portal.register(app)
        app.register_blueprint(status)
        app.register_blueprint(reference)
    assets.configure(app)
    app.after_request(_headers)
    app.jinja_env.globals.update(languages=LANGUAGES, current_locale=get_locale, resources=NAMES)
    return app


def _flask_settings(settings: config.Settings) -> dict[str, Any]:
    return {
        "SECRET_KEY": settings.secret_key,
        "JWT_SECRET_KEY": settings.secret_key,
        "JWT_ACCESS_TOKEN_EXPIRES": timedelta(minutes=30),
        "JWT_REFRESH_TOKEN_EXPIRES": timedelta(days=7),
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": settings.production,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=12),
        "MAX_CONTENT_LENGTH": LARGEST_REQUEST,
        "WTF_CSRF_TIME_LIMIT": None,
        "BABEL_DEFAULT_LOCALE": settings.language,
        "BABEL_DEFAULT_TIMEZONE": "Europe/Rome",
        "BABEL_TRANSLATION_DIRECTORIES": "translations",
        "LANGUAGES": LANGUAGES,
        "APP_NAME": "Intreccio",
        "FAB_CREATE_DB": False,
        "FAB_UPDATE_PERMS": False,
        "FAB_ADD_SECURITY_VIEWS": False,
        "FAB_ADD_SECURITY_API": False,
        "FAB_API_SWAGGER_UI": False,
        "FAB_ADD_MENU_API": False,
        "FAB_API_MAX_PAGE_SIZE": 100,
        "FAB_API_SHOW_STACKTRACE": False,
        "JSON_SORT_KEYS": False,
    }


def _answer_from_memory(
    app: Flask, settings: config.Settings, engine: Engine, listens: bool
) -> None:
    """Put the memory of published data before everything else."""
    touched.watch(engine)
    address = settings.listen_url or engine.url.render_as_string(hide_password=False)
    cookies = (app.config["SESSION_COOKIE_NAME"], "remember_token")
    app.wsgi_app = Cache(  # type: ignore[method-assign]
        app.wsgi_app, engine, Changes(address), listens=listens, cookies=cookies,
        language=lambda header: language_of(parse_accept_header(header, LanguageAccept)) or "it",
    )  # fmt: skip
    app.extensions["public"] = app.wsgi_app


def language_of(accepted: LanguageAccept) -> str | None:
    """The one of our languages that a program asks for."""
    return accepted.best_match(LANGUAGES)


def choose_locale() -> str:
    """The reader's language: asked for, chosen before, sent by the browser, Italian."""
    if not has_request_context():
        return "it"
    asked = request.args.get("_l_") or session.get("locale")
    if request.path.startswith("/api/"):
        asked = language_of(request.accept_languages) or asked
    return asked if asked in LANGUAGES else "it"


def _headers(answer: Response) -> Response:
    said = {name.lower() for name, _ in answer.headers}
    answer.headers.extend([header for header in ALWAYS if header[0].lower() not in said])
    if answer.mimetype == "text/html" and "content-security-policy" not in said:
        answer.headers["Content-Security-Policy"] = CONTENT
    if answer.mimetype == "text/html" and "cache-control" not in said:
        # A page is its reader's: their language and colours, if not their name.
        answer.headers["Cache-Control"] = "private, no-cache"
        answer.vary.update(("Accept", "Accept-Language", "Cookie"))
    principal = g.get("principal")
    if principal is not None and principal.user_id is not None:
        if "cache-control" not in said:
            answer.headers["Cache-Control"] = "no-store"
    elif principal is not None and principal.kind == "public":
        request.environ[FOR_ANYBODY] = True
    return answer
