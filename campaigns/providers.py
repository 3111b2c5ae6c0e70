"""Reports of mail providers: delivered, came back, complained about, opened, clicked;
and the mails that they take in for us: answers.

anymail reads what the provider of ``EMAIL_URL`` posts, once it has shown the secret.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, path

REPORTS = ("{}_tracking_webhook", "{}_webhook")
INBOUND = ("{}_inbound_webhook",)


def provider_routes(provider: str) -> list[URLPattern]:
    """The routes at which ``provider`` reports, and hands in mails that were written to
    us, as far as it does that; none without one.
    """
    doors = {"mail-reports": REPORTS, "mail-answers": INBOUND} if provider else {}
    return [
        path(f"{name}/", view, name=name.replace("-", "_"))
        for name, names in doors.items()
        if (view := _view(provider, names)) is not None
    ]


def _view(provider: str, names: Sequence[str]) -> Callable[..., HttpResponse] | None:
    known = {
        route.name: route.callback
        for route in import_module("anymail.urls").urlpatterns
    }
    found = [name.format(provider) for name in names]
    return next((known[name] for name in found if name in known), None)


def configured_routes() -> list[URLPattern]:
    return provider_routes(settings.MAIL_PROVIDER)
