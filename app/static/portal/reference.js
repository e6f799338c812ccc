// Swagger UI on our own document, under the page's session where there is one.

const place = document.getElementById("reference");
const token = document.querySelector('meta[name="csrf-token"]')?.content;

window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.document,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  defaultModelsExpandDepth: 0,
  defaultModelRendering: "model",
  tagsSorter: "alpha",
  persistAuthorization: false,
  validatorUrl: null,
  requestInterceptor: (request) => {
    request.headers["Accept-Language"] = document.documentElement.lang;
    // A session's cookie alone changes nothing.
    if (token && !request.headers.Authorization) request.headers["X-CSRFToken"] = token;
    return request;
  },
});
