"""Operations that no noun declares: signing in, files, the quote, the document itself."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext

from app.api.document import answers, columns, fields, parameters
from app.api.document.paths import granted, operation
from app.api.tokens import Login
from app.nouns import titles
from app.nouns.families import WISHES
from app.operations.files import LARGEST
from app.operations.split import ORDER
from app.query.schemas import WriteSchema

TOKEN = {**columns.text(4000), "example": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMiJ9.c2lnbmF0dXJl"}
SEAT_EXAMPLE = {"id": 12, "kind": "staff", "alliance": "lodi", "organization": None}


def _object(needed: list[str], properties: dict[str, Any]) -> columns.Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": needed,
        "properties": properties,
    }


def _ref(name: str) -> columns.Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def schemas() -> dict[str, columns.Schema]:
    """The schemas of these operations, and those that every noun shares."""
    short = columns.text(200)
    about = _object(
        ["name", "label", "type"],
        {
            "name": short,
            "label": short,
            "description": columns.text(2000),
            "type": short,
            "values": {"type": "object", "additionalProperties": short,
                       "description": gettext("Each choice with its words.")},
        },
    )  # fmt: skip
    abouts = columns.listed(_ref("FieldInfo"), 200)
    seat = _object(
        ["id", "kind"],
        {
            "id": columns.NUMBER,
            "kind": {**short, "description": gettext("What one acts as.")},
            "alliance": {**short, "nullable": True},
            "organization": {**short, "nullable": True},
        },
    )
    seats = columns.listed(_ref("SeatHeld"), 1000)
    line = _object(
        ["label", "amount", "detail"],
        {"label": short, "amount": columns.text(20), "detail": columns.text(1000)},
    )
    amount = {**columns.text(20), "format": "decimal", "nullable": True}
    share = _object(
        ["payer", "label", "amount"],
        {"payer": {**short, "enum": list(ORDER)}, "label": short, "amount": columns.text(20)},
    )
    quoted = _object(
        ["person_id", "slot_id", "amount", "lines", "outcome", "error"],
        {
            "person_id": columns.NUMBER,
            "slot_id": columns.NUMBER,
            "amount": amount,
            "lines": columns.listed(line, 100),
            "outcome": {**short, "nullable": True},
            "error": {**columns.text(2000), "nullable": True},
        },
    )
    return {
        "FieldInfo": about,
        "NounInfo": _object(
            ["permissions", "columns", "add_columns", "edit_columns", "operators"],
            {
                "permissions": columns.listed(short, 100),
                "columns": abouts,
                "add_columns": abouts,
                "edit_columns": abouts,
                "operators": columns.listed(short, 100),
            },
        ),
        "Figures": {
            "type": "object",
            "description": gettext(
                "A group's values and its figures, by the names that were asked for; where they "
                "would tell of few people they are null and `suppressed` is true."
            ),
            "properties": {"suppressed": columns.BOOLEAN},
            "additionalProperties": True,
        },
        "SeatHeld": seat,
        "Tokens": _object(
            ["access_token", "refresh_token", "seat", "seats"],
            {
                "access_token": TOKEN,
                "refresh_token": TOKEN,
                "seat": _ref("SeatHeld"),
                "seats": seats,
            },
        ),
        "Login": fields.of_schema(Login()),
        "SeatChoice": _object(["seat"], {"seat": {**columns.NUMBER, "example": 12}}),
        "Me": _object(["name", "seat", "seats"], {
            "name": short, "seat": {**columns.NUMBER, "nullable": True}, "seats": seats}),
        "KeyMade": _object(["id", "result", "key"], {
            "id": {**columns.NUMBER, "example": 12}, "result": _ref("ProgramKey"),
            "key": {**columns.text(100), "example": f"ik_7k3m9q2xabcd_{'x' * 43}",
                    "description": gettext("The whole key, told this once.")}}),
        "Quote": fields.of_schema(WriteSchema.from_dict({"wishes": WISHES})()),
        "QuoteAnswer": _object(["result", "total", "shares"], {
            "result": columns.listed(quoted, 100), "total": columns.text(20),
            "shares": {**columns.listed(share, 5), "description": gettext(
                "Who would pay what of the places that there are now, in the published order; "
                "empty where nobody but the family pays.")}}),
        "UploadedFile": _object(["file"], {
            "file": {"type": "string", "format": "binary", "maxLength": LARGEST,
                     "description": gettext("PDF, PNG, JPEG or P7M, known by its content.")},
            "organization_id": {"type": "integer", "format": "int64", "minimum": 1},
            "person_id": {"type": "integer", "format": "int64", "minimum": 1},
        }),
        "Status": _object(["status"], {
            "status": {**columns.choices(["ok"]), "example": "ok"}}),
    }  # fmt: skip


def paths() -> dict[str, dict[str, Any]]:
    """The operations by path and method."""
    return {**_security(), **_platform(), **_nouns()}


def _tokens() -> dict[str, Any]:
    example = {"access_token": TOKEN["example"], "refresh_token": TOKEN["example"],
               "seat": SEAT_EXAMPLE, "seats": [SEAT_EXAMPLE]}  # fmt: skip
    return answers.answer(_ref("Tokens"), gettext("The tokens."), example)


def _body(name: str, example: Any, kind: str = answers.JSON) -> dict[str, Any]:
    return {"required": True, "content": {kind: {"schema": _ref(name), "example": example}}}


def _of(
    tag: str,
    id: str,
    summary: str,
    description: str,
    responses: dict[str, Any],
    *refused: int,
    **parts: Any,
) -> dict[str, Any]:
    """An operation of nobody's noun: its answers, and the problems that it has besides."""
    parts = {"kinds": [], **parts, "responses": {**responses, **answers.problems(*refused)}}
    return operation(id=id, tag=tag, summary=summary, description=description, **parts)


