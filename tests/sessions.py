"""Sessions and clients on a real database whose work is taken back after each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_jwt_extended import create_access_token
from sqlalchemy import Connection, Engine
from werkzeug.test import TestResponse

import app.scope  # noqa: F401 - the policy's listeners
from app import clock, create_app, models, sealed, security, transaction
from app.api.exchange import MERGE_PATCH
from app.extensions import limiter
from app.transaction import Principal, ScopedSession, open_session
from config import Settings
from tests import factories
from tests.databases import ENVIRONMENT


@pytest.fixture
def now() -> datetime:
    """The instant of the test."""
    return clock.now()


@contextmanager
def rolled_back(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is taken back."""
    sealed.configure(ENVIRONMENT["DATA_KEY"])
    with engine.connect() as made:
        outer = made.begin()
        yield made
        outer.rollback()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection whose transaction is rolled back."""
    with rolled_back(engine) as made:
        yield made


@pytest.fixture
def db(connection: Connection) -> Iterator[ScopedSession]:
    """A session of the system, into which the factories write."""
    session = open_session(
        connection, transaction.system("test"), join_transaction_mode="create_savepoint"
    )
    with factories.into(session):
        yield session
    session.close()


@pytest.fixture
def as_seat(db: ScopedSession) -> Iterator[Callable[..., ScopedSession]]:
    """Call it with a seat kind and ids: a session of that seat, on the test's transaction."""
    opened: list[ScopedSession] = []

    def open_as(kind: str, **values: Any) -> ScopedSession:
        db.flush()
        # Not a savepoint each: two seats' savepoints would end in the wrong order.
        session = open_session(
            db.connection(), Principal(kind, **values), join_transaction_mode="rollback_only"
        )
        opened.append(session)
        return session

    yield open_as
    for session in opened:
        session.close()


class Program(FlaskClient):
    """Names what it sends as the document does: what a PATCH brings is a merge patch."""

    def open(self, *args: Any, **options: Any) -> TestResponse:
        if options.get("method") == "PATCH" and "json" in options:
            options.setdefault("content_type", MERGE_PATCH)
        return super().open(*args, **options)


@pytest.fixture(scope="session")
def flask_app(engine: Engine, settings: Settings) -> Flask:
    """The application, made once; each test binds it to its own transaction."""
    made = create_app(settings, engine)
    made.testing = True
    made.test_client_class = Program
    return made


def token_for(seat: models.Seat) -> str:
    """An access token of the seat, as a login gives it; the context is the application's."""
    row = SimpleNamespace(
        Seat=seat,
        token_version=seat.user.token_version,
        first_name=seat.user.first_name,
        last_name=seat.user.last_name,
    )
    return create_access_token(str(seat.user_id), additional_claims=security.claims_of(row))


@dataclass
class Client:
    """A program signed in under a seat, or nobody."""

    http: FlaskClient
    token: str | None
    seat: models.Seat | None

    def open(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self.http.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.open("GET", path, **options)

    def post(self, path: str, **options: Any) -> TestResponse:
        return self.open("POST", path, **options)

    def patch(self, path: str, **options: Any) -> TestResponse:
        return self.open("PATCH", path, **options)

    def put(self, path: str, **options: Any) -> TestResponse:
        return self.open("PUT", path, **options)

    def delete(self, path: str, **options: Any) -> TestResponse:
        return self.open("DELETE", path, **options)


@pytest.fixture
def web_on(flask_app: Flask, db: ScopedSession) -> Iterator[Flask]:
    """The application, working on the test's transaction."""
    connection = db.connection()
    for registry in (transaction.web, security.accounts):
        registry.remove()
        registry.configure(bind=connection, join_transaction_mode="create_savepoint")
    limiter.reset()
    yield flask_app
    for registry in (transaction.web, security.accounts):
        registry.remove()


@pytest.fixture
def client(web_on: Flask, db: ScopedSession) -> Callable[..., Client]:
    """Call it with a seat of the database, or None for the public: a client of the API."""

    def sign_in(seat: models.Seat | None = None) -> Client:
        db.flush()
        if seat is None:
            return Client(web_on.test_client(), None, None)
        with web_on.app_context():
            token = token_for(seat)
        return Client(web_on.test_client(), token, seat)

    return sign_in


@pytest.fixture
def browse(web_on: Flask, db: ScopedSession) -> Callable[..., FlaskClient]:
    """Call it with a seat: a client of the screens, signed in by cookie; no CSRF asked."""

    def sign_in(seat: models.Seat) -> FlaskClient:
        db.flush()
        http = web_on.test_client()
        with http.session_transaction() as session:
            session["_user_id"] = str(seat.user_id)
            session["_fresh"] = True
            session["seat"] = seat.id
            session["version"] = seat.user.token_version
        return http

    return sign_in
