"""What every operation may answer besides its own: problems, and the headers of limits."""

from typing import Any

from flask_babel import gettext

from app.api import bulk
from app.api.document import columns
from app.api.exchange import JSON, MERGE_PATCH
from app.errors import N_
from app.problems import TITLES

PROBLEM = "application/problem+json"

LIMITS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
# Header, what it says, its schema.
HEADERS: dict[str, tuple[str, dict[str, Any], Any]] = {
    LIMITS[0]: (N_("How many requests the limit allows, where one applies."),
                {"type": "integer", "format": "int32", "minimum": 0}, 60),
    LIMITS[1]: (N_("How many of them are left."),
                {"type": "integer", "format": "int32", "minimum": 0}, 59),
    LIMITS[2]: (N_("When the limit begins anew, in seconds since 1970."),
                {"type": "integer", "format": "int64", "minimum": 0}, 1795338000),
    "Retry-After": (N_("After how many seconds it makes sense to try again."),
                    {"type": "integer", "format": "int32", "minimum": 0}, 30),
    "ETag": (N_("The row's version; sent back in If-Match, it prevents lost updates."),
             {"type": "string", "maxLength": 200}, '"7"'),
    "Dry-Run": (N_("`true` where nothing of it was kept."),
                {"type": "string", "enum": ["true"]}, "true"),
    "Idempotent-Replayed": (N_("`true` where the answer is the one of the first time."),
                            {"type": "string", "enum": ["true"]}, "true"),
    "Content-Tag": (N_("The content's, for If-None-Match; of a row asked for with a token or a "
                       "key it is the version, for If-Match."),
                    {"type": "string", "maxLength": 200}, '"646ca9ecbae052ed62c656d633371b"'),
    "Last-Modified": (N_("When published data changed last; not given with a token or a key."),
                      {"type": "string", "maxLength": 40}, "Sun, 22 Nov 2026 15:38:54 GMT"),
    "Cache-Control": (N_("Published data may be kept, if they are asked for again before they "
                         "are used; nothing else may."),
                      {"type": "string", "maxLength": 100}, "public, max-age=0, must-revalidate"),
    "Location": (N_("The address of the new row."),
                 {"type": "string", "maxLength": 200}, "/api/v1/persons/12"),
    "Allow": (N_("How the address can be asked."), {"type": "string", "maxLength": 200}, "POST"),
    "Accept-Patch": (N_("The kind of patch that rows take, where a PATCH brought another."),
                     {"type": "string", "maxLength": 200}, MERGE_PATCH),
    "WWW-Authenticate": (N_("How to sign in."), {"type": "string", "maxLength": 200}, "Bearer"),
}  # fmt: skip
# Status: the name among the shared answers, and when it is given.
PROBLEMS: dict[int, tuple[str, str]] = {
    400: ("BadRequest", N_("The request cannot be read: `errors` names the parameter.")),
    401: ("Unauthorized", N_("No token, one that has expired, or one of an account that is out.")),
    403: ("Forbidden", N_("The seat may not do this.")),
    404: ("NotFound", N_("There is no such row among those that the seat sees.")),
    405: ("NotPossible", N_("The address is no row's, or its row cannot be asked this way.")),
    409: ("Conflict", N_("True of the request, but not of the state of things.")),
    412: ("PreconditionFailed", N_("Somebody changed the row in the meantime.")),
    413: ("TooLarge", N_("The body is too large.")),
    415: ("UnsupportedMediaType", N_("The body is of another kind than is taken here.")),
    422: ("Unprocessable", N_("The values do not hold: `errors` names each field.")),
    428: ("PreconditionRequired", N_("This noun is changed with `If-Match` only.")),
    429: ("TooManyRequests", N_("Too many attempts; `Retry-After` says when to come back.")),
    500: ("ServerError", N_("A fault of ours; it is in the log.")),
    503: ("Unavailable", N_("The database is not there now.")),
}
# What every operation may answer; those that read, those that write.
ALWAYS = (429, 500, 503)
READING = (400, 401, 403)
WRITING = (400, 401, 403, 409, 413, 415, 422)
# Where a row is named: there is none, or its number is none.
A_ROW = (404, 405)
CHANGING = (*WRITING, *A_ROW, 412)


def headers() -> dict[str, Any]:
    """The shared headers."""
    return {
        name: {"description": gettext(words), "schema": schema, "example": example}
        for name, (words, schema, example) in HEADERS.items()
    }


