"""``/api/v1/schema/`` and ``/api/v1/docs/``: what the API can, for programs and people.

Both are public: they say what every installation has, nothing of what is in this one,
and tools that make clients of the description have no token.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from csp.constants import UNSAFE_INLINE
from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from leadhub.rest.views import StrictQuery


@lru_cache(maxsize=1)
def description() -> dict[str, Any]:
    """The OpenAPI 3.1 description, in English; it takes a second, once per process."""
    with translation.override("en"):
        return SchemaGenerator().get_schema(public=True)


class SchemaView(StrictQuery):
    """The OpenAPI 3.1 description of this API."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    schema = None

    def get(self, request: Request) -> Response:
        return Response(description())


@require_safe
# Swagger UI sets inline styles. This page shows nothing that anybody has typed.
@csp_update({"style-src": [UNSAFE_INLINE]})
def docs(request: HttpRequest) -> HttpResponse:
    """A page to read about the API and to try it, with a token or as who signed in."""
    return render(request, "leadhub/api_docs.html")
