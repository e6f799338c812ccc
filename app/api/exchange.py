"""What every request of the API goes through, and how it is read and answered."""

import functools
import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any, cast

import orjson
from flask import Response, request, send_file

from app import security
from app.api import asking
from app.errors import (
    N_,
    BadRequest,
    Conflict,
    TooLarge,
    Unauthorized,
    UnknownContent,
    VersionNeeded,
)
from app.operations import care, idempotency
from app.query.schemas import Sent
from app.statements import ending
from app.transaction import ScopedSession, prove, web

NOT_JSON = N_("The body is not a JSON object.")
LONG_KEY = N_("An idempotency key has between 1 and 200 printable characters.")
BAD_ETAG = N_("If-Match takes one entity tag, as ETag gave it.")
TOO_LARGE = N_("At most %(most)s are taken at once.")
WANTS_JSON = N_("Send JSON, with Content-Type: %(kind)s.")
MOST_JSON = 1_000_000
# A strong comparison (RFC 9110, 13.1.1): a weak tag never matches.
TAG = re.compile(r'"[0-9]{1,18}"')
JSON = "application/json"
# What a patch means is said by its media type (RFC 5789, 2). Plain JSON is read as one too: it is
# what most programs send when they are not told otherwise, and it can mean nothing else here.
MERGE_PATCH = "application/merge-patch+json"


def endpoint(
    verb: str, late: bool = False
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Permission, cross-site check, transaction and idempotence around a handler.

    Who asks is proven before the handler that writes, or, ``late``, by its first statement: then
    it may catch nothing that a statement raises.
    """

    def wrap(handler: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(handler)
        def run(self: Any, *args: Any, **kwargs: Any) -> Response:
            security.require_csrf()
            security.require(kwargs.get("verb", verb), self.resource)
            key = _key()
            if request.method in security.SAFE_METHODS:
                answer = handler(self, *args, **kwargs)
                prove(web())  # What read nothing has proven nothing yet.
            elif asking.flag("dry_run"):
                return _tried(lambda: handler(self, *args, **kwargs))
            elif key is not None:
                answer = _once(key, lambda: _proven(late, lambda: handler(self, *args, **kwargs)))
            else:
                answer = _proven(late, lambda: handler(self, *args, **kwargs))
            if web().in_transaction():
                web.commit()
            return answer

        run._permission_name = verb  # type: ignore[attr-defined]
        return run

    return wrap


def _proven(late: bool, work: Callable[[], Response]) -> Response:
    """The work's answer, if who asks is who they say: that is said before anything else."""
    if not late:
        prove(web())
    try:
        return work()
    finally:
        prove(web())


def _tried(work: Callable[[], Response]) -> Response:
    """What the work would answer; nothing of it stays, but for who read health notes."""
    prove(web())
    care.trial(web())
    answer = work()
    web.rollback()
    care.log_trial(web(), now=security.moment())
    web.commit()
    answer.headers["Dry-Run"] = "true"
    answer.headers.pop("Location", None)
    return answer


def _key() -> str | None:
    """The key under which a POST counts once, if it has one. Raises BadRequest."""
    key = request.environ.get("HTTP_IDEMPOTENCY_KEY") if request.method == "POST" else None
    if key is not None and not (1 <= len(key) <= 200 and key.isascii() and key.isprintable()):
        raise BadRequest(LONG_KEY, field="Idempotency-Key")
    return key


def _once(key: str, work: Callable[[], Response]) -> Response:
    """The stored answer of a request that was done before, or the work's own, stored with it."""
    db, now = web(), security.moment()
    user_id = db.principal.user_id
    if user_id is None:
        raise Unauthorized()
    named = request.method, request.full_path, str(db.principal.seat_id)
    digest = hashlib.sha256("\n".join(named).encode() + b"\n" + request.get_data()).hexdigest()
    asked = {"user_id": user_id, "key": key, "digest": digest, "now": now}
    idempotency.remember(db, **asked)
    try:
        return _known(work, db, asked)
    except idempotency.Answered as before:
        answer = json_answer(None, before.status)
        answer.set_data(before.text)
        answer.headers["Idempotent-Replayed"] = "true"
        return answer


def _known(work: Callable[[], Response], db: ScopedSession, asked: dict[str, Any]) -> Response:
    """The work's answer. A refusal is none where the first request was answered meanwhile."""
    try:
        with ending(db) as last:
            answer = work()
            if 200 <= answer.status_code < 300:
                said = answer.get_data(as_text=True)
                idempotency.store(db, **asked, status=answer.status_code, answer=said, ending=last)
            elif last.steps:
                last.run(db)
    except Conflict:
        web.rollback()
        idempotency.look(db, **asked)
        raise
    return answer


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON: money as text, instants with their zone."""
    data = b"" if body is None else orjson.dumps(body, default=_plain)
    said = [("Cache-Control", "no-store"), *(headers or {}).items()]
    return Response(data, status, said, content_type=JSON)


def pdf_answer(made: bytes, name: str) -> Response:
    """A paper, as a download that no cache keeps."""
    answer: Any = send_file(
        BytesIO(made),
        mimetype="application/pdf",
        as_attachment=True,
        download_name=f"{name}.pdf",
    )
    answer.headers["Cache-Control"] = "no-store"
    return cast(Response, answer)


def _plain(value: Any) -> Any:
    return str(value)


def body() -> dict[str, Any]:
    """The request's JSON object. Raises TooLarge, UnknownContent, BadRequest."""
    if (request.content_length or 0) > MOST_JSON or len(sent := request.get_data()) > MOST_JSON:
        raise TooLarge(TOO_LARGE, most=f"{MOST_JSON // 1000} kB")
    kinds = (MERGE_PATCH, JSON) if request.method == "PATCH" else (JSON,)
    if sent and request.mimetype not in kinds:
        raise UnknownContent(WANTS_JSON, kind=kinds[0])
    try:
        found = orjson.loads(sent or b"{}")
    except (orjson.JSONDecodeError, RecursionError):
        raise BadRequest(NOT_JSON) from None
    if not isinstance(found, dict):
        raise BadRequest(NOT_JSON)
    return Sent(found)


def name_patch(answer: Response) -> Response:
    """Say which patches are taken: to who asks how, and who sent another (RFC 5789, 2.2, 3.1)."""
    patched = answer.status_code == 415 and request.method == "PATCH"
    asked = answer.status_code == 200 and request.method == "OPTIONS"
    if patched or (asked and "PATCH" in answer.allow):
        answer.headers["Accept-Patch"] = MERGE_PATCH
    return answer


def expected_version(demanded: bool = False) -> int | None:
    """The version that ``If-Match`` names. Raises BadRequest for another form, and
    VersionNeeded where none is named and the noun demands one."""
    given = request.headers.get("If-Match")
    if given is None and demanded:
        raise VersionNeeded(field="If-Match")
    if given is None or given == "*":
        return None
    if not TAG.fullmatch(given):
        raise BadRequest(BAD_ETAG, field="If-Match")
    return int(given.strip('"'))
