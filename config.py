"""Settings, read from the environment once."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent

# What production never invents for itself: a key made at start would lock
# the data of the last run away, a password made at start nobody would know.
REQUIRED_IN_PRODUCTION = ("SECRET_KEY", "DATABASE_URL", "DATA_KEY")


class SettingsError(Exception):
    """The environment lacks a setting or holds one that makes no sense."""


_YES = ("yes", "1", "true")


@dataclass(frozen=True)
class Settings:
    """Everything that differs between one installation and another."""

    production: bool = False
    # Secrets stay out of repr(), which ends up in logs and error pages.
    secret_key: str = field(default="", repr=False)
    # None: the embedded PostgreSQL with its data in var/db.
    database_url: str | None = field(default=None, repr=False)
    # Where web workers listen, if not there: a pooler of transactions lets nobody listen.
    listen_url: str | None = field(default=None, repr=False)
    # What encrypted columns are sealed with; app.sealed says how it is read.
    data_key: str = field(default="", repr=False)
    # The address that the web server listens on: this machine alone, unless told.
    bind: str = "127.0.0.1"
    port: int = 8080
    base_url: str = "http://localhost:8080"
    # None: mail is written to var/mail as .eml files.
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = "Intreccio <intreccio@localhost>"
    demo_password: str | None = field(default=None, repr=False)
    citizen_passwords: bool = True
    # Where attempts to sign in are counted; None: in the database.
    ratelimit_storage_uri: str | None = field(default=None, repr=False)
    # The gateway to SPID and CIE; without an issuer there is none.
    oidc_issuer: str | None = None
    oidc_client_id: str = ""
    oidc_client_secret: str = field(default="", repr=False)
    oidc_name: str = "SPID/CIE"
    oidc_scope: str = "openid profile email"
    # How many reverse proxies of our own stand before the web server.
    proxies: int = 0
    var: Path = PROJECT / "var"
    language: str = "it"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings that the environment asks for.

    In development SECRET_KEY, DATA_KEY and DEMO_PASSWORD are made once and
    kept in var/secrets.json. Raises SettingsError, naming every setting that
    production lacks or that cannot be read.
    """
    given = {name: value.strip() for name, value in environ.items() if value.strip()}
    production = _mode(given)
    if production:
        missing = [name for name in REQUIRED_IN_PRODUCTION if name not in given]
        if missing:
            raise SettingsError(f"production mode needs {', '.join(missing)}")
    var = Path(given.get("INTRECCIO_VAR", PROJECT / "var")).resolve()
    kept = {} if production else _kept_secrets(var, given)
    port = _number(given, "PORT", 8080, 1, 65535)
    return Settings(
        production=production,
        secret_key=_secret_key(given.get("SECRET_KEY") or kept["SECRET_KEY"]),
        database_url=_database_url(given, "DATABASE_URL"),
        listen_url=_database_url(given, "LISTEN_DATABASE_URL"),
        data_key=_data_key(given.get("DATA_KEY") or kept["DATA_KEY"]),
        bind=given.get("INTRECCIO_BIND", Settings.bind),
        port=port,
        base_url=given.get("BASE_URL", f"http://localhost:{port}").rstrip("/"),
        smtp_url=_smtp_url(given.get("SMTP_URL")),
        mail_from=given.get("MAIL_FROM", Settings.mail_from),
        # Demo data and logins never load in production.
        demo_password=None if production else given.get("DEMO_PASSWORD") or kept["DEMO_PASSWORD"],
        citizen_passwords=_switch(given, "CITIZEN_PASSWORDS", default=not production),
        ratelimit_storage_uri=_storage(given.get("RATELIMIT_STORAGE_URI")),
        **_oidc(given, production),
        proxies=_number(given, "PROXIES", 0, 0, 9),
        var=var,
        language=_one_of(given, "INTRECCIO_LANGUAGE", "it", ("it", "en")),
    )


