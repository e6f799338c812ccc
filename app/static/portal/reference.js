// Swagger UI on our own document, under the page's session where there is one.

const place = document.getElementById("reference");
const token = document.querySelector('meta[name="csrf-token"]')?.content;
const language = document.documentElement.lang;

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
