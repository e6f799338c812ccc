// The REST API, asked under the page's session and in the page's language.

// What the API refused: `errors` lists field and message.
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title || "");
    this.status = status;
    this.code = body.code || "";
    this.errors = body.errors || [];
  }
}

// A key under which the same request counts once.
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

// The answer's JSON; throws a Problem.
export async function call(method, path, body, key) {
  const headers = {
    Accept: "application/json",
    "Accept-Language": document.documentElement.lang,
    "X-CSRFToken": document.querySelector('meta[name="csrf-token"]')?.content ?? "",
  };
  if (body !== undefined) {
    headers["Content-Type"] =
      method === "PATCH" ? "application/merge-patch+json" : "application/json";
  }
  if (key) headers["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { detail: document.body.dataset.offline });
  }
  const text = await answer.text();
  let said = {};
  try {
    said = text ? JSON.parse(text) : {};
  } catch {
    said = { detail: document.body.dataset.offline };
  }
  if (!answer.ok) throw new Problem(answer.status, said);
  return said;
}
