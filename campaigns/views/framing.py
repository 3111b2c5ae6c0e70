"""A mail's HTML in a frame of its own, in which nothing runs and nothing is fetched."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from csp.decorators import csp
from django.http import HttpRequest, HttpResponse
from django.views.decorators.clickjacking import xframe_options_sameorigin

_POLICY = {
    "default-src": ["'none'"],
    # Mails have their styles on each element.
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'self'"],
    "sandbox": True,
}
View = Callable[..., HttpResponse]


def harmless(view: View) -> View:
    """For views that answer what somebody wrote as HTML: to be shown in our frames."""
    guarded = csp(_POLICY)(xframe_options_sameorigin(view))

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return guarded(request, *args, **kwargs)

    return answer


def as_public(view: View) -> View:
    """For previews of public pages in our frames: their own styles and pictures only."""
    policy = {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "frame-ancestors": ["'self'"],
        "sandbox": True,
    }
    guarded = csp(policy)(xframe_options_sameorigin(view))

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return guarded(request, *args, **kwargs)

    return answer