def _mode(given: Mapping[str, str]) -> bool:
    # A mistyped "prodution" must not open a development server to the world.
    modes = ("development", "production")
    return _one_of(given, "INTRECCIO_ENV", "development", modes) == "production"


def _one_of(given: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    value = given.get(name, default)
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}, must be one of {', '.join(allowed)}")
    return value


def _number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    value = given.get(name, str(default))
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise SettingsError(f"{name} is {value!r}, must be a number from {low} to {high}")
    return int(value)


def _switch(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name)
    if value is None:
        return default
    return _one_of(given, name, "", ("yes", "no", "1", "0", "true", "false")) in _YES


def _database_url(given: Mapping[str, str], name: str) -> str | None:
    url = given.get(name)
    if url is None:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise SettingsError(f"{name} must name a PostgreSQL: postgresql://user@host/database")
    return f"postgresql+psycopg://{rest}"


def _storage(uri: str | None) -> str | None:
    if uri is None:
        return None
    scheme, separator, rest = uri.partition("://")
    # Valkey speaks Redis's protocol, and one client is enough for both.
    scheme = scheme.replace("valkey", "redis")
    if not separator or scheme not in ("redis", "rediss", "redis+unix", "redis+sentinel"):
        raise SettingsError("RATELIMIT_STORAGE_URI must name a Valkey or Redis: redis://host:6379")
    return f"{scheme}://{rest}"


def _oidc(given: Mapping[str, str], production: bool) -> dict[str, str]:
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if name not in given]
    if len(missing) == len(names):
        return {}
    if missing:
        raise SettingsError(f"digital identities need {', '.join(missing)} as well")
    if not given["OIDC_ISSUER"].startswith("https://" if production else ("https://", "http://")):
        raise SettingsError("OIDC_ISSUER must begin with https://")
    return {
        "oidc_issuer": given["OIDC_ISSUER"].rstrip("/"),
        "oidc_client_id": given["OIDC_CLIENT_ID"],
        "oidc_client_secret": given["OIDC_CLIENT_SECRET"],
        "oidc_name": given.get("OIDC_NAME", Settings.oidc_name),
        "oidc_scope": given.get("OIDC_SCOPE", Settings.oidc_scope),
    }


def _smtp_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("smtp://", "smtps://")):
        raise SettingsError("SMTP_URL must begin with smtp:// or smtps://")
    return url


def _secret_key(key: str) -> str:
    if len(key) < 32:
        raise SettingsError("SECRET_KEY must have at least 32 characters")
    return key


def _data_key(keys: str) -> str:
    # "secret", or "id:secret,id:secret" with the current first, so that a key
    # can be changed while what older ones sealed stays readable.
    for part in keys.split(","):
        name, _, secret = part.strip().rpartition(":")
        if not (name or "k1").isalnum() or len(secret) < 32:
            raise SettingsError("DATA_KEY must hold secrets of at least 32 characters")
    return keys


def _new_password() -> str:
    # Crockford's letters: somebody types this from a terminal.
    return "-".join(
        "".join(secrets.choice("0123456789abcdefghjkmnpqrstvwxyz") for _ in range(4))
        for _ in range(4)
    )


_MAKERS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(48),
    "DATA_KEY": lambda: secrets.token_urlsafe(48),
    "DEMO_PASSWORD": _new_password,
}


def _kept_secrets(var: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Development's own secrets: those of the last run, made now where missing."""
    if all(name in given for name in _MAKERS):
        return {}
    var.mkdir(parents=True, exist_ok=True)
    path = var / "secrets.json"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+", encoding="utf-8") as file:
        # Web and jobs may start together: the first makes them, the other reads.
        fcntl.flock(file, fcntl.LOCK_EX)
        text = file.read()
        kept: dict[str, str] = json.loads(text) if text else {}
        missing = [name for name in _MAKERS if name not in kept]
        if missing:
            kept |= {name: _MAKERS[name]() for name in missing}
            file.seek(0)
            file.truncate()
            json.dump(kept, file, indent=2)
    return kept
