"""Answers that no view gives: what cannot be found, read, allowed or done now."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def answer(
    request: HttpRequest, *, status: int, code: str, detail: str
) -> HttpResponse:
    """A refusal: in the API's one shape of error under ``/api/``, else a page.

    The page is ``templates/<status>.html`` with ``detail``, or plain text without it.
    """
    if request.path.startswith("/api/"):
        kind = "server_error" if status >= 500 else "client_error"
        error = {"code": code, "detail": detail, "attr": None}
        return JsonResponse({"type": kind, "errors": [error]}, status=status)
    if request.path.startswith("/t/"):
        return HttpResponse(f"{detail}\n", status=status, content_type="text/plain")
    try:
        # Without the request: its user may be what could not be looked up.
        page = render_to_string(f"{status}.html", {"detail": detail})
    except TemplateDoesNotExist:
        return HttpResponse(f"{detail}\n", status=status, content_type="text/plain")
    return HttpResponse(page, status=status)


def too_large(request: HttpRequest, *, limit: int) -> HttpResponse:
    size = f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit >> 20} MB"
    detail = _("This is too large: at most %(size)s are read here.") % {"size": size}
    return answer(request, status=413, code="too_large", detail=detail)


def unavailable(request: HttpRequest) -> HttpResponse:
    detail = _("LeadHub cannot reach its database. Please try again in a moment.")
    response = answer(request, status=503, code="unavailable", detail=detail)
    response["Retry-After"] = "5"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    detail = _("This form is too old or was not sent from here. Load it again.")
    return answer(request, status=403, code="csrf_failed", detail=detail)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = _("This request cannot be read.")
    return answer(request, status=400, code="bad_request", detail=detail)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = _("You may not do this.")
    return answer(request, status=403, code="permission_denied", detail=detail)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    detail = _("There is nothing here.")
    return answer(request, status=404, code="not_found", detail=detail)


def failed(request: HttpRequest) -> HttpResponse:
    detail = _("Something went wrong on our side. It has been logged.")
    return answer(request, status=500, code="error", detail=detail)
