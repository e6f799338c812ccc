"""How often somebody may try to sign in: counted over all workers and machines.

Attempts are counted for the account that is tried and for the address that tries, whichever
door they come through. A Valkey or Redis counts them (``RATELIMIT_STORAGE_URI``), or the
database, where there is none.
"""

import hashlib
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from flask import Flask, g, request
from limits.storage import Storage
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import limiter
from config import Settings

OF_AN_ACCOUNT = "10 per minute"
OF_AN_ADDRESS = "60 per minute"
ACCOUNT = "account "

# One statement that counts and answers, so that two workers never both take the last attempt.
COUNT = text("""
INSERT INTO rate_count AS counted (digest, hits, ends_at)
VALUES (:digest, :amount, now() + make_interval(secs => :seconds))
ON CONFLICT (digest) DO UPDATE SET
    hits = excluded.hits + CASE WHEN counted.ends_at > now() THEN counted.hits ELSE 0 END,
    ends_at = CASE WHEN counted.ends_at > now() THEN counted.ends_at ELSE excluded.ends_at END
RETURNING hits
""")
COUNTED = text("""
SELECT hits, extract(epoch FROM ends_at) FROM rate_count
 WHERE digest = :digest AND ends_at > now()
""")
FORGET = text("DELETE FROM rate_count WHERE digest = :digest")
FORGET_ALL = text("DELETE FROM rate_count")


class DatabaseStorage(Storage):
    """Counts in the table ``rate_count``, by the database's clock."""

    STORAGE_SCHEME = ["database"]
    engine: Engine

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_: Any) -> None:
        super().__init__(uri, wrap_exceptions)

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def _ask(self, statement: Any, **values: Any) -> Any:
        # Beside the request's transaction: a refused attempt counts as well.
        with self.engine.connect() as line:
            line = line.execution_options(isolation_level="AUTOCOMMIT")
            answer = line.execute(statement, values)
            return answer.first() if answer.returns_rows else answer.rowcount

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count an attempt: how many there were since the time began."""
        return int(self._ask(COUNT, digest=_digest(key), amount=amount, seconds=expiry)[0])

    def get(self, key: str) -> int:
        """How many attempts there were."""
        found = self._ask(COUNTED, digest=_digest(key))
        return int(found[0]) if found else 0

    def get_expiry(self, key: str) -> float:
        """When the count begins anew, in seconds of the epoch."""
        found = self._ask(COUNTED, digest=_digest(key))
        return float(found[1]) if found else 0.0

    def check(self) -> bool:
        """Whether the database answers."""
        try:
            return self._ask(text("SELECT 1")) is not None
        except SQLAlchemyError:
            return False

    def reset(self) -> int:
        """Forget all counts."""
        return int(self._ask(FORGET_ALL))

    def clear(self, key: str) -> None:
        """Forget one count."""
        self._ask(FORGET, digest=_digest(key))


def _digest(key: str) -> str:
    # The table shall not become a list of who signs in from where.
    return hashlib.sha256(key.encode()).hexdigest()


def configure(app: Flask, settings: Settings, engine: Engine) -> None:
    """Count where the settings say."""
    DatabaseStorage.engine = engine
    valkey = settings.ratelimit_storage_uri
    app.config["RATELIMIT_STORAGE_URI"] = valkey or "database://"
    app.config["RATELIMIT_HEADERS_ENABLED"] = True
    if valkey:
        # Without its Valkey each worker counts alone, and nobody waits for it long.
        app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_connect_timeout": 1, "socket_timeout": 1, "retry": Retry(NoBackoff(), 1),
        }  # fmt: skip
    limiter.init_app(app)
    _only_at_doors(app)


def _only_at_doors(app: Flask) -> None:
    """Run the limiter's hooks where attempts are counted: nothing counts every request."""
    app.before_request_funcs[None].remove(limiter._check_request_limit)
    for hooks in (app.after_request_funcs, app.teardown_request_funcs):
        hooks[None] = [_at_doors(hook) if _is_limiters(hook) else hook for hook in hooks[None]]


def _is_limiters(hook: Any) -> bool:
    owner = hook.args[0] if isinstance(hook, partial) else getattr(hook, "__self__", None)
    return owner is limiter


def _at_doors(hook: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def run(given: Any) -> Any:
        return hook(given) if g.get("at_door") else given

    return run


def attempts(account: Callable[[], str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A door at which one may try so often; ``account`` says which account is tried."""

    def tried() -> str:
        return ACCOUNT + account().strip().lower()[:128]

    def wrap(view: Callable[..., Any]) -> Callable[..., Any]:
        for limit, whose in ((OF_AN_ACCOUNT, tried), (OF_AN_ADDRESS, _address)):
            shared = limiter.shared_limit(limit, "sign in", key_func=whose, methods=["POST"])
            view = shared(view)

        @wraps(view)
        def enter(*args: Any, **kwargs: Any) -> Any:
            g.at_door = True
            return view(*args, **kwargs)

        return enter

    return wrap


def succeeded() -> None:
    """Whoever got in did not guess: their account's count begins anew, the address's goes on."""
    for one in limiter.current_limits:
        if one.request_args[0].startswith(ACCOUNT):
            limiter.limiter.clear(one.limit, *one.request_args)


def _address() -> str:
    return f"address {request.remote_addr}"
