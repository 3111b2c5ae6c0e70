// Starts Swagger UI on the page that describes the API.
"use strict";

{
  const place = document.getElementById("api");

  SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "none",
    defaultModelsExpandDepth: 0,
    validatorUrl: null, // nothing is sent to others
    requestInterceptor(request) {
      // Who is signed in writes with the token of this page, as its forms do.
      if (!request.headers.Authorization && request.method !== "GET") {
        request.headers["X-CSRFToken"] = place.dataset.csrf;
      }
      return request;
    },
  });
}
