// Swagger UI on our own document, under the page's session where there is one.

const place = document.getElementById("reference");
const token = document.querySelector('meta[name="csrf-token"]')?.content;
const language = document.documentElement.lang;

// Swagger UI has a dark of its own; it is ours that says when.
const dark = matchMedia("(prefers-color-scheme: dark)");
function inTheDark() {
  const chosen = document.documentElement.dataset.theme;
  document.documentElement.classList.toggle("dark-mode", chosen ? chosen === "dark" : dark.matches);
}
dark.addEventListener("change", inTheDark);
inTheDark();

// The console fills in every example and default that it finds. What may be left out is left out,
// so that an operation can be tried as it stands; the example is told beside it.
function forTrying(parameter) {
  if (!parameter.in || parameter.required) return;
  if (parameter.content) {
    parameter.schema = { type: "string" };
    delete parameter.content;
  }
  if (parameter.schema.type === "object") {
    parameter.example = {};
    return;
  }
  if (parameter.example !== undefined) {
    const said = [parameter.example].flat().join(",");
    parameter.description += ` (\`${said}\`)`;
  }
  delete parameter.example;
  parameter.schema = { ...parameter.schema };
  delete parameter.schema.default;
}

// What Swagger UI leaves without a name gets that of its row or of its place; what scrolls can be
// reached; and a link inside a button is no second stop for the Tab key: the button itself opens
// the operation and names it in the address.
const NAMES = [
  [".servers *", place.dataset.server],
  ["textarea", place.dataset.body],
  ["select", place.dataset.format],
  ["*", place.dataset.value],
];

function nameAll() {
  for (const field of place.querySelectorAll(":is(select, textarea, input):not([aria-label])")) {
    const row = field.closest("[data-param-name]")?.dataset.paramName;
    const said = [...field.labels].some((label) => label.innerText.trim() && !label.contains(field));
    if (row || !said) field.ariaLabel = row ?? NAMES.find(([where]) => field.matches(where))[1];
  }
  for (const button of place.querySelectorAll(".close-modal")) button.ariaLabel = place.dataset.close;
  for (const button of place.querySelectorAll(".model-box-control:not([aria-label])")) {
    if (!button.innerText.trim()) button.ariaLabel = place.dataset.details;
  }
  for (const text of place.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
  for (const inside of place.querySelectorAll("button a[href]")) inside.removeAttribute("href");
}
new MutationObserver(nameAll).observe(place, { childList: true, subtree: true });

async function show() {
  const headers = { "Accept-Language": language };
  const spec = await (await fetch(place.dataset.document, { headers })).json();
  Object.values(spec.components.parameters).forEach(forTrying);
  for (const path of Object.values(spec.paths)) {
    for (const operation of Object.values(path)) operation.parameters?.forEach(forTrying);
  }
  window.SwaggerUIBundle({
    domNode: place,
    spec,
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    defaultModelsExpandDepth: 0,
    defaultModelRendering: "model",
    persistAuthorization: false,
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["Accept-Language"] = language;
      // A session's cookie alone changes nothing.
      if (token && !request.headers.Authorization) request.headers["X-CSRFToken"] = token;
      return request;
    },
  });
}

show();
