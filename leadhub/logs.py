"""What is logged: one line per request, without addresses, tokens or full IPs."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

import structlog
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django_structlog.signals import (
    bind_extra_request_failed_metadata,
    bind_extra_request_finished_metadata,
)
from structlog.typing import EventDict

EMAIL = re.compile(r"[\w.+'-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
# Paths that carry what lets somebody in, and the headers that do.
TOKEN = re.compile(
    r"(?P<before>/(?:t/[oc]|d|confirm|preferences|unsubscribe|[\w/-]*key)/|Bearer\s+)"
    r"[^/\s?\"',]+"
)
PROBES = {"GET /healthz", "GET /readyz", "GET /metrics"}
QUERY_VALUE = re.compile(r"(?<=[=])[^&\s\"']+")


def cut_ip(address: str | None) -> str | None:
    """The network an address is in: /24 of IPv4, /48 of IPv6. None if it is neither."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    width = 24 if ip.version == 4 else 48
    return str(ipaddress.ip_network(f"{ip}/{width}", strict=False))


def without_secrets(text: str) -> str:
    """``text`` with e-mail addresses and tokens taken out."""
    return EMAIL.sub("<email>", TOKEN.sub(r"\g<before><token>", text))


def redact(logger: Any, method: str, event: EventDict) -> EventDict:
    """Take out of each value what must not stand in a log (a structlog processor)."""
    for name, value in event.items():
        if isinstance(value, str):
            if name == "request":
                path, mark, query = value.partition("?")
                value = path + mark + QUERY_VALUE.sub("…", query)
            event[name] = without_secrets(value)
    return event


def skip_probes(logger: Any, method: str, event: EventDict) -> EventDict:
    """Leave out probes that went well: there is one every few seconds."""
    if event.get("code") == 200 and event.get("request") in PROBES:
        raise structlog.DropEvent
    return event


@receiver(bind_extra_request_finished_metadata)
@receiver(bind_extra_request_failed_metadata)
def add_who_asked(
    *, request: HttpRequest, log_kwargs: dict[str, Any], **kwargs: Any
) -> None:
    log_kwargs["ip"] = cut_ip(request.META.get("REMOTE_ADDR"))
    # Only if the view has looked the user up: logging makes no query of its own.
    user = request.__dict__.get("_cached_user", request.__dict__.get("user"))
    if not isinstance(user, SimpleLazyObject) and (pk := getattr(user, "pk", None)):
        log_kwargs["user_id"] = pk


def logging_config(*, as_json: bool, level: str) -> dict[str, Any]:
    """Set structlog up; return Django's ``LOGGING`` to go with it.

    ``as_json`` is for machines that collect logs; else lines are for people.
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            skip_probes,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared[:-2],
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    redact,
                    renderer,
                ],
                "foreign_pre_chain": shared[:-2],
            }
        },
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "lines"}
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers and levels give way to ours.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            # The line of django_structlog says the same, with more to it.
            "django.request": {"level": "CRITICAL"},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "httpx": {"level": "WARNING"},
        },
    }
