"""Is this process alive, and can it work?"""

from __future__ import annotations

import shutil
import smtplib
from collections.abc import Callable

from django.conf import settings
from django.core.cache import caches
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET

from leadhub.breaker import Breaker

SPARE_DISK = 0.05


class NotReady(Exception):
    """What is missing, in a few words that give nothing away."""


def database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchone()


# Once there are none left there will be none until the next start.
_all_migrated = False


def migrations() -> None:
    global _all_migrated  # noqa: PLW0603
    if _all_migrated:
        return
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise NotReady(f"{len(waiting)} waiting")
    _all_migrated = True


def disk() -> None:
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    usage = shutil.disk_usage(settings.DATA_DIR)
    if usage.free < usage.total * SPARE_DISK:
        raise NotReady(f"{usage.free / usage.total:.0%} free")


def redis() -> None:
    cache = getattr(caches["default"], "redis", None)
    if cache is not None:
        cache.get("readyz")


_smtp_breaker = Breaker(pause=30)


def smtp() -> None:
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        return
    # Its answer counts for half a minute: probes must not knock at it each second.
    if _smtp_breaker.is_open():
        raise NotReady("down")
    try:
        mailer = get_connection(timeout=1)
        mailer.open()
        mailer.close()
    except (OSError, smtplib.SMTPException):
        _smtp_breaker.failed()
        raise
    _smtp_breaker.worked()


def outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except NotReady as reason:
        return str(reason)
    except Exception as error:
        return type(error).__name__
    return "ok"


@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """200 if requests can be served; without Redis or SMTP they can, but degraded."""
    needed = {check.__name__: outcome(check) for check in (database, migrations, disk)}
    wanted = {check.__name__: outcome(check) for check in (redis, smtp)}
    if set(needed.values()) != {"ok"}:
        status = "unavailable"
    elif set(wanted.values()) != {"ok"}:
        status = "degraded"
    else:
        status = "ok"
    return JsonResponse(
        {"status": status, "checks": needed | wanted},
        status=503 if status == "unavailable" else 200,
    )
