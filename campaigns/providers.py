"""Reports of mail providers: delivered, came back, complained about, opened, clicked.

anymail reads what the provider of ``EMAIL_URL`` posts, once it has shown the secret.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, path

NAMES = ("{}_tracking_webhook", "{}_webhook")


def provider_routes(provider: str) -> list[URLPattern]:
    """The route at which ``provider`` reports; none without one."""
    view = _view(provider) if provider else None
    return [path("mail-reports/", view, name="mail_reports")] if view else []


def _view(provider: str) -> Callable[..., HttpResponse] | None:
    known = {
        route.name: route.callback
        for route in import_module("anymail.urls").urlpatterns
    }
    names = [name.format(provider) for name in NAMES]
    return next((known[name] for name in names if name in known), None)


def configured_routes() -> list[URLPattern]:
    return provider_routes(settings.MAIL_PROVIDER)