def said(*names: str) -> dict[str, Any]:
    """The headers of an answer: those of the limits, and these."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*LIMITS, *names)}


# Of an answer to a POST.
POSTED = ("Dry-Run", "Idempotent-Replayed")


def schemas() -> dict[str, Any]:
    """What a problem is made of (RFC 9457), and a bulk's report."""
    fault: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["field", "message"],
        "description": gettext("A field or parameter, and what is wrong with it."),
        "properties": {
            "field": {**columns.text(300), "example": "wishes[1].slot_id"},
            "message": {**columns.text(2000), "example": gettext("This field is needed.")},
        },
    }
    problem: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "title", "status", "detail", "instance", "code", "errors"],
        "description": gettext("Why a request was refused, as RFC 9457 has it."),
        "properties": {
            "type": {**columns.text(200), "format": "uri",
                     "description": gettext("The kind of problem, by `code`.")},
            "title": {**columns.text(200), "description": gettext("The status in words.")},
            "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599,
                       "description": gettext("The HTTP status.")},
            "detail": {**columns.text(2000), "description": gettext("What a person can act on.")},
            "instance": {**columns.text(2000), "description": gettext("The path asked for.")},
            "code": {**columns.text(100),
                     "description": gettext("The stable name of the refusal, for programs.")},
            "errors": columns.listed({"$ref": "#/components/schemas/FieldError"}, 1000),
        },
    }  # fmt: skip
    line: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["action", "index", "status"],
        "properties": {
            "action": columns.choices(["create", "change", "delete"]),
            "index": {**columns.INTEGER, "minimum": 0,
                      "description": gettext("The place in the list of its action.")},
            "status": {**columns.INTEGER, "minimum": 200, "maximum": 599,
                       "description": gettext("What the row alone would be answered.")},
            "id": columns.NUMBER,
            "code": columns.text(100),
        },
    }  # fmt: skip
    report = columns.listed({"$ref": "#/components/schemas/BulkLine"}, bulk.MOST)
    whole = {**problem, "properties": {**problem["properties"], "result": report}}
    done: columns.Schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["result"],
        "properties": {"result": report},
    }
    return {"Problem": problem, "FieldError": fault, "BulkLine": line, "BulkReport": done,
            "BulkProblem": whole}  # fmt: skip


def responses() -> dict[str, Any]:
    """The shared problems."""
    return {name: _problem(status) for status, (name, _) in PROBLEMS.items()}


def _problem(status: int) -> dict[str, Any]:
    name, words = PROBLEMS[status]
    title = gettext(TITLES.get(status, name))
    code = "".join("-" + c.lower() if c.isupper() else c for c in name).lstrip("-")
    faulty = status in (400, 422)
    example = {
        "type": f"urn:intreccio:problem:{code}",
        "title": title,
        "status": status,
        "detail": gettext(words),
        "instance": "/api/v1/persons/12",
        "code": code,
        "errors": [{"field": "birth_date", "message": gettext("This field is needed.")}]
        if faulty
        else [],
    }
    besides = {
        405: ("Allow",),
        401: ("WWW-Authenticate",),
        415: ("Accept-Patch",),
        429: ("Retry-After",),
        503: ("Retry-After",),
    }
    return {
        "description": gettext(words),
        "headers": said(*besides.get(status, ())),
        "content": {
            PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }


def problems(*statuses: int) -> dict[str, Any]:
    """References to the shared problems of these statuses and of every operation."""
    return {
        str(status): {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}
        for status in sorted({*statuses, *ALWAYS})
    }


def answer(
    schema: columns.Schema, words: str, example: Any, *names: str, kind: str = JSON
) -> dict[str, Any]:
    """An answer with a body and its headers."""
    return {
        "description": words,
        "headers": said(*names),
        "content": {kind: {"schema": schema, "example": example}},
    }


def nothing(words: str, *names: str) -> dict[str, Any]:
    """An answer without a body."""
    return {"description": words, "headers": said(*names)}


def published(found: dict[str, Any]) -> dict[str, Any]:
    """The answers about what anybody may read: with validators, and 304 for who has it."""
    named = {"ETag": "Content-Tag", "Last-Modified": "Last-Modified",
             "Cache-Control": "Cache-Control"}  # fmt: skip
    headers = {name: {"$ref": f"#/components/headers/{one}"} for name, one in named.items()}
    words = gettext("It is still what If-None-Match or If-Modified-Since names.")
    found["200"]["headers"] |= headers
    return found | {"304": {"description": words, "headers": headers}}


def bulk_refused() -> dict[str, Any]:
    """Nothing of a bulk was done; the report says which rows are at fault."""
    found = _problem(422)
    content = found["content"][PROBLEM]
    line = {"action": "create", "index": 0, "status": 422, "code": "invalid"}
    content["schema"] = {"$ref": "#/components/schemas/BulkProblem"}
    content["example"] = {**content["example"], "code": "bulk-refused", "result": [line]}
    return found