def _security() -> dict[str, dict[str, Any]]:
    tag, base = "security", "/api/v1/security"
    refused = (400, 401, 403)
    mistyped = (*refused, 413, 415, 422)
    login = _of(
        tag, "login", gettext("Sign in"),
        gettext("An access token for half an hour and a refresh token for a week."),
        {"200": _tokens()}, *mistyped, kinds=["public"],
        requestBody=_body("Login", {"username": "staff", "password": "a-long-password"}),
    )  # fmt: skip
    refresh = _of(
        tag, "refreshTokens", gettext("Renew the access token"),
        gettext(
            "New tokens for a refresh token, sent as the bearer token. It is good once: whoever "
            "sends it a second time ends all tokens of that sign-in."
        ),
        {"200": _tokens()}, *refused,
    )  # fmt: skip
    logout = _of(
        tag, "logout", gettext("Sign out"),
        gettext("Neither its refresh token nor its access tokens open anything more."),
        {"204": answers.nothing(gettext("Signed out."))}, 400, 401,
    )  # fmt: skip
    seat = _of(
        tag, "takeSeat", gettext("Take another seat"),
        gettext("Tokens for another of one's seats."),
        {"200": _tokens()}, *mistyped, requestBody=_body("SeatChoice", {"seat": 12}),
    )  # fmt: skip
    held = {"name": "Giulia Rossi", "seat": 12, "seats": [SEAT_EXAMPLE]}
    me = _of(
        tag, "whoAmI", gettext("Who one is"),
        gettext("One's name, the seat one acts under, and the others."),
        {"200": answers.answer(_ref("Me"), gettext("Name and seats."), held)}, 401, 403,
    )  # fmt: skip
    return {
        f"{base}/login": {"post": login},
        f"{base}/refresh": {"post": refresh},
        f"{base}/logout": {"post": logout},
        f"{base}/seat": {"post": seat},
        f"{base}/me": {"get": me},
    }


def _platform() -> dict[str, dict[str, Any]]:
    tag, anything = "status", {"type": "object", "additionalProperties": True}
    up = answers.answer(_ref("Status"), gettext("It is up."), {"status": "ok"})
    whole = answers.answer(
        anything, gettext("The document (OpenAPI 3.0.3)."), {"openapi": "3.0.3"}, "ETag"
    )
    still = answers.nothing(gettext("It is still the one that If-None-Match names."))
    status = _of(
        tag, "showStatus", gettext("Whether the service is up"),
        gettext("The application answers and its database is there."),
        {"200": up}, kinds=["public"],
    )  # fmt: skip
    document = _of(
        tag, "showDocument", gettext("This document"),
        gettext("In Italian or in English, by Accept-Language."),
        {"200": whole, "304": still}, kinds=["public"],
    )  # fmt: skip
    return {"/status": {"get": status}, "/api/v1/openapi.json": {"get": document}}


