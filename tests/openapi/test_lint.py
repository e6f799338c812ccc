"""The document keeps to the rules of tests/openapi/lint, and each of them bites."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.api.document import used
from tests.openapi.spectral import lint

WARNING = 1
LIST = "/api/v1/organization-aliases/"
ROW = "/api/v1/organization-aliases/{id}"
# Kept of the document where a rule's bite is tried.
EXCERPT = (LIST, ROW, "/status", "/api/v1/security/login")


def test_nothing_in_the_document_breaks_a_rule(document: Any, tmp_path: Path) -> None:
    found = lint(tmp_path, {"document": document})["document"]
    said = [f"{one['code']} at {one['path']}: {one['message']}" for one in found]
    assert not said


def excerpt(document: Any) -> Any:
    """A small document of the same make."""
    found = copy.deepcopy(document)
    found["paths"] = {path: found["paths"][path] for path in EXCERPT}
    schemes = {"securitySchemes": found["components"].pop("securitySchemes")}
    found["components"] = {**schemes, **used(found["paths"], found["components"])}
    return found


Break = Callable[[Any], Any]
MUTANTS: dict[str, tuple[str, Break]] = {
    "swagger": ("version-of-openapi", lambda d: d.update(openapi="3.1.0")),
    "no_contact": ("info-contact", lambda d: d["info"].pop("contact")),
    "no_address": ("info-contact-address", lambda d: d["info"]["contact"].pop("url")),
    "no_summary": ("info-summary", lambda d: d["info"].pop("x-summary")),
    "no_terms": ("info-terms", lambda d: d["info"].pop("termsOfService")),
    "version": ("info-version", lambda d: d["info"].update(version="one")),
    "no_api_id": ("info-api-id-there", lambda d: d["info"].pop("x-api-id")),
    "api_id": ("info-api-id", lambda d: d["info"].update({"x-api-id": "intreccio"})),
    "http_server": (
        "server-safe",
        lambda d: d["servers"].append({"url": "http://example.org", "description": "Open"}),
    ),
    "silent_server": ("server-safe", lambda d: d["servers"].append({"url": "https://a.example"})),
    "no_status": ("status-there", lambda d: d["paths"].pop("/status")),
    "status_text": (
        "status-there",
        lambda d: d["paths"]["/status"]["get"]["responses"]["200"].update(
            content={"text/plain": {"schema": {"type": "string", "maxLength": 2}}}
        ),
    ),
    "json_refusal": (
        "problem-only",
        lambda d: _content(d, "404", "application/json"),
    ),
    "bare_refusal": (
        "problem-only",
        lambda d: d["components"]["responses"]["NotFound"].pop("content"),
    ),
    "no_limits": (
        "limits-told",
        lambda d: d["paths"][LIST]["get"]["responses"]["200"].pop("headers"),
    ),
    "two_prefixes": (
        "limits-one-prefix",
        lambda d: d["paths"][LIST]["get"]["responses"]["200"]["headers"].update(
            {"RateLimit-Limit": {"schema": {"type": "integer", "format": "int32"}}}
        ),
    ),
    "no_retry": (
        "retry-after",
        lambda d: d["components"]["responses"]["TooManyRequests"]["headers"].pop("Retry-After"),
    ),
    "no_retry_503": (
        "retry-after",
        lambda d: d["components"]["responses"]["Unavailable"]["headers"].pop("Retry-After"),
    ),
    "no_429": ("answers-whole", lambda d: d["paths"][LIST]["get"]["responses"].pop("429")),
    "no_example": (
        "answers-whole",
        lambda d: _json(d["paths"][LIST]["get"]["responses"]["200"]).pop("example"),
    ),
    "no_success": (
        "answers-whole",
        lambda d: d["paths"][LIST]["get"]["responses"].pop("200"),
    ),
    "wrong_example": (
        "oas3-valid-media-example",
        lambda d: _json(d["paths"][LIST]["get"]["responses"]["200"]).update(example=[1]),
    ),
    "wrong_property": (
        "oas3-valid-schema-example",
        lambda d: _schema(d, "OrganizationAlias")["properties"]["id"].update(example="x"),
    ),
    "body_of_204": (
        "no-content",
        lambda d: d["paths"][ROW]["delete"]["responses"]["204"].update(
            content={"application/json": {"schema": {"type": "object"}, "example": {}}}
        ),
    ),
    "body_of_get": (
        "get-without-body",
        lambda d: d["paths"][LIST]["get"].update(
            requestBody=d["paths"][LIST]["post"]["requestBody"]
        ),
    ),
    "json_patch": (
        "patch-media",
        lambda d: d["paths"][ROW]["patch"].update(
            requestBody=d["paths"][ROW]["put"]["requestBody"]
        ),
    ),
    "empty_patch": ("patch-media", lambda d: d["paths"][ROW]["patch"].pop("requestBody")),
    "accept": ("header-forbidden", lambda d: _parameter(d, "header", "Accept")),
    "authorization": ("header-forbidden", lambda d: _parameter(d, "header", "authorization")),
    "key_in_query": ("secret-in-address", lambda d: _parameter(d, "query", "api_key")),
    "token_in_query": ("secret-in-address", lambda d: _parameter(d, "query", "access-token")),
    "password_in_query": ("secret-in-address", lambda d: _parameter(d, "query", "password")),
    "key_scheme": ("scheme-safe", lambda d: _scheme(d, {"type": "apiKey", "in": "query",
                                                        "name": "k"})),
    "basic_scheme": ("scheme-safe", lambda d: _scheme(d, {"type": "http", "scheme": "basic"})),
    "oauth_http": ("scheme-safe", lambda d: _scheme(d, {"type": "oauth2", "flows": {
        "authorizationCode": {"authorizationUrl": "http://a.example", "scopes": {},
                              "tokenUrl": "https://a.example"}}})),
    "oauth_flow": ("scheme-safe", lambda d: _scheme(d, {"type": "oauth2", "flows": {
        "implicit": {"authorizationUrl": "https://a.example", "scopes": {}}}})),
    "open_to_all": ("security-everywhere", lambda d: d.pop("security")),
    "open_change": (
        "security-of-changes",
        lambda d: d["paths"][LIST]["post"].update(security=[{}]),
    ),
    "no_operation_id": (
        "operation-operationId",
        lambda d: d["paths"][LIST]["get"].pop("operationId"),
    ),
    "two_of_a_name": (
        "operation-operationId-unique",
        lambda d: d["paths"][LIST]["get"].update(operationId="createOrganizationAlias"),
    ),
    "snake": ("operation-id", lambda d: d["paths"][LIST]["get"].update(operationId="a_b")),
    "http_verb": (
        "operation-id-no-verb",
        lambda d: d["paths"][LIST]["get"].update(operationId="getAliases"),
    ),
    "no_tag": ("operation-tags", lambda d: d["paths"][LIST]["get"].pop("tags")),
    "no_operation_summary": (
        "operation-summary",
        lambda d: d["paths"][LIST]["get"].pop("summary"),
    ),
    "no_description": (
        "operation-described",
        lambda d: d["paths"][LIST]["get"].pop("description"),
    ),
    "silent_parameter": (
        "parameter-described",
        lambda d: d["components"]["parameters"]["Limit"].pop("description"),
    ),
    "camel_path": (
        "path-kebab",
        lambda d: d["paths"].update({"/api/v1/someAliases/": d["paths"].pop(LIST)}),
    ),
    "snake_schema": (
        "schema-pascal",
        lambda d: d["components"]["schemas"].update(
            field_error=_schema(d, "OrganizationAlias")
        ),
    ),
    "no_format": (
        "number-format",
        lambda d: _schema(d, "OrganizationAlias")["properties"]["id"].pop("format"),
    ),
    "endless_text": (
        "bounds",
        lambda d: _schema(d, "NewOrganizationAlias")["properties"]["source"].pop("maxLength"),
    ),
    "endless_list": (
        "bounds",
        lambda d: _schema(d, "OrganizationAliasPage")["properties"]["result"].pop("maxItems"),
    ),
    "open_body": (
        "taken-is-closed",
        lambda d: _schema(d, "NewOrganizationAlias").pop("additionalProperties"),
    ),
    "dangling": (
        "invalid-ref",
        lambda d: d["components"]["schemas"].pop("OrganizationAlias"),
    ),
    "not_openapi": ("oas3-schema", lambda d: d["paths"][LIST]["get"].update(parameters={})),
}  # fmt: skip


def _schema(document: Any, name: str) -> Any:
    return document["components"]["schemas"][name]


def _json(answer: Any) -> Any:
    return answer["content"]["application/json"]


def _content(document: Any, status: str, kind: str) -> None:
    shared = document["components"]["responses"]["NotFound"]["content"]
    document["paths"][ROW]["get"]["responses"][status] = {
        "description": "x",
        "headers": document["components"]["responses"]["NotFound"]["headers"],
        "content": {kind: shared["application/problem+json"]},
    }


def _parameter(document: Any, where: str, name: str) -> None:
    document["paths"][LIST]["get"]["parameters"].append(
        {"name": name, "in": where, "description": "x",
         "schema": {"type": "string", "maxLength": 10}}
    )  # fmt: skip


def _scheme(document: Any, scheme: Any) -> None:
    document["components"]["securitySchemes"]["other"] = scheme


@pytest.mark.matrix
def test_each_rule_bites(document: Any, tmp_path: Path) -> None:
    whole = excerpt(document)
    broken = {"whole": whole}
    for name, (_, damage) in MUTANTS.items():
        broken[name] = copy.deepcopy(whole)
        damage(broken[name])
    found = lint(tmp_path, broken)
    assert not found["whole"]
    missed = {
        name: {one["code"] for one in found[name]}
        for name, (code, _) in MUTANTS.items()
        if code not in {one["code"] for one in found[name] if one["severity"] <= WARNING}
    }
    assert not missed


@pytest.mark.parametrize("rules", [Path(__file__).parent / "lint" / "ruleset.js"])
def test_every_rule_of_ours_has_its_mutant(rules: Path) -> None:
    import re

    own = set(re.findall(r'^    "?([a-z-]+)"?: (?:rule|needs|asks|matches|differs|once)\(',
                         rules.read_text(), re.M))  # fmt: skip
    assert len(own) > 25
    assert own <= {code for code, _ in MUTANTS.values()}
