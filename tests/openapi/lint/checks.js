// What the rules ask, as functions of a part of the document.

const fault = (message) => [{ message }];
const typesOf = (content) => Object.keys(content ?? {});
export const LIMITS = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];

export function serverIsSafe(server) {
  if (!server.description) return fault("a server without a description");
  if (!/^https:\/\//.test(server.url) && server["x-sandbox"] !== true) {
    return fault("a server that is neither https nor a sandbox");
  }
}

export function statusIsThere(paths) {
  const answers = paths["/status"]?.get?.responses;
  if (!answers) return fault("no GET /status");
  if (!answers["200"]?.content?.["application/json"]) return fault("/status answers no JSON");
  const problem = Object.values(answers).some((one) => one.content?.["application/problem+json"]);
  if (!problem) return fault("/status answers no problem");
}

export function onlyProblems(answer) {
  const types = typesOf(answer.content);
  if (types.length !== 1 || types[0] !== "application/problem+json") {
    return fault("a refusal that is not application/problem+json alone");
  }
}

export function hasHeaders(answer, names) {
  const missing = names.filter((name) => !answer.headers?.[name]);
  if (missing.length) return fault(`without the headers ${missing.join(", ")}`);
}

export function onePrefix(answer) {
  const other = Object.keys(answer.headers ?? {}).find(
    (name) => /ratelimit/i.test(name) && !LIMITS.includes(name),
  );
  if (other) return fault(`another prefix of rate-limit headers: ${other}`);
}

export function hasFormat(schema) {
  const known = { integer: ["int32", "int64"], number: ["float", "double", "decimal"] };
  if (!known[schema.type].includes(schema.format)) {
    return fault(`${schema.type} without one of the formats ${known[schema.type].join(", ")}`);
  }
}

export function isBounded(schema) {
  if (schema.type === "array") {
    if (schema.minItems === undefined || schema.maxItems === undefined) {
      return fault("an array without minItems and maxItems");
    }
  } else if (schema.format !== "binary" && schema.maxLength === undefined && !schema.enum) {
    return fault("a string without maxLength");
  }
}

export function isClosed(schema, _options, { path }) {
  const open = [];
  const look = (part, where) => {
    if (part?.type === "object" && part.additionalProperties !== false) open.push(where);
    for (const [name, inner] of Object.entries(part?.properties ?? {})) look(inner, [...where, name]);
    if (part?.items) look(part.items, [...where, "items"]);
  };
  look(schema, path);
  return open.map((where) => ({ message: "what is taken is not closed", path: where.slice(0, path.length) }));
}

export function isPatch(body) {
  const known = ["application/merge-patch+json", "application/json-patch+json"];
  if (!body || body.required !== true) return fault("PATCH without a body");
  const types = typesOf(body.content);
  if (types.length === 0 || types.some((type) => !known.includes(type))) {
    return fault("PATCH that is neither a merge patch nor a JSON patch");
  }
}

const SECRET = /(^|[_-])(api[_-]?key|key|token|secret|password|credentials?|authorization|jwt)($|[_-])/i;

export function carriesNoSecret(parameter) {
  if (["query", "path"].includes(parameter.in) && SECRET.test(parameter.name)) {
    return fault(`a credential in the address: ${parameter.name}`);
  }
}

export function isNoHeaderOfHttp(parameter) {
  if (parameter.in === "header" && /^(accept|authorization|content-type)$/i.test(parameter.name)) {
    return fault(`HTTP's own header ${parameter.name}`);
  }
}

export function schemeIsSafe(scheme) {
  if (scheme.type === "apiKey" && scheme.in === "query") return fault("a key in the address");
  if (scheme.type === "http" && scheme.scheme !== "bearer") return fault(`http ${scheme.scheme}`);
  if (scheme.type !== "oauth2") return;
  for (const [name, flow] of Object.entries(scheme.flows ?? {})) {
    if (!["authorizationCode", "clientCredentials"].includes(name)) return fault(`the flow ${name}`);
    const addresses = [flow.authorizationUrl, flow.tokenUrl, flow.refreshUrl].filter(Boolean);
    if (addresses.some((one) => !one.startsWith("https://"))) return fault("OAuth without https");
  }
}

export function isSecured(operation, _options, { documentInventory }) {
  // Whoever signs in has no token yet.
  if (operation.operationId === "login") return;
  const asked = operation.security ?? documentInventory.resolved.security ?? [];
  if (asked.length === 0 || asked.some((one) => Object.keys(one).length === 0)) {
    return fault("a change that asks for no token");
  }
}

export function answersGood(answers) {
  const good = Object.entries(answers).filter(([status]) => /^2/.test(status));
  if (good.length === 0) return fault("no answer of success");
  for (const [status, answer] of good) {
    for (const [type, content] of Object.entries(answer.content ?? {})) {
      if (/[/+]json$/.test(type) && content.example === undefined && !content.examples) {
        return fault(`${status} without an example`);
      }
    }
  }
  const missing = ["429", "503"].filter((status) => !answers[status]);
  if (missing.length) return fault(`without ${missing.join(", ")}`);
}

// The same check, which looks at an example of a schema once, in whatever document it stands:
// each look compiles the schema anew, and most answers say what another has said.
export function lookingOnce(check) {
  const fitting = new Set();
  return (part, options, context) => {
    const side = ["requestBody", "responses"].filter((name) => context.path.includes(name));
    const formats = [...(context.document.formats ?? [])].map(String);
    const { schema, example, examples } = part;
    const key = JSON.stringify([formats, side, options, schema, example, examples]);
    if (fitting.has(key)) return undefined;
    const found = check(part, options, context);
    if (!found?.length) fitting.add(key);
    return found;
  };
}