def _nouns() -> dict[str, dict[str, Any]]:
    content = _download(
        "readFileContent",
        "files",
        gettext("the contents"),
        gettext("The file itself, always as a download."),
        ("application/pdf", "application/pkcs7-mime", "image/jpeg", "image/png"),
    )
    notice = _download(
        "printPaymentNotice",
        "payment-notices",
        gettext("on paper"),
        gettext("The notice that a family pays by, as a PDF; always as a download."),
    )
    certificate = _download(
        "printCertificate",
        "payment-notices",
        gettext("on paper, for an employer"),
        gettext(
            "What was paid, as a PDF that an employer's welfare plan asks for; always as a "
            "download. It carries codici fiscali: a seat that reads none gets none."
        ),
        refusals=(409,),
    )
    receipt = _download(
        "printReceipt",
        "applications",
        gettext("on paper"),
        gettext("The receipt of what was sent, as a PDF; always as a download."),
        refusals=(409,),
    )
    wish = {"wishes": [{"person_id": 12, "slot_id": 34, "reduced": False}]}
    line = {
        "person_id": 12,
        "slot_id": 34,
        "amount": "60.00",
        "lines": [{"label": "Retta", "amount": "60.00", "detail": "una settimana"}],
        "outcome": "place",
        "error": None,
    }
    shares = [
        {"payer": "wallet", "label": "Credito welfare", "amount": "50.00"},
        {"payer": "family", "label": "A carico della famiglia", "amount": "10.00"},
    ]
    found = {"result": [line], "total": "60.00", "shares": shares}
    quote = operation(
        id="quoteApplication",
        tag="applications",
        summary=": ".join((titles.many("applications"), gettext("what they would cost"))),
        description=gettext("What wishes would cost and bring; nothing is kept."),
        kinds=granted("applications", "create"),
        parameters=[parameters.ref("Idempotency-Key"), parameters.ref("dry_run")],
        requestBody=_body("Quote", wish),
        responses={
            "200": answers.answer(
                _ref("QuoteAnswer"), gettext("Price and outcome."), found, *answers.POSTED
            ),
            **answers.problems(*answers.WRITING),
        },
    )
    return {
        "/api/v1/files/{id}/content": {"get": content},
        "/api/v1/applications/quote": {"post": quote},
        "/api/v1/applications/{id}/paper": {"get": receipt},
        "/api/v1/payment-notices/{id}/paper": {"get": notice},
        "/api/v1/payment-notices/{id}/certificate": {"get": certificate},
    }


def _download(
    id_: str,
    noun: str,
    what: str,
    about: str,
    media: Iterable[str] = ("application/pdf",),
    refusals: Iterable[int] = (),
) -> dict[str, Any]:
    """A row's file, or the row on paper."""
    file = {"schema": {"type": "string", "format": "binary", "maxLength": LARGEST}}
    return operation(
        id=id_,
        tag=noun,
        summary=": ".join((titles.many(noun), what)),
        description=about,
        kinds=granted(noun, "get"),
        parameters=[parameters.ref("id")],
        responses={
            "200": {
                "description": gettext("The file."),
                "headers": answers.said(),
                "content": dict.fromkeys(media, file),
            },
            **answers.problems(*answers.READING, *answers.A_ROW, *refusals),
        },
    )


def adapt(found: dict[str, dict[str, Any]]) -> None:
    """What two nouns do otherwise than all: a file comes as a form's part, a key is told once."""
    upload = found["/api/v1/files/"]["post"]
    form = {"schema": _ref("UploadedFile"), "example": {"file": "...", "organization_id": 12}}
    upload["requestBody"] = {"required": True, "content": {"multipart/form-data": form}}
    made = found["/api/v1/keys/"]["post"]["responses"]["201"]["content"][answers.JSON]
    key = schemas()["KeyMade"]["properties"]["key"]["example"]
    made["schema"], made["example"] = _ref("KeyMade"), {**made["example"], "key": key}
