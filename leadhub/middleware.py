"""What every request passes before and after its view."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.urls import Resolver404, resolve

from leadhub import answers

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponseBase]
FORWARDED = [
    "HTTP_FORWARDED",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_FORWARDED_PORT",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
]


def _networks(
    names: list[str],
) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    try:
        return [ipaddress.ip_network(name, strict=False) for name in names]
    except ValueError as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}") from error


class TrustedProxies:
    """Take the client's address and scheme from proxies we know, from nobody else.

    Of ``X-Forwarded-For`` the last address counts that is not a proxy of ours: what
    stands before it the client may have written itself. Host names always come from
    ``SITE_URL`` or ``Host``.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.proxies = _networks(settings.TRUSTED_PROXIES)

    def is_ours(self, address: str) -> bool:
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ip in network for network in self.proxies)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        said = {name: request.META.pop(name, "") for name in FORWARDED}
        if self.proxies and self.is_ours(request.META.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in said["HTTP_X_FORWARDED_FOR"].split(",")]
            for hop in reversed(hops):
                try:
                    request.META["REMOTE_ADDR"] = str(ipaddress.ip_address(hop))
                except ValueError:
                    break
                if not self.is_ours(hop):
                    break
            if said["HTTP_X_FORWARDED_PROTO"] in {"http", "https"}:
                request.META["HTTP_X_FORWARDED_PROTO"] = said["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)


class BodyLimits:
    """Refuse a body that is too large before anybody reads it."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response
        self.limits = [(re.compile(path), n) for path, n in settings.BODY_LIMITS]

    def limit_of(self, request: HttpRequest) -> int:
        for path, limit in self.limits:
            if path.search(request.path_info):
                return limit
        if request.content_type == "multipart/form-data":
            return settings.BODY_LIMIT_OF_UPLOADS
        return settings.BODY_LIMIT_OF_FORMS

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        # Without Content-Length Django reads nothing at all.
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > (limit := self.limit_of(request)):
            return answers.too_large(request, limit=limit)
        return self.get_response(request)


class Unavailable:
    """Answer 503 rather than 500 while the database is away or its disk is full."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponse | None:
        if isinstance(exception, OperationalError | InterfaceError):
            logger.error("The database does not answer.", exc_info=exception)
            return answers.unavailable(request)
        return None


class KeptRedirect(HttpResponsePermanentRedirect):
    """308: whoever follows it sends the same method and body again."""

    status_code = 308


class Slashes(CommonMiddleware):
    """Lead to the address with its slash. After a 301 a POST would come as a GET."""

    response_redirect_class = KeptRedirect


class MoreHeaders:
    """Headers that Django does not set: nothing of ours stays in a shared cache."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        response.setdefault(
            "Permissions-Policy", "camera=(), microphone=(), geolocation=()"
        )
        return response


class PublicDoors:
    """Answer under ``/t/`` at once: what stands below in ``MIDDLEWARE`` is for people.

    Sites and mails call these doors by the thousand. They have no session, no language
    and no form, and passing through all that took as long as their own work.
    """

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/t/"):
            return self.get_response(request)
        request.get_host()  # raises for names that are not ours
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        request.resolver_match = match
        try:
            response = match.func(request, *match.args, **match.kwargs)
        except (OperationalError, InterfaceError) as error:
            logger.error("The database does not answer.", exc_info=error)
            response = answers.unavailable(request)
        except Exception:
            # Else nobody would: views below are watched by process_exception.
            logger.exception("A public door failed.")
            raise
        if response.status_code != 204:
            response.setdefault("Content-Length", str(len(response.content)))
        return response
