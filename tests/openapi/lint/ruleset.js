// What our OpenAPI document keeps to: Spectral's own rules, those of the Italian guidelines
// (ruleset 2.3: errors, and the warnings, hints and security rules besides), and the project's.

import { oas } from "@stoplight/spectral-rulesets";
import { falsy, pattern, truthy } from "@stoplight/spectral-functions";
import * as checks from "./checks.js";

const METHODS = "[?(@property.match(/^(get|post|put|patch|delete)$/))]";
const OPERATIONS = `$.paths[*]${METHODS}`;
const UNSAFE = "$.paths[*][?(@property.match(/^(post|put|patch|delete)$/))]";
const PARAMETERS = ["$.paths[*][*].parameters[?(@ && @.in)]", "$.components.parameters[*]"];
const HAS_EXAMPLE = "?(@ && @.schema && @.example !== void 0)";

const rule = (description, given, then, more = {}) => ({
  description, given, then, severity: "error", message: "{{description}}: {{error}}", ...more,
});
const needs = (description, given, field) => rule(description, given, { field, function: truthy });
const asks = (description, given, check, functionOptions) =>
  rule(description, given, { function: check, ...(functionOptions && { functionOptions }) });
const matches = (description, given, match, field) =>
  rule(description, given, { field, function: pattern, functionOptions: { match } });
const differs = (description, given, notMatch, field) =>
  rule(description, given, { field, function: pattern, functionOptions: { notMatch } });
// On the document as written: what is shared is looked at once.
const once = (made) => ({ ...made, resolved: false });
const mediaExample = oas.rules["oas3-valid-media-example"];
const everywhere = ["duplicated-entry-in-enum", "no-eval-in-markdown",
  "no-script-tags-in-markdown", "typed-enum"];

export default {
  extends: [[oas, "all"]],
  rules: {
    ...Object.fromEntries(everywhere.map((name) => [name, once(oas.rules[name])])),
    // Lists end with a slash, since the first version.
    "path-keys-no-trailing-slash": "off",
    // An installation without an e-mail address of its own has its site.
    "contact-properties": "off",
    // Each shared part once, not wherever it is referred to: seconds instead of half a minute.
    "oas3-valid-media-example": {
      ...mediaExample,
      severity: "error",
      then: { ...mediaExample.then, function: checks.lookingOnce(mediaExample.then.function) },
      given: [
        `$.paths[*][*].requestBody.content[${HAS_EXAMPLE}]`,
        `$.paths[*][*].responses[?(@property < '400')].content[${HAS_EXAMPLE}]`,
        `$.paths[*][*].parameters[${HAS_EXAMPLE}]`,
        `$.components.responses[*].content[${HAS_EXAMPLE}]`,
        `$.components.parameters[${HAS_EXAMPLE}]`,
      ],
    },
    "oas3-valid-schema-example": {
      ...oas.rules["oas3-valid-schema-example"],
      severity: "error",
      given: ["$.components.schemas[*].properties[?(@ && @.example !== void 0)]"],
    },

    "version-of-openapi": matches("OpenAPI 3.0", "$.openapi", "^3\\.0\\.[0-9]+$"),
    "info-contact-address": needs("whom to write to", "$.info.contact", "url"),
    "info-summary": needs("a summary", "$.info", "x-summary"),
    "info-terms": needs("the terms of service", "$.info", "termsOfService"),
    "info-version": matches(
      "a semantic version", "$.info.version", "^[0-9]+\\.[0-9]+\\.[0-9]+(-[0-9a-z.-]+)?$",
    ),
    "info-api-id": matches("the API's number", "$.info['x-api-id']", "^[0-9a-f-]{36}$"),
    "info-api-id-there": needs("the API's number", "$.info", "x-api-id"),
    "server-safe": asks("servers", "$.servers[*]", checks.serverIsSafe),
    "status-there": asks("/status", "$.paths", checks.statusIsThere),

    "problem-only": asks(
      "RFC 9457", `${OPERATIONS}.responses[?(@property >= '400')]`, checks.onlyProblems,
    ),
    "limits-told": asks(
      "rate limits", `${OPERATIONS}.responses[?(@property.match(/^[245]/))]`, checks.hasHeaders,
      checks.LIMITS,
    ),
    "limits-one-prefix": asks("rate limits", `${OPERATIONS}.responses[*]`, checks.onePrefix),
    "retry-after": asks(
      "when to come back", `${OPERATIONS}.responses[?(@property.match(/^(429|503)$/))]`,
      checks.hasHeaders, ["Retry-After"],
    ),
    "answers-whole": asks("answers", `${OPERATIONS}.responses`, checks.answersGood),
    "no-content": rule(
      "no body", `${OPERATIONS}.responses[?(@property.match(/^(204|205|304)$/))]`,
      { field: "content", function: falsy },
    ),

    "get-without-body": rule(
      "no body", "$.paths[*].get", { field: "requestBody", function: falsy },
    ),
    "patch-media": rule("PATCH", "$.paths[*].patch", {
      field: "requestBody", function: checks.isPatch,
    }),
    "header-forbidden": once(asks(
      "a header that is not a parameter", PARAMETERS, checks.isNoHeaderOfHttp,
    )),
    "secret-in-address": once(asks(
      "no credential in an address", PARAMETERS, checks.carriesNoSecret,
    )),
    "scheme-safe": asks("safe ways in", "$.components.securitySchemes[*]", checks.schemeIsSafe),
    "security-everywhere": needs("a way in for all", "$", "security"),
    "security-of-changes": asks("a way in", UNSAFE, checks.isSecured),

    "operation-id": matches("camelCase", `${OPERATIONS}.operationId`, "^[a-z][a-zA-Z0-9]*$"),
    "operation-id-no-verb": differs(
      "no verb of HTTP", `${OPERATIONS}.operationId`,
      "^(get|post|put|patch|delete|head|options|trace)([A-Z]|$)",
    ),
    "operation-summary": needs("a summary", OPERATIONS, "summary"),
    "operation-described": needs("a description", OPERATIONS, "description"),
    "parameter-described": once(needs("a description", PARAMETERS, "description")),
    // `_info` is Flask-AppBuilder's own.
    "path-kebab": rule("kebab-case", "$.paths", {
      field: "@key", function: pattern,
      functionOptions: { match: "^(/([a-z0-9][a-z0-9.-]*|_info|\\{[a-z]+\\}))+/?$" },
    }),
    "schema-pascal": rule("PascalCase", "$.components.schemas", {
      field: "@key", function: pattern, functionOptions: { match: "^([A-Z][a-z0-9]*)+$" },
    }),

    "number-format": once(asks(
      "numbers", "$..[?(@ && (@.type == 'integer' || @.type == 'number'))]", checks.hasFormat,
    )),
    "bounds": once(asks(
      "bounds", "$..[?(@ && (@.type == 'string' || @.type == 'array'))]", checks.isBounded,
    )),
    "taken-is-closed": asks(
      "nothing undeclared is taken", "$.paths[*][*].requestBody.content[*].schema",
      checks.isClosed,
    ),
  },
};
