"""Who asks, as far as a request shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from journeys.beacon import tidy
from journeys.machines import Signs, why_machine
from journeys.models import Visitor
from leadhub.logs import cut_ip

# Of the snippet, which sets it once somebody has agreed.
COOKIE = "leadhub_id"


@dataclass(frozen=True, slots=True)
class Sender:
    """A network, not an address; ``machine_reason`` is "" for a person."""

    network: str
    user_agent: str
    machine_reason: str = ""


def signs_of(request: HttpRequest, *, at: datetime) -> Signs:
    headers = request.headers
    purpose = " ".join(
        headers.get(name, "")
        for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
    )
    return Signs(
        at=at,
        user_agent=tidy(headers.get("User-Agent", ""), 500),
        purpose=purpose[:200],
        referrer=tidy(headers.get("Referer", ""), 2000),
    )


def network_of(request: HttpRequest) -> str:
    return cut_ip(request.META.get("REMOTE_ADDR")) or ""


def sender_of(request: HttpRequest, *, at: datetime) -> Sender:
    signs = signs_of(request, at=at)
    return Sender(network_of(request), signs.user_agent, why_machine(signs))


def visitor_of(request: HttpRequest) -> Visitor | None:
    """The browser, if it has agreed to be recognized."""
    return Visitor.objects.with_secret(request.COOKIES.get(COOKIE, ""))
